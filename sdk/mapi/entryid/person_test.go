package entryid

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func person(uid [16]byte, rest string) []byte {
	return append(append([]byte{0, 0, 0, 0}, uid[:]...), rest...)
}

func TestParsePerson(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   []byte
		want Person
		ok   bool
	}{
		{"a one-off in 8 bits", person(OneOffUID, "\x00\x00\x00\x00Kay\x00SMTP\x00kay@example.org\x00"), Person{"Kay", "SMTP", "kay@example.org"}, true},
		{"a one-off in Unicode", NewOneOff(Person{"Zoë", "SMTP", "z@é"}), Person{"Zoë", "SMTP", "z@é"}, true},
		{"a one-off cut short", NewOneOff(Person{"Zoë", "SMTP", "z@é"})[:30], Person{Name: "Zoë"}, false},
		{"NUL is no end of a name", NewOneOff(Person{"a\x00b", "SMTP", "c@d"}), Person{"ab", "SMTP", "c@d"}, true},
		{"an entry of an address book", person(AddressBookUID, "\x01\x00\x00\x00\x00\x00\x00\x00/o=x/cn=y\x00"), Person{Type: "EX", Email: "/o=x/cn=y"}, true},
		{"an address book cut short", person(AddressBookUID, "\x01\x00\x00\x00\x00"), Person{}, false},
		{"another provider", person([16]byte{1}, "\x00\x00\x00\x00abc"), Person{}, false},
		{"too short", []byte{0, 0, 0, 0}, Person{}, false},
	}
	for _, tt := range tests {
		if got, ok := ParsePerson(tt.in); ok != tt.ok || ok && got != tt.want {
			t.Errorf("%s: %+v, %t, want %+v", tt.name, got, ok, tt.want)
		}
	}
}

func TestListAndJoin(t *testing.T) {
	t.Parallel()
	in := [][]byte{[]byte("a"), []byte("abcd"), []byte("abcdefg")}
	list := Join(in)
	if len(list)%4 != 0 || int(list[4]) != len(list)-listHeader {
		t.Errorf("list % x", list)
	}
	if diff := cmp.Diff(in, List(list)); diff != "" {
		t.Error(diff)
	}
	if got := List(list[:len(list)-5]); len(got) != 2 {
		t.Errorf("%q of a list that is cut short", got)
	}
	if got := List(Join(nil)); got != nil {
		t.Errorf("%q of an empty list", got)
	}
}

// FuzzParse: what is read can be written, and reads the same again.
func FuzzParsePerson(f *testing.F) {
	f.Add(NewOneOff(Person{"Zoë", "SMTP", "z@é"}))
	f.Add(Join([][]byte{NewOneOff(Person{"a", "EX", "/o=x"}), {1}}))
	f.Fuzz(func(t *testing.T, in []byte) {
		if p, ok := ParsePerson(in); ok {
			again, ok := ParsePerson(NewOneOff(p))
			if !ok || again != p {
				t.Errorf("%+v reads back as %+v", p, again)
			}
		}
		list := List(in)
		if diff := cmp.Diff(list, List(Join(list))); diff != "" && len(list) > 0 {
			t.Error(diff)
		}
		if n := len(bytes.Join(list, nil)); n > len(in) {
			t.Errorf("%d bytes out of %d", n, len(in))
		}
	})
}
