package rfc5322

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A Param is one parameter of a structured field.
type Param struct {
	Name  string // an RFC 2045 token without "*"; others are left out
	Value string // any text
}

// maxParam bounds a parameter name in bytes.
const maxParam = 60

// Parameterized returns the field name: value; params…, CRLF included
// (RFC 2045 5.1, RFC 2183). value is a media type or disposition and is
// written as it is, without controls.
//
// Parameter values are written as tokens or quoted strings. Those that the
// style does not allow, and file names too long for a line, take the RFC 2231
// form in UTF-8, in sections when needed; other long values, boundaries above
// all, stay quoted because readers do not expect that form there.
func (s Style) Parameterized(name, value string, params []Param) []byte {
	f := newFolder(name, 2*softLine)
	value = clean(value)
	if !isASCIIString(value) || len(value) > longToken {
		value = "application/octet-stream"
	}
	tokens := append(make([]string, 0, 1+len(params)), value)
	for _, p := range params {
		if list := s.paramTokens(p); len(list) > 0 {
			tokens[len(tokens)-1] += ";"
			tokens = append(tokens, list...)
		}
	}
	for _, t := range tokens {
		f.token(" ", t)
	}
	return f.end()
}

// paramTokens returns "name=value", or its sections with what stands between
// them.
func (s Style) paramTokens(p Param) []string {
	if !isMIMEToken(p.Name) || strings.ContainsAny(p.Name, "*'%") || len(p.Name) > maxParam {
		return nil
	}
	value := clean(p.Value)
	if s.plain(value) {
		plain := p.Name + "=" + value
		if !isMIMEToken(value) || strings.ContainsAny(value, "*'%") { // no attribute-char of RFC 2231
			plain = p.Name + "=" + quote(value)
		}
		limit := longToken
		if isFileParam(strings.ToLower(p.Name)) {
			limit = softLine - len(" ;")
		}
		if len(plain) <= limit && !strings.Contains(value, "=?") {
			return []string{plain}
		}
	}
	if s.WordParams && value != "" {
		return wordParam(p.Name, value)
	}
	return extendedParam(p.Name, value)
}

// wordParam returns a value as encoded words in one pair of quotes.
func wordParam(name, value string) []string {
	first := maxWordLine - len(name) - len(` ="";`)
	tokens := encodeWords(value, min(first, maxWord), phraseSafe)
	tokens[0] = name + `="` + tokens[0]
	tokens[len(tokens)-1] += `"`
	return tokens
}

// extendedParam returns a value in RFC 2231 form.
func extendedParam(name, value string) []string {
	const label = "utf-8''"
	whole := name + "*=" + label + percentEncode(value)
	room := softLine - len(" ;")
	if len(whole) <= room {
		return []string{whole}
	}
	var tokens []string
	for value != "" || len(tokens) == 0 {
		t := fmt.Sprintf("%s*%d*=", name, len(tokens))
		if len(tokens) == 0 {
			t += label
		}
		for n := 0; value != ""; n++ {
			_, size := utf8.DecodeRuneInString(value)
			enc := percentEncode(value[:size])
			if n > 0 && len(t)+len(enc) > room {
				break
			}
			t += enc
			value = value[size:]
		}
		if len(tokens) > 0 {
			tokens[len(tokens)-1] += ";"
		}
		tokens = append(tokens, t)
	}
	return tokens
}

// percentEncode encodes all but the attribute characters of RFC 2231 7.
func percentEncode(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if isQSafe(c, "!#$&+-.^_`{|}~") {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}
