package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A sight is what a mail program shows of a file.
type sight struct {
	Subject, From, Date string
	To, Cc, Bcc         []string
	Text                string
	Files               []string // name and hash
	Messages            []string // subjects of attached messages, in depth first order
	Parts               []string // types of the parts, nested ones in depth first order
}

// pythonReads prints what Python's email package sees in a file.
const pythonReads = `
import datetime, email, email.policy, hashlib, json, sys
def people(m, field):
    return [a.display_name + "|" + a.addr_spec for h in m.get_all(field, []) for a in h.addresses]
def show(m, s):
    for p in parts(m):
        kind = p.get_content_type()
        s["Parts"].append(kind)
        if kind == "message/rfc822":
            inner = p.get_payload(0)
            s["Messages"].append(inner["Subject"])
        elif kind == "message/external-body":
            s["Files"].append("-> " + (p.get_param("URL") or p.get_param("name")))
        elif p.get_filename() and not kind.startswith("message/"):
            s["Files"].append(p.get_filename() + " " + hashlib.sha256(p.get_payload(decode=True)).hexdigest()[:16])
        elif kind == "text/plain" and not s["Text"]:
            s["Text"] = " ".join(p.get_content().split())
def parts(m):
    yield m
    if m.is_multipart() and m.get_content_maintype() == "multipart":
        for p in m.iter_parts():
            yield from parts(p)
def read(path):
    with open(path, "rb") as f:
        m = email.message_from_binary_file(f, policy=email.policy.default)
    date = m["Date"].datetime.astimezone(datetime.timezone.utc).isoformat()
    s = {"Subject": str(m["Subject"]), "From": people(m, "From")[0], "Date": date, "To": people(m, "To"), "Cc": people(m, "Cc"),
         "Bcc": people(m, "Bcc"), "Text": "", "Files": [], "Messages": [], "Parts": []}
    show(m, s)
    faults = [d for p in m.walk() for d in p.defects]
    if faults: sys.exit("defects of %s: %r" % (path, faults))
    return s
json.dump([read(path) for path in sys.argv[1:]], sys.stdout)
`

// TestMailProgramsShowWhatWeWrite opens a file of each class with Python's email
// package and with mu, which show the people, the date, the text and the
// attachments of the message.
func TestMailProgramsShowWhatWeWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	if err := os.Mkdir(in, 0o755); err != nil {
		t.Fatal(err)
	}
	all := classes(t)
	for name, m := range samples() {
		if name != "draft" { // has nobody in From
			all[name] = m
		}
	}
	for name, m := range all {
		writeMsg(t, filepath.Join(in, name+".msg"), m)
	}
	convert(t, "eml", out, in)
	names := slices.Sorted(maps.Keys(all))
	t.Run("python", func(t *testing.T) {
		python, err := exec.LookPath("python3")
		if err != nil {
			t.Skip("no python3")
		}
		args := []string{"-c", pythonReads}
		for _, name := range names {
			args = append(args, filepath.Join(out, name+".eml"))
		}
		var got []sight
		b, err := exec.Command(python, args...).Output()
		if err == nil {
			err = json.Unmarshal(b, &got)
		}
		if err != nil {
			t.Fatalf("%v %s", err, b)
		}
		for i, name := range names {
			if diff := cmp.Diff(expected(name, all[name]), got[i]); diff != "" {
				t.Errorf("%s: -want +got:\n%s", name, diff)
			}
		}
	})
	t.Run("mu", func(t *testing.T) {
		mu, err := exec.LookPath("mu")
		if err != nil {
			t.Skip("no mu")
		}
		for _, name := range names {
			cmd := exec.Command(mu, "view", "--nocolor", "--muhome="+filepath.Join(dir, "mu"), filepath.Join(out, name+".eml"))
			cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C.UTF-8", "HOME="+dir, "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
			b, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, b)
			}
			for _, line := range muLines(expected(name, all[name])) {
				if !strings.Contains(string(b), line) {
					t.Errorf("%s: no %q in\n%s", name, line, b)
				}
			}
		}
	})
}

// expected returns what is to be shown of a message. The rows of the table are
// what depends on the class.
func expected(name string, m *mapi.Message) sight {
	file := func(name string, data []byte) string {
		return fmt.Sprintf("%s %x", name, sha256.Sum256(data))[:len(name)+17]
	}
	s := sight{Subject: m.Props.String(proptag.Subject), From: "Ada Lovelace|ada@example.org", Date: "2024-02-29T13:37:42+00:00",
		To: []string{"Grace Hopper|grace@example.com"}, Cc: []string{}, Bcc: []string{}, Files: []string{}, Messages: []string{},
		Text: strings.Join(strings.Fields(m.Props.String(proptag.Body)), " ")}
	for _, a := range m.Attachments {
		switch {
		case a.Embedded != nil:
			s.Messages = append(s.Messages, a.Embedded.Props.String(proptag.Subject))
		case a.Props.Has(proptag.AttachDataBinary):
			s.Files = append(s.Files, file(a.Props.String(proptag.AttachLongFilename), a.Props.Binary(proptag.AttachDataBinary)))
		}
	}
	switch name {
	case "hello":
		s.Parts = []string{"text/plain"}
	case "rtf":
		s.Parts = []string{"multipart/alternative", "text/plain", "text/html"}
	case "newsletter":
		s.Cc = []string{"Андрей Ершов|ershov@example.net", `Doe, "John" (Sales)|john@example.com`}
		s.Bcc = []string{"|silent@example.com"}
		s.Parts = []string{"multipart/mixed", "multipart/related", "multipart/alternative", "text/plain", "text/html", "image/png", "text/csv"}
	case "forwarded":
		s.Parts = []string{"multipart/mixed", "text/plain", "message/rfc822", "application/octet-stream"}
	case "signed":
		s.Text, s.Files = "Signed text.", []string{file("smime.p7s", []byte{0x30, 0x82, 0x01})}
		s.Parts = []string{"multipart/signed", "text/plain", "application/pkcs7-signature"}
	case "encrypted":
		s.Parts = []string{"application/pkcs7-mime"}
	case "pgp":
		// The first file says that PGP follows, and has no name in the form. Python
		// makes the line ends of text its own.
		armor := m.Attachments[1].Props.Binary(proptag.AttachDataBinary)
		s.Files = []string{file("encrypted.asc", bytes.ReplaceAll(armor, []byte("\r"), nil))}
		s.Parts = []string{"multipart/encrypted", "application/pgp-encrypted", "application/octet-stream"}
	case "failed":
		s.To = []string{"Barbara Liskov|barbara@example.org"}
		s.Parts = []string{"multipart/report", "text/plain", "message/delivery-status", "message/rfc822"}
	case "read":
		s.Text = "Your message Subject: Hello Sent: Thu, 29 Feb 2024 13:37:42 +0000 was read on Thu, 29 Feb 2024 13:37:42 +0000."
		s.Parts = []string{"multipart/report", "text/plain", "message/disposition-notification", "text/rfc822-headers"}
	case "ole":
		object, _ := m.Attachments[0].Props.Get(proptag.AttachDataObject)
		data, _ := mapi.ReadValue(object, 1<<20)
		s.Files = []string{file("Drawing.png", picture()), file("Drawing", data)}
		s.Text = "Before and after."
		s.Parts = []string{"multipart/mixed", "multipart/related", "multipart/alternative", "text/plain", "text/html", "image/png", "application/octet-stream"}
	case "linked":
		s.Files = []string{"-> https://example.org/plan.docx"}
		s.Parts = []string{"multipart/mixed", "text/plain", "message/external-body"}
	case "mac":
		s.Files = []string{file("note.txt", []byte(appleFile)), file("note.txt", []byte("data"))}
		s.Parts = []string{"multipart/mixed", "text/plain", "multipart/appledouble", "application/applefile", "text/plain"}
	case "names":
		s.Parts = []string{"multipart/mixed", "text/plain", "text/plain", "text/plain", "text/plain", "text/plain", "application/pdf"}
	}
	return s
}

// appleFile is what AppleDouble keeps of the file in the sample "mac" beside its
// data (RFC 1740 appendix A): the name, type and creator, and the other fork.
const appleFile = "\x00\x05\x16\x07\x00\x02\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x03" +
	"\x00\x00\x00\x03\x00\x00\x00\x3E\x00\x00\x00\x04" +
	"\x00\x00\x00\x09\x00\x00\x00\x42\x00\x00\x00\x20" +
	"\x00\x00\x00\x02\x00\x00\x00\x62\x00\x00\x00\x04" +
	"note" + "TEXTttxt" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" + "fork"

// muLines returns what mu is to print for a message.
func muLines(s sight) []string {
	person := func(p string) string {
		name, addr, _ := strings.Cut(p, "|")
		if name == "" {
			return addr
		}
		return name + " <" + addr + ">"
	}
	lines := []string{"From: " + person(s.From), "Subject: " + s.Subject, "Date: Thu Feb 29 13:37:42 2024"}
	for _, p := range append(append(append([]string{}, s.To...), s.Cc...), s.Bcc...) {
		lines = append(lines, person(p))
	}
	if word, _, _ := strings.Cut(s.Text, " "); word != "" {
		lines = append(lines, "\n"+word)
	}
	return lines
}
