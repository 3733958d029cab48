package batch

import (
	"bytes"
	"strings"
)

// A Kind is what a file looks like from its first bytes.
type Kind uint8

// The kinds.
const (
	KindOther Kind = iota
	KindMSG        // a compound file, which may or may not hold a message
	KindEML        // an Internet message
	KindZip        // a zip file, or a document that is one
	KindTar        // a tar archive
	KindJSON       // a message in JSON, as package jsonmsg of the converters writes it
)

const (
	// sniffLen is how much of a file is looked at, in bytes.
	sniffLen = 8 << 10
	// sniffMore is how much is looked at of a file that begins with fields that
	// say nothing: servers put kilobytes of them before the others.
	sniffMore = 256 << 10
	// sniffLines bounds the lines of a header that are looked at.
	sniffLines = 10_000
)

// tarMagic is where the header of the first member of a tar archive says
// "ustar", in bytes (POSIX.1-2001, pax).
const tarMagic = 257

// Sniff tells what a file is from its first bytes.
//
// An Internet message is recognised by a header field that mail programs write,
// on one of its first lines, before anything that cannot stand in a header.
func Sniff(head []byte) Kind {
	if bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) {
		return KindMSG
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return KindZip
	}
	if len(head) > tarMagic && bytes.HasPrefix(head[tarMagic:], []byte("ustar")) {
		return KindTar
	}
	head = bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF"))
	if isJSON(head) {
		return KindJSON
	}
	head = bytes.TrimLeft(head, "\r\n \t")
	if line, rest := cutLine(head); len(line) > 0 && len(bytes.Trim(line, "0123456789 ")) == 0 {
		head = rest // Apple Mail (.emlx) puts the length before the message
	}
	if looksLikeMail(head) {
		return KindEML
	}
	return KindOther
}

// jsonMagic is the value of the member "format", which comes first.
const jsonMagic = `"oxbridge-message"`

// isJSON reports whether a file is a message in JSON. Programs that print JSON
// anew keep the order of members, or sort them, and "format" comes first in both.
func isJSON(head []byte) bool {
	for _, part := range []string{"{", `"format"`, ":", jsonMagic} {
		head = bytes.TrimLeft(head, " \t\r\n")
		var ok bool
		if head, ok = bytes.CutPrefix(head, []byte(part)); !ok {
			return false
		}
	}
	return true
}

// looksLikeMail walks the lines of a header.
func looksLikeMail(head []byte) bool {
	odd := 0
	for i := 0; len(head) > 0 && i < sniffLines; i++ {
		line, rest := cutLine(head)
		head = rest
		if len(line) == 0 {
			return false // the header ended without a field that counts
		}
		if line[0] == ' ' || line[0] == '\t' || (i == 0 && bytes.HasPrefix(line, []byte("From "))) {
			continue
		}
		name, _, ok := bytes.Cut(line, []byte(":"))
		if !ok || !fieldName(bytes.TrimRight(name, " \t")) {
			if odd++; odd > 2 {
				return false
			}
			continue
		}
		if mailFields[strings.ToLower(string(bytes.TrimRight(name, " \t")))] {
			return true
		}
	}
	return false
}

// beginsWithField reports whether a file begins with a header field.
func beginsWithField(head []byte) bool {
	line, _ := cutLine(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")))
	name, _, ok := bytes.Cut(line, []byte(":"))
	return ok && fieldName(bytes.TrimRight(name, " \t"))
}

func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexAny(b, "\r\n")
	if i < 0 {
		return b, nil
	}
	rest = b[i+1:]
	if b[i] == '\r' && len(rest) > 0 && rest[0] == '\n' {
		rest = rest[1:]
	}
	return b[:i], rest
}

// fieldName follows RFC 5322 3.6.8.
func fieldName(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c >= 127 || c == ':' {
			return false
		}
	}
	return len(b) > 0
}

// mailFields are fields of which one is enough to call a file a message.
var mailFields = map[string]bool{
	"received": true, "from": true, "to": true, "cc": true, "bcc": true, "subject": true, "date": true,
	"message-id": true, "mime-version": true, "content-type": true, "return-path": true,
	"delivered-to": true, "sender": true, "reply-to": true, "x-mailer": true, "x-unsent": true,
	"resent-from": true, "resent-to": true, "content-transfer-encoding": true, "in-reply-to": true,
	"references": true, "dkim-signature": true, "envelope-to": true, "x-original-to": true, "status": true,
	"x-uidl": true, "x-mozilla-status": true, "content-disposition": true,
}
