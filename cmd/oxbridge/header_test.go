package main

import (
	"bytes"
	"regexp"
	"testing"
)

var soundField = regexp.MustCompile(`^[!-9;-~]+:`)

// checkHeader holds the header of a mail to RFC 5322 §2.1 and §2.2, line by line:
// fields and their folded lines, of 998 bytes at most, without bytes that end a
// line for some readers.
func checkHeader(t *testing.T, name string, mail []byte) {
	t.Helper()
	header, _, _ := bytes.Cut(mail, []byte("\r\n\r\n"))
	header = bytes.TrimSuffix(header, []byte("\r\n"))
	if len(header) == 0 {
		return
	}
	for i, line := range bytes.Split(header, []byte("\r\n")) {
		switch {
		case bytes.ContainsAny(line, "\r\n\x00"):
			t.Errorf("%s: line %d of the header has bytes that no line has: %.100q", name, i, line)
		case len(line) > 998:
			t.Errorf("%s: line %d of the header has %d bytes", name, i, len(line))
		case i > 0 && len(line) > 0 && (line[0] == ' ' || line[0] == '\t'):
		case !soundField.Match(line):
			t.Errorf("%s: line %d of the header is no field: %.100q", name, i, line)
		}
	}
}
