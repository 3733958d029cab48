package mapi_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// TestKeyReads has a row for each way in which a value may be there.
func TestKeyReads(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		value mapi.Value
		typ   mapi.Type
		get   string // "" for none
		has   bool
		read  string
		err   error
	}{
		{"text", "x", mapi.PtypString, "x", true, "x", nil},
		{"text of eight bits", "x", mapi.PtypString8, "x", true, "x", nil},
		{"large", mapi.Memory("long"), mapi.PtypString, "", true, "long", nil},
		{"too long", mapi.Memory("longer than the limit"), mapi.PtypString, "", true, "", mapi.ErrTooBig},
		{"of another type", int32(1), mapi.PtypInteger32, "", false, "", mapi.ErrNotFound},
		{"no value of its type", int32(1), mapi.PtypString, "", true, "", mapi.ErrInvalidType},
		{"none", nil, mapi.PtypUnspecified, "", false, "", mapi.ErrNotFound},
	}
	for _, tt := range tests {
		for where, bag := range map[string]func() (mapi.Key[string], mapi.Props){
			"tagged": func() (mapi.Key[string], mapi.Props) {
				return prop.Subject, mapi.Props{{Tag: proptag.Subject.WithType(tt.typ), Value: tt.value}}
			},
			"named": func() (mapi.Key[string], mapi.Props) {
				return prop.LidFlagRequest, mapi.Props{{Tag: mapi.NewTag(0x8001, tt.typ), Name: propname.LidFlagRequest, Value: tt.value}}
			},
		} {
			key, ps := bag()
			if tt.typ == mapi.PtypUnspecified {
				ps = nil
			}
			if where == "named" && tt.name == "of another type" {
				continue // a name is all that a named property is found by
			}
			got, ok := key.Get(ps)
			if got != tt.get || ok != (tt.get != "") || key.Of(ps) != tt.get || key.Has(ps) != tt.has {
				t.Errorf("%s, %s: Get() = %q, %v; Has() = %v", tt.name, where, got, ok, key.Has(ps))
			}
			b, err := key.Read(ps, 10)
			if string(b) != tt.read || !errors.Is(err, tt.err) {
				t.Errorf("%s, %s: Read() = %q, %v", tt.name, where, b, err)
			}
			if _, err := key.Open(ps); (err != nil) != (tt.err != nil && !errors.Is(tt.err, mapi.ErrTooBig)) {
				t.Errorf("%s, %s: Open() = %v", tt.name, where, err)
			}
		}
	}
}

// TestKeyDelete: a bag that shares its array with another leaves that alone.
func TestKeyDelete(t *testing.T) {
	t.Parallel()
	m := &mapi.Message{}
	prop.Subject.Set(&m.Props, "a")
	prop.NameKeywords.Set(&m.Props, []string{"b"})
	prop.Body.Set(&m.Props, "c")
	ps := m.Props
	if !prop.NameKeywords.Delete(&ps) || prop.NameKeywords.Delete(&ps) || !prop.Subject.Delete(&ps) {
		t.Error("Delete() does not tell what was there")
	}
	if got := fmt.Sprint(len(ps), " ", prop.Body.Of(ps)); got != "1 c" {
		t.Errorf("left are %s", got)
	}
	if len(m.Props) != 3 || prop.Subject.Of(m.Props) != "a" || !prop.NameKeywords.Has(m.Props) || prop.Body.Of(m.Props) != "c" {
		t.Errorf("the other bag is %v", m.Props)
	}
}

// TestRecipientKind has a row for each kind, and for what files say besides.
func TestRecipientKind(t *testing.T) {
	t.Parallel()
	for value, want := range map[int32]int32{1: 1, 2: 2, 3: 3, 0: 1, 4: 1, -1: 1, 0x10000002: 2} {
		var r mapi.Props
		prop.RecipientType.Set(&r, value)
		if got := mapi.RecipientKind(r); got != want {
			t.Errorf("RecipientKind(%#x) = %d, want %d", value, got, want)
		}
	}
	if got := mapi.RecipientKind(nil); got != mapi.RecipientTo {
		t.Errorf("RecipientKind(nil) = %d", got)
	}
}

// TestSequencesEnd: a loop may be left at any time.
func TestSequencesEnd(t *testing.T) {
	t.Parallel()
	inner := &mapi.Message{Attachments: []*mapi.Attachment{{Embedded: &mapi.Message{}}, nil}}
	m := &mapi.Message{Recipients: make([]mapi.Props, 3), Attachments: []*mapi.Attachment{nil, {Embedded: inner}, {Embedded: &mapi.Message{}}}}
	var paths []string
	for at := range m.All() {
		paths = append(paths, at)
	}
	want := "[ attachment 1/embedded attachment 1/embedded/attachment 0/embedded attachment 2/embedded]"
	if got := fmt.Sprint(paths); got != want {
		t.Errorf("All() goes %v, want %v", got, want)
	}
	for n := 1; n <= len(paths); n++ {
		seen := 0
		for range m.All() {
			if seen++; seen == n {
				break
			}
		}
		if seen != n {
			t.Errorf("left after %d, got %d", n, seen)
		}
	}
	for i := range m.RecipientsOf() {
		if i == 1 {
			break
		}
	}
	for i := range m.Attached() {
		if i != 1 {
			t.Errorf("the first attachment is %d", i)
		}
		break
	}
}

// TestCloneValue changes copies of values of every kind that can be changed.
func TestCloneValue(t *testing.T) {
	t.Parallel()
	b, bs := []byte{1}, [][]byte{{1}}
	mapi.CloneValue(b).([]byte)[0] = 2
	mapi.CloneValue(bs).([][]byte)[0][0] = 2
	s, i16, i32, i64 := []string{"a"}, []int16{1}, []int32{1}, []int64{1}
	mapi.CloneValue(s).([]string)[0] = "b"
	mapi.CloneValue(i16).([]int16)[0] = 2
	mapi.CloneValue(i32).([]int32)[0] = 2
	mapi.CloneValue(i64).([]int64)[0] = 2
	f32, f64, c, ft := []float32{1}, []float64{1}, []mapi.Currency{1}, []mapi.FloatingTime{1}
	mapi.CloneValue(f32).([]float32)[0] = 2
	mapi.CloneValue(f64).([]float64)[0] = 2
	mapi.CloneValue(c).([]mapi.Currency)[0] = 2
	mapi.CloneValue(ft).([]mapi.FloatingTime)[0] = 2
	times, guids := []mapi.Filetime{1}, []mapi.GUID{{1}}
	mapi.CloneValue(times).([]mapi.Filetime)[0] = 2
	mapi.CloneValue(guids).([]mapi.GUID)[0] = mapi.GUID{2}
	got := fmt.Sprint(int(b[0]), bs, s, i16, i32, i64, f32, f64, c, ft, times, int(guids[0][0]), mapi.CloneValue(int32(7)), mapi.CloneValue(nil))
	if want := "1 [[1]] [a] [1] [1] [1] [1] [1] [1] [1] [1] 1 7 <nil>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
