package mime

import (
	"bytes"
	"cmp"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// A body is what is shown of a message, in the forms that there are. A form too
// long to be held in memory is a Large.
type body struct {
	text, html           []byte // UTF-8; nil when there is none
	largeText, largeHTML mapi.Large
	htmlPage             int                // code page of largeHTML
	pictures             []*mapi.Attachment // that html refers to and the message does not have
}

// hasHTML reports whether the body has HTML in any form.
func (b body) hasHTML() bool { return b.html != nil || b.largeHTML != nil }

// body chooses among the bodies of the message ([MS-OXBBODY] 2.1.3.1).
//
// SPEC: HTML is taken before RTF that is said to be in sync with it. Programs
// other than Outlook leave old RTF behind, and what Outlook writes holds the
// same HTML.
func (o *object) body() body {
	var b body
	o.plain(&b)
	if v, ok := o.m.Props.Get(proptag.Html.WithType(mapi.PtypUnspecified)); ok {
		o.storedHTML(&b, v)
	}
	if !b.hasHTML() && o.m.Props.Has(proptag.RtfCompressed) {
		o.fromRTF(&b)
	}
	return b
}

// plain takes PidTagBody.
func (o *object) plain(b *body) {
	v, ok := o.m.Props.Get(proptag.Body)
	if !ok {
		return
	}
	data, err := mapi.ReadValue(v, o.e.opt.MaxText)
	switch large, isLarge := v.(mapi.Large); {
	case err == nil:
		b.text = trimNUL(data)
	case errors.Is(err, mapi.ErrTooBig) && isLarge:
		b.largeText = large
	default:
		o.unreadable(proptag.Body, err)
	}
}

func (o *object) unreadable(tag mapi.Tag, err error) {
	o.say("mime.body.unreadable", problem.Loss, tag, "the body cannot be used: %v", err)
}

func trimNUL(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return b
}

// storedHTML takes PidTagHtml, which is bytes in a code page, or PidTagBodyHtml,
// which is text.
func (o *object) storedHTML(b *body, v mapi.Value) {
	data, err := mapi.ReadValue(v, o.e.opt.MaxText)
	large, isLarge := v.(mapi.Large)
	_, isText := v.(string)
	isText = isText || !o.m.Props.Has(proptag.Html)
	switch {
	case err == nil && isText:
		b.html = relabel(trimNUL(data))
	case err == nil:
		b.html = relabel([]byte(o.decodeHTML(data)))
	case errors.Is(err, mapi.ErrTooBig) && isLarge:
		b.largeHTML, b.htmlPage = large, codepage.UTF8
		if !isText {
			b.htmlPage = cmp.Or(codepage.Wide(mapi.Head(large, codepage.WideHead)), o.internetPage())
		}
	default:
		o.unreadable(proptag.Html, err)
	}
}

// relabel makes HTML in UTF-8 say that it is; empty HTML becomes nil.
func relabel(html []byte) []byte {
	if len(html) == 0 {
		return nil
	}
	s, _ := charset.RelabelHTML(html, nil)
	return []byte(s)
}

// internetPage returns the code page of PidTagHtml according to the message, or
// 1252 when it does not say.
func (o *object) internetPage() int {
	if cp, ok := o.saidPage(); ok {
		return cp
	}
	if cp, ok := o.m.Props.Int32(proptag.MessageCodepage); ok && cp > 0 && cp != codepage.UTF16LE && codepage.Known(int(cp)) {
		return int(cp)
	}
	if lcid, ok := o.m.Props.Int32(proptag.MessageLocaleId); ok && lcid != 0 {
		return codepage.FromLCID(uint32(lcid))
	}
	return codepage.Windows
}

// saidPage returns the code page that the message names for its HTML, if it names
// one that HTML can be in which does not begin like UTF-16.
func (o *object) saidPage() (cp int, ok bool) {
	said, _ := o.m.Props.Int32(proptag.InternetCodepage)
	wide := said == codepage.UTF16LE || said == codepage.UTF16BE
	return int(said), said > 0 && !wide && codepage.Known(int(said))
}

// decodeHTML converts PidTagHtml to UTF-8.
//
// QUIRK: the code page that the message names may be wrong. UTF-16, and UTF-8
// with a byte order mark, are known by their bytes. When they make no sense in the
// code page, the character set that the HTML declares is tried, then UTF-8, then
// the code page of the strings.
func (o *object) decodeHTML(html []byte) string {
	page := o.internetPage()
	if marked := markedPage(html); marked != 0 {
		return o.decodeMarked(html, marked, page)
	}
	html = trimNUL(html)
	if page == codepage.ASCII {
		page = codepage.Windows // 7-bit text is the same in both
	}
	s, ok := codepage.Decode(page, html)
	if ok && !o.looksUTF8(html, page) {
		return s
	}
	declared, known := charset.CodePage(charset.FromHTML(html))
	ansi, _ := o.m.Props.Int32(proptag.MessageCodepage)
	if ansi == codepage.UTF16LE || !codepage.Known(int(ansi)) {
		ansi = 0
	}
	for _, cp := range []int{declared, codepage.UTF8, int(ansi), codepage.Windows} {
		if cp == 0 || cp == page || (cp == declared && !known) {
			continue
		}
		if other, ok := codepage.Decode(cp, html); ok {
			o.sayHTMLPage(page, cp)
			return other
		}
	}
	o.sayUndefined(page)
	return s
}

// markedPage returns the code page that the first bytes of HTML tell, or 0.
func markedPage(html []byte) int {
	if bytes.HasPrefix(html, []byte(utf8Mark)) && utf8.Valid(html) {
		return codepage.UTF8
	}
	return codepage.Wide(html)
}

// utf8Mark is a byte order mark in UTF-8.
const utf8Mark = "\uFEFF"

// decodeMarked converts HTML whose first bytes tell its code page.
func (o *object) decodeMarked(html []byte, marked, page int) string {
	if marked != codepage.UTF8 && len(html)%2 == 1 {
		html = append(html[:len(html):len(html)], 0) // QUIRK: half of the last ">" was taken for a terminator
	}
	s, ok := codepage.Decode(marked, html)
	if !ok {
		o.sayUndefined(marked)
	}
	if said, _ := o.m.Props.Int32(proptag.InternetCodepage); marked != cmp.Or(int(said), page) {
		o.sayHTMLPage(page, marked)
	}
	return strings.TrimRight(strings.TrimPrefix(s, utf8Mark), "\x00")
}

func (o *object) sayHTMLPage(page, read int) {
	o.say("mime.html.codepage", problem.Info, proptag.InternetCodepage,
		"the HTML is not in code page %d, as the message says; it was read as %d", page, read)
}

func (o *object) sayUndefined(page int) {
	o.say("mime.html.codepage", problem.Loss, proptag.Html, "the HTML has bytes that code page %d does not define; each is shown as U+FFFD", page)
}

// looksUTF8 reports whether HTML is UTF-8 that no property puts in a code page: one
// that is guessed, of those of Windows in which nearly all bytes make sense.
func (o *object) looksUTF8(html []byte, page int) bool {
	_, said := o.saidPage()
	return !said && page >= 1250 && page <= 1258 && hasHigh(html) && utf8.Valid(html)
}

func hasHigh(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}
