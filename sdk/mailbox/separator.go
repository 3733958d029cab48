package mailbox

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

var separator = []byte("From ")

// isSeparator reports whether line, which begins with "From ", separates
// messages; ahead is what follows it, blank that the line before it is empty.
// With patches, those of a series of patches count.
//
// A line with a date does after an empty line, if a header field, an empty line
// or nothing follows; without the empty line a field has to. A line without a
// date does only after an empty line and before a field that mail begins with.
//
// QUIRK: the mailboxes of Eudora and of archives have senders with blanks,
// none, or a date in another order, so that the date is not read.
func isSeparator(line, ahead []byte, blank, patches bool) bool {
	next := ahead
	if i := bytes.IndexAny(ahead, "\r\n"); i >= 0 {
		next = ahead[:i]
	}
	name, isField := fieldName(next)
	switch {
	case isPatch(line) && !patches:
		return false
	case hasDate(line):
		return isField || blank && (len(next) == 0 || bytes.HasPrefix(next, []byte(">From ")))
	}
	return blank && isField && firstFields[strings.ToLower(name)]
}

// patchDate is what git writes in the separator of every patch.
var patchDate = []byte(" Mon Sep 17 00:00:00 2001")

// isPatch reports whether line begins a patch made by git: the name of a commit
// and a date that is always the same. Patches are attached to mail.
func isPatch(line []byte) bool {
	name, ok := bytes.CutSuffix(bytes.TrimRight(line, " "), patchDate)
	return ok && len(name) >= len(separator)+40 && len(bytes.Trim(name[len(separator):], "0123456789abcdef")) == 0
}

// firstFields are those that a header begins with.
var firstFields = map[string]bool{
	"return-path": true, "received": true, "from": true, "to": true, "date": true, "subject": true, "message-id": true,
	"delivered-to": true, "x-original-to": true, "envelope-to": true, "mime-version": true, "content-type": true,
	"status": true, "x-status": true, "x-mozilla-status": true, "x-uidl": true, "sender": true, "reply-to": true,
}

var (
	timePattern  = regexp.MustCompile(`[ T]\d{1,2}:\d\d(?:[: ]|$)`)
	monthPattern = regexp.MustCompile(` (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* | \d{4}-\d\d-\d\d[ T]`)
)

// hasDate reports whether a month and a time stand in line.
func hasDate(line []byte) bool { return timePattern.Match(line) && monthPattern.Match(line) }

// fieldName returns the name of the header field that line begins with
// (RFC 5322 2.2).
func fieldName(line []byte) (name string, ok bool) {
	i := 0
	for i < len(line) && line[i] > ' ' && line[i] < 0x7F && line[i] != ':' {
		i++
	}
	return string(line[:i]), i > 0 && i < len(line) && line[i] == ':'
}

// contentLength reads a Content-Length field.
func contentLength(line []byte) (int64, bool) {
	const name = "content-length:"
	if len(line) <= len(name) || !strings.EqualFold(string(line[:len(name)]), name) {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(line[len(name):])), 10, 64)
	return n, err == nil && n >= 0
}

// isQuoted reports whether line is a "From " line of a message behind one ">"
// or more.
func isQuoted(line []byte) bool {
	rest := bytes.TrimLeft(line, ">")
	return len(rest) < len(line) && bytes.HasPrefix(rest, separator)
}
