package msg

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// TestEveryType writes and reads values of every type of [MS-OXCDATA] 2.11.1,
// edges and empty lists included.
func TestEveryType(t *testing.T) {
	t.Parallel()
	tests := map[mapi.Type][]mapi.Value{
		mapi.PtypInteger16:    {int16(0), int16(math.MinInt16), int16(math.MaxInt16)},
		mapi.PtypInteger32:    {int32(0), int32(math.MinInt32), int32(math.MaxInt32)},
		mapi.PtypFloating32:   {float32(0), float32(-1.5), math.Float32frombits(1), float32(math.Inf(1))},
		mapi.PtypFloating64:   {0.0, -2.25, math.SmallestNonzeroFloat64, math.Inf(-1)},
		mapi.PtypCurrency:     {mapi.Currency(0), mapi.Currency(math.MinInt64), mapi.Currency(math.MaxInt64)},
		mapi.PtypFloatingTime: {mapi.FloatingTime(0), mapi.FloatingTime(36526.5), mapi.FloatingTime(-1)},
		mapi.PtypErrorCode:    {mapi.OK, mapi.ErrNotFound, mapi.Code(math.MaxUint32)},
		mapi.PtypBoolean:      {true, false},
		mapi.PtypInteger64:    {int64(0), int64(math.MinInt64), int64(math.MaxInt64)},
		mapi.PtypString:       {"", "a", "Grüße, 世界 \U0001F600", "line\r\nline"},
		mapi.PtypTime:         {mapi.Filetime(0), mapi.FiletimeNone, mapi.Filetime(math.MaxInt64)},
		mapi.PtypGuid:         {mapi.GUID{}, mapi.PSETIDCommon},
		mapi.PtypServerID:     {[]byte{}, []byte{1, 2, 3}},
		mapi.PtypBinary:       {[]byte{}, []byte{0}, noise(1, 4095), noise(2, 4096), noise(3, 5000)},

		mapi.PtypMultipleInteger16:    {[]int16{}, []int16{1, -1, math.MinInt16}},
		mapi.PtypMultipleInteger32:    {[]int32{}, []int32{1, -1, math.MinInt32}},
		mapi.PtypMultipleFloating32:   {[]float32{}, []float32{1, -1.5}},
		mapi.PtypMultipleFloating64:   {[]float64{}, []float64{1, -1.5}},
		mapi.PtypMultipleCurrency:     {[]mapi.Currency{}, []mapi.Currency{1, -1}},
		mapi.PtypMultipleFloatingTime: {[]mapi.FloatingTime{}, []mapi.FloatingTime{1, -1.5}},
		mapi.PtypMultipleInteger64:    {[]int64{}, []int64{1, math.MinInt64}},
		mapi.PtypMultipleString:       {[]string{}, []string{""}, []string{"one", "", "drei ß", "\U0001F600"}},
		mapi.PtypMultipleTime:         {[]mapi.Filetime{}, []mapi.Filetime{1, mapi.FiletimeNone}},
		mapi.PtypMultipleGuid:         {[]mapi.GUID{}, []mapi.GUID{mapi.PSMAPI, mapi.PSETIDTask}},
		mapi.PtypMultipleBinary:       {[][]byte{}, [][]byte{{}}, [][]byte{{1}, {}, noise(4, 5000)}},
	}
	m := new(mapi.Message)
	id := uint16(0x6600)
	for typ := mapi.Type(0); typ < 0x2000; typ++ {
		if !typ.Known() || typ.Unicode() != typ || typ == mapi.PtypUnspecified || typ == mapi.PtypNull || typ == mapi.PtypObject {
			continue // the last two are in TestObjectAndNull
		}
		if len(tests[typ]) == 0 {
			t.Errorf("%v has no test", typ)
		}
		for i, v := range tests[typ] {
			m.Props = append(m.Props, mapi.Prop{Tag: mapi.NewTag(id, typ), Value: v},
				mapi.Prop{Tag: mapi.NewTag(0, typ), Name: mapi.Name{Set: mapi.PSPublicStrings, Text: fmt.Sprint(typ, i)}, Value: v})
			id++
		}
	}
	var said problem.List
	data := mustWrite(t, m, said.Add)
	judge(t, data)
	got := mustRead(t, data, said.Add)
	if len(said) > 0 {
		t.Errorf("problems: %v", said)
	}
	for _, p := range m.Props {
		var v mapi.Value
		if p.Name.IsZero() {
			v, _ = got.Props.Get(p.Tag)
		} else if q := got.Props.Named(p.Name); q != nil && q.Tag.Type() == p.Tag.Type() {
			v = q.Value
		}
		if !reflect.DeepEqual(v, p.Value) {
			t.Errorf("%v %v = %#v, want %#v", p.Tag, p.Name, v, p.Value)
		}
	}
	again := mustWrite(t, got, nil)
	if third := mustWrite(t, mustRead(t, again, nil), nil); !bytes.Equal(again, third) {
		t.Error("rewriting changes the file")
	}
}

// TestObjectAndNull has the two types whose values are no Go values: a stored
// object comes back as a compound file, a null is left out.
func TestObjectAndNull(t *testing.T) {
	t.Parallel()
	m := &mapi.Message{
		Props: mapi.Props{{Tag: 0x6600000D, Value: bytesLarge{oleFile(t), -1}}, {Tag: 0x66010001}},
		Attachments: []*mapi.Attachment{{Props: mapi.Props{
			{Tag: proptag.AttachMethod, Value: mapi.AttachStorage}, {Tag: proptag.AttachDataObject, Value: bytesLarge{oleFile(t), -1}}}}},
	}
	data := mustWrite(t, m, nil)
	got := mustRead(t, data, func(p problem.Problem) { t.Error(p) })
	checkOLE(t, got.Attachments[0].Props)
	for _, p := range []mapi.Prop{{Tag: 0x6600000D}} {
		v, ok := got.Props.Get(p.Tag)
		if l, large := v.(mapi.Large); !ok || !large || l.Size() >= 0 {
			t.Errorf("%v = %v", p.Tag, v)
		}
	}
	if got.Props.Has(0x66010001) {
		t.Error("the null was written")
	}
	read := mustRead(t, build(t, file{propertyStream: stream(rootHeader, entry(0x66010001, 0))}), nil)
	if v, ok := read.Props.Get(0x66010001); !ok || v != nil {
		t.Errorf("a null in a file = %v, %v", v, ok)
	}
}

// TestNameBuckets holds the hash streams of the named property map to
// [MS-OXMSG] 2.2.3.2, computed here on its own: for every property set that has
// a name, and one that has none.
func TestNameBuckets(t *testing.T) {
	t.Parallel()
	sets := []mapi.GUID{
		mapi.PSMAPI, mapi.PSPublicStrings, mapi.PSInternetHeaders, mapi.PSETIDCommon, mapi.PSETIDAppointment, mapi.PSETIDTask,
		mapi.PSETIDAddress, mapi.PSETIDLog, mapi.PSETIDNote, mapi.PSETIDSharing, mapi.PSETIDPostRss, mapi.PSETIDRemote,
		mapi.PSETIDMeeting, mapi.PSETIDUnifiedMsg, mapi.PSETIDAirSync, mapi.PSETIDAttachment, mapi.PSETIDCalendar,
		mapi.PSETIDMessaging, mapi.PSETIDXMLExtracted, {0xAB, 15: 0xCD},
	}
	m := new(mapi.Message)
	for i, set := range sets {
		for lid := range uint32(3) {
			m.Props.SetNamed(mapi.Name{Set: set, ID: 0x8000 + 77*lid + uint32(i)}, mapi.PtypInteger32, int32(i))
		}
		for k := range 3 {
			m.Props.SetNamed(mapi.Name{Set: set, Text: fmt.Sprintf("ünï-%d-%d", k, i)}, mapi.PtypInteger32, int32(i))
		}
	}
	data := mustWrite(t, m, nil)
	judge(t, data)
	f, err := Open(bytes.NewReader(data), int64(len(data)), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	st := f.cfb.Root().Storage(nameStorage)
	want := make(map[string][]byte)
	guids := make([]mapi.GUID, 0)
	for i, n := range f.Names() {
		kind := slices.Index([]mapi.GUID{mapi.PSMAPI, mapi.PSPublicStrings}, n.Set) + 1
		if kind == 0 {
			if !slices.Contains(guids, n.Set) {
				guids = append(guids, n.Set)
			}
			kind = slices.Index(guids, n.Set) + 3
		}
		kind <<= 1
		id := n.ID
		if n.Text != "" {
			kind |= 1
			id = bitwiseCRC(codepage.EncodeUTF16(n.Text))
		}
		bucket := fmt.Sprintf("__substg1.0_%08X", (0x1000+(id^uint32(kind))%0x1F)<<16|0x0102)
		record := binary.LittleEndian.AppendUint32(nil, id)
		record = binary.LittleEndian.AppendUint16(record, uint16(kind))
		want[bucket] = binary.LittleEndian.AppendUint16(append(want[bucket], record...), uint16(i))
	}
	if n := len(f.Names()); n != 6*len(sets) || len(want) < 25 {
		t.Fatalf("%d names in %d buckets", n, len(want))
	}
	if n := len(st.Streams()); n != len(want)+3 {
		t.Errorf("%d streams, want %d", n, len(want)+3)
	}
	for name, records := range want {
		if s := st.Stream(name); s == nil || !bytes.Equal(mustBytes(t, s), records) {
			t.Errorf("bucket %s differs from %x", name, records)
		}
	}
}

// TestNameTwins reads a file whose map has one name for several ids: the first
// property of an object with the name is kept.
func TestNameTwins(t *testing.T) {
	t.Parallel()
	text := func(s string) []byte {
		b := codepage.EncodeUTF16(s)
		return append(binary.LittleEndian.AppendUint32(nil, uint32(len(b))), b...)
	}
	record := func(id uint32, kind, index uint16) []byte { return appendRecord(nil, id, kind, index) }
	entries := bytes.Join([][]byte{
		record(0, 3<<1|1, 0), record(16, 3<<1|1, 1), // X-Mail in two ways
		record(7, 2<<1, 2), record(8, 2<<1, 3), record(7, 2<<1, 4), // 7, 8, 7
	}, nil)
	data := build(t, file{
		propertyStream: stream(rootHeader, entry(0x80010003, 1), entry(0x80000003, 2), entry(0x80040003, 3), entry(0x80030003, 4), entry(0x80020003, 5)),
		nameStorage:    file{guidStream: mapi.PSInternetHeaders[:], nameEntries: entries, stringStream: append(text("X-Mail"), text("x-mail")...)},
	})
	var said problem.List
	m := mustRead(t, data, said.Add)
	var got []mapi.Value
	for _, p := range m.Props {
		got = append(got, p.Value)
	}
	if want := []mapi.Value{int32(1), int32(3), int32(4)}; !reflect.DeepEqual(got, want) {
		t.Errorf("values %v, want %v", got, want)
	}
	if len(said) != 2 || said[0].Code != "msg.property.duplicate" || said[1].Code != said[0].Code {
		t.Errorf("problems %v", said)
	}
}

func mustBytes(t testing.TB, s *cfb.Stream) []byte {
	t.Helper()
	b, err := s.Bytes(-1)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// bitwiseCRC is the hash of [MS-OXMSG] 2.2.3.2.2 bit by bit.
func bitwiseCRC(b []byte) (crc uint32) {
	for _, c := range b {
		crc ^= uint32(c)
		for range 8 {
			crc = crc>>1 ^ 0xEDB88320*(crc&1)
		}
	}
	return crc
}
