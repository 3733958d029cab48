package entryid

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

const (
	oneOffStart  = "00000000" + "812b1fa4bea310199d6e00dd010f5402"
	bookStart    = "00000000" + "dca740c8c042101ab4b908002b2fe182"
	contactStart = "00000000" + "fe42aa0a18c71a10e8850b651c240000"
	storeStart   = "00000000" + "38a1bb1005e5101aa1bb08002b2a56c2"
)

// wide is text in UTF-16 with its NUL, in hexadecimal.
func wide(s string) string { return hex.EncodeToString(codepage.EncodeUTF16(s)) + "0000" }

func narrow(s string) string { return hex.EncodeToString([]byte(s)) + "00" }

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   string // hexadecimal
		want ID
		ok   bool
	}{
		{"one-off in Unicode", oneOffStart + "00000180" + wide("Zoë") + wide("SMTP") + wide("zoe@example.org"),
			ID{Kind: OneOff, Person: Person{Name: "Zoë", Type: "SMTP", Email: "zoe@example.org"}}, true},
		{"one-off in 8 bits", oneOffStart + "00000100" + narrow("Zo\xEB") + narrow("SMTP") + narrow("zoe@example.org"),
			ID{Kind: OneOff, Person: Person{Name: "Zoë", Type: "SMTP", Email: "zoe@example.org"}}, true},
		{"address book", bookStart + "0100000000000000" + narrow("/o=Org/cn=Zoe"),
			ID{Kind: AddressBook, Person: Person{Type: "EX", Email: "/o=Org/cn=Zoe"}}, true},
		{"contact", contactStart + "0300000004000000" + "02000000" + "02000000" + "abcd",
			ID{Kind: Contact, Index: 2, Inner: []byte{0xAB, 0xCD}}, true},
		{"contact that claims more than there is", contactStart + "0300000004000000" + "02000000" + "ffffffff", ID{}, false},
		{"store", storeStart + "00", ID{Kind: Store}, true},
		{"folder", strings.Repeat("11", folderSize), ID{Kind: Folder}, true},
		{"message", strings.Repeat("11", messageSize), ID{Kind: Message}, true},
		{"one-off cut short", oneOffStart + "00000180" + "4100", ID{}, false},
		{"too short", "0000", ID{}, false},
		{"empty", "", ID{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in, err := hex.DecodeString(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := Parse(in)
			if ok != tt.ok {
				t.Fatalf("ok is %v, want %v", ok, tt.ok)
			}
			tt.want.Provider = got.Provider
			if diff := cmp.Diff(tt.want, got); ok && diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	in, _ := hex.DecodeString("02000000" + "00000000" + "03000000" + "aabbcc00" + "01000000" + "dd")
	got := List(in)
	if len(got) != 2 || hex.EncodeToString(got[0]) != "aabbcc" || hex.EncodeToString(got[1]) != "dd" {
		t.Errorf("entries %x", got)
	}
	in[0] = 0xFF // more than there are
	if got := List(in); len(got) != 2 {
		t.Errorf("%d entries of a list that claims too many", len(got))
	}
	if got := List([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF}); got != nil {
		t.Errorf("an entry longer than the list: %x", got)
	}
}

// FuzzParse holds both functions to not failing.
func FuzzParse(f *testing.F) {
	for _, s := range []string{oneOffStart + "00000180" + wide("a") + wide("b") + wide("c"), bookStart + "01000000000000004100", contactStart} {
		b, _ := hex.DecodeString(s)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if id, ok := Parse(b); ok != (id.Kind != Unknown) {
			t.Errorf("ok %v of kind %s", ok, id.Kind)
		}
		n := 0
		for _, e := range List(b) {
			n += len(e)
		}
		if n > len(b) {
			t.Errorf("entries of %d bytes in %d", n, len(b))
		}
	})
}
