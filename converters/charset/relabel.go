package charset

import (
	"bytes"
	"strings"
)

// maxMeta bounds the length of a meta element that is looked at, in bytes.
const maxMeta = 1024

// RelabelHTML makes every meta element of html that names a character set name
// utf-8, and moves the offsets in places, which ascend, that lie behind. first is
// what the first of them named. Time is linear in the length of html.
func RelabelHTML(html []byte, places []int) (_ string, first string) {
	var out strings.Builder
	first = relabel(&out, "utf-8", html, places)
	return out.String(), first
}

// RelabelHTMLAs is RelabelHTML for another name.
func RelabelHTMLAs(name string, html []byte) []byte {
	var out bytes.Buffer
	relabel(&out, name, html, nil)
	return out.Bytes()
}

// buffer is a [strings.Builder] or [bytes.Buffer].
type buffer interface {
	Grow(n int)
	Write(p []byte) (int, error)
	WriteString(s string) (int, error)
}

// relabel writes html with the name in its meta elements; see RelabelHTML.
func relabel(out buffer, name string, html []byte, places []int) (first string) {
	out.Grow(len(html))
	done, moved, grown := 0, 0, 0
	for at := 0; ; {
		i := bytes.IndexByte(html[at:], '<')
		if i < 0 {
			break
		}
		at += i + 1
		if !hasPrefixFold(html[at:], "meta") {
			continue
		}
		end := bytes.IndexByte(html[at:min(len(html), at+maxMeta)], '>')
		if end < 0 {
			continue
		}
		from, to := charsetValue(html[at : at+end])
		from, to, at = at+from, at+to, at+end
		if from == to {
			continue
		}
		if first == "" {
			first = string(html[from:to])
		}
		_, _ = out.Write(html[done:from])
		_, _ = out.WriteString(name)
		for ; moved < len(places) && places[moved] < to; moved++ {
			places[moved] += grown
		}
		grown += len(name) - (to - from)
		done = to
	}
	for ; moved < len(places); moved++ {
		places[moved] += grown
	}
	_, _ = out.Write(html[done:])
	return first
}

// charsetValue finds the value of charset in a meta element; from and to are
// equal if it has none.
func charsetValue(meta []byte) (from, to int) {
	const name = "charset"
	for i := 0; i+len(name) <= len(meta); i++ {
		if !hasPrefixFold(meta[i:], name) {
			continue
		}
		j := skipSet(meta, i+len(name), " \t\r\n")
		if j >= len(meta) || meta[j] != '=' {
			continue
		}
		from = skipSet(meta, j+1, " \t\r\n\"'")
		for to = from; to < len(meta) && strings.IndexByte(" \t\r\n\"';/>", meta[to]) < 0; to++ {
		}
		return from, to
	}
	return 0, 0
}

// skipSet returns the index of the first byte from i on that is not in set.
func skipSet(b []byte, i int, set string) int {
	for i < len(b) && strings.IndexByte(set, b[i]) >= 0 {
		i++
	}
	return i
}

// hasPrefixFold reports whether b begins with the lower-case ASCII prefix, in
// any case.
func hasPrefixFold(b []byte, prefix string) bool {
	if len(b) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		if b[i]|0x20 != prefix[i] {
			return false
		}
	}
	return true
}
