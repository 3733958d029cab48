package rfc5322

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// ParseMediaType reads a Content-Type field body (RFC 2045 5.1): the media
// type in lower case and the parameters, names in lower case, values decoded.
// ok is false when there is no type/subtype; mediatype is then what stood in
// its place, and the parameters are still read.
//
// QUIRK: accepted are values without quotes though they hold blanks or
// specials, quotes that never end, backslashes in file names, encoded words
// (RFC 2047) and raw 8-bit text in values, and missing semicolons after the
// type. Of parameters given twice the first wins; an extended one
// (RFC 2231: name*=) wins over a plain one.
func ParseMediaType(raw []byte) (mediatype string, params map[string]string, ok bool) {
	mediatype, params = parseParameterized(raw)
	typ, sub, found := strings.Cut(mediatype, "/")
	return mediatype, params, found && isMIMEToken(typ) && isMIMEToken(sub)
}

// ParseDisposition reads a Content-Disposition field body (RFC 2183) under the
// rules of ParseMediaType. ok is false when there is no disposition type.
func ParseDisposition(raw []byte) (disposition string, params map[string]string, ok bool) {
	disposition, params = parseParameterized(raw)
	return disposition, params, isMIMEToken(disposition)
}

func parseParameterized(raw []byte) (value string, params map[string]string) {
	n := bytes.IndexByte(raw, ';')
	head, rest := raw, []byte(nil)
	if n >= 0 {
		head, rest = raw[:n], raw[n+1:]
	}
	value = strings.ToLower(strings.TrimSpace(dropComments(string(head[:min(len(head), maxDate)]))))
	// QUIRK: "text/plain charset=utf-8" and a bare "name=x.pdf".
	if i := strings.IndexAny(value, " \t"); i >= 0 && strings.Contains(value, "=") {
		j := bytes.IndexAny(raw, " \t")
		value, rest = value[:i], raw[max(j, 0):]
	} else if strings.Contains(value, "=") {
		value, rest = "", raw
	}
	if strings.IndexFunc(value, unicode.IsSpace) >= 0 {
		value = strings.Join(strings.Fields(value), "")
	}
	value = DecodeText([]byte(strings.Trim(value, `"`)))
	return value, collectParams(rest)
}

// section is one piece of a parameter in RFC 2231 form.
type section struct {
	value    []byte
	extended bool // percent-encoded
}

// paramSet holds the parameters by kind before they are put together.
type paramSet struct {
	plain    map[string][]byte
	extended map[string][]byte
	sections map[string]map[int]section
}

// collectParams reads "; name=value" repeated.
func collectParams(rest []byte) map[string]string {
	var set paramSet
	for n := 0; len(rest) > 0 && n < limits.MIMEParams.Int(); n++ {
		var name string
		var value []byte
		name, value, rest = nextParam(rest)
		if name != "" {
			set.add(name, value)
		}
	}
	return set.decode()
}

// nextParam cuts the first parameter off b. name is "" when there is none
// before the next semicolon.
func nextParam(b []byte) (name string, value, rest []byte) {
	b = bytes.TrimLeft(b, "; \t\r\n")
	end := bytes.IndexAny(b, "=;")
	if end < 0 {
		return "", nil, nil
	}
	if b[end] == ';' {
		return "", nil, b[end+1:]
	}
	name = strings.ToLower(strings.TrimSpace(dropComments(string(b[:min(end, maxDate)]))))
	if i := strings.LastIndexAny(name, " \t"); i >= 0 {
		name = name[i+1:]
	}
	b = bytes.TrimLeft(b[end+1:], " \t\r\n")
	if len(b) > 0 && b[0] == '"' {
		value, rest = quotedValue(b)
		return name, value, rest
	}
	if end = bytes.IndexByte(b, ';'); end < 0 {
		end = len(b)
	}
	value, rest = bytes.TrimSpace(b[:end]), b[end:]
	if isFileParam(name) {
		return name, value, rest
	}
	if bytes.IndexByte(value, '(') >= 0 {
		return name, bytes.TrimSpace([]byte(dropComments(string(value[:min(len(value), maxDate)])))), rest
	}
	if i := bytes.IndexAny(value, " \t"); i > 0 && bytes.IndexByte(value[i:], '=') > 0 {
		return name, value[:i], b[i:] // QUIRK: a blank where the semicolon should be
	}
	return name, value, rest
}

// isFileParam reports whether a parameter names a file, RFC 2231 forms
// included. Such values hold blanks and parentheses of their own.
func isFileParam(name string) bool {
	base, _, _ := strings.Cut(name, "*")
	return base == "name" || base == "filename"
}

// quotedValue reads a quoted string. Without a closing quote it ends at the
// next semicolon.
//
// QUIRK: a backslash escapes only a quote or a backslash: file names hold
// paths like "C:\temp".
func quotedValue(b []byte) (value, rest []byte) {
	for i := 1; i < len(b); i++ {
		switch {
		case b[i] == '"':
			rest = b[i+1:]
			return value, rest
		case b[i] == '\\' && i+1 < len(b) && (b[i+1] == '"' || b[i+1] == '\\'):
			if b[i+1] == '"' && isLastQuote(b[i+1:]) {
				break // the name ends in a backslash
			}
			i++
		}
		value = append(value, b[i])
	}
	end := bytes.IndexByte(b, ';')
	if end < 0 {
		end = len(b)
	}
	return bytes.TrimSpace(b[1:end]), b[end:]
}

// isLastQuote reports whether b, which starts with a quote, has no other and
// the quote ends the parameter.
func isLastQuote(b []byte) bool {
	if bytes.IndexByte(b[1:min(len(b), maxDate)], '"') >= 0 {
		return false
	}
	tail := bytes.TrimLeft(b[1:], " \t")
	return len(tail) == 0 || tail[0] == ';'
}

// add files one parameter; the first of its kind wins.
func (s *paramSet) add(name string, value []byte) {
	base, suffix, starred := strings.Cut(name, "*")
	switch {
	case base == "":
	case !starred:
		s.plain = addFirst(s.plain, base, value)
	case suffix == "":
		s.extended = addFirst(s.extended, base, value)
	default:
		number, extended := strings.CutSuffix(suffix, "*")
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n >= limits.MIMEParams.Int() {
			return
		}
		if s.sections == nil {
			s.sections = map[string]map[int]section{}
		}
		if s.sections[base] == nil {
			s.sections[base] = map[int]section{}
		}
		if _, found := s.sections[base][n]; !found {
			s.sections[base][n] = section{value, extended}
		}
	}
}

// addFirst adds to m, which may be nil, what is not in it.
func addFirst(m map[string][]byte, key string, value []byte) map[string][]byte {
	if m == nil {
		m = make(map[string][]byte)
	}
	if _, found := m[key]; !found {
		m[key] = value
	}
	return m
}

// decode puts the parameters together: extended ones before sections before
// plain ones.
func (s *paramSet) decode() map[string]string {
	out := make(map[string]string, len(s.plain))
	for name, v := range s.plain {
		out[name] = DecodeText(v)
	}
	for name, parts := range s.sections {
		if v, ok := joinSections(parts); ok {
			out[name] = v
		}
	}
	for name, v := range s.extended {
		label, text := splitExtended(v)
		out[name] = decodeExtended(label, percentDecode(text))
	}
	return out
}

// joinSections joins sections from 0 on, up to the first gap (RFC 2231 3).
func joinSections(parts map[int]section) (string, bool) {
	var text []byte
	label := ""
	anyExtended := false
	first := 0
	if _, found := parts[0]; !found {
		first = 1 // QUIRK: counting from one
	}
	i := first
	for ; ; i++ {
		p, found := parts[i]
		if !found {
			break
		}
		v := p.value
		if p.extended {
			anyExtended = true
			if i == first {
				label, v = splitExtended(v)
			}
			v = percentDecode(v)
		}
		text = append(text, v...)
	}
	if i == first {
		return "", false
	}
	if !anyExtended {
		return DecodeText(text), true
	}
	return decodeExtended(label, text), true
}

// splitExtended cuts charset'language' off a value. A value without it is all
// text.
func splitExtended(v []byte) (label string, text []byte) {
	parts := bytes.SplitN(v, []byte("'"), 3)
	if len(parts) != 3 {
		return "", v
	}
	return string(parts[0]), parts[2]
}

// decodeExtended converts the bytes of an extended value.
//
// QUIRK: encoded words inside a value without a label are decoded as well.
func decodeExtended(label string, b []byte) string {
	s, _, _ := charset.Decode(label, b)
	if label == "" {
		return DecodeText([]byte(s))
	}
	return oneLine(s)
}

// percentDecode decodes %XX; a "%" without two digits stands for itself.
func percentDecode(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '%' && i+2 < len(b) && hexDigit(b[i+1]) >= 0 && hexDigit(b[i+2]) >= 0 {
			out = append(out, byte(hexDigit(b[i+1])<<4|hexDigit(b[i+2])))
			i += 2
			continue
		}
		out = append(out, b[i])
	}
	return out
}

// isMIMEToken reports whether s is a token (RFC 2045 5.1).
func isMIMEToken(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7F || strings.IndexByte(`()<>@,;:\"/[]?=`, s[i]) >= 0 {
			return false
		}
	}
	return s != ""
}
