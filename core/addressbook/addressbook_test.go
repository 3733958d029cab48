package addressbook

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/entryid"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	one := map[string]string{"/o=x/cn=a": "a@b.c"}
	tests := []struct {
		name, in string
		want     map[string]string
		err      string
	}{
		{"one line", "/o=x/cn=a,a@b.c\n", one, ""},
		{"names of columns", "legacyExchangeDN,SMTP\n/o=x/cn=a,a@b.c", one, ""},
		{"columns in another order", "Name,smtp,LEGACYEXCHANGEDN\nA,a@b.c,/o=x/cn=a", one, ""},
		{"other columns", "/o=x/cn=a,a@b.c,more", one, ""},
		{"CRLF, empty lines and comments", "#TYPE x\r\n\r\n/o=x/cn=a,a@b.c\r\n\r\n", one, ""},
		{"a byte order mark", "\xEF\xBB\xBF/o=x/cn=a,a@b.c", one, ""},
		{"quotes", "\"/o=x, y/cn=\"\"a\"\"\",\"a@b.c\"", map[string]string{`/o=x, y/cn="a"`: "a@b.c"}, ""},
		{"prefixes", "X500:/o=x/cn=a, SMTP:a@b.c", one, ""},
		{"case of a name", "/O=X/CN=A,a@b.c", one, ""},
		{"twice the same", "/o=x/cn=a,a@b.c\n/O=X/cn=a,A@b.c", one, ""},
		{"nothing", "", map[string]string{}, ""},
		{"two bytes", "#x", map[string]string{}, ""},
		{"twice with two addresses", "/o=x/cn=a,a@b.c\n\n/o=x/cn=A,d@b.c", nil, `line 3: "/o=x/cn=A" has the address "a@b.c" in line 1`},
		{"one column", "/o=x/cn=a\n", nil, "line 1: it takes"},
		{"no name", "x,a@b.c\n", nil, `line 1: "x" is no legacyExchangeDN`},
		{"no address", "/o=x/cn=a,a@b.c\n/o=x/cn=b,b\n", nil, `line 2: "b" is no SMTP address`},
		{"an address that would break a field", "/o=x/cn=a,\"a@b.c\nBcc: d@e\"\n", nil, "is no SMTP address"},
		{"a quote that does not end", "/o=x/cn=a,a@b.c\n\"", nil, "line 2: "},
		{"not in UTF-8", "/o=x\xff/cn=a,a@b.c", nil, "line 1: not in UTF-8"},
		{"a long name", "/" + strings.Repeat("x", maxField) + ",a@b.c", nil, "line 1: more than 4096 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, err := Load(strings.NewReader(tt.in))
			if tt.err != "" {
				if !errors.Is(err, ErrList) || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, b.addresses); diff != "" || b.Len() != len(tt.want) {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.csv")
	if _, err := Open(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(path, []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path+": line 1") {
		t.Errorf("error %v does not say where", err)
	}
}

// exchange returns properties of a group with an address of type EX.
func exchange(g group, dn string) mapi.Props {
	var ps mapi.Props
	ps.Set(g.addrType, "EX")
	ps.Set(g.email, dn)
	return ps
}

func TestPrepare(t *testing.T) {
	t.Parallel()
	b, err := Load(strings.NewReader("/o=x/cn=a,a@example.org\n"))
	if err != nil {
		t.Fatal(err)
	}
	m := &mapi.Message{Props: exchange(groups[0], "/O=X/CN=A")}
	for _, g := range groups[1:] {
		m.Props = append(m.Props, exchange(g, "/o=x/cn=a")...)
	}
	known := exchange(recipient, "/o=x/cn=a")
	known.Set(proptag.SmtpAddress, "known@example.org")
	other := exchange(recipient, "/o=x/cn=a")
	other.Set(proptag.AddressType, "NOTES")
	var byID mapi.Props
	byID.Set(proptag.EntryId, append(append([]byte{0, 0, 0, 0}, entryid.AddressBookUID[:]...), "\x01\x00\x00\x00\x00\x00\x00\x00/o=x/cn=a\x00"...))
	m.Recipients = []mapi.Props{exchange(recipient, "/o=x/cn=a"), known, exchange(recipient, "/o=x/cn=b"), other, byID}
	inner := &mapi.Message{Recipients: []mapi.Props{exchange(recipient, "/o=x/cn=a")}}
	m.Attachments = []*mapi.Attachment{nil, {Embedded: inner}, {}}
	kay := entryid.NewOneOff(entryid.Person{Name: "Kay", Type: "SMTP", Email: "kay@example.org"})
	m.Props.Set(proptag.ReplyRecipientEntries, entryid.Join([][]byte{kay, entryid.NewOneOff(entryid.Person{Name: "A", Type: "EX", Email: "/o=x/cn=a"})}))
	if err := b.Prepare(m); err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		if got := m.Props.String(g.smtp); got != "a@example.org" {
			t.Errorf("%v is %q", g.smtp, got)
		}
	}
	var got []string
	for _, r := range append(m.Recipients, inner.Recipients...) {
		got = append(got, r.String(proptag.SmtpAddress))
	}
	if diff := cmp.Diff([]string{"a@example.org", "known@example.org", "", "", "a@example.org", "a@example.org"}, got); diff != "" {
		t.Errorf("recipients: -want +got:\n%s", diff)
	}
	var people []entryid.Person
	for _, id := range entryid.List(m.Props.Binary(proptag.ReplyRecipientEntries)) {
		p, _ := entryid.ParsePerson(id)
		people = append(people, p)
	}
	want := []entryid.Person{{Name: "Kay", Type: "SMTP", Email: "kay@example.org"}, {Name: "A", Type: "SMTP", Email: "a@example.org"}}
	if diff := cmp.Diff(want, people); diff != "" {
		t.Errorf("Reply-To: -want +got:\n%s", diff)
	}
}

// FuzzLoad: a list is read or refused, and never gives an address that could
// break a header field.
func FuzzLoad(f *testing.F) {
	f.Add("legacyExchangeDN,SMTP\n/o=x/cn=a,a@b.c\n")
	f.Add("\"/o=x\n\",\"a@b\r\n\"\n#\n\xEF\xBB\xBF")
	f.Fuzz(func(t *testing.T, in string) {
		b, err := Load(strings.NewReader(in))
		if err != nil {
			if !errors.Is(err, ErrList) {
				t.Errorf("%v", err)
			}
			return
		}
		for dn, addr := range b.addresses {
			if !strings.HasPrefix(dn, "/") || strings.ContainsAny(addr, "\r\n\x00 ") || b.Address(dn) != addr {
				t.Errorf("%q: %q", dn, addr)
			}
		}
	})
}
