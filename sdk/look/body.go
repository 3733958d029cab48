package look

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A Rich is what a body in RTF holds.
type Rich struct {
	HTML string // "" when it holds no HTML
	Text string // "" when it holds no text beside the HTML
	// Native says that the HTML was made of RTF in its own right, which is a
	// body only where the message says so.
	Native bool
}

// A RichText reads RTF. It must be safe on hostile input.
type RichText func(rtf []byte) (Rich, error)

// A Body is one form of a body: text in UTF-8, of any length.
type Body struct {
	open func() (io.ReadCloser, error)
}

// Exists reports whether there is a body.
func (b Body) Exists() bool { return b.open != nil }

// Open starts reading at the first byte. The caller closes the reader.
func (b Body) Open() (io.ReadCloser, error) {
	if b.open == nil {
		return io.NopCloser(strings.NewReader("")), nil
	}
	return b.open()
}

// Read returns the first limit bytes, and whether that is all.
func (b Body) Read(limit int64) (text []byte, all bool, err error) {
	r, err := b.Open()
	if err != nil {
		return nil, false, err
	}
	defer r.Close()
	text, err = io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(text)) > limit {
		return text[:limit], false, err
	}
	return text, true, err
}

// Bodies are the forms in which a message has its body.
type Bodies struct {
	Text, HTML Body
	RTF        bool  // the HTML or the text comes out of RTF
	Damage     error // why the RTF makes no sense, if it does not
	Err        error // of reading
}

// BodiesOf returns the bodies of a message. HTML that is only inside RTF, or
// that RTF in its own right is shown as, counts ([MS-OXBBODY] 2.1.3.1); without
// rich, it does not.
func BodiesOf(ps mapi.Props, rich RichText) Bodies {
	var b Bodies
	if v, ok := ps.Get(proptag.Body); ok {
		b.Text = stored(v, codepage.UTF8)
	}
	if v, ok := ps.Get(proptag.Html.WithType(mapi.PtypUnspecified)); ok {
		b.HTML, b.Err = storedHTML(ps, v)
	}
	if rich != nil && !b.HTML.Exists() && ps.Has(proptag.RtfCompressed) {
		b.fromRTF(ps, rich)
	}
	return b
}

// stored is a value in a code page; an empty one is none.
func stored(v mapi.Value, page int) Body {
	switch v := v.(type) {
	case string:
		return ofBytes([]byte(v))
	case []byte:
		s, _ := codepage.Decode(page, v)
		return ofBytes([]byte(s))
	case mapi.Large:
		return Body{func() (io.ReadCloser, error) {
			r, err := v.Open()
			if err != nil || page == codepage.UTF8 {
				return r, err
			}
			return converted{codepage.NewReader(page, r), r}, nil
		}}
	}
	return Body{}
}

func ofBytes(b []byte) Body {
	b = bytes.TrimRight(b, "\x00")
	if len(b) == 0 {
		return Body{}
	}
	return Body{func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}

// converted is a reader that closes another.
type converted struct {
	io.Reader
	io.Closer
}

// storedHTML is PidTagHtml, which is bytes in a code page, or PidTagBodyHtml,
// which is text.
func storedHTML(ps mapi.Props, v mapi.Value) (Body, error) {
	_, isText := v.(string)
	if isText || !ps.Has(proptag.Html) {
		return stored(v, codepage.UTF8), nil
	}
	page := internetPage(ps)
	data, err := mapi.ReadValue(v, limits.LookBody.Get())
	switch {
	case errors.Is(err, mapi.ErrTooBig):
		if wide := codepage.Wide(mapi.Head(v, codepage.WideHead)); wide != 0 {
			page = wide
		}
		return stored(v, page), nil
	case err != nil:
		return Body{}, err
	}
	said, _ := ps.Int32(proptag.InternetCodepage)
	return ofBytes(decodeHTML(data, page, int(said) == page)), nil
}

// internetPage returns the code page of PidTagHtml according to the message, or
// 1252 when it does not say.
func internetPage(ps mapi.Props) int {
	for _, tag := range []mapi.Tag{proptag.InternetCodepage, proptag.MessageCodepage} {
		cp, ok := ps.Int32(tag)
		if ok && cp > 0 && cp != codepage.UTF16LE && cp != codepage.ASCII && codepage.Known(int(cp)) {
			return int(cp)
		}
	}
	if lcid, ok := ps.Int32(proptag.MessageLocaleId); ok && lcid != 0 {
		return codepage.FromLCID(uint32(lcid))
	}
	return codepage.Windows
}

// decodeHTML converts HTML to UTF-8.
//
// QUIRK: the code page that the message names may be wrong. UTF-16 is recognised,
// UTF-8 too where it has a byte order mark or the page is only a guess, and what the
// HTML declares is tried when its bytes make no sense in the code page.
func decodeHTML(b []byte, page int, said bool) []byte {
	if wide := codepage.Wide(b); wide != 0 {
		if len(b)%2 == 1 {
			b = append(b[:len(b):len(b)], 0) // half of the last ">" was taken for a terminator
		}
		s, _ := codepage.Decode(wide, b)
		return []byte(strings.TrimPrefix(s, "\uFEFF"))
	}
	b = bytes.TrimRight(b, "\x00")
	if rest, marked := bytes.CutPrefix(b, []byte("\uFEFF")); marked && utf8.Valid(rest) {
		return rest
	}
	s, ok := codepage.Decode(page, b)
	guessed := !said && page >= 1250 && page <= 1258 // in which nearly all bytes make sense
	if ok && (!guessed || !utf8.Valid(b)) {
		return []byte(s)
	}
	if utf8.Valid(b) {
		return b
	}
	enc, _, _ := charset.DetermineEncoding(b, "") // what it declares, else 1252
	if out, err := enc.NewDecoder().Bytes(b); err == nil {
		return out
	}
	return []byte(s)
}

// fromRTF takes HTML, or text if there is none yet, out of
// PidTagRtfCompressed.
func (b *Bodies) fromRTF(ps mapi.Props, read RichText) {
	packed, err := ps.Bytes(proptag.RtfCompressed, limits.LookBody.Get())
	switch {
	case errors.Is(err, mapi.ErrTooBig):
		b.Damage = err
		return
	case err != nil:
		b.Err = err
		return
	}
	data, _, err := lzfu.Decompress(packed, 4*limits.LookBody.Get())
	if err != nil || len(data) == 0 {
		b.Damage = err
		return
	}
	rich, err := read(data)
	b.Damage = err
	if rich.HTML != "" && (!rich.Native || shownAsRTF(ps, b.Text)) {
		b.HTML, b.RTF = ofBytes([]byte(rich.HTML)), true
	}
	if rich.Text != "" && !b.Text.Exists() && !b.HTML.Exists() {
		b.Text, b.RTF = ofBytes([]byte(rich.Text)), true
	}
}

// nativeRTF is a value of PidTagNativeBody ([MS-OXCMSG] 2.2.1.56.2).
const nativeRTF = 2

// shownAsRTF reports whether RTF in its own right is what the message shows:
// when there is no text, or the RTF is said to be in sync with it.
func shownAsRTF(ps mapi.Props, text Body) bool {
	native, _ := ps.Int32(proptag.NativeBody)
	return !text.Exists() || native == nativeRTF || native == 0 && ps.Bool(proptag.RtfInSync)
}
