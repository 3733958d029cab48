package mime

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/converters/rtf"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// A body is what is shown of a message, in the forms that there are. A form too
// long to be held in memory is a Large.
type body struct {
	text, html           []byte // UTF-8; nil when there is none
	largeText, largeHTML mapi.Large
	htmlPage             int   // code page of largeHTML
	placeholders         []int // offsets in html where attachments have their place
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
		b.html = relabel([]byte(o.decodeHTML(trimNUL(data))))
	case errors.Is(err, mapi.ErrTooBig) && isLarge:
		b.largeHTML, b.htmlPage = large, codepage.UTF8
		if !isText {
			b.htmlPage = o.internetPage()
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
	cp, ok := o.m.Props.Int32(proptag.InternetCodepage)
	if ok && cp > 0 && codepage.Known(int(cp)) {
		return int(cp)
	}
	if cp, ok = o.m.Props.Int32(proptag.MessageCodepage); ok && cp > 0 && cp != codepage.UTF16LE && codepage.Known(int(cp)) {
		return int(cp)
	}
	if lcid, ok := o.m.Props.Int32(proptag.MessageLocaleId); ok && lcid != 0 {
		return codepage.FromLCID(uint32(lcid))
	}
	return codepage.Windows
}

// decodeHTML converts PidTagHtml to UTF-8.
//
// QUIRK: the code page that the message names may be wrong. When its bytes make
// no sense in it, the character set that the HTML declares is tried, then
// UTF-8.
func (o *object) decodeHTML(html []byte) string {
	page := o.internetPage()
	if page == codepage.ASCII {
		page = codepage.Windows // 7-bit text is the same in both
	}
	s, ok := codepage.Decode(page, html)
	if ok && (page != codepage.Windows || !o.looksUTF8(html)) {
		return s
	}
	declared, known := charset.CodePage(charset.FromHTML(html))
	for _, cp := range []int{declared, codepage.UTF8, codepage.Windows} {
		if cp == 0 || cp == page || (cp == declared && !known) {
			continue
		}
		if other, ok := codepage.Decode(cp, html); ok {
			o.say("mime.html.codepage", problem.Info, proptag.InternetCodepage,
				"the HTML is not in code page %d, as the message says; it was read as %d", page, cp)
			return other
		}
	}
	o.say("mime.html.codepage", problem.Loss, proptag.Html, "the HTML has bytes that code page %d does not define; each is shown as U+FFFD", page)
	return s
}

// looksUTF8 reports whether HTML that no property puts in a code page is UTF-8.
func (o *object) looksUTF8(html []byte) bool {
	cp, ok := o.m.Props.Int32(proptag.InternetCodepage)
	said := ok && cp == codepage.Windows
	return !said && hasHigh(html) && utf8.Valid(html)
}

func hasHigh(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// fromRTF takes HTML, or text if there is none yet, out of PidTagRtfCompressed
// ([MS-OXRTFEX] 2.2.3).
func (o *object) fromRTF(b *body) {
	packed, err := o.m.Props.Bytes(proptag.RtfCompressed, o.e.opt.MaxText)
	var data []byte
	var warn lzfu.Warning
	if err == nil {
		data, warn, err = lzfu.Decompress(packed, 4*o.e.opt.MaxText)
	}
	if err != nil {
		o.unreadable(proptag.RtfCompressed, err)
		return
	}
	if len(data) == 0 {
		return
	}
	if warn&(lzfu.WarnTruncated|lzfu.WarnRawSize) != 0 {
		o.say("mime.rtf.damaged", problem.Loss, proptag.RtfCompressed, "the RTF body is cut short; what is there was used")
	}
	var info rtf.Info
	var html string
	switch kind := rtf.Detect(data); {
	case kind == rtf.KindHTML:
		html, info, err = rtf.HTML(data)
	case kind == rtf.KindText && b.text == nil && b.largeText == nil:
		var text string
		text, info, err = rtf.Text(data)
		b.text = []byte(text)
	case kind == rtf.KindNative && o.showRTF(b):
		html, info, err = rtf.NativeHTML(data)
	}
	if err != nil {
		o.unreadable(proptag.RtfCompressed, err)
	}
	if html != "" {
		b.html, b.placeholders = []byte(html), info.Placeholders
	}
	o.rtfProblems(info)
}

// showRTF reports whether RTF in its own right is what the message shows: when
// there is no text, or the RTF is said to be in sync with it.
func (o *object) showRTF(b *body) bool {
	native, _ := o.m.Props.Int32(proptag.NativeBody)
	empty := len(b.text) == 0 && b.largeText == nil
	return empty || native == nativeRTF || (native == 0 && o.m.Props.Bool(proptag.RtfInSync))
}

// nativeRTF is a value of PidTagNativeBody ([MS-OXCMSG] 2.2.1.56.2).
const nativeRTF = 2

func (o *object) rtfProblems(info rtf.Info) {
	if n := info.Pictures + info.Objects; n > 0 {
		o.say("mime.rtf.picture", problem.Loss, proptag.RtfCompressed, "%d pictures and objects inside the RTF body were left out", n)
	}
	for _, w := range []struct {
		flag     rtf.Warning
		severity problem.Severity
		detail   string
	}{
		{rtf.WarnDepth, problem.Loss, fmt.Sprintf("what is nested deeper than %d groups was left out", rtf.MaxDepth)},
		{rtf.WarnCodePage, problem.Info, "the RTF names an unknown code page; it was read as 1252"},
		{rtf.WarnBytes, problem.Loss, "the RTF has bytes that its code page does not define; each is shown as U+FFFD"},
	} {
		if info.Warnings&w.flag != 0 {
			o.say("mime.rtf.damaged", w.severity, proptag.RtfCompressed, "%s", w.detail)
		}
	}
}
