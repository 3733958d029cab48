package diff

import (
	"bufio"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// A lineWriter writes text in its normal form: lines end in "\n", without
// blanks before it; empty lines at the end and NUL are left out.
type lineWriter struct {
	w      io.Writer
	cr     bool   // the last byte was CR
	ends   int    // line ends that are due before the next text
	blanks []byte // that are due before the next text, at most maxBlanks
	out    []byte
}

// maxBlanks bounds the blanks in a row that count.
const maxBlanks = 4096

// Write implements io.Writer.
func (l *lineWriter) Write(p []byte) (int, error) {
	l.out = l.out[:0]
	for _, c := range p {
		wasCR := l.cr
		l.cr = c == '\r'
		switch {
		case c == '\n' && wasCR, c == 0:
		case c == '\n' || c == '\r':
			l.ends++
			l.blanks = l.blanks[:0]
		case c == ' ' || c == '\t':
			if len(l.blanks) < maxBlanks {
				l.blanks = append(l.blanks, c)
			}
		default:
			l.put(c)
		}
	}
	_, err := l.w.Write(l.out)
	return len(p), err
}

func (l *lineWriter) put(c byte) {
	for ; l.ends > 0; l.ends-- {
		l.out = append(l.out, '\n')
		if len(l.out) >= 32<<10 {
			_, _ = l.w.Write(l.out) // a form does not fail
			l.out = l.out[:0]
		}
	}
	l.out = append(append(l.out, l.blanks...), c)
	l.blanks = l.blanks[:0]
}

// unmarked reads text without the byte order mark that it may begin with.
func unmarked(r io.Reader) io.Reader {
	b := bufio.NewReaderSize(r, 32<<10)
	if head, _ := b.Peek(3); string(head) == "\uFEFF" {
		_, _ = b.Discard(len(head)) // they were peeked
	}
	return b
}

// A wordWriter writes the words of text, a line for each: what stands between
// blanks. Words longer than maxWord are cut in pieces.
type wordWriter struct {
	w    io.Writer
	rest []byte // bytes of a word that may go on
	part []byte // the beginning of a character
}

const maxWord = 64 << 10

// Write implements io.Writer.
func (w *wordWriter) Write(p []byte) (int, error) {
	n := len(p)
	if len(w.part) > 0 {
		p = append(w.part, p...)
		w.part = nil
	}
	for len(p) > 0 {
		if !utf8.FullRune(p) {
			w.part = append(w.part, p...)
			break
		}
		c, size := utf8.DecodeRune(p)
		if isBlank(c) {
			w.end()
		} else {
			w.put(p[:size])
		}
		p = p[size:]
	}
	return n, nil
}

// put writes a character of a word.
func (w *wordWriter) put(c []byte) {
	if len(w.rest) >= maxWord {
		w.end()
	}
	w.rest = append(w.rest, c...)
}

// close ends the text.
func (w *wordWriter) close() {
	for i := range w.part {
		w.put(w.part[i : i+1])
	}
	w.part = nil
	w.end()
}

// end ends a word.
func (w *wordWriter) end() {
	if len(w.rest) > 0 {
		_, _ = w.w.Write(append(w.rest, '\n')) // a form does not fail
		w.rest = w.rest[:0]
	}
}

func isBlank(c rune) bool { return unicode.IsSpace(c) || c == 0 || c == 0xFEFF || c == 0x200B }

// maxToken bounds a tag or a run of text in HTML, in bytes.
const maxToken = 1 << 20

// readHTML writes HTML in its normal forms: its elements, with attributes by
// name and with text as words; and the words that it shows. A token beyond
// maxToken ends the HTML; what comes after it is compared as it is.
func readHTML(r io.Reader, elements, words io.Writer) error {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(maxToken)
	h := &htmlForms{elements: elements, words: &wordWriter{w: words}}
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return h.finish(z, r)
		case html.TextToken:
			h.text(z)
		case html.StartTagToken, html.SelfClosingTagToken:
			h.start(z)
		case html.EndTagToken:
			name, _ := z.TagName()
			h.end(string(name))
		}
	}
}

// htmlForms writes both forms.
type htmlForms struct {
	elements io.Writer
	words    *wordWriter
	mute     string // the element around whose text is not shown
}

// unshown are the elements whose text is not shown.
var unshown = map[string]bool{"script": true, "style": true, "title": true}

// passed are the elements that do not count: what they say of the character set
// is true of one file only, or they are implied.
var passed = map[string]bool{"meta": true, "html": true, "head": true, "body": true}

// inline are the elements that do not part words.
var inline = map[string]bool{
	"a": true, "abbr": true, "acronym": true, "b": true, "bdi": true, "bdo": true, "big": true, "cite": true, "code": true,
	"del": true, "em": true, "font": true, "i": true, "ins": true, "kbd": true, "mark": true, "q": true, "s": true, "samp": true,
	"small": true, "span": true, "strike": true, "strong": true, "sub": true, "sup": true, "tt": true, "u": true, "var": true, "wbr": true,
}

func (h *htmlForms) text(z *html.Tokenizer) {
	text := z.Text()
	if h.mute == "" {
		_, _ = h.words.Write(text)
	}
	if s := strings.Join(strings.FieldsFunc(string(text), isBlank), " "); s != "" {
		h.element(s)
	}
}

func (h *htmlForms) start(z *html.Tokenizer) {
	raw, more := z.TagName()
	name := string(raw)
	if unshown[name] && h.mute == "" {
		h.mute = name
	}
	if !inline[name] {
		h.words.end()
	}
	if passed[name] {
		return
	}
	var attrs []string
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		attrs = append(attrs, string(k)+"="+strings.Join(strings.FieldsFunc(string(v), isBlank), " "))
	}
	slices.Sort(attrs)
	h.element("<" + strings.Join(append([]string{name}, attrs...), " ") + ">")
}

func (h *htmlForms) end(name string) {
	if name == h.mute {
		h.mute = ""
	}
	if !inline[name] {
		h.words.end()
	}
	if !passed[name] {
		h.element("</" + name + ">")
	}
}

func (h *htmlForms) element(s string) { _, _ = io.WriteString(h.elements, s+"\n") } // a form does not fail

// finish takes what the tokenizer cannot.
func (h *htmlForms) finish(z *html.Tokenizer, r io.Reader) error {
	err := z.Err()
	if errors.Is(err, html.ErrBufferExceeded) {
		both := io.MultiWriter(h.elements, h.words)
		_, _ = both.Write(z.Raw())
		_, err = io.Copy(both, r)
	}
	h.words.close()
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
