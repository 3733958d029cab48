package mime

import (
	"testing"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// TestBodyPages: every character that a row takes reads back under the name of
// the row, and every row takes what its language needs.
func TestBodyPages(t *testing.T) {
	t.Parallel()
	for _, p := range bodyPages {
		if cp, ok := charset.CodePage(p.name); !ok || (p.mail == 0 && charset.Name(cp) == "") {
			t.Errorf("%d: no name %q", p.cp, p.name)
		}
		if p.mail != 0 && bodyPageOf(p.mail) == nil {
			t.Errorf("%d: no row %d", p.cp, p.mail)
		}
		for r, step := ' ', rune(1); r < 0x10000; r += step {
			if r > 0x3100 {
				step = 7 // the many ideographs come in ranges
			}
			s := string(r)
			b, ok := codepage.Encode(p.cp, s)
			if !ok || !p.portable(b, s) || (r >= 0xD800 && r < 0xE000) || r == 0xFEFF || r == 0xFFFD {
				continue
			}
			if got, _, ok := charset.Decode(p.name, b); got != s || !ok {
				t.Fatalf("%s: %q is written as %x and reads as %q", p.name, s, b, got)
			}
		}
	}
}

func TestExportCharset(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name            string
		internet, store int32 // code pages
		option          string
		text, want      string
	}{
		{"the message names its own", 1252, 0, "", "größer", "windows-1252"},
		{"the code page of the store", 0, 1251, "", "Привет", "windows-1251"},
		{"none is named", 0, 0, "", "größer", "utf-8"},
		{"it cannot carry the text", 1252, 0, "", "größer Привет", "utf-8"},
		{"no high bytes", 1252, 0, "", "greater", "us-ascii"},
		{"US-ASCII cannot carry the text", 20127, 0, "", "größer", "utf-8"},
		{"mail in Japanese", 932, 0, "", "こんにちは", "iso-2022-jp"},
		{"a character that tables map differently", 932, 0, "", "１～２", "utf-8"},
		{"a row of a vendor", 50220, 0, "", "①", "utf-8"},
		{"Chinese", 936, 0, "", "你好", "gbk"},
		{"Taiwan", 950, 0, "", "你好，世界。", "big5"},
		{"Korean", 949, 0, "", "안녕하세요", "euc-kr"},
		{"Korean beyond the standard", 949, 0, "", "뷁똠햏", "utf-8"},
		{"never UTF-7", 65000, 0, "", "größer", "utf-8"},
		{"never UTF-16", 1200, 0, "", "größer", "utf-8"},
		{"never EBCDIC", 37, 0, "", "größer", "utf-8"},
		{"a control of ISO 6429", 28591, 0, "", "ö\u0085", "utf-8"},
		{"the option overrules", 1252, 0, "utf-8", "größer", "utf-8"},
		{"the option by another name", 0, 0, "Latin-1", "größer", "iso-8859-1"},
		{"the option is what it says", 0, 0, "shift_jis", "こんにちは", "shift_jis"},
		{"the option cannot carry the text", 0, 0, "iso-8859-1", "Привет", "utf-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := note(func(m *mapi.Message) {
				m.Props.Set(proptag.Body, tt.text)
				m.Props.Set(proptag.BodyHtml, "<meta charset=x><p>"+tt.text)
				if tt.internet != 0 {
					m.Props.Set(proptag.InternetCodepage, tt.internet)
				}
				if tt.store != 0 {
					m.Props.Set(proptag.MessageCodepage, tt.store)
				}
			})
			text, html := bodiesOf(t, exportWith(t, m, ExportOptions{Charset: tt.option}))
			if text.charset != tt.want || text.text != tt.text+"\r\n" && text.text != tt.text {
				t.Errorf("text %+v, want %q in %s", text, tt.text, tt.want)
			}
			label := tt.want
			if label == "us-ascii" {
				label = "windows-1252" // a superset, which the HTML is labelled with
			}
			if want := "<meta charset=" + label + "><p>" + tt.text; html.charset != tt.want || html.text != want {
				t.Errorf("HTML %+v, want %q", html, want)
			}
		})
	}
}
