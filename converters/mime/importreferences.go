package mime

import (
	"bytes"
	"html"
	"net/url"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// maxReference bounds a reference in bytes.
const maxReference = 1000

// references returns what the HTML body refers to.
func (b *builder) references() map[string]bool {
	if b.refs == nil {
		b.refs = htmlReferences(b.bodies.text(), b.bodies.base)
	}
	return b.refs
}

// htmlReferences returns what an HTML document refers to: content identifiers
// without "cid:", and the values of attributes, locations among them, as they
// stand and resolved against base (RFC 2557 5).
func htmlReferences(doc []byte, base string) map[string]bool {
	refs := map[string]bool{}
	for rest := doc; len(refs) < limits.MIMEReferences.Int(); {
		i := bytes.IndexAny(rest, ":=")
		if i < 0 {
			break
		}
		before, after := rest[max(0, i-3):i], rest[i+1:]
		switch {
		case rest[i] == '=':
			if value := attributeValue(after); value != "" {
				value = html.UnescapeString(value)
				refs[value] = true
				if base != "" {
					refs[resolve(base, value)] = true
				}
			}
		case bytes.EqualFold(before, []byte("cid")):
			if end := bytes.IndexAny(after[:min(len(after), maxReference)], "\"'<> \t\r\n)"); end > 0 {
				id := string(after[:end])
				refs[id] = true
				if plain, err := url.PathUnescape(id); err == nil {
					refs[plain] = true
				}
			}
		}
		rest = after
	}
	return refs
}

// attributeValue returns the value of an attribute that b begins with, with
// quotes or without; "" if there is none.
func attributeValue(b []byte) string {
	b = b[:min(len(b), maxReference)]
	if len(b) == 0 {
		return ""
	}
	if b[0] != '"' && b[0] != '\'' {
		return string(b[:max(0, bytes.IndexAny(b, " \t\r\n<>\"'"))])
	}
	end := bytes.IndexByte(b[1:], b[0])
	return string(b[1 : 1+max(end, 0)])
}

// resolve returns location as seen from base, or location itself where one of
// them is no URL.
func resolve(base, location string) string {
	b, err := url.Parse(base)
	if err != nil || !b.IsAbs() {
		return location
	}
	u, err := b.Parse(location)
	if err != nil {
		return location
	}
	return u.String()
}
