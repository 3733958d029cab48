package mime

import (
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// TestImportHostileStructure: each of these would take minutes if time were not
// linear in the length of the input.
func TestImportHostileStructure(t *testing.T) {
	t.Parallel()
	nested := func(n int) string {
		var s strings.Builder
		for i := range n {
			b := "b" + strings.Repeat("x", i%7)
			s.WriteString("Content-Type: multipart/mixed; boundary=" + b + "\r\n\r\n--" + b + "\r\n")
		}
		return s.String() + "\r\ntext"
	}
	messages := strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 10_000)
	for name, in := range map[string]string{
		"nested multiparts":           nested(10_000),
		"nested messages":             messages,
		"a million boundaries":        "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n", 1_000_000),
		"a million parts":             "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 1_000_000),
		"a million half boundaries":   "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b", 1_000_000),
		"a million last boundaries":   "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b--\r\n", 1_000_000),
		"a million fields":            strings.Repeat("X: y\r\n", 1_000_000) + "\r\ntext",
		"a million folded lines":      "Subject: x\r\n" + strings.Repeat(" y\r\n", 1_000_000) + "\r\ntext",
		"a million lines of no field": "A: b\r\n" + strings.Repeat("x\r\n", 1_000_000),
		"200,000 begins":              "Subject: x\r\n\r\n" + strings.Repeat("begin 644 a\r\n", 200_000),
		"200,000 uuencoded files":     "Subject: x\r\n\r\n" + strings.Repeat("begin 644 a\r\n#0V%T\r\nend\r\n", 200_000),
		"parameters":                  "Content-Type: text/plain" + strings.Repeat("; a*0*=b", 200_000) + "\r\n\r\ntext",
		"documents":                   "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\nContent-Type: text/html\r\n\r\na\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n", 4_000),
		"references":                  "Content-Type: text/html\r\n\r\n" + strings.Repeat("<img src=cid:x>", 200_000),
		"attributes":                  "Content-Type: text/html\r\n\r\n" + strings.Repeat("a=", 500_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, _ := importBytes(t, in, ImportOptions{EncapsulateHTML: true})
			if !m.Props.Has(proptag.MessageClass) {
				t.Error("no message")
			}
		})
	}
}
