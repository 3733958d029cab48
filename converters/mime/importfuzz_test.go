package mime

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// checkTree reads everything in an imported tree and holds it to what a message
// promises.
func checkTree(t *testing.T, m *mapi.Message, size int64) {
	t.Helper()
	if m.Props.String(proptag.MessageClass) == "" {
		t.Error("no message class")
	}
	for _, r := range m.Recipients {
		checkProps(t, r, size)
	}
	checkProps(t, m.Props, size)
	for _, a := range m.Attachments {
		checkProps(t, a.Props, size)
		if a.Embedded != nil {
			checkTree(t, a.Embedded, size)
		} else if !a.Props.Has(proptag.AttachDataBinary) {
			t.Error("an attachment without data")
		}
	}
}

func checkProps(t *testing.T, props mapi.Props, size int64) {
	t.Helper()
	seen := map[mapi.Tag]bool{}
	for _, p := range props {
		if p.Name.IsZero() && seen[p.Tag] {
			t.Errorf("%v stands twice", p.Tag)
		}
		seen[p.Tag] = true
		switch v := p.Value.(type) {
		case string:
			if !utf8.ValidString(v) || strings.Contains(v, "\x00") {
				t.Errorf("%v %v is no text: %.80q", p.Tag, p.Name, v)
			}
		case mapi.Large:
			r, err := v.Open()
			if err != nil {
				t.Fatalf("%v: %v", p.Tag, err)
			}
			// At most everything, with every LF made CRLF.
			if n, err := io.Copy(io.Discard, r); err != nil || n > 2*size+maxSigned {
				t.Errorf("%v has %d bytes of %d, %v", p.Tag, n, size, err)
			}
			r.Close()
		}
	}
}

// FuzzImportInPieces imports from an input that is read at once and through a
// window of a few bytes. Both must give the same.
func FuzzImportInPieces(f *testing.F) {
	f.Add(benchMail(), uint8(0))
	f.Add([]byte(inParts("mixed", "b", asText("a"), "Content-Type: x/y\n\nlong enough to be beyond every window that there is")), uint8(1))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b \r\n\r\na --b\r\n--b--\r\n--b\r\rx\r--b--"), uint8(7))
	f.Fuzz(func(t *testing.T, raw []byte, window uint8) {
		var dumps [2]string
		for i := range dumps {
			s := newSource(transfer.NewBytesInput(raw))
			if i == 1 {
				s.whole, s.window = false, 16+int(window)
			}
			m, err := importFrom(context.Background(), s, ImportOptions{MaxDepth: 5, MaxNesting: 10, MaxParts: 100}, nil)
			if err == nil {
				dumps[i] = bodyShape(t, m) + m.Props.String(proptag.TransportMessageHeaders)
			}
		}
		if dumps[0] != dumps[1] {
			t.Errorf("at once:\n%.500q\nin pieces:\n%.500q", dumps[0], dumps[1])
		}
	})
}

// FuzzImport holds Import to its contract on arbitrary bytes: a message whose
// values can be read, or ErrInput.
func FuzzImport(f *testing.F) {
	f.Add([]byte(""))
	f.Add(benchMail())
	f.Add([]byte(inParts("related", "b", asHTML("<img src=cid:i>"), "Content-ID: <i>\nContent-Type: image/png\n\nx")))
	f.Add([]byte(inParts("mixed", "b", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nWDogeQoKYQ==")))
	f.Add([]byte(inParts("report; report-type=delivery-status", "b", deliveryStatus+"Action: failed\n")))
	fields, entity := signedMail("x")
	f.Add([]byte(fields + entity))
	f.Add([]byte("Content-Type: application/x-pkcs7-mime\nContent-Transfer-Encoding: uuencode\n\nbegin 644 a\n#0V%T\n`\nend\n"))
	f.Add([]byte("Subject: \xd0\xcf\nTo: a <b@c>, G: d;\nReply-To: x\nThread-Index: AQ==\nContent-Type: text/html; charset=utf-16\n\n\xff\xfea"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Import(context.Background(), transfer.NewBytesInput(raw), ImportOptions{MaxDepth: 5, MaxNesting: 10, MaxParts: 100}, func(p problem.Problem) {
			if !strings.HasPrefix(p.Code, "mime.") || p.Detail == "" {
				t.Errorf("problem %+v", p)
			}
		})
		if err != nil {
			if m != nil || !errors.Is(err, ErrInput) {
				t.Errorf("Import = %v, %v", m, err)
			}
			return
		}
		checkTree(t, m, int64(len(raw)))
	})
}

// TestImportCorpus imports the real mail that lies beside the project. It is
// skipped where there is none.
func TestImportCorpus(t *testing.T) {
	t.Parallel()
	corpus := filepath.Join("..", "..", "..", "shared", "corpus", "eml")
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no corpus here")
	}
	files := 0
	err := filepath.WalkDir(corpus, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, "oracle") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		m, err := Import(context.Background(), transfer.NewBytesInput(raw), ImportOptions{}, nil)
		if err != nil {
			if !errors.Is(err, ErrInput) {
				t.Errorf("%s: %v", path, err)
			}
			return nil
		}
		checkTree(t, m, int64(len(raw)))
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files, %v", files, err)
	}
}
