package mime

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// breaks are the line breaks that an element stands for, before it and after
// it.
var breaks = map[atom.Atom]int{
	atom.Br: 1, atom.Div: 1, atom.Tr: 1, atom.Li: 1, atom.Dt: 1, atom.Dd: 1, atom.Hr: 1, atom.Section: 1, atom.Article: 1,
	atom.Header: 1, atom.Footer: 1, atom.Address: 1, atom.Center: 1, atom.Form: 1, atom.Option: 1, atom.Caption: 1, atom.Figure: 1,
	atom.P: 2, atom.H1: 2, atom.H2: 2, atom.H3: 2, atom.H4: 2, atom.H5: 2, atom.H6: 2, atom.Ul: 2, atom.Ol: 2, atom.Dl: 2,
	atom.Table: 2, atom.Blockquote: 2, atom.Pre: 2,
}

// htmlText returns the text of an HTML document in UTF-8, for readers that
// show no HTML ([MS-OXCMAIL] 2.2.3.3). Its lines end in CRLF.
func htmlText(doc []byte) string {
	z := html.NewTokenizer(bytes.NewReader(doc[:min(len(doc), limits.MIMEHTMLText.Int())]))
	z.SetMaxBuf(limits.MIMEHTMLText.Int())
	var w textWriter
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimRight(w.String(), "\r\n ")
		case html.TextToken:
			if w.mute == 0 {
				w.text(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			w.tag(atom.Lookup(name), true)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.tag(atom.Lookup(name), false)
		}
	}
}

// textWriter lays out text.
type textWriter struct {
	strings.Builder
	breaks int  // line breaks due before the next text
	blank  bool // a blank is due
	pre    int  // pre elements around
	mute   int  // elements around whose text is not shown
}

// tag takes the start or the end of an element.
func (w *textWriter) tag(a atom.Atom, start bool) {
	step := -1
	if start {
		step = 1
	}
	switch a {
	case atom.Style, atom.Script, atom.Title:
		w.mute = max(0, w.mute+step)
	case atom.Pre:
		w.pre = max(0, w.pre+step)
	case atom.Td, atom.Th:
		w.blank = true
	case atom.Br:
		if start {
			w.breaks++
		}
		return
	}
	w.breaks = max(w.breaks, breaks[a])
	if a == atom.Li && start {
		w.text([]byte("* "))
	}
}

// text writes a run of text, with its white space collapsed as HTML does.
func (w *textWriter) text(b []byte) {
	if w.pre > 0 {
		w.flush()
		w.WriteString(crlfText(string(b)))
		return
	}
	for len(b) > 0 {
		n := bytes.IndexAny(b, " \t\r\n\f\x00")
		if n < 0 {
			n = len(b)
		}
		if n > 0 {
			w.flush()
			w.Write(b[:n])
			b = b[n:]
			continue
		}
		w.blank = true
		b = b[1:]
	}
}

// flush writes what is due before text.
func (w *textWriter) flush() {
	if w.Len() > 0 {
		for range min(w.breaks, 2) {
			w.WriteString("\r\n")
		}
		if w.breaks == 0 && w.blank {
			w.WriteByte(' ')
		}
	}
	w.breaks, w.blank = 0, false
}
