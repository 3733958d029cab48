package diff

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/oxbridge-mail/oxbridge/sdk/look"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// maxKept is how much of a normal form is kept to show what differs, in bytes.
const maxKept = 1 << 20

// maxLines bounds the lines that a Difference has, in bytes.
const maxLines = 8 << 10

// A form is a body in its normal form: a hash, and the beginning of it.
type form struct {
	hash hash.Hash
	size int64
	kept []byte
}

func newForm() *form { return &form{hash: sha256.New()} }

// Write implements io.Writer.
func (f *form) Write(p []byte) (int, error) {
	f.size += int64(len(p))
	if room := maxKept - len(f.kept); room > 0 {
		f.kept = append(f.kept, p[:min(room, len(p))]...)
	}
	return f.hash.Write(p)
}

// copy writes all of r.
func (f *form) copy(r io.Reader) error {
	_, err := io.CopyBuffer(struct{ io.Writer }{f}, r, make([]byte, 32<<10))
	return err
}

func (f *form) equal(g *form) bool {
	return f.size == g.size && bytes.Equal(f.hash.Sum(nil), g.hash.Sum(nil))
}

// whole reports whether all of it was kept.
func (f *form) whole() bool { return f.size <= maxKept }

// A reading is the bodies of one message in their normal forms; nil for what it
// does not have.
type reading struct {
	text      *form // lines
	textWords *form
	html      *form // elements and text
	htmlWords *form
}

// bodies compares those of two messages.
func (c *comparer) bodies(path string, a, b mapi.Props) {
	x, y := c.reading(path, a), c.reading(path, b)
	if c.stop() {
		return
	}
	c.text(path, x, y)
	switch {
	case x.html == nil && y.html == nil:
	case x.html == nil || y.html == nil:
		c.add(path, "html", x.htmlWords.describe(), y.htmlWords.describe(), true)
	case !x.htmlWords.equal(y.htmlWords):
		c.lines(path, "html text", x.htmlWords, y.htmlWords)
	case !x.html.equal(y.html):
		c.lines(path, "html elements", x.html, y.html)
	}
}

// text compares the text bodies.
func (c *comparer) text(path string, x, y reading) {
	switch {
	case x.text == nil && y.text == nil:
	case x.text == nil && saysTheSame(y.textWords, y.htmlWords), y.text == nil && saysTheSame(x.textWords, x.htmlWords):
	case x.text == nil || y.text == nil:
		c.add(path, "text", x.text.describe(), y.text.describe(), true)
	case !x.text.equal(y.text):
		c.lines(path, "text", x.text, y.text)
	}
}

// saysTheSame reports whether a text body has the words of the HTML.
func saysTheSame(text, html *form) bool { return text != nil && html != nil && text.equal(html) }

// lines reports two bodies that differ.
func (c *comparer) lines(path, what string, x, y *form) {
	d := Difference{Object: path, What: what, A: shown(x.describe()), B: shown(y.describe()), Carried: true}
	if x.whole() && y.whole() {
		d.Lines = unified(x.kept, y.kept)
	}
	c.put(d)
}

// unified is a unified diff without the names of files.
func unified(a, b []byte) string {
	text := string(diff.Diff("a", ended(a), "b", ended(b)))
	if at := strings.Index(text, "@@"); at > 0 {
		text = text[at:]
	}
	if cut, short := look.Cut(text, maxLines); short {
		text = cut[:strings.LastIndexByte(cut, '\n')+1] + "…\n"
	}
	return text
}

// ended is text with an end to its last line.
func ended(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] != '\n' {
		return append(b[:n:n], '\n')
	}
	return b
}

// describe is a form on one line; "" for none.
func (f *form) describe() string {
	if f == nil {
		return ""
	}
	text := oneLine(string(f.kept[:min(len(f.kept), 4*maxTold)]))
	if cut, short := look.Cut(text, maxTold); short {
		text = cut + "…"
	}
	return fmt.Sprintf("%d bytes: %s", f.size, text)
}

// maxTold is how much of a body is told on one line, in bytes.
const maxTold = 60

// reading reads the bodies of a message.
func (c *comparer) reading(path string, ps mapi.Props) reading {
	var r reading
	b := look.BodiesOf(ps, c.opt.Rich)
	c.fail(path, "body", b.Err)
	if b.Text.Exists() {
		r.text, r.textWords = newForm(), newForm()
		text, words := &lineWriter{w: r.text}, &wordWriter{w: r.textWords}
		c.read(path, "text body", b.Text, func(src io.Reader) error {
			_, err := io.Copy(io.MultiWriter(text, words), unmarked(src))
			words.close()
			return err
		})
		if r.text.size == 0 {
			r.text, r.textWords = nil, nil
		}
	}
	if b.HTML.Exists() {
		r.html, r.htmlWords = newForm(), newForm()
		c.read(path, "HTML body", b.HTML, func(src io.Reader) error { return readHTML(src, r.html, r.htmlWords) })
	}
	return r
}

func (c *comparer) read(path, what string, b look.Body, f func(io.Reader) error) {
	r, err := b.Open()
	if err == nil {
		err = f(r)
		r.Close()
	}
	c.fail(path, what, err)
}
