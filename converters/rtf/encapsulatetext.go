package rtf

import (
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const hex = "0123456789abcdef"

// tag writes source text that only HTML readers see ([MS-OXRTFEX] 2.1.3.1.4).
func (e *encapsulator) tag(kind int, source string) {
	kind |= e.place
	if e.place == inBody {
		switch kind & 0xF0 {
		case tagText, tagInline, tagBreak, tagFont:
			kind |= inParagraph
		}
	}
	e.out = append(e.out, "\r\n{\\*\\htmltag"...)
	e.out = strconv.AppendInt(e.out, int64(kind), 10)
	e.out = append(e.out, ' ')
	e.escape(source)
	e.out = append(e.out, '}')
}

// hidden writes RTF that HTML readers skip ([MS-OXRTFEX] 2.1.3.1.3).
func (e *encapsulator) hidden(rtf string) {
	e.out = append(e.out, `\htmlrtf `...)
	e.out = append(e.out, rtf...)
	e.out = append(e.out, `\htmlrtf0 `...)
}

// escape writes text as RTF; a line end becomes \par.
func (e *encapsulator) escape(s string) {
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '{' || c == '}' || c == '\\':
			e.out = append(e.out, '\\', c)
		case c == '\r':
			if i+1 < len(s) && s[i+1] == '\n' {
				i++
			}
			e.out = append(e.out, `\par `...)
		case c == '\n':
			e.out = append(e.out, `\par `...)
		case c == '\t':
			e.out = append(e.out, `\tab `...)
		case c < ' ':
			e.out = append(e.out, '\\', '\'', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			e.out = append(e.out, c)
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			e.unicode(r)
			i += n
			continue
		}
		i++
	}
}

// unicode writes a character as one or two \u words, each with a fallback.
func (e *encapsulator) unicode(r rune) {
	for _, unit := range utf16.AppendRune(nil, r) {
		e.out = append(e.out, `\u`...)
		e.out = strconv.AppendInt(e.out, int64(int16(unit)), 10)
		e.out = append(e.out, '?')
	}
}

// text writes a run of the document's text, white space and references
// included. Both kinds of readers see it; where they need different things it is
// written twice.
func (e *encapsulator) text(s string) {
	for len(s) > 0 {
		n := strings.IndexAny(s, " \t\r\n\f&<>")
		if n < 0 {
			n = len(s)
		}
		if n > 0 {
			e.both(s[:n])
			s = s[n:]
			continue
		}
		switch c := s[0]; c {
		case '&', '<', '>':
			n = reference(s)
			e.apart(s[:n], html.UnescapeString(s[:n]))
		default:
			n = len(s) - len(strings.TrimLeft(s, " \t\r\n\f"))
			e.space(s[:n])
		}
		s = s[n:]
	}
}

// maxEntity bounds the length of a character reference, in bytes; the longest
// name has 32.
const maxEntity = 40

// reference returns the length of the character reference that s begins with,
// 1 if there is none.
func reference(s string) int {
	if s[0] != '&' {
		return 1
	}
	end := strings.IndexAny(s[1:min(len(s), maxEntity)], "; \t\r\n\f&<>")
	if end > 0 && s[1+end] == ';' {
		return end + 2
	}
	return 1
}

// both writes text that HTML and RTF readers take alike.
func (e *encapsulator) both(s string) {
	e.lead()
	e.escape(s)
	e.blank = false
}

// apart writes source for HTML readers and text for RTF readers.
func (e *encapsulator) apart(source, text string) {
	e.lead()
	e.tag(tagInline, source)
	e.rtfText(text)
}

// rtfText writes text that only RTF readers see.
func (e *encapsulator) rtfText(text string) {
	e.lead()
	e.out = append(e.out, `\htmlrtf `...)
	e.escape(text)
	e.out = append(e.out, `\htmlrtf0 `...)
	e.blank = strings.HasSuffix(text, " ")
}

// space writes white space. RTF shows each blank, HTML one.
func (e *encapsulator) space(s string) {
	switch {
	case e.pre > 0 && strings.Trim(s, " ") == "":
		e.both(s)
	case e.pre > 0:
		e.lead()
		e.tag(tagText, s)
		e.out = append(e.out, `\htmlrtf `...)
		e.escape(s)
		e.out = append(e.out, `\htmlrtf0 `...)
	case s == " " && !e.blank && e.breaks == 0:
		e.both(s)
		e.blank = true
	default:
		e.tag(tagText, s)
		if !e.blank && e.breaks == 0 {
			e.hidden(" ")
			e.blank = true
		}
	}
}

// lead writes what is due before text: the paragraph that it stands in, line
// breaks and style.
func (e *encapsulator) lead() {
	if e.place != inBody {
		e.place = inBody
	}
	if !e.begun {
		e.begun = true
		e.out = append(e.out, "\r\n{\\*\\htmltag64}"...)
	}
	if e.shown && e.breaks > 0 {
		e.hidden(strings.Repeat(`\par`, min(e.breaks, maxBreaks)) + " ")
	}
	e.blank = e.blank || e.breaks > 0
	e.shown, e.breaks = true, 0
	e.restyle()
}

// maxBreaks bounds the line breaks in a row that RTF readers see.
const maxBreaks = 20

// restyle makes the style of RTF what the elements around ask for.
func (e *encapsulator) restyle() {
	words := ""
	for s := range e.want {
		on := min(e.want[s], 1)
		if on != e.have[s] {
			words += styleWords[s][on]
			e.have[s] = on
		}
	}
	if words != "" {
		e.hidden(words + " ")
	}
}

// startLink begins a field that RTF readers follow.
func (e *encapsulator) startLink(target string) {
	if target == "" {
		return
	}
	e.lead()
	e.out = append(e.out, `\htmlrtf {\field{\*\fldinst{HYPERLINK "`...)
	e.escape(strings.ReplaceAll(target, `\`, `\\`)) // instructions have escapes of their own
	e.out = append(e.out, `"}}{\fldrslt\cf1\ul \htmlrtf0 `...)
	e.link, e.before = true, e.have
	e.have[styleUnderline] = 1
	e.want[styleUnderline]++
}

// endLink ends the field, if there is one.
func (e *encapsulator) endLink() {
	if !e.link {
		return
	}
	e.hidden(`}}`)
	e.link, e.have = false, e.before
	e.want[styleUnderline] = max(0, e.want[styleUnderline]-1)
}
