package look

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// bag makes a bag of tags and values.
func bag(pairs ...any) mapi.Props {
	var ps mapi.Props
	for i := 0; i < len(pairs); i += 2 {
		ps.Set(pairs[i].(mapi.Tag), pairs[i+1])
	}
	return ps
}

// large is a value that is read as a stream.
type large string

func (l large) Size() int64                  { return -1 }
func (l large) Open() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(string(l))), nil }

// fakeRich takes RTF that says itself what it holds.
func fakeRich(rtf []byte) (Rich, error) {
	kind, text, _ := strings.Cut(string(rtf), ":")
	switch kind {
	case "html":
		return Rich{HTML: text}, nil
	case "text":
		return Rich{Text: text}, nil
	case "native":
		return Rich{HTML: text, Native: true}, nil
	}
	return Rich{}, errors.New("no RTF")
}

func TestBodiesOf(t *testing.T) {
	t.Parallel()
	rtf := func(s string) []byte { return lzfu.Compress([]byte(s)) }
	tests := []struct {
		name       string
		in         mapi.Props
		text, html string
		fromRTF    bool
		damage     bool
	}{
		{name: "none", in: bag()},
		{name: "text", in: bag(proptag.Body, "hello\x00"), text: "hello"},
		{name: "large text", in: bag(proptag.Body, large("hello")), text: "hello"},
		{name: "HTML in the code page of the message", in: bag(proptag.Html, []byte("\xE4"), proptag.InternetCodepage, int32(1252)), html: "ä"},
		{name: "HTML in a code page that is not 1252", in: bag(proptag.Html, []byte("\xCF"), proptag.InternetCodepage, int32(1251)), html: "П"},
		{name: "UTF-8 that nobody calls so", in: bag(proptag.Html, []byte("ä")), html: "ä"},
		{name: "HTML that says itself what it is", in: bag(proptag.Html, []byte("<meta charset=koi8-r>\xD0\xD2"), proptag.InternetCodepage, int32(65001)),
			html: "<meta charset=koi8-r>пр"},
		{name: "large HTML", in: bag(proptag.Html, large(strings.Repeat("\xE4", 10)), proptag.InternetCodepage, int32(28591)), html: strings.Repeat("ä", 10)},
		{name: "HTML in UTF-16", in: bag(proptag.Html, []byte("<\x00p\x00>\x00\x1f\x04"), proptag.InternetCodepage, int32(1252)), html: "<p>П"},
		{name: "HTML in UTF-16 without its last byte", in: bag(proptag.Html, []byte("<\x00p\x00>"), proptag.InternetCodepage, int32(1200)), html: "<p>"},
		{name: "UTF-8 that only the locale puts elsewhere", in: bag(proptag.Html, []byte("ä"), proptag.MessageLocaleId, int32(0x0419)), html: "ä"},
		{name: "HTML in UTF-8 with a mark", in: bag(proptag.Html, []byte("\uFEFFä"), proptag.InternetCodepage, int32(1252)), html: "ä"},
		{name: "HTML as text", in: mapi.Props{{Tag: proptag.Html.WithType(mapi.PtypString), Value: "ä"}}, html: "ä"},
		{name: "HTML inside RTF", in: bag(proptag.RtfCompressed, rtf("html:<p>x")), html: "<p>x", fromRTF: true},
		{name: "HTML before RTF", in: bag(proptag.RtfCompressed, rtf("html:no"), proptag.Html, []byte("yes")), html: "yes"},
		{name: "text inside RTF", in: bag(proptag.RtfCompressed, rtf("text:x"), proptag.Body, ""), text: "x", fromRTF: true},
		{name: "text before that inside RTF", in: bag(proptag.RtfCompressed, rtf("text:no"), proptag.Body, "yes"), text: "yes"},
		{name: "RTF that is the body", in: bag(proptag.RtfCompressed, rtf("native:x")), html: "x", fromRTF: true},
		{name: "RTF that is not", in: bag(proptag.RtfCompressed, rtf("native:no"), proptag.Body, "yes"), text: "yes"},
		{name: "RTF in sync with the text", in: bag(proptag.RtfCompressed, rtf("native:x"), proptag.Body, "yes", proptag.RtfInSync, true), text: "yes", html: "x", fromRTF: true},
		{name: "RTF that makes no sense", in: bag(proptag.RtfCompressed, rtf("?"), proptag.Body, "yes"), text: "yes", damage: true},
		{name: "RTF that is not compressed RTF", in: bag(proptag.RtfCompressed, []byte("?")), damage: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := BodiesOf(tt.in, fakeRich)
			text, _, err1 := b.Text.Read(1000)
			html, _, err2 := b.HTML.Read(1000)
			if string(text) != tt.text || string(html) != tt.html || errors.Join(err1, err2, b.Err) != nil {
				t.Errorf("text %q, HTML %q, %v %v %v", text, html, err1, err2, b.Err)
			}
			if b.RTF != tt.fromRTF || (b.Damage != nil) != tt.damage {
				t.Errorf("from RTF %v, damage %v", b.RTF, b.Damage)
			}
		})
	}
}

func TestBodyReadIsBounded(t *testing.T) {
	t.Parallel()
	b := BodiesOf(bag(proptag.Body, "hello"), nil)
	if text, all, err := b.Text.Read(3); string(text) != "hel" || all || err != nil {
		t.Errorf("%q %v %v", text, all, err)
	}
	if text, all, err := b.Text.Read(5); string(text) != "hello" || !all || err != nil {
		t.Errorf("%q %v %v", text, all, err)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   mapi.Props
		want string
	}{
		{"text before HTML", bag(proptag.Body, "text", proptag.Html, []byte("<p>html")), "text"},
		{"HTML when the text is blank", bag(proptag.Body, " \r\n", proptag.Html, []byte("<p>html")), "html\n"},
		{"nothing", bag(), ""},
	}
	for _, tt := range tests {
		if got, err := Read(tt.in, nil, false); got.Text != tt.want || err != nil {
			t.Errorf("%s: %q %v", tt.name, got.Text, err)
		}
	}
	if _, err := Read(bag(proptag.RtfCompressed, []byte("?")), fakeRich, false); !errors.Is(err, ErrUnreadable) {
		t.Errorf("a body that makes no sense: %v", err)
	}
}
