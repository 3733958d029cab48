package msg

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// pageTexts has a text for every code page that ANSI files come in.
var pageTexts = map[int]string{
	932: "日本語テスト①ｱ", 936: "中文简体€", 949: "한국어 똠", 950: "中文繁體", 874: "ภาษาไทย€",
	1250: "Příliš žluťoučký", 1251: "Привет, Ђ", 1252: "Grüße “€”", 1253: "Ελλάδα", 1254: "İstanbul ğş",
	1255: "שלום", 1256: "مرحبا", 1257: "Ačiū žąsis", 1258: "Đươ\u0300ng ₫", 1361: "한국어 伽·ㄱ",
	28591: "Grüße é", 28592: "Příliš žlutý", 28593: "Ħaġar ż", 28594: "Ēģā ŗ", 28595: "Привет", 28596: "مرحبا",
	28597: "Ελλάδα", 28598: "שלום", 28599: "İstanbul ğş", 28600: "Þórr ĸ", 28601: "ภาษาไทย", 28603: "Ačiū žąsis",
	28604: "Ŵyn ẁ", 28605: "Grüße €œ", 65001: "日本 Привет \U0001F600", 20866: "Привет", 21866: "Привіт їґ",
}

// writeANSI writes m in a code page.
func writeANSI(t testing.TB, m *mapi.Message, page int, report problem.Reporter) []byte {
	t.Helper()
	sp := new(spool)
	if err := Write(sp, m, WriteOptions{CodePage: page}, report); err != nil {
		t.Fatal(err)
	}
	return sp.mem
}

// ansiSample has a text wherever strings are.
func ansiSample(text string) *mapi.Message {
	m := &mapi.Message{
		Props: mapi.Props{
			{Tag: proptag.Subject, Value: text}, {Tag: 0x6600101F, Value: []string{text, "", "a"}},
			{Tag: proptag.Body, Value: bytesLarge{[]byte(strings.Repeat(text, 20000)), -1}},
		},
		Recipients: []mapi.Props{{{Tag: proptag.DisplayName, Value: text}}},
		Attachments: []*mapi.Attachment{
			{Props: mapi.Props{{Tag: proptag.AttachMethod, Value: mapi.AttachByValue}, {Tag: proptag.AttachDataBinary, Value: []byte(text)}, {Tag: proptag.AttachLongFilename, Value: text}}},
			{Embedded: &mapi.Message{Props: mapi.Props{{Tag: proptag.Subject, Value: text}}}},
		},
	}
	m.Props.SetNamed(mapi.Name{Set: mapi.PSPublicStrings, Text: "Ключ"}, mapi.PtypString, text)
	return m
}

func TestANSIRoundTrip(t *testing.T) {
	t.Parallel()
	for page, text := range pageTexts {
		t.Run(fmt.Sprint(page), func(t *testing.T) {
			t.Parallel()
			m := ansiSample(text)
			data := writeANSI(t, m, page, func(p problem.Problem) { t.Error(p) })
			if page == 932 || page == 1361 || page == 65001 || page == 1252 || page == 28605 {
				judge(t, data)
			}
			if !bytes.Equal(data, writeANSI(t, m, page, nil)) {
				t.Error("the same message gave other bytes")
			}
			checkANSI(t, data, page)
			got := mustRead(t, data, func(p problem.Problem) { t.Error(p) })
			contains(t, "", digest(t, got), digest(t, mustRead(t, mustWrite(t, m, nil), nil)))
			if body, err := got.Props.Text(proptag.Body, 1<<20); err != nil || body != strings.Repeat(text, 20000) {
				t.Errorf("body of %d bytes, %v", len(body), err)
			}
		})
	}
}

// checkANSI looks for what makes a file an ANSI one.
func checkANSI(t *testing.T, data []byte, page int) {
	t.Helper()
	f, err := Open(bytes.NewReader(data), int64(len(data)), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{f: f}
	c, err := r.scan(f.cfb.Root(), rootHeader, func(p problem.Problem) { t.Error(p) })
	if err != nil {
		t.Fatal(err)
	}
	if mask, _ := c.int32(proptag.StoreSupportMask); mask != 0x00000E79 {
		t.Errorf("support mask %#x", mask)
	}
	if cp, _ := c.int32(proptag.MessageCodepage); int(cp) != page {
		t.Errorf("code page %d", cp)
	}
	for _, p := range c.list {
		if p.tag.Type().Unicode() == mapi.PtypString && p.tag.Type() != mapi.PtypString8 || p.tag.Type() == mapi.PtypMultipleString {
			t.Errorf("%v is Unicode", p.tag)
		}
	}
}

// TestANSILoss writes what the code page lacks: each property is named once.
func TestANSILoss(t *testing.T) {
	t.Parallel()
	m := ansiSample("日本")
	var said problem.List
	got := mustRead(t, writeANSI(t, m, 1252, said.Add), nil)
	if s := got.Props.String(proptag.Subject); s != "??" {
		t.Errorf("subject %q", s)
	}
	var where []string
	for _, p := range said {
		if p.Code != "msg.string.codepage" || p.Severity != problem.Loss {
			t.Error(p)
		}
		where = append(where, p.Object+" "+p.Tag.String())
	}
	want := []string{
		" " + proptag.Subject.String(), " 0x6600101F", " 0x0000001F", "recipient 0 " + proptag.DisplayName.String(),
		"attachment 0 " + proptag.AttachLongFilename.String(), "attachment 1/embedded " + proptag.Subject.String(),
		" " + proptag.Body.WithType(mapi.PtypString8).String(),
	}
	slices.Sort(where)
	slices.Sort(want)
	if !slices.Equal(where, want) {
		t.Errorf("problems at %q, want %q", where, want)
	}
	if !strings.Contains(fmt.Sprint(said), "Ключ") {
		t.Errorf("no problem has the name of the named property: %v", said)
	}
}

func TestANSIRefuses(t *testing.T) {
	t.Parallel()
	for _, page := range []int{-1, 1, 1200, 1201, 12000, 12001, 99999, 1<<30 + 1252} {
		if err := Write(new(spool), new(mapi.Message), WriteOptions{CodePage: page}, nil); !errors.Is(err, mapi.ErrInvalidParameter) {
			t.Errorf("code page %d: Write() = %v", page, err)
		}
	}
}

// TestLocales reads 8-bit strings by what the locale implies, the code page
// being unknown.
func TestLocales(t *testing.T) {
	t.Parallel()
	for lcid, page := range map[uint32]int{
		0x0411: 932, 0x0804: 936, 0x1004: 936, 0x0412: 949, 0x0404: 950, 0x0C04: 950, 0x041E: 874, 0x0405: 1250, 0x0415: 1250,
		0x0419: 1251, 0x0422: 1251, 0x0407: 1252, 0x0409: 1252, 0x0408: 1253, 0x041F: 1254, 0x040D: 1255, 0x0401: 1256,
		0x0427: 1257, 0x042A: 1258,
	} {
		text := ansi(t, page, pageTexts[page])
		m := mustRead(t, build(t, file{
			propertyStream:      stream(rootHeader, entry(proptag.MessageLocaleId, lcid), entry(subject8, uint32(len(text)+1))),
			valueName(subject8): text,
		}), func(p problem.Problem) { t.Error(p) })
		if got := m.Props.String(proptag.Subject); got != pageTexts[page] {
			t.Errorf("locale %#x: %q, want %q", lcid, got, pageTexts[page])
		}
		if codepage.FromLCID(lcid) != page {
			t.Errorf("FromLCID(%#x) = %d", lcid, codepage.FromLCID(lcid))
		}
	}
}
