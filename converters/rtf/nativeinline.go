package rtf

import "strings"

// beginPara begins a paragraph unless one is under way; f is the format of its
// first text.
func (w *htmlWriter) beginPara(f charFormat) {
	if w.f.begun {
		return
	}
	w.f.begun, w.f.blank = true, true
	w.beginLine(true)
	w.f.base = charFormat{font: f.font, size: f.size}
}

// escaped is what stands for characters that mean something in HTML.
var escaped = [128]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;"}

// escape writes s so that HTML shows it as it is, spaces included.
func (w *htmlWriter) escape(s string) {
	from := 0
	for i := range len(s) {
		c := s[i]
		sub := ""
		switch {
		case c == ' ' && w.f.blank:
			sub = "&nbsp;"
		case c < 0x80:
			sub = escaped[c]
			if c < ' ' || c == 0x7F {
				sub = " "
			}
		}
		w.f.blank = c == ' '
		if sub != "" {
			w.add(&w.f.inline, s[from:i])
			w.add(&w.f.inline, sub)
			from = i + 1
		}
	}
	w.add(&w.f.inline, s[from:])
}

// plain closes the inline elements within a link.
func (w *htmlWriter) plain() {
	f := w.f
	for i := len(f.open) - 1; i >= 0; i-- {
		w.add(&f.inline, f.open[i])
	}
	f.open = f.open[:0]
	f.cur = charFormat{link: f.link, font: f.base.font, size: f.base.size}
}

// unlink closes all inline elements.
func (w *htmlWriter) unlink() {
	w.plain()
	if w.f.link > 0 {
		w.add(&w.f.inline, "</a>")
		w.f.link, w.f.cur.link = 0, 0
	}
}

// inlineTags are the elements of formats, in the order of nesting.
var inlineTags = []struct {
	flag       uint16
	begin, end string
}{
	{chrBold, "<b>", "</b>"},
	{chrItalic, "<i>", "</i>"},
	{chrStrike, "<s>", "</s>"},
	{chrStrike2, `<s style="text-decoration-style:double">`, "</s>"},
	{chrSuper, `<sup style="font-size:65%">`, "</sup>"},
	{chrSub, `<sub style="font-size:65%">`, "</sub>"},
}

// underTags begin the elements of kinds of underline.
var underTags = [...]string{
	underSingle: "<u>",
	underDouble: `<u style="text-decoration-style:double">`,
	underDotted: `<u style="text-decoration-style:dotted">`,
	underDashed: `<u style="text-decoration-style:dashed">`,
	underWavy:   `<u style="text-decoration-style:wavy">`,
	underThick:  `<u style="text-decoration-thickness:2px">`,
}

// inline makes f the format of what follows.
func (w *htmlWriter) inline(f charFormat) {
	if f == w.f.cur {
		return
	}
	if f.link != w.f.link {
		w.unlink()
	} else {
		w.plain()
	}
	if !w.rich() {
		w.f.cur = f
		return
	}
	if f.link > 0 && w.f.link == 0 {
		w.add(&w.f.inline, `<a href="`+attributes.Replace(w.p.links[f.link-1])+`"`+linkStyle(f)+`>`)
		w.f.link = f.link
	}
	w.f.cur = f
	if css := w.charCSS(f); css != "" {
		w.element(`<span style="`+css+`">`, "</span>")
	}
	if f.under != underNone {
		w.element(underTags[f.under], "</u>")
	}
	for _, t := range inlineTags {
		if f.is(t.flag) {
			w.element(t.begin, t.end)
		}
	}
}

// linkStyle returns the style of a link whose text begins in format f: one that
// its colour shows is not underlined unless f is.
func linkStyle(f charFormat) string {
	if f.color == 0 || f.under != underNone {
		return ""
	}
	return ` style="text-decoration:none"`
}

func (w *htmlWriter) element(begin, end string) {
	w.add(&w.f.inline, begin)
	w.f.open = append(w.f.open, end)
}

// attributes escapes the value of a quoted attribute.
var attributes = strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;", "\x00", "")

// charCSS returns the style of text in format f where it differs from the
// paragraph's.
func (w *htmlWriter) charCSS(f charFormat) string {
	var css style
	if f.font != w.f.base.font || f.size != w.f.base.size {
		w.fontCSS(&css, f, w.f.base)
	}
	if f.is(chrHidden) {
		css.add("display", "none")
	}
	css.add("color", w.p.colors.css(f.color))
	css.add("background-color", w.p.colors.ground(f.back))
	switch {
	case f.is(chrCaps):
		css.add("text-transform", "uppercase")
	case f.is(chrSmallCaps):
		css.add("font-variant", "small-caps")
	}
	if f.is(chrShadow) {
		css.add("text-shadow", "1px 1px 2px gray")
	}
	if f.raise != 0 {
		css.add("vertical-align", points(int32(f.raise)*10))
	}
	if f.expand != 0 {
		css.add("letter-spacing", points(int32(f.expand)))
	}
	return css.String()
}

// fontCSS adds the font and size of f where they differ from those of base.
func (w *htmlWriter) fontCSS(css *style, f, base charFormat) {
	if name := w.p.fontCSS(f.font); name != w.p.fontCSS(base.font) {
		css.add("font-family", name)
	}
	if f.size != base.size {
		css.add("font-size", points(int32(w.p.sizeOf(f))*10))
	}
}
