// Package addressbook knows the Internet addresses of people whom messages name
// by a legacyExchangeDN, as Exchange does for its own users. The host reads a
// list once and completes each message by it, for every format alike.
package addressbook

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// maxField bounds a name or an address, in bytes.
const maxField = 4096

// A Book is a list of legacyExchangeDNs and the Internet address of each. It
// does not change and is safe for concurrent use.
type Book struct {
	addresses map[string]string // by name in lower case
}

// ErrList is wrapped by every error about the contents of a list.
var ErrList = errors.New("addresses")

// A listError says where a list is wrong.
type listError struct {
	line   int
	detail string
}

func (e *listError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.detail) }
func (e *listError) Unwrap() error { return ErrList }

// Open reads the list in the file at path.
func Open(path string) (*Book, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := Load(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

// Load reads a list: comma-separated values (RFC 4180) in UTF-8, each line a
// legacyExchangeDN and an SMTP address. A first line with the names of columns,
// legacyExchangeDN and SMTP, says where they stand; without one they are the
// first two. Other columns, empty lines and lines that begin with "#" do not
// matter. The case of a name does not matter; a name may come twice with the
// same address only.
//
// An error about the contents names the line and wraps ErrList.
func Load(r io.Reader) (*Book, error) {
	limited := &io.LimitedReader{R: r, N: limits.AddressBytes.Get() + 1}
	c := csv.NewReader(&skipMark{r: limited})
	c.FieldsPerRecord = -1
	c.Comment = '#'
	c.TrimLeadingSpace = true
	c.ReuseRecord = true
	l := loader{book: &Book{addresses: map[string]string{}}, lines: map[string]int{}, smtp: 1}
	for first := true; ; first = false {
		record, err := c.Read()
		if limited.N <= 0 {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrList, limits.AddressBytes.Get())
		}
		if errors.Is(err, io.EOF) {
			return l.book, nil
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, &listError{wrong.Line, wrong.Err.Error()}
		}
		if err != nil {
			return nil, err
		}
		l.line, _ = c.FieldPos(0)
		if first && l.columns(record) {
			continue
		}
		if err := l.add(record); err != nil {
			return nil, err
		}
	}
}

// skipMark drops the byte order mark that some programs begin UTF-8 with.
type skipMark struct {
	r     io.Reader
	begun bool
}

func (s *skipMark) Read(p []byte) (int, error) {
	if s.begun || len(p) < 3 {
		return s.r.Read(p)
	}
	s.begun = true
	n, err := io.ReadFull(s.r, p[:3])
	if bytes.Equal(p[:n], []byte("\xEF\xBB\xBF")) {
		return s.r.Read(p)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

// loader fills a book.
type loader struct {
	book     *Book
	lines    map[string]int // where each name came first
	dn, smtp int            // columns
	line     int            // of the record
}

// columns takes the names of columns; false when the record has none.
func (l *loader) columns(record []string) bool {
	dn, smtp := -1, -1
	for i, name := range record {
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "legacyexchangedn":
			dn = i
		case "smtp":
			smtp = i
		}
	}
	if dn < 0 || smtp < 0 {
		return false
	}
	l.dn, l.smtp = dn, smtp
	return true
}

// add takes a record.
func (l *loader) add(record []string) error {
	wrong := func(format string, args ...any) error { return &listError{l.line, fmt.Sprintf(format, args...)} }
	if len(record) <= max(l.dn, l.smtp) {
		return wrong("it takes a legacyExchangeDN and an SMTP address, separated by a comma")
	}
	dn := trim(record[l.dn], "ex:", "x500:")
	addr := trim(record[l.smtp], "smtp:")
	switch {
	case len(dn) > maxField || len(addr) > maxField:
		return wrong("more than %d bytes in a column", maxField)
	case !utf8.ValidString(dn) || !utf8.ValidString(addr):
		return wrong("not in UTF-8")
	case !strings.HasPrefix(dn, "/"):
		return wrong("%.80q is no legacyExchangeDN, which begins with a slash", dn)
	case !isAddress(addr):
		return wrong("%.80q is no SMTP address", addr)
	}
	key := strings.ToLower(dn)
	if old, ok := l.book.addresses[key]; ok {
		if !strings.EqualFold(old, addr) {
			return wrong("%.200q has the address %.80q in line %d", dn, old, l.lines[key])
		}
		return nil
	}
	if len(l.lines) >= limits.AddressEntries.Int() {
		return wrong("more than %d entries", limits.AddressEntries.Int())
	}
	l.book.addresses[strings.Clone(key)], l.lines[strings.Clone(key)] = strings.Clone(addr), l.line
	return nil
}

// trim takes off blanks and a prefix in any case.
func trim(s string, prefixes ...string) string {
	s = strings.TrimSpace(s)
	for _, p := range prefixes {
		if len(s) >= len(p) && strings.EqualFold(s[:len(p)], p) {
			return s[len(p):]
		}
	}
	return s
}

// isAddress reports whether s looks like local@domain.
func isAddress(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == 0x7F || strings.ContainsRune("<>,;", r)
	})
}

// Len returns the number of names.
func (b *Book) Len() int { return len(b.addresses) }

// Address returns the Internet address of a legacyExchangeDN, or "". It is what
// a resolver is.
func (b *Book) Address(dn string) string {
	return b.addresses[strings.ToLower(strings.TrimRight(dn, "\x00"))]
}
