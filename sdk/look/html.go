package look

import (
	"errors"
	"io"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// Bounds of HTML that is made into text.
const (
	maxToken  = 1 << 20 // bytes of a tag or a run of text
	maxLevels = 16      // quotes and lists around a line that are shown
	maxLinks  = 10_000
)

// An HTMLText is the text of an HTML document.
type HTMLText struct {
	// Text has lines that end in "\n" and are not wrapped. Quotes begin with
	// "> ", items of lists with "* " or a number. It may need [Text].
	Text string
	// Links are the addresses that the text refers to, in order; the text has
	// the mark [1] behind the first of them, if marks were asked for.
	Links []string
	// Cut says that the document was too long to be read in whole.
	Cut bool
}

// ReadHTML makes text of HTML, for people. Scripts and styles are left out.
// Nothing is fetched. With marks, links are numbered.
func ReadHTML(r io.Reader, marks bool) (HTMLText, error) {
	limited := &io.LimitedReader{R: r, N: limits.LookBody.Get() + 1}
	z := html.NewTokenizer(limited)
	z.SetMaxBuf(maxToken)
	w := htmlWriter{marks: marks}
	for {
		switch z.Next() {
		case html.ErrorToken:
			out := HTMLText{Text: w.finish(), Links: w.links, Cut: limited.N <= 0}
			err := z.Err()
			switch {
			case errors.Is(err, io.EOF):
				return out, nil
			case errors.Is(err, html.ErrBufferExceeded):
				out.Cut = true
				return out, nil
			}
			return out, err
		case html.TextToken:
			if w.mute == 0 {
				w.text(string(z.Text()))
			}
		case html.StartTagToken:
			w.start(z, false)
		case html.SelfClosingTagToken:
			w.start(z, true)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.end(atom.Lookup(name))
		}
	}
}

// htmlWriter lays out text.
type htmlWriter struct {
	out    strings.Builder
	marks  bool
	breaks int  // line ends that are due before the next text
	blank  bool // a blank is due
	begun  bool // something stands on the line
	pre    int  // pre elements around
	mute   int  // elements around whose text is not shown
	quotes int  // block quotes around
	lists  []int
	bullet string // is due at the beginning of the line
	links  []string
	href   string // of the link around
	anchor int    // where its text begins
}

// space are the line ends that an element stands for before and after it.
var space = map[atom.Atom]int{
	atom.Div: 1, atom.Tr: 1, atom.Li: 1, atom.Dt: 1, atom.Dd: 1, atom.Section: 1, atom.Article: 1, atom.Header: 1, atom.Footer: 1,
	atom.Address: 1, atom.Center: 1, atom.Form: 1, atom.Option: 1, atom.Caption: 1, atom.Figure: 1, atom.Body: 1,
	atom.P: 2, atom.H1: 2, atom.H2: 2, atom.H3: 2, atom.H4: 2, atom.H5: 2, atom.H6: 2, atom.Ul: 2, atom.Ol: 2, atom.Dl: 2,
	atom.Table: 2, atom.Blockquote: 2, atom.Pre: 2, atom.Hr: 2,
}

// muted are the elements whose text is not shown.
var muted = map[atom.Atom]bool{atom.Style: true, atom.Script: true, atom.Title: true, atom.Template: true, atom.Noscript: true}

func (w *htmlWriter) start(z *html.Tokenizer, closed bool) {
	name, more := z.TagName()
	a := atom.Lookup(name)
	attrs := map[string]string{}
	for more && len(attrs) < 64 {
		var k, v []byte
		k, v, more = z.TagAttr()
		attrs[string(k)] = string(v)
	}
	if muted[a] && !closed {
		w.mute++
	}
	w.breaks = max(w.breaks, w.spaceOf(a))
	switch a {
	case atom.Br:
		w.breaks++
	case atom.Td, atom.Th:
		w.blank = true
	case atom.Pre:
		w.pre++
	case atom.Blockquote:
		w.quotes++
	case atom.Ul:
		w.lists = append(w.lists, -1)
	case atom.Ol:
		w.lists = append(w.lists, 0)
	case atom.Li:
		w.bullet = w.nextBullet()
	case atom.Hr:
		w.text("----")
		w.breaks = 2
	case atom.Img:
		if alt := strings.TrimSpace(attrs["alt"]); alt != "" && w.mute == 0 {
			w.text("[" + alt + "]")
		}
	case atom.A:
		w.href, w.anchor = strings.TrimSpace(attrs["href"]), w.out.Len()
	}
}

func (w *htmlWriter) end(a atom.Atom) {
	switch a {
	case atom.Pre:
		w.pre = max(0, w.pre-1)
	case atom.Blockquote:
		w.quotes = max(0, w.quotes-1)
	case atom.Ul, atom.Ol:
		w.lists = w.lists[:max(0, len(w.lists)-1)]
		w.bullet = ""
	case atom.A:
		w.link()
	case atom.Br:
		w.breaks++
	}
	if muted[a] {
		w.mute = max(0, w.mute-1)
	}
	w.breaks = max(w.breaks, w.spaceOf(a))
}

// spaceOf is the space around an element; lists in lists have none of their own.
func (w *htmlWriter) spaceOf(a atom.Atom) int {
	if (a == atom.Ul || a == atom.Ol) && len(w.lists) > 0 {
		return 1
	}
	return space[a]
}

func (w *htmlWriter) nextBullet() string {
	n := len(w.lists)
	if n == 0 || w.lists[n-1] < 0 {
		return "* "
	}
	w.lists[n-1]++
	return strconv.Itoa(w.lists[n-1]) + ". "
}

// link marks the link that ends here, unless its text says the same.
func (w *htmlWriter) link() {
	href := w.href
	if w.href = ""; href == "" {
		return
	}
	text := strings.TrimSpace(w.out.String()[w.anchor:])
	scheme, rest, ok := strings.Cut(href, ":")
	scheme = strings.ToLower(scheme)
	if !w.marks || !ok || text == "" || text == href || strings.Trim(rest, "/") == text || len(w.links) >= maxLinks {
		return
	}
	if scheme == "http" || scheme == "https" || scheme == "mailto" || scheme == "ftp" || scheme == "tel" {
		w.links = append(w.links, href)
		w.out.WriteString("[" + strconv.Itoa(len(w.links)) + "]")
	}
}

// text writes text of the document.
func (w *htmlWriter) text(s string) {
	if w.pre > 0 {
		for i, line := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
			if i > 0 {
				w.breaks++
			}
			if strings.TrimSpace(line) != "" {
				w.put(line)
			}
		}
		return
	}
	for i, word := range strings.FieldsFunc(s, isHTMLBlank) {
		w.blank = w.blank || i > 0 || isHTMLBlank(rune(s[0]))
		w.put(word)
	}
	if n := len(s); n > 0 && isHTMLBlank(rune(s[n-1])) {
		w.blank = true
	}
}

// isHTMLBlank reports whether c is a blank in HTML, which a no-break space is
// not.
func isHTMLBlank(c rune) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' }

// put writes a word, with what is due before it.
func (w *htmlWriter) put(word string) {
	if w.out.Len() > 0 && w.breaks > 0 {
		w.out.WriteString(strings.Repeat("\n", min(w.breaks, 2)))
		w.begun = false
	}
	w.breaks = 0
	switch {
	case !w.begun:
		w.out.WriteString(strings.Repeat("> ", min(w.quotes, maxLevels)))
		w.out.WriteString(w.indent())
	case w.blank:
		w.out.WriteByte(' ')
	}
	w.out.WriteString(word)
	w.begun, w.blank = true, false
}

// indent is what stands before a line of a list: its bullet, or as much room.
func (w *htmlWriter) indent() string {
	n := min(len(w.lists), maxLevels)
	if n == 0 && w.bullet == "" {
		return ""
	}
	text := strings.Repeat("  ", max(0, n-1))
	if w.bullet == "" {
		return text + "  "
	}
	text += w.bullet
	w.bullet = ""
	return text
}

func (w *htmlWriter) finish() string {
	if w.out.Len() == 0 {
		return ""
	}
	return w.out.String() + "\n"
}
