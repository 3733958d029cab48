package mime

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/converters/rtf"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// oracleMessage is a message as another parser, stalwart's mail-parser, reads
// it, as far as the two models speak of the same.
type oracleMessage struct {
	HTML  []int `json:"html_body"`
	Parts []struct {
		Headers []oracleHeader             `json:"headers"`
		Body    map[string]json.RawMessage `json:"body"`
		Damaged bool                       `json:"is_encoding_problem"`
	} `json:"parts"`
}

type oracleHeader struct {
	Name  any             `json:"name"`
	Value json.RawMessage `json:"value"`
}

// fields decodes the values of the header fields of that name.
func fields[T any](headers []oracleHeader, name string) (values []T) {
	for _, h := range headers {
		var v T
		if h.Name == name && json.Unmarshal(h.Value, &v) == nil {
			values = append(values, v)
		}
	}
	return values
}

type oracleAddress struct{ Name, Address string }

type oracleAddresses struct {
	Address struct {
		List  []oracleAddress
		Group []struct{ Addresses []oracleAddress }
	}
}

// people returns the addresses of the fields of that name.
func people(headers []oracleHeader, name string) (list []oracleAddress) {
	for _, v := range fields[oracleAddresses](headers, name) {
		list = append(list, v.Address.List...)
		for _, g := range v.Address.Group {
			list = append(list, g.Addresses...)
		}
	}
	return list
}

// oracleName returns the file name of a part.
func oracleName(headers []oracleHeader) string {
	for _, field := range []struct{ header, attribute string }{{"content_disposition", "filename"}, {"content_type", "name"}} {
		type parameterized struct {
			ContentType struct {
				Attributes []struct{ Name, Value string }
			}
		}
		for _, v := range fields[parameterized](headers, field.header) {
			for _, a := range v.ContentType.Attributes {
				if strings.EqualFold(a.Name, field.attribute) {
					return a.Value
				}
			}
		}
	}
	return ""
}

func oracleWords(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("\x00", "", "\uFEFF", "").Replace(s)), " ")
}

// unread reports whether the oracle could not read some of s.
func unread(s string) bool { return strings.Contains(s, "\uFFFD") }

// oracleDiff says where m departs from what the oracle reads.
func oracleDiff(t *testing.T, o oracleMessage, m *mapi.Message, where string) (diffs []string) {
	say := func(format string, args ...any) { diffs = append(diffs, where+fmt.Sprintf(format, args...)) }
	if len(o.Parts) == 0 {
		return nil
	}
	head := o.Parts[0].Headers
	type text struct{ Text string }
	if s := fields[text](head, "subject"); len(s) > 0 && !unread(s[0].Text) && oracleWords(s[0].Text) != oracleWords(m.Props.String(proptag.Subject)) {
		say("subject %q, not %q", m.Props.String(proptag.Subject), s[0].Text)
	}
	for kind, name := range map[int32]string{1: "to", 2: "cc", 3: "bcc"} {
		for _, want := range people(head, name) {
			if want.Address != "" && !unread(want.Name) && !hasRecipient(m, kind, want) {
				say("no %s %+v", name, want)
			}
		}
	}
	body, _ := m.Props.Text(proptag.Body, 1<<24)
	page, _ := m.Props.Int32(proptag.InternetCodepage)
	html, _ := codepage.Decode(int(page), m.Props.Binary(proptag.Html))
	var files []*mapi.Attachment
	var messages []*mapi.Message
	for _, a := range m.Attachments {
		if a.Embedded != nil {
			messages = append(messages, a.Embedded)
		} else {
			files = append(files, a)
		}
	}
	for i, p := range o.Parts {
		name := oracleName(p.Headers)
		for kind, raw := range p.Body {
			var s string
			var list []int
			switch kind {
			case "Text", "Html":
				_ = json.Unmarshal(raw, &s)
				words := oracleWords(s)
				if strings.Contains(oracleWords(body), words) || strings.Contains(oracleWords(html), words) || p.Damaged || unread(s) {
					continue
				}
				if !hasFile(t, files, []byte(s), "", true) {
					say("part %d: no text %.60q", i, words)
				}
			case "Binary", "InlineBinary":
				_ = json.Unmarshal(raw, &list)
				content := make([]byte, len(list))
				for i, b := range list {
					content[i] = byte(b)
				}
				if p.Damaged || strings.Contains(oracleWords(body), oracleWords(string(content))) && len(content) > 0 {
					continue
				}
				if !hasFile(t, files, content, "", false) {
					say("part %d: no file of %d bytes, %q", i, len(content), name)
				} else if name != "" && !unread(name) && !hasFile(t, files, content, name, false) {
					say("part %d: the file of %d bytes is not called %q", i, len(content), name)
				}
			case "Message":
				var inner oracleMessage
				_ = json.Unmarshal(raw, &inner)
				if len(messages) == 0 {
					say("part %d: no embedded message", i)
					continue
				}
				diffs = append(diffs, oracleDiff(t, inner, messages[0], fmt.Sprintf("%spart %d: ", where, i))...)
				messages = messages[1:]
			}
		}
	}
	return diffs
}

func hasRecipient(m *mapi.Message, kind int32, want oracleAddress) bool {
	for _, r := range m.Recipients {
		got, _ := r.Int32(proptag.RecipientType)
		name := oracleWords(r.String(proptag.DisplayName))
		if got == kind && strings.EqualFold(r.String(proptag.EmailAddress), want.Address) && (want.Name == "" || name == oracleWords(want.Name)) {
			return true
		}
	}
	return false
}

// hasFile reports whether one of the files has the content, and the name if that
// is not "".
func hasFile(t *testing.T, files []*mapi.Attachment, content []byte, name string, text bool) bool {
	lines := func(b []byte) string {
		return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(string(b), "\r\n", "\n"), "\r", "\n"))
	}
	for _, a := range files {
		got := []byte(fileContent(t, a))
		same := bytes.Equal(got, content) || lines(got) == lines(content)
		if text {
			decoded, _, _ := charset.Decode(a.Props.String(proptag.TextAttachmentCharset), got)
			got = []byte(decoded)
			same = same || strings.Contains(oracleWords(string(got)), oracleWords(string(content)))
		}
		if same && (name == "" || cleanName(name) == a.Props.String(proptag.AttachLongFilename)) {
			return true
		}
	}
	return false
}

// oracleDiffers is how many answers differ by rule: two, with LF and with CRLF,
// for each of ten files. 017 and 048: uuencoded parts are decoded. 035 and 039:
// "C:\TEMP\x" in quotes is a path, not escapes. malformed 005: the delimiter of
// the inner multipart is the last one of the outer, which wins. malformed 020 and
// 021: the first of two Content-Type fields counts. rfc 001: a reference to a file
// is a shortcut. rfc 002: a comment inside a name is no part of it. thirdparty
// 015: a multipart without parts has no content.
const oracleDiffers = 20

// TestImportOracle compares what is read of the files of another project with
// what that project's own parser reads, where both lie beside this one. Nearly
// all have to agree. The two differ on purpose: the oracle leaves uuencoded
// parts as they are, unescapes paths in file names, gives shortcuts no
// extension, lets the last of two Content-Type fields win, takes what follows an
// empty multipart for its content, and looks for the boundaries of the innermost
// multipart first. Where it could not read something, it is not asked.
func TestImportOracle(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..", "shared", "corpus")
	table, err := os.Open(filepath.Join(root, "ORACLES.tsv"))
	if err != nil {
		t.Skip("no oracles here")
	}
	defer table.Close()
	r := csv.NewReader(table)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	total, agree := 0, 0
	for _, row := range rows {
		if !strings.Contains(row[1], "stalwart-mail-parser/oracle") || !strings.HasSuffix(row[1], ".json") {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(root, row[0]))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(row[1], ".crlf.json") {
			raw = canonicalLines(raw)
		}
		answer, err := os.ReadFile(filepath.Join(root, row[1]))
		if err != nil {
			t.Fatal(err)
		}
		var want oracleMessage
		if err := json.Unmarshal(answer, &want); err != nil {
			t.Fatalf("%s: %v", row[1], err)
		}
		m, err := Import(context.Background(), transfer.NewBytesInput(raw), ImportOptions{}, nil)
		if err != nil {
			t.Errorf("%s: %v", row[0], err)
			continue
		}
		total++
		diffs := oracleDiff(t, want, m, "")
		if len(diffs) == 0 {
			agree++
		}
		for _, d := range diffs {
			t.Logf("%s: %s", filepath.Base(row[0])+" "+filepath.Base(row[1]), d)
		}
	}
	t.Logf("%d of %d agree", agree, total)
	if total-agree > oracleDiffers {
		t.Errorf("%d of %d agree", agree, total)
	}
}

// TestImportEncapsulatedCorpus encapsulates the HTML of the real mail that lies
// beside the project, and takes it out again.
func TestImportEncapsulatedCorpus(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "corpus", "eml", "*", "*"))
	if err != nil || len(files) == 0 {
		t.Skip("no corpus here")
	}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue // a folder
		}
		m, err := Import(context.Background(), transfer.NewBytesInput(raw), ImportOptions{EncapsulateHTML: true}, nil)
		if err != nil || !m.Props.Has(proptag.RtfCompressed) {
			continue
		}
		doc, _, err := lzfu.Decompress(m.Props.Binary(proptag.RtfCompressed), lzfu.DefaultLimit)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := rtf.HTML(doc)
		page, _ := m.Props.Int32(proptag.InternetCodepage)
		want, _ := codepage.Decode(int(page), m.Props.Binary(proptag.Html))
		want, _ = charset.RelabelHTML([]byte(canonicalLines(strings.ReplaceAll(want, "\x00", ""))), nil)
		if got != want || err != nil {
			t.Errorf("%s: the HTML does not come back, %v", path, err)
		}
	}
}
