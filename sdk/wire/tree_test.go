package wire

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// values has a value of each type.
func values() mapi.Props {
	g := mapi.PSETIDCommon
	var ps mapi.Props
	for i, r := range []struct {
		t mapi.Type
		v mapi.Value
	}{
		{mapi.PtypNull, nil},
		{mapi.PtypObject, nil},
		{mapi.PtypInteger16, int16(math.MinInt16)},
		{mapi.PtypInteger32, int32(math.MinInt32)},
		{mapi.PtypInteger64, int64(math.MaxInt64)},
		{mapi.PtypCurrency, mapi.Currency(-1)},
		{mapi.PtypErrorCode, mapi.ErrNotFound},
		{mapi.PtypBoolean, true},
		{mapi.PtypFloating32, float32(1.5)},
		{mapi.PtypFloating64, math.Pi},
		{mapi.PtypFloatingTime, mapi.FloatingTime(2.25)},
		{mapi.PtypTime, mapi.FiletimeNone},
		{mapi.PtypString, "grüß"},
		{mapi.PtypString8, ""},
		{mapi.PtypBinary, []byte{}},
		{mapi.PtypServerID, []byte{1, 2}},
		{mapi.PtypGuid, g},
		{mapi.PtypMultipleInteger16, []int16{1, -1}},
		{mapi.PtypMultipleInteger32, []int32{2, -2}},
		{mapi.PtypMultipleInteger64, []int64{}},
		{mapi.PtypMultipleCurrency, []mapi.Currency{4}},
		{mapi.PtypMultipleFloating32, []float32{0.5}},
		{mapi.PtypMultipleFloating64, []float64{0.25}},
		{mapi.PtypMultipleFloatingTime, []mapi.FloatingTime{1}},
		{mapi.PtypMultipleTime, []mapi.Filetime{0, math.MaxUint64}},
		{mapi.PtypMultipleString, []string{"a", ""}},
		{mapi.PtypMultipleString8, []string{"b"}},
		{mapi.PtypMultipleGuid, []mapi.GUID{g, {}}},
		{mapi.PtypMultipleBinary, [][]byte{{1}, {2, 3}}},
	} {
		ps.Set(mapi.NewTag(uint16(0x3000+i), r.t), r.v)
	}
	ps.SetNamed(mapi.Name{Set: g, ID: 0x8530}, mapi.PtypString, "by number")
	ps.SetNamed(mapi.Name{Set: g, Text: "x-by-text"}, mapi.PtypInteger32, int32(1))
	return ps
}

// over sends objects through protobuf.
func over(t *testing.T, objects []*pluginv1.Object) []*pluginv1.Object {
	t.Helper()
	b, err := (&pluginv1.Put{Objects: objects}).MarshalVT()
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > MaxFrame {
		t.Errorf("a chunk of %d bytes", len(b))
	}
	var strict pluginv1.Put
	if err := proto.Unmarshal(b, &strict); err != nil {
		t.Errorf("not for other implementations: %v", err)
	}
	var put pluginv1.Put
	if err := put.UnmarshalVT(b); err != nil {
		t.Fatal(err)
	}
	return put.Objects
}

// roundTrip flattens and builds. Large values stay as they are.
func roundTrip(t *testing.T, m *mapi.Message) (*mapi.Message, int) {
	t.Helper()
	var kept []mapi.Large
	chunks, err := Flatten(m, func(dst *pluginv1.Prop, v mapi.Large) error {
		kept = append(kept, v)
		SetBlob(dst, uint32(len(kept)), v.Size())
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := NewBuilder(Limits{}, func(p *pluginv1.Prop) (mapi.Large, error) { return kept[p.GetBlob().GetId()-1], nil })
	for _, c := range chunks {
		if err := b.Add(over(t, c)); err != nil {
			t.Fatal(err)
		}
	}
	out, err := b.Message()
	if err != nil {
		t.Fatal(err)
	}
	return out, len(chunks)
}

func TestMessageRoundTrip(t *testing.T) {
	t.Parallel()
	wide := mapi.Props{}
	for i := range 60 {
		wide.Set(mapi.NewTag(uint16(0x4000+i), mapi.PtypBinary), make([]byte, InlineLimit))
	}
	multi := mapi.Props{{Tag: mapi.NewTag(1, mapi.PtypMultipleBinary), Value: [][]byte{make([]byte, MaxProp-100)}}}
	deep := &mapi.Message{}
	for range MaxDepth - 1 {
		deep = &mapi.Message{Attachments: []*mapi.Attachment{{Embedded: deep}}}
	}
	tests := []struct {
		name   string
		in     *mapi.Message
		chunks int
	}{
		{"empty", &mapi.Message{}, 1},
		{"every type", &mapi.Message{Props: values()}, 1},
		{"tree", &mapi.Message{
			Recipients: []mapi.Props{values(), nil, values()},
			Attachments: []*mapi.Attachment{
				{Props: values()},
				{Embedded: &mapi.Message{Props: values(), Recipients: []mapi.Props{values()}, Attachments: []*mapi.Attachment{{}}}},
			},
		}, 1},
		{"an object over several frames", &mapi.Message{Props: wide, Attachments: []*mapi.Attachment{{Props: wide}}}, 8},
		{"properties of 3 MiB", &mapi.Message{Props: wide[:14], Recipients: []mapi.Props{multi, multi}}, 3},
		{"as deep as allowed", deep, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, chunks := roundTrip(t, tt.in)
			if !same(got, tt.in) {
				t.Errorf("came back as %+v, want %+v", got, tt.in)
			}
			if chunks != tt.chunks {
				t.Errorf("%d chunks, want %d", chunks, tt.chunks)
			}
		})
	}
}

// same compares trees; a bag without properties may be nil.
func same(a, b *mapi.Message) bool {
	if a == nil || b == nil {
		return a == b
	}
	if len(a.Recipients) != len(b.Recipients) || len(a.Attachments) != len(b.Attachments) || !sameProps(a.Props, b.Props) {
		return false
	}
	for i := range a.Recipients {
		if !sameProps(a.Recipients[i], b.Recipients[i]) {
			return false
		}
	}
	for i := range a.Attachments {
		if !sameProps(a.Attachments[i].Props, b.Attachments[i].Props) || !same(a.Attachments[i].Embedded, b.Attachments[i].Embedded) {
			return false
		}
	}
	return true
}

func sameProps(a, b mapi.Props) bool {
	return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b)
}

func TestLongValuesAreNotInline(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", InlineLimit+1)
	in := &mapi.Message{}
	in.Props.Set(mapi.NewTag(1, mapi.PtypString), long)
	in.Props.Set(mapi.NewTag(2, mapi.PtypBinary), []byte(long))
	in.Props.Set(mapi.NewTag(3, mapi.PtypObject), Memory("storage"))
	in.Props.Set(proptag.AttachDataBinary, []byte(long[:InlineData+1]))
	got, _ := roundTrip(t, in)
	for i, want := range []string{long, long, "storage", long[:InlineData+1]} {
		v, ok := got.Props[i].Value.(Memory)
		if !ok || string(v) != want {
			t.Errorf("property %d came as %T of %d bytes", i, got.Props[i].Value, len(v))
		}
	}
}

func TestWhatCannotBeCarried(t *testing.T) {
	t.Parallel()
	cycle := &mapi.Message{}
	cycle.Attachments = []*mapi.Attachment{{Embedded: cycle}}
	bag := func(t mapi.Type, v mapi.Value) *mapi.Message {
		return &mapi.Message{Props: mapi.Props{{Tag: mapi.NewTag(0x37, t), Value: v}}}
	}
	tests := []struct {
		name string
		in   *mapi.Message
		err  error
	}{
		{"a message within itself", cycle, ErrTooLarge},
		{"value of another type", bag(mapi.PtypInteger32, int64(1)), ErrValue},
		{"unknown type", bag(0x0BAD, int64(1)), ErrValue},
		{"no value", bag(mapi.PtypString, nil), ErrValue},
		{"multi-valued property above a frame", bag(mapi.PtypMultipleBinary, [][]byte{make([]byte, MaxProp)}), ErrTooLarge},
		{"large value where none may be", bag(mapi.PtypTime, Memory("x")), ErrValue},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := Flatten(tt.in, nil, nil); !errors.Is(err, tt.err) {
				t.Errorf("Flatten() = %v, want %v", err, tt.err)
			}
		})
	}
	var skipped []string
	in := bag(mapi.PtypInteger32, "no number")
	in.Attachments = []*mapi.Attachment{{}, {Embedded: &mapi.Message{Recipients: []mapi.Props{in.Props}}}}
	if _, err := Flatten(in, nil, func(o string, tag mapi.Tag, _ error) { skipped = append(skipped, fmt.Sprint(o, ":", tag)) }); err != nil {
		t.Error(err)
	}
	if want := []string{":0x00370003", "attachment 1/embedded/recipient 0:0x00370003"}; !reflect.DeepEqual(skipped, want) {
		t.Errorf("skipped %q, want %q", skipped, want)
	}
}

func TestBuilderRefuses(t *testing.T) {
	t.Parallel()
	const (
		msg = pluginv1.ObjectKind_OBJECT_KIND_MESSAGE
		rcp = pluginv1.ObjectKind_OBJECT_KIND_RECIPIENT
		att = pluginv1.ObjectKind_OBJECT_KIND_ATTACHMENT
	)
	obj := func(id, parent uint32, k pluginv1.ObjectKind, ps ...*pluginv1.Prop) *pluginv1.Object {
		return &pluginv1.Object{Id: id, Parent: parent, Kind: k, Props: ps}
	}
	prop := func(t mapi.Type, text string) *pluginv1.Prop {
		return &pluginv1.Prop{Tag: uint32(mapi.NewTag(1, t)), Value: &pluginv1.Prop_Text{Text: text}}
	}
	blob := &pluginv1.Prop{Tag: uint32(mapi.NewTag(1, mapi.PtypString)), Value: &pluginv1.Prop_Blob{Blob: &pluginv1.Blob{Id: 1}}}
	big := &pluginv1.Prop{Tag: uint32(mapi.NewTag(1, mapi.PtypInteger16)), Value: &pluginv1.Prop_Integer{Integer: 1 << 15}}
	root := obj(1, 0, msg)
	tests := []struct {
		name string
		in   []*pluginv1.Object
		err  error
	}{
		{"first object is a recipient", []*pluginv1.Object{obj(1, 0, rcp)}, ErrObjects},
		{"id 0", []*pluginv1.Object{obj(0, 0, msg)}, ErrObjects},
		{"id left out", []*pluginv1.Object{root, obj(3, 1, rcp)}, ErrObjects},
		{"second root", []*pluginv1.Object{root, obj(2, 0, msg)}, ErrObjects},
		{"its own parent", []*pluginv1.Object{root, obj(2, 2, att)}, ErrObjects},
		{"message in a message", []*pluginv1.Object{root, obj(2, 1, msg)}, ErrObjects},
		{"recipient of a recipient", []*pluginv1.Object{root, obj(2, 1, rcp), obj(3, 2, rcp)}, ErrObjects},
		{"two messages in an attachment", []*pluginv1.Object{root, obj(2, 1, att), obj(3, 2, msg), obj(4, 2, msg)}, ErrObjects},
		{"without a kind", []*pluginv1.Object{root, obj(2, 1, 0)}, ErrObjects},
		{"comes again as another kind", []*pluginv1.Object{root, obj(2, 1, rcp), obj(2, 1, att)}, ErrObjects},
		{"comes again elsewhere", []*pluginv1.Object{root, obj(2, 1, att), obj(3, 2, msg), obj(3, 1, msg)}, ErrObjects},
		{"value of another type", []*pluginv1.Object{obj(1, 0, msg, prop(mapi.PtypTime, "x"))}, ErrValue},
		{"number too big for its type", []*pluginv1.Object{obj(1, 0, msg, big)}, ErrValue},
		{"blob where none may be", []*pluginv1.Object{obj(1, 0, msg, blob)}, ErrValue},
		{"too many objects", []*pluginv1.Object{root, obj(2, 1, rcp), obj(3, 1, rcp), obj(4, 1, rcp), obj(5, 1, rcp), obj(6, 1, rcp)}, ErrTooLarge},
		{"too deep", []*pluginv1.Object{root, obj(2, 1, att), obj(3, 2, msg), obj(4, 3, att), obj(5, 4, msg)}, ErrTooLarge},
		{"too many bytes", []*pluginv1.Object{obj(1, 0, msg, prop(mapi.PtypString, strings.Repeat("x", 5000)))}, ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := NewBuilder(Limits{Objects: 5, Depth: 2, Bytes: 4000}, nil).Add(tt.in)
			var where *ObjectError
			if !errors.Is(err, tt.err) || !errors.As(err, &where) {
				t.Errorf("Add() = %v, want an *ObjectError of %v", err, tt.err)
			}
		})
	}
	if _, err := NewBuilder(Limits{}, nil).Message(); !errors.Is(err, ErrObjects) {
		t.Errorf("Message() of nothing = %v", err)
	}
}

func TestBuilderIgnoresWhatALaterVersionSends(t *testing.T) {
	t.Parallel()
	text := func(s string) *pluginv1.Prop {
		return &pluginv1.Prop{Tag: 0x0037001F, Value: &pluginv1.Prop_Text{Text: s}}
	}
	b := NewBuilder(Limits{}, nil)
	err := b.Add([]*pluginv1.Object{
		{Id: 1, Kind: 1, Props: []*pluginv1.Prop{text("first"), {Tag: 0x00370BAD}, text("last")}},
		{Id: 2, Parent: 1, Kind: 99, Props: []*pluginv1.Prop{text("dropped")}},
		{Id: 3, Parent: 2, Kind: 2, Props: []*pluginv1.Prop{text("dropped with its parent")}},
		{Id: 4, Parent: 1, Kind: 2, Props: []*pluginv1.Prop{text("kept")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := b.Message()
	if err != nil {
		t.Fatal(err)
	}
	want := &mapi.Message{
		Props:      mapi.Props{{Tag: 0x0037001F, Value: "last"}},
		Recipients: []mapi.Props{{{Tag: 0x0037001F, Value: "kept"}}},
	}
	if !same(m, want) {
		t.Errorf("got %+v, want %+v", m, want)
	}
}

// FuzzBuilder gives a Builder whatever parses as objects. What it accepts goes
// there and back unchanged.
func FuzzBuilder(f *testing.F) {
	for _, m := range []*mapi.Message{{}, {Props: values()}, {Attachments: []*mapi.Attachment{{Embedded: &mapi.Message{Recipients: []mapi.Props{values()}}}}}} {
		chunks, err := Flatten(m, nil, nil)
		if err != nil {
			f.Fatal(err)
		}
		b, _ := (&pluginv1.Put{Objects: chunks[0]}).MarshalVT()
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var put pluginv1.Put
		if put.UnmarshalVT(in) != nil {
			return
		}
		b := NewBuilder(Limits{Objects: 1000, Bytes: 1 << 20}, func(*pluginv1.Prop) (mapi.Large, error) { return Memory("x"), nil })
		if err := b.Add(put.Objects); err != nil {
			var where *ObjectError
			if !errors.As(err, &where) {
				t.Errorf("Add() = %T %v", err, err)
			}
			return
		}
		m, err := b.Message()
		if err != nil {
			return
		}
		first, _ := roundTrip(t, m)
		second, _ := roundTrip(t, first)
		if a, b := flat(t, first), flat(t, second); !bytes.Equal(a, b) {
			t.Errorf("a message changed on its way: %x, then %x", a, b)
		}
	})
}

// flat returns the bytes of a message on the wire.
func flat(t *testing.T, m *mapi.Message) []byte {
	t.Helper()
	chunks, err := Flatten(m, func(dst *pluginv1.Prop, v mapi.Large) error { SetBlob(dst, 1, v.Size()); return nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	for _, c := range chunks {
		b, err := (&pluginv1.Put{Objects: c}).MarshalVT()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b...)
	}
	return out
}

func TestProblemRoundTrip(t *testing.T) {
	t.Parallel()
	in := problem.Problem{Code: "a.b", Severity: problem.Error, Object: "recipient 0", Tag: 0x0037001F, Part: "To", Detail: "d"}
	if got := ProblemFromProto(ProblemToProto(in)); got != in {
		t.Errorf("got %+v, want %+v", got, in)
	}
	hostile := ProblemFromProto(&pluginv1.Problem{Code: "x", Severity: 77, Detail: strings.Repeat("é", maxProblemText)})
	if hostile.Severity != problem.Loss || len(hostile.Detail) > maxProblemText || strings.Trim(hostile.Detail, "é") != "" {
		t.Errorf("got severity %v and %d bytes", hostile.Severity, len(hostile.Detail))
	}
	if got := ProblemFromProto(&pluginv1.Problem{}).Severity; got != problem.Info {
		t.Errorf("severity unset becomes %v", got)
	}
	if got := ProblemToProto(problem.Problem{Detail: "a\xffb"}).Detail; got != "ab" {
		t.Errorf("detail is %q", got)
	}
}
