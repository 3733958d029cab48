package mime

import (
	"bytes"
	"net/url"
	"strings"
)

// htmlRefs is what the HTML of a message refers to. It is nil when there is no
// HTML.
type htmlRefs struct {
	unknown bool            // the HTML was not looked at
	ids     map[string]bool // in lower case
	html    []byte
	values  map[string]bool // of attributes, in lower case; nil until a location is asked for
}

// references collects the Content-IDs that HTML refers to by cid: (RFC 2392).
func references(b body) *htmlRefs {
	switch {
	case b.largeHTML != nil:
		return &htmlRefs{unknown: true}
	case b.html == nil:
		return nil
	}
	r := &htmlRefs{ids: map[string]bool{}, html: b.html}
	const scheme = "cid:"
	for rest := b.html; ; {
		i := bytes.IndexByte(rest, ':')
		if i < 0 {
			return r
		}
		before := rest[:i+1]
		rest = rest[i+1:]
		if len(before) < len(scheme) || !strings.EqualFold(string(before[len(before)-len(scheme):]), scheme) {
			continue
		}
		end := bytes.IndexAny(rest[:min(len(rest), maxLine)], "\"' \t\r\n<>)\\")
		if end < 0 {
			end = min(len(rest), maxLine)
		}
		r.add(string(rest[:end]))
	}
}

// add takes a reference in the form in which HTML has it.
func (r *htmlRefs) add(ref string) {
	ref = strings.ReplaceAll(ref, "&amp;", "&")
	if i := strings.Index(ref, "&quot;"); i >= 0 {
		ref = ref[:i]
	}
	r.ids[strings.ToLower(ref)] = true
	if plain, err := url.PathUnescape(ref); err == nil {
		r.ids[strings.ToLower(plain)] = true
	}
}

func (r *htmlRefs) hasID(id string) bool {
	if id == "" {
		return false
	}
	id = strings.ToLower(id)
	if r.ids[id] {
		return true
	}
	plain, err := url.PathUnescape(id)
	return err == nil && r.ids[plain]
}

// hasLocation reports whether the HTML has the location as the value of an
// attribute.
func (r *htmlRefs) hasLocation(location string) bool {
	if location = strings.ToLower(strings.TrimSpace(location)); location == "" {
		return false
	}
	if r.values == nil {
		r.values = quotedValues(r.html)
	}
	return r.values[location]
}

// quotedValues returns what stands in quotes after an equals sign, in lower case.
func quotedValues(html []byte) map[string]bool {
	values := map[string]bool{}
	for {
		i := bytes.IndexByte(html, '=')
		if i < 0 || i+1 >= len(html) {
			return values
		}
		quote := html[i+1]
		html = html[i+1:]
		if quote != '"' && quote != '\'' {
			continue
		}
		if end := bytes.IndexByte(html[1:min(len(html), maxLine)], quote); end >= 0 {
			values[strings.ToLower(string(html[1:1+end]))] = true
		}
	}
}
