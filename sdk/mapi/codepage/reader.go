package codepage

import (
	"io"

	"golang.org/x/text/transform"
)

// NewReader returns a reader of r converted from code page cp to UTF-8, in
// constant memory. Bytes without meaning become U+FFFD; an unknown cp is read
// as 1252. Errors of r are returned as they are. NewReader does not close r.
func NewReader(cp int, r io.Reader) io.Reader {
	p := lookup(cp)
	if p == nil {
		p = lookup(Windows)
	}
	return transform.NewReader(r, p.transformer())
}
