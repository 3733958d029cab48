package mime

import (
	"bytes"
	"html"
	"net/url"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// htmlRefs is what the HTML of a message refers to. It is nil when there is no
// HTML.
type htmlRefs struct {
	unknown bool            // the HTML was not looked at
	ids     map[string]bool // in lower case
	places  []idPlace       // of the references to ids, in order
	html    []byte
	values  map[string]bool   // of attributes, in lower case; nil until a location is asked for
	claimed map[string]bool   // what an attachment is shown for already
	renamed map[string]string // ids, in lower case, that the HTML is to have others for
}

// An idPlace is where HTML refers to a Content-ID: what follows "cid:".
type idPlace struct{ start, end int }

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
	for rest := b.html; len(r.places) < limits.MIMEReferences.Int(); {
		i := bytes.IndexByte(rest, ':')
		if i < 0 {
			break
		}
		before := rest[:i+1]
		rest = rest[i+1:]
		if len(before) < len(scheme) || !strings.EqualFold(string(before[len(before)-len(scheme):]), scheme) {
			continue
		}
		end := idEnd(before[:len(before)-len(scheme)], rest[:min(len(rest), maxLine)])
		start := len(b.html) - len(rest)
		r.places = append(r.places, idPlace{start, start + end})
		for _, id := range idForms(rest[:end]) {
			r.ids[id] = true
		}
	}
	return r
}

// idEnd returns where the id ends with which ref begins: at the quote that stands
// before it, so that blanks are part of it, else at the first byte that no URL has.
func idEnd(before, ref []byte) int {
	for _, quote := range []string{`"`, "'", "&quot;"} {
		if !bytes.HasSuffix(before, []byte(quote)) {
			continue
		}
		if end := bytes.Index(ref, []byte(quote)); end >= 0 && !bytes.ContainsAny(ref[:end], "<>\r\n") {
			return end
		}
	}
	end := bytes.IndexAny(ref, "\"' \t\r\n<>)\\")
	if end < 0 {
		end = len(ref)
	}
	if i := bytes.Index(ref[:end], []byte("&quot;")); i >= 0 {
		end = i
	}
	return end
}

// idForms returns what a reference in HTML may mean, in lower case: itself, without
// its character references, and without percent-encoding.
func idForms(ref []byte) []string {
	id := strings.ToLower(strings.TrimSpace(html.UnescapeString(string(ref))))
	if plain, err := url.PathUnescape(id); err == nil && plain != id {
		return []string{id, strings.ToLower(plain)}
	}
	return []string{id}
}

// claim takes an id and a location for one attachment. Of two that are named
// alike the first is shown.
func (r *htmlRefs) claim(names ...string) bool {
	free := false
	for _, name := range names {
		name = strings.ToLower(name)
		if name == "" || r.claimed[name] {
			continue
		}
		if r.claimed == nil {
			r.claimed = map[string]bool{}
		}
		free, r.claimed[name] = true, true
	}
	return free
}

// rename makes the HTML refer to another Content-ID.
func (r *htmlRefs) rename(from, to string) {
	if r.renamed == nil {
		r.renamed = map[string]string{}
	}
	r.renamed[strings.ToLower(from)] = to
}

// rewritten returns the HTML with the ids that were renamed.
func (r *htmlRefs) rewritten() []byte {
	if len(r.renamed) == 0 {
		return r.html
	}
	var out []byte
	done := 0
	for _, at := range r.places {
		for _, id := range idForms(r.html[at.start:at.end]) {
			if to, ok := r.renamed[id]; ok {
				out = append(append(out, r.html[done:at.start]...), to...)
				done = at.end
				break
			}
		}
	}
	return append(out, r.html[done:]...)
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

// quotedValues returns what stands in quotes after an equals sign, in lower case and
// without character references.
func quotedValues(text []byte) map[string]bool {
	values := map[string]bool{}
	for {
		i := bytes.IndexByte(text, '=')
		if i < 0 || i+1 >= len(text) {
			return values
		}
		quote := text[i+1]
		text = text[i+1:]
		if quote != '"' && quote != '\'' {
			continue
		}
		if end := bytes.IndexByte(text[1:min(len(text), maxLine)], quote); end >= 0 {
			values[strings.ToLower(html.UnescapeString(string(text[1:1+end])))] = true
		}
	}
}
