package msg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// everyType has a property of each type that can be stored.
func everyType() mapi.Props {
	values := []struct {
		t mapi.Type
		v mapi.Value
	}{
		{mapi.PtypInteger16, int16(-2)},
		{mapi.PtypInteger32, int32(math.MinInt32)},
		{mapi.PtypFloating32, float32(1.5)},
		{mapi.PtypFloating64, -2.25},
		{mapi.PtypCurrency, mapi.Currency(-12345)},
		{mapi.PtypFloatingTime, mapi.FloatingTime(36526.5)},
		{mapi.PtypErrorCode, mapi.ErrNotFound},
		{mapi.PtypBoolean, true},
		{mapi.PtypInteger64, int64(math.MinInt64)},
		{mapi.PtypString, "Grüße, 世界 \U0001F600"},
		{mapi.PtypString, ""},
		{mapi.PtypTime, mapi.FiletimeNone},
		{mapi.PtypGuid, mapi.PSETIDCommon},
		{mapi.PtypServerID, []byte{1, 2, 3}},
		{mapi.PtypBinary, []byte("bytes\x00")},
		{mapi.PtypBinary, []byte{}},
		{mapi.PtypMultipleInteger16, []int16{1, -1}},
		{mapi.PtypMultipleInteger32, []int32{1, -1}},
		{mapi.PtypMultipleFloating32, []float32{1, -1}},
		{mapi.PtypMultipleFloating64, []float64{1, -1}},
		{mapi.PtypMultipleCurrency, []mapi.Currency{1, -1}},
		{mapi.PtypMultipleFloatingTime, []mapi.FloatingTime{1, -1}},
		{mapi.PtypMultipleInteger64, []int64{1, -1}},
		{mapi.PtypMultipleTime, []mapi.Filetime{1, 2}},
		{mapi.PtypMultipleGuid, []mapi.GUID{mapi.PSMAPI, mapi.PSETIDTask}},
		{mapi.PtypMultipleString, []string{"one", "", "drei ß"}},
		{mapi.PtypMultipleBinary, [][]byte{{1}, {}, {2, 3}}},
	}
	var props mapi.Props
	for i, v := range values {
		props = append(props, mapi.Prop{Tag: mapi.NewTag(uint16(0x6600+i), v.t), Value: v.v})
	}
	return props
}

// names of every kind that the map distinguishes.
var nameKinds = []mapi.Name{
	{Set: mapi.PSMAPI, Text: "in PS_MAPI"},
	{Set: mapi.PSPublicStrings, Text: "Keywords"},
	{Set: mapi.PSInternetHeaders, Text: "x-mailer"},
	{Set: mapi.PSETIDCommon, ID: 0x8530},
	{Set: mapi.PSETIDTask, ID: 0},
	{Set: mapi.PSETIDTask, Text: "ünï"},
	{Set: mapi.GUID{1}, ID: 7},
}

// sample is a message with everything that a file can hold.
func sample(t testing.TB) *mapi.Message {
	t.Helper()
	leaf := &mapi.Message{Props: mapi.Props{{Tag: proptag.Subject, Value: "third"}}}
	leaf.Props.SetNamed(nameKinds[3], mapi.PtypBoolean, true)
	middle := &mapi.Message{
		Props:       mapi.Props{{Tag: proptag.Subject, Value: "second"}},
		Recipients:  []mapi.Props{{{Tag: proptag.DisplayName, Value: "Inner"}}},
		Attachments: []*mapi.Attachment{{Embedded: leaf}},
	}
	m := &mapi.Message{
		Props: everyType(),
		Attachments: []*mapi.Attachment{
			{Props: mapi.Props{{Tag: proptag.AttachMethod, Value: mapi.AttachByValue}, {Tag: proptag.AttachDataBinary, Value: bytes.Repeat([]byte("data"), 40000)}}},
			{Embedded: middle},
			{Props: mapi.Props{{Tag: proptag.AttachMethod, Value: mapi.AttachStorage}, {Tag: proptag.AttachDataObject, Value: bytesLarge{oleFile(t), -1}}}},
		},
	}
	m.Props.Set(proptag.Subject, "first")
	m.Props.Set(proptag.Body, strings.Repeat("Zeile\U0001F600\r\n", 20000))
	for i, n := range nameKinds {
		m.Props.SetNamed(n, mapi.PtypInteger32, int32(i))
	}
	for i := range 18 {
		r := mapi.Props{{Tag: proptag.RecipientType, Value: mapi.RecipientCc}, {Tag: proptag.DisplayName, Value: fmt.Sprintf("Name %d", i)}}
		r.SetNamed(mapi.Name{Set: mapi.PSETIDCommon, ID: uint32(i)}, mapi.PtypString, "named")
		m.Recipients = append(m.Recipients, r)
	}
	return m
}

func oleFile(t testing.TB) []byte {
	return build(t, file{"\x01Ole": []byte{1}, "CONTENTS": bytes.Repeat([]byte{7}, 5000), "sub": file{"x": []byte("y")}})
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	m := sample(t)
	var said problem.List
	data := mustWrite(t, m, said.Add)
	judge(t, data)
	got := mustRead(t, data, said.Add)
	if len(said) > 0 {
		t.Errorf("problems: %v", said)
	}
	// Values above the inline limit come back as Large: compare all as such.
	want := sample(t)
	for _, p := range want.Props {
		v, ok := got.Props.Get(p.Tag)
		if p.Name.IsZero() && p.Tag != proptag.Body && (!ok || !reflect.DeepEqual(v, p.Value)) {
			t.Errorf("%v = %v, want %v", p.Tag, v, p.Value)
		}
	}
	for i, n := range nameKinds {
		if p := got.Props.Named(n); p == nil || p.Value != int32(i) || p.Tag.ID() < firstNamed {
			t.Errorf("%v = %v", n, p)
		}
	}
	if s, err := got.Props.Text(proptag.Body, 1<<20); err != nil || s != want.Props.String(proptag.Body) {
		t.Errorf("body of %d bytes, %v", len(s), err)
	}
	if b, err := got.Attachments[0].Props.Bytes(proptag.AttachDataBinary, 1<<20); err != nil || len(b) != 160000 {
		t.Errorf("attachment of %d bytes, %v", len(b), err)
	}
	deep := got.Attachments[1].Embedded.Attachments[0].Embedded
	if deep.Props.String(proptag.Subject) != "third" || deep.Props.Named(nameKinds[3]) == nil {
		t.Errorf("third message = %v", deep.Props)
	}
	if n := len(got.Recipients); n != 18 || got.Recipients[17].String(proptag.DisplayName) != "Name 17" {
		t.Errorf("%d recipients", n)
	}
	checkOLE(t, got.Attachments[2].Props)
	if again := mustWrite(t, mustRead(t, mustWrite(t, got, nil), nil), nil); !bytes.Equal(again, mustWrite(t, got, nil)) {
		t.Error("rewriting changes the file")
	}
}

// checkOLE looks into the compound file of a stored object.
func checkOLE(t *testing.T, props mapi.Props) {
	t.Helper()
	b, err := props.Bytes(proptag.AttachDataObject, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	f, err := cfb.Open(bytes.NewReader(b), int64(len(b)), cfb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s := f.Root().Stream("CONTENTS"); s == nil || s.Size() != 5000 || f.Root().Storage("sub").Stream("x") == nil {
		t.Error("the stored object lacks its contents")
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	m := &mapi.Message{Recipients: []mapi.Props{nil, {{Tag: proptag.EmailAddress, Value: "a@example.com"}}}, Attachments: []*mapi.Attachment{nil, {}}}
	data := mustWrite(t, m, nil)
	judge(t, data)
	got := mustRead(t, data, nil)
	if c := got.Props.String(proptag.MessageClass); c != "IPM.Note" {
		t.Errorf("class %q", c)
	}
	if !got.Props.Bool(proptag.HasAttachments) || len(got.Attachments) != 1 || len(got.Recipients) != 2 {
		t.Errorf("message = %+v", got)
	}
	if n := got.Recipients[1].String(proptag.DisplayName); n != "a@example.com" {
		t.Errorf("display name %q", n)
	}
	if k, _ := got.Recipients[1].Int32(proptag.RecipientType); k != mapi.RecipientTo {
		t.Errorf("recipient type %d", k)
	}
	if k, ok := got.Attachments[0].Props.Int32(proptag.AttachMethod); !ok || k != mapi.AttachNone {
		t.Errorf("attachment method %d", k)
	}
}

func TestWriteLeavesOut(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		props mapi.Props
		code  string
	}{
		{"value of another type", mapi.Props{{Tag: 0x66000003, Value: "text"}}, "msg.property.type"},
		{"no value", mapi.Props{{Tag: 0x6600001F}}, "msg.property.type"},
		{"null", mapi.Props{{Tag: 0x66000001}}, "msg.property.type"},
		{"object without data", mapi.Props{{Tag: 0x6600000D}}, "msg.property.type"},
		{"unknown type", mapi.Props{{Tag: 0x66000099, Value: int32(1)}}, "msg.property.type"},
		{"named id without a name", mapi.Props{{Tag: 0x80010003, Value: int32(1)}}, "msg.property.unnamed"},
		{"id 0", mapi.Props{{Tag: 0x00000003, Value: int32(1)}}, "msg.property.unnamed"},
		{"name too long", mapi.Props{{Tag: 3, Name: mapi.Name{Set: mapi.PSMAPI, Text: strings.Repeat("x", 4000)}, Value: int32(1)}}, "msg.limit"},
		{"object that is no compound file", mapi.Props{{Tag: 0x6600000D, Value: bytesLarge{[]byte("text"), 4}}}, "msg.object.damaged"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var said problem.List
			data := mustWrite(t, &mapi.Message{Props: tt.props}, said.Add)
			judge(t, data)
			if n := len(mustRead(t, data, nil).Props); n != 3 {
				t.Errorf("%d properties written, want the 3 computed ones", n)
			}
			if len(said) != 1 || said[0].Code != tt.code {
				t.Errorf("problems %v, want %s", said, tt.code)
			}
		})
	}
}

func TestWriteLastWins(t *testing.T) {
	t.Parallel()
	header := func(s string) mapi.Name { return mapi.Name{Set: mapi.PSInternetHeaders, Text: s} }
	data := mustWrite(t, &mapi.Message{Props: mapi.Props{
		{Tag: proptag.Subject, Value: "one"},
		{Tag: proptag.Subject.WithType(mapi.PtypString8), Value: "two"},
		{Tag: 0x1F, Name: header("X-A"), Value: "one"},
		{Tag: 0x1F, Name: header("x-a"), Value: "two"},
	}}, nil)
	judge(t, data)
	m := mustRead(t, data, nil)
	if s := m.Props.String(proptag.Subject); s != "two" {
		t.Errorf("subject %q", s)
	}
	if p := m.Props.Named(header("X-A")); p == nil || p.Value != "two" || p.Name.Text != "x-a" {
		t.Errorf("header %v", p)
	}
}

func TestAttachMethodFitsData(t *testing.T) {
	t.Parallel()
	inner := mustWrite(t, &mapi.Message{Props: mapi.Props{{Tag: proptag.Subject, Value: "inner"}, {Tag: 3, Name: nameKinds[3], Value: int32(9)}}}, nil)
	five := mapi.Prop{Tag: proptag.AttachMethod, Value: mapi.AttachEmbeddedMessage}
	tests := []struct {
		name string
		a    *mapi.Attachment
		want int32
	}{
		{"message without data", &mapi.Attachment{Props: mapi.Props{five}}, mapi.AttachNone},
		{"message as bytes", &mapi.Attachment{Props: mapi.Props{five, {Tag: proptag.AttachDataBinary, Value: []byte("x")}}}, mapi.AttachByValue},
		{"message that is another object", &mapi.Attachment{Props: mapi.Props{five, {Tag: proptag.AttachDataObject, Value: bytesLarge{oleFile(t), -1}}}}, mapi.AttachStorage},
		{"message as a file", &mapi.Attachment{Props: mapi.Props{five, {Tag: proptag.AttachDataObject, Value: bytesLarge{inner, -1}}}}, mapi.AttachEmbeddedMessage},
		{"message without method", &mapi.Attachment{Embedded: new(mapi.Message)}, mapi.AttachEmbeddedMessage},
		{"bytes without method", &mapi.Attachment{Props: mapi.Props{{Tag: proptag.AttachDataBinary, Value: []byte("x")}}}, mapi.AttachByValue},
		{"broken object", &mapi.Attachment{Props: mapi.Props{five, {Tag: proptag.AttachDataObject, Value: bytesLarge{[]byte("x"), -1}}}}, mapi.AttachStorage},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data := mustWrite(t, &mapi.Message{Attachments: []*mapi.Attachment{tt.a}}, nil)
			judge(t, data)
			a := mustRead(t, data, nil).Attachments[0]
			if got, _ := a.Props.Int32(proptag.AttachMethod); got != tt.want {
				t.Errorf("method %d, want %d", got, tt.want)
			}
			if (a.Embedded != nil) != (tt.want == mapi.AttachEmbeddedMessage) {
				t.Errorf("embedded = %v", a.Embedded)
			}
			if tt.name == "message as a file" && a.Embedded.Props.Named(nameKinds[3]) == nil {
				t.Error("the named property is gone")
			}
		})
	}
}

func TestDepth(t *testing.T) {
	t.Parallel()
	name := nameKinds[3]
	m := new(mapi.Message)
	m.Props.SetNamed(name, mapi.PtypInteger32, int32(42))
	for range 8 {
		m = &mapi.Message{Attachments: []*mapi.Attachment{{Embedded: m}}}
	}
	m.Props.SetNamed(nameKinds[1], mapi.PtypString, "takes the first id")
	data := mustWrite(t, m, nil)
	judge(t, data)

	f, err := Open(bytes.NewReader(data), int64(len(data)), ReadOptions{MaxDepth: 5})
	if err != nil {
		t.Fatal(err)
	}
	var said problem.List
	got, err := f.Message(said.Add)
	if err != nil || len(said) != 1 || said[0].Code != "msg.limit" {
		t.Fatalf("Message() = %v, problems %v", err, said)
	}
	again := mustWrite(t, got, nil) // the part that was kept as a file is a message again
	judge(t, again)
	for got = mustRead(t, again, nil); len(got.Attachments) > 0; got = got.Attachments[0].Embedded {
	}
	if p := got.Props.Named(name); p == nil || p.Value != int32(42) {
		t.Errorf("innermost message = %v", got.Props)
	}

	said = nil
	if err := Write(new(spool), m, WriteOptions{MaxDepth: 3}, said.Add); err != nil || len(said) == 0 || said[0].Code != "msg.limit" {
		t.Errorf("Write() = %v, problems %v", err, said)
	}
}

func TestWriteCycle(t *testing.T) {
	t.Parallel()
	m := new(mapi.Message)
	m.Attachments = []*mapi.Attachment{{Embedded: m}, {Embedded: &mapi.Message{Attachments: []*mapi.Attachment{{Embedded: m}}}}}
	var said problem.List
	data := mustWrite(t, m, said.Add)
	judge(t, data)
	if said.Worst() != problem.Loss {
		t.Errorf("problems: %v", said)
	}
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	sp := new(spool)
	if err := Write(sp, new(mapi.Message), WriteOptions{Template: true}, nil); err != nil {
		t.Fatal(err)
	}
	f, err := Open(sp, sp.size, ReadOptions{})
	if err != nil || !f.Template() {
		t.Errorf("Template() = false, %v", err)
	}
}

// TestNameHash has the values that Outlook's files show.
func TestNameHash(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]uint32{
		"ConversationIndexTrackingEx": 0xA9EF7A79, "IsSigned": 0xE6A5A7E6, "acceptlanguage": 0x83E9539E,
		"x-ms-exchange-organization-authas": 0x29A761E9, "DetectedLanguage": 0xDC1064A3,
	} {
		var b []byte
		for _, c := range []byte(text) {
			b = append(b, c, 0)
		}
		if got := nameHash(b); got != want {
			t.Errorf("nameHash(%q) = %#x, want %#x", text, got, want)
		}
	}
}

func TestLargeText(t *testing.T) {
	t.Parallel()
	// Characters of 1 to 4 bytes at every position relative to the buffer.
	text := "a" + strings.Repeat("aß世\U0001F600", 20000)
	for shift := range 4 {
		in := text[shift&1:] + strings.Repeat("x", shift)
		m := &mapi.Message{Props: mapi.Props{{Tag: proptag.Body, Value: bytesLarge{[]byte(in), -1}}}}
		got, err := mustRead(t, mustWrite(t, m, nil), nil).Props.Text(proptag.Body, 1<<20)
		if err != nil || got != in {
			t.Errorf("shift %d: %d bytes, %v", shift, len(got), err)
		}
	}
	for in, want := range map[string]string{"end \xf0\x9f\x98": "end \uFFFD\uFFFD\uFFFD", "\x80\x80": "\uFFFD\uFFFD", "": ""} {
		m := &mapi.Message{Props: mapi.Props{{Tag: proptag.Body, Value: bytesLarge{[]byte(in), -1}}}}
		if got := mustRead(t, mustWrite(t, m, nil), nil).Props.String(proptag.Body); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// failing is a destination that takes n bytes.
type failing struct {
	spool
	n int
}

var errFull = errors.New("disk full")

func (f *failing) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, errFull
	}
	return f.spool.Write(p)
}

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	if err := Write(new(spool), nil, WriteOptions{}, nil); !errors.Is(err, mapi.ErrInvalidParameter) {
		t.Errorf("Write(nil) = %v", err)
	}
	if err := Write(&failing{n: 70000}, sample(t), WriteOptions{}, nil); !errors.Is(err, errFull) {
		t.Errorf("Write() = %v, want %v", err, errFull)
	}
	for _, typ := range []mapi.Type{mapi.PtypBinary, mapi.PtypString, mapi.PtypObject} {
		m := &mapi.Message{Props: mapi.Props{{Tag: mapi.NewTag(0x6600, typ), Value: brokenLarge{}}}}
		if err := Write(new(spool), m, WriteOptions{}, nil); !errors.Is(err, mapi.ErrDisk) {
			t.Errorf("%v: Write() = %v, want %v", typ, err, mapi.ErrDisk)
		}
	}
}

// TestSpoolFile takes a spool beyond what it holds in memory.
func TestSpoolFile(t *testing.T) {
	t.Parallel()
	sp := &spool{dir: t.TempDir()}
	want := bytes.Repeat([]byte("0123456789abcdef"), spoolMemory/16+10)
	if _, err := sp.Write(want); err != nil || sp.file == nil {
		t.Fatalf("Write() = %v, file %v", err, sp.file)
	}
	if _, err := sp.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := sp.Write([]byte("XX")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(want))
	if _, err := sp.ReadAt(got, 0); err != nil || !bytes.Equal(got[2:], want[2:]) || got[0] != 'X' {
		t.Errorf("ReadAt() = %v", err)
	}
	if err := errors.Join(sp.Close(), sp.Close()); err != nil {
		t.Error(err)
	}
}

// entry is a record of a property stream with four bytes of value or size.
func entry(tag mapi.Tag, value uint32) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(tag))
	b = binary.LittleEndian.AppendUint32(b, 6)
	b = binary.LittleEndian.AppendUint32(b, value)
	return binary.LittleEndian.AppendUint32(b, 0)
}

// stream is a property stream.
func stream(header int, entries ...[]byte) []byte {
	return append(make([]byte, header), bytes.Join(entries, nil)...)
}

// TestAttachMethodOfAnotherType is replaced, and said so.
func TestAttachMethodOfAnotherType(t *testing.T) {
	t.Parallel()
	a := new(mapi.Attachment)
	a.Props.Set(proptag.AttachMethod.WithType(mapi.PtypFloatingTime), mapi.FloatingTime(1))
	a.Props.Set(proptag.AttachDataBinary, []byte("x"))
	var said problem.List
	m := mustRead(t, mustWrite(t, &mapi.Message{Attachments: []*mapi.Attachment{a}}, said.Add), nil)
	if n, _ := m.Attachments[0].Props.Int32(proptag.AttachMethod); n != mapi.AttachByValue {
		t.Errorf("method %d", n)
	}
	if len(said) != 1 || said[0].Code != "msg.property.type" || said[0].Severity != problem.Loss {
		t.Errorf("problems: %v", said)
	}
}
