package jsonmsg

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// large is a value that is read byte by byte.
type large string

func (l large) Size() int64 { return int64(len(l)) }

func (l large) Open() (io.ReadCloser, error) {
	return io.NopCloser(iotest.HalfReader(strings.NewReader(string(l)))), nil
}

func export(t *testing.T, m *mapi.Message) ([]byte, problem.List) {
	t.Helper()
	var out bytes.Buffer
	var problems problem.List
	if err := Export(t.Context(), m, transfer.NewOutput(&out), problems.Add); err != nil {
		t.Fatal(err)
	}
	if !json.Valid(out.Bytes()) {
		t.Fatalf("no JSON:\n%.2000s", out.Bytes())
	}
	return out.Bytes(), problems
}

// plain reads large values, so that trees can be compared.
func plain(t *testing.T, m *mapi.Message) *mapi.Message {
	t.Helper()
	bag := func(ps mapi.Props) mapi.Props {
		out := make(mapi.Props, len(ps))
		for i, p := range ps {
			if v, ok := p.Value.(mapi.Large); ok {
				b, err := mapi.ReadValue(v, 1<<30)
				if err != nil {
					t.Fatal(err)
				}
				p.Value = b
				if isText(p.Tag.Type()) {
					p.Value = string(b)
				}
			}
			out[i] = p
		}
		return out
	}
	out := &mapi.Message{Props: bag(m.Props)}
	for _, r := range m.Recipients {
		out.Recipients = append(out.Recipients, bag(r))
	}
	for _, a := range m.Attachments {
		b := &mapi.Attachment{Props: bag(a.Props)}
		if a.Embedded != nil {
			b.Embedded = plain(t, a.Embedded)
		}
		out.Attachments = append(out.Attachments, b)
	}
	return out
}

// values has a value of every type.
var values = []struct {
	t mapi.Type
	v mapi.Value
}{
	{mapi.PtypNull, nil},
	{mapi.PtypInteger16, int16(-7)},
	{mapi.PtypInteger32, int32(math.MinInt32)},
	{mapi.PtypInteger64, int64(math.MaxInt64)},
	{mapi.PtypCurrency, mapi.Currency(-12345)},
	{mapi.PtypErrorCode, mapi.ErrNotFound},
	{mapi.PtypBoolean, true},
	{mapi.PtypFloating32, float32(0.1)},
	{mapi.PtypFloating64, math.Pi},
	{mapi.PtypFloating64, math.Copysign(0, -1)},
	{mapi.PtypFloating64, math.Inf(1)},
	{mapi.PtypFloatingTime, mapi.FloatingTime(40000.25)},
	{mapi.PtypTime, mapi.NewFiletime(time.Date(2020, 2, 29, 1, 2, 3, 123456700, time.UTC))},
	{mapi.PtypTime, mapi.Filetime(0)},
	{mapi.PtypTime, mapi.FiletimeNone},
	{mapi.PtypTime, mapi.Filetime(math.MaxUint64)},
	{mapi.PtypTime, mapi.Filetime(math.MaxInt64 - 1)},
	{mapi.PtypString, "a\u2028\"\\\r\n\x00<>& é 𝄞"},
	{mapi.PtypString8, ""},
	{mapi.PtypGuid, mapi.PSPublicStrings},
	{mapi.PtypBinary, []byte{}},
	{mapi.PtypBinary, []byte{0, 255}},
	{mapi.PtypServerID, []byte{1, 2, 3}},
	{mapi.PtypObject, nil},
	{mapi.PtypObject, []byte("ole")},
	{mapi.PtypMultipleInteger16, []int16{1, -1}},
	{mapi.PtypMultipleInteger32, []int32{}},
	{mapi.PtypMultipleInteger64, []int64{math.MinInt64}},
	{mapi.PtypMultipleCurrency, []mapi.Currency{1}},
	{mapi.PtypMultipleFloating32, []float32{float32(math.Inf(-1)), 1.5}},
	{mapi.PtypMultipleFloating64, []float64{1e300}},
	{mapi.PtypMultipleFloatingTime, []mapi.FloatingTime{1}},
	{mapi.PtypMultipleTime, []mapi.Filetime{1, 2}},
	{mapi.PtypMultipleString, []string{"", "x"}},
	{mapi.PtypMultipleString8, []string{"y"}},
	{mapi.PtypMultipleGuid, []mapi.GUID{mapi.PSMAPI}},
	{mapi.PtypMultipleBinary, [][]byte{{}, {1}}},
}

// everything is a message with all that a message can have.
func everything() *mapi.Message {
	m := &mapi.Message{}
	for i, x := range values {
		m.Props.Set(mapi.NewTag(uint16(0x6000+i), x.t), x.v)
	}
	m.Props.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{"a"})
	m.Props.SetNamed(propname.LidFlagRequest, mapi.PtypString, "b")
	m.Props.SetNamed(mapi.Name{Set: mapi.PSETIDCommon}, mapi.PtypInteger32, int32(1))
	m.Recipients = []mapi.Props{{{Tag: proptag.DisplayName, Value: "Ada"}}, {}}
	m.Attachments = []*mapi.Attachment{
		{Props: mapi.Props{{Tag: proptag.AttachDataBinary, Value: []byte("file")}}},
		{Props: mapi.Props{}, Embedded: &mapi.Message{Props: mapi.Props{{Tag: proptag.Subject, Value: "inner"}}}},
	}
	return m
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		m    *mapi.Message
	}{
		{"empty", &mapi.Message{Props: mapi.Props{}}},
		{"everything", everything()},
		{"large", &mapi.Message{Props: mapi.Props{
			{Tag: proptag.Body, Value: large(strings.Repeat("plain text ", 1<<16))},
			{Tag: proptag.Subject, Value: large(strings.Repeat("é\n\"𝄞\\\t", 1<<16))},
			{Tag: proptag.Html, Value: large(strings.Repeat("\x00\xff!", 1<<17))},
			{Tag: proptag.RtfCompressed, Value: large("")},
			{Tag: mapi.NewTag(0x6000, mapi.PtypObject), Value: large(strings.Repeat("ole", 1<<16))},
		}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, problems := export(t, tt.m)
			if len(problems) != 0 {
				t.Errorf("problems: %v", problems)
			}
			got, err := Import(t.Context(), transfer.NewBytesInput(file))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(plain(t, tt.m), plain(t, got), cmp.Comparer(bytes.Equal)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if again, _ := export(t, got); !bytes.Equal(again, file) {
				t.Error("written again, it is another file")
			}
		})
	}
}

// TestForm shows the file.
func TestForm(t *testing.T) {
	t.Parallel()
	m := &mapi.Message{}
	m.Props.Set(proptag.Subject, "Hello <you>")
	m.Props.SetNamed(propname.LidFlagRequest, mapi.PtypString, "Call")
	m.Recipients = []mapi.Props{{{Tag: proptag.RecipientType, Value: int32(1)}}}
	want := `{
"format": "oxbridge-message",
"version": 1,
"message": {"properties": [
{"id": "0x0037", "type": "PtypString", "name": "PidTagSubject", "value": "Hello <you>"},
{"set": "00062008-0000-0000-C000-000000000046", "lid": 34096, "type": "PtypString", "name": "PidLidFlagRequest", "value": "Call"}],
"recipients": [
{"properties": [
{"id": "0x0C15", "type": "PtypInteger32", "name": "PidTagRecipientType", "value": 1}]}
]}
}
`
	if got, _ := export(t, m); string(got) != want {
		t.Errorf("got\n%s", got)
	}
}

func TestWhatIsNoValueIsReported(t *testing.T) {
	t.Parallel()
	m := &mapi.Message{Props: mapi.Props{
		{Tag: mapi.NewTag(1, mapi.PtypInteger32), Value: "text"},
		{Tag: mapi.NewTag(2, 0x0099), Value: int32(1)},
		{Tag: mapi.NewTag(3, mapi.PtypInteger32), Value: large("x")},
	}}
	file, problems := export(t, m)
	if len(problems) != 3 || problems[0].Code != "json.property.type" || bytes.Contains(file, []byte(`"id"`)) {
		t.Errorf("problems %v in\n%s", problems, file)
	}
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	message := func(s string) string {
		return `{"format":"oxbridge-message","version":1,"message":` + s + `}`
	}
	property := func(s string) string { return message(`{"properties":[` + s + `]}`) }
	deep := strings.Repeat(`{"attachments":[{"embedded":`, 200) + "{}" + strings.Repeat("}]}", 200)
	tests := []struct{ name, file, want string }{
		{"nothing", "", "EOF"},
		{"no JSON", "Subject: x", "invalid character"},
		{"another format", `{"format":"x"}`, `its format is "x"`},
		{"a later version", `{"format":"oxbridge-message","version":2}`, "version 2"},
		{"no message", `{"format":"oxbridge-message","version":1}`, "no message"},
		{"unknown type", property(`{"id":"0x1","type":"PtypWord","value":1}`), "property 0: no type"},
		{"no id", property(`{"type":"PtypNull","value":null}`), "no property id"},
		{"no name", property(`{"set":"00062008-0000-0000-C000-000000000046","type":"PtypNull"}`), "without lid or text"},
		{"no set", property(`{"set":"x","lid":1,"type":"PtypNull"}`), "no property set"},
		{"no number", property(`{"id":"0x1","type":"PtypInteger32","value":"1"}`), "no value of its type"},
		{"too great", property(`{"id":"0x1","type":"PtypInteger16","value":40000}`), "no value of its type"},
		{"null", property(`{"id":"0x1","type":"PtypString","value":null}`), "null"},
		{"no base64", property(`{"id":"0x1","type":"PtypBinary","value":"*"}`), "illegal base64"},
		{"a reference to nothing", property(`{"id":"0x1","type":"PtypBinary","value":{"ref":0}}`), "no value of its type"},
		{"too long for its type", property(`{"id":"0x1","type":"PtypGuid","value":"` + strings.Repeat("x", 1<<17) + `"}`), "too long"},
		{"a long string without end", message(`"` + strings.Repeat("x", 1<<17)), "EOF"},
		{"a long string that ends in an escape", message(`"` + strings.Repeat("x", 1<<17) + `\`), "EOF"},
		{"a long key", `{"` + strings.Repeat("x", 1<<17) + `":1}`, "invalid character"},
		{"deep", message(deep), "more than 100 deep"},
		{"deeper than JSON may be", strings.Repeat("[", 1<<20), "exceeded max depth"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Import(t.Context(), transfer.NewBytesInput([]byte(tt.file)))
			if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Import() = %v, want %q", err, tt.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Import(ctx, transfer.NewBytesInput([]byte("{}"))); !errors.Is(err, context.Canceled) {
		t.Errorf("Import() = %v", err)
	}
}

// TestEscapes reads long strings that other programs have written.
func TestEscapes(t *testing.T) {
	t.Parallel()
	pad := strings.Repeat("x", longLiteral)
	tests := []struct{ name, raw, want string }{
		{"all", `\"\\\/\b\f\n\r\t\u00e9`, "\"\\/\b\f\n\r\té"},
		{"a pair", `\ud834\udd1e`, "𝄞"},
		{"half a pair", `\ud834x`, "\uFFFDx"},
		{"half a pair before an escape", `\ud834\n`, "\uFFFD\n"},
		{"half a pair before a character", `\ud834\u0041`, "\uFFFDA"},
		{"the other half", `\udd1e`, "\uFFFD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := `{"format":"oxbridge-message","version":1,"message":{"properties":[{"id":"0x1000","type":"PtypString","value":"` +
				pad + tt.raw + `"}]}}`
			m, err := Import(t.Context(), transfer.NewBytesInput([]byte(file)))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := m.Props.Text(proptag.Body, 1<<20); err != nil || got != pad+tt.want {
				t.Errorf("got %q, %v", strings.TrimPrefix(got, pad), err)
			}
		})
	}
}

// FuzzImport reads anything. What can be read is written and read again, and is
// the same.
func FuzzImport(f *testing.F) {
	var out bytes.Buffer
	if err := Export(f.Context(), everything(), transfer.NewOutput(&out), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add([]byte(`{"format":"oxbridge-message","version":1,"message":{"properties":[{"id":"1","type":"PtypString","value":"\ud800"}]}}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Import(t.Context(), transfer.NewBytesInput(file))
		if err != nil {
			if !errors.Is(err, ErrInput) {
				t.Fatalf("Import() = %v", err)
			}
			return
		}
		first, problems := export(t, m)
		if len(problems) != 0 {
			t.Fatalf("problems: %v", problems)
		}
		again, err := Import(t.Context(), transfer.NewBytesInput(first))
		if err != nil {
			t.Fatal(err)
		}
		if second, _ := export(t, again); !bytes.Equal(first, second) {
			t.Errorf("got\n%s\nthen\n%s", first, second)
		}
	})
}
