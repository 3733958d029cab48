package mime

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// TestImportTolerance feeds what real mail has. The input is taken as it is.
func TestImportTolerance(t *testing.T) {
	t.Parallel()
	const mixed = "Content-Type: multipart/mixed; boundary=b\n"
	tests := []struct {
		name, in string
		want     string // subject and shape
		problems string
	}{
		{"LF", "Subject: s\nX: y\n\na\n", `s text="a\r\n" html=""`, ""},
		{"CR", "Subject: s\rX: y\r\ra\r", `s text="a\r\n" html=""`, ""},
		{"mbox line", "From a@b Mon Jan  2 10:00:00 2023\nSubject: s\n\na", `s text="a" html=""`, ""},
		{"byte order mark", "\xEF\xBB\xBFSubject: s\n\na", `s text="a" html=""`, ""},
		{"empty lines first", "\r\n\r\nSubject: s\n\na", `s text="a" html=""`, ""},
		{"no header", "Dear all,\nhello", ` text="Dear all,\r\nhello" html=""`, "mime.header.missing"},
		{"only a header", "Subject: s", `s text="" html=""`, ""},
		{"no empty line", "Subject: s\nDear all,\nhello", `s text="Dear all,\r\nhello" html=""`, ""},
		{"a line that is no field", "X: y\nsome junk\nSubject: s\n\na", `s text="a" html=""`, "mime.header.damaged"},
		{"blank before the colon", "Subject : s\n\na", `s text="a" html=""`, ""},
		{"NUL in a field", "Subject: s\x00\n\na", `s text="a" html=""`, "mime.header.damaged"},
		{"repeated field", "Subject: s\nSubject: t\n\na", `s text="a" html=""`, "mime.header.repeated"},
		{"boundary with blanks after it", mixed + "\n--b \t\n\na\n--b-- \n", ` text="a" html=""`, ""},
		{"no last boundary", mixed + "\n--b\n\na\n--b\n\nc\n", ` text="a\r\nc\r\n" html=""`, "mime.boundary.open"},
		{"boundary nowhere", mixed + "\na\n", ` text="a\r\n" html="" ATT00001.dat:"a\n"`, "mime.boundary.missing"},
		{"only the last boundary", mixed + "\na\n--b--\n", ` text="a" html="" ATT00001.dat:"a"`, "mime.boundary.missing"},
		{"no boundary parameter", "Content-Type: multipart/mixed\n\na\n", ` text="a\r\n" html="" ATT00001.dat:"a\n"`, "mime.boundary.missing"},
		{"boundary twice", mixed + "\n--b\n--b\n\na\n--b--\n", ` text="a" html=""`, ""},
		{"boundary inside a line", mixed + "\n--b\n\na --b\n--bb\n--b--\n", ` text="a --b\r\n--bb" html=""`, ""},
		{"last boundary with something after it", mixed + "\n--b\n\na\n--b-->\n\n", ` text="a" html=""`, ""},
		{"text around the parts", mixed + "\npre\n--b\n\na\n--b--\npost\n", ` text="a" html=""`, "mime.epilogue mime.preamble"},
		{"signs around the parts", mixed + "\n-- \n--b\n\na\n--b--\n>\n\n", ` text="a" html=""`, ""},
		{"a boundary that begins like the last one of another", "Content-Type: multipart/mixed; boundary=b--\n\n--b--\n\na\n--b----\n\nc\n--b------\n", ` text="a" html=""`, "mime.epilogue"},
		{"part without a header", mixed + "\n--b\na\n--b--\n", ` text="a" html=""`, ""},
		{"part without anything", mixed + "\n--b\n\n--b--\n", ` text="" html=""`, ""},
		{"outer boundary ends the inner part", mixed + "\n--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\na\n--b--\n", ` text="a" html=""`, "mime.boundary.open"},
		{"boundary that begins like the outer one", mixed + "\n--b\nContent-Type: multipart/mixed; boundary=b2\n\n--b2\n\na\n--b2--\n--b--\n", ` text="a" html=""`, ""},
		{"inner boundary is the outer one", mixed + "\n--b\n" + mixed + "\n--b\n\na\n--b--\n", ` text="a" html="" ATT00001.dat:""`, "mime.boundary.missing"},
		{"unknown encoding", "Content-Type: x/y\nContent-Transfer-Encoding: zip\n\na", ` text="" html="" ATT00001.dat:"a"`, "mime.encoding.unknown"},
		{"encoding in quotes", "Content-Type: x/y\nContent-Transfer-Encoding: \"BASE64\";\n\nYQ==", ` text="" html="" ATT00001.dat:"a"`, ""},
		{"base64 without padding", "Content-Transfer-Encoding: base64\n\nYWI", ` text="ab" html=""`, "mime.encoding.damaged"},
		{"base64 with text after it", "Content-Transfer-Encoding: base64\n\nYQ== ignored", ` text="a" html=""`, "mime.encoding.damaged"},
		{"base64 in two pieces", "Content-Transfer-Encoding: base64\n\nYQ==\nYg==\n", ` text="ab" html=""`, ""},
		{"quoted-printable with junk", "Content-Transfer-Encoding: quoted-printable\n\na=\nb=3dc=ZZ=  \nd =\n", ` text="ab=c=ZZd " html=""`, ""},
		{"unknown character set", "Content-Type: text/plain; charset=x\n\na\xfc", ` text="aü" html=""`, "mime.charset"},
		{"several authors", "From: a@b, c@d\nSender: e@f\n\na", ` text="a" html=""`, "mime.address.several"},
		{"group", "To: Friends: a@b, c@d;, Others: e@f;\n\na", ` text="a" html=""`, "mime.address.group"},
		{"no recipients", "To: undisclosed-recipients:;\n\na", ` text="a" html=""`, ""},
		{"bad date", "Date: x\n\na", ` text="a" html=""`, "mime.header.value"},
		{"fragment", "Content-Type: message/partial; id=x\n\na", ` text="" html="" ATT00001.eml:"a"`, "mime.part.partial"},
		{"reference", "Content-Type: message/external-body; access-type=x\n\na", ` text="" html="" ATT00001.txt:"a"`, "mime.part.external-body"},
		{"message in base64", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nWDogeQoKYQ==", ` text="" html="" [text="a" html=""]`, "mime.encoding.message"},
		{"multipart in base64", mixed + "Content-Transfer-Encoding: base64\n\nLS1iDQoNCmENCi0tYi0tDQo=", ` text="a" html=""`, "mime.encoding.multipart"},
		{"not base64", "Content-Transfer-Encoding: base64\n\nTwo or three words.", ` text="Two or three words." html=""`, "mime.encoding.wrong"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, problems := importBytes(t, tt.in, ImportOptions{})
			if got := m.Props.String(proptag.Subject) + " " + bodyShape(t, m); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if got := problemCodes(problems); got != tt.problems {
				t.Errorf("problems are %q, want %q", got, tt.problems)
			}
		})
	}
}

func TestImportLimits(t *testing.T) {
	t.Parallel()
	nest := func(n int) string {
		var s strings.Builder
		for i := range n {
			fmt.Fprintf(&s, "Content-Type: multipart/mixed; boundary=b%d.\n\n--b%d.\n", i, i)
		}
		return s.String() + "\na"
	}
	tests := []struct {
		name, in string
		opt      ImportOptions
		problems string
	}{
		{"multiparts in multiparts", nest(5000), ImportOptions{}, "mime.boundary.open mime.limit.depth"},
		{"messages in messages", strings.Repeat("Content-Type: message/rfc822\n\n", 5000) + "\na", ImportOptions{}, "mime.limit.depth"},
		{"many parts", "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\na\n", 200_000), ImportOptions{}, "mime.limit.parts"},
		{"many empty parts", "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n", 500_000), ImportOptions{}, "mime.boundary.open"},
		{"almost boundaries", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + strings.Repeat("--b!\n", 500_000), ImportOptions{}, "mime.boundary.open"},
		{"many fields", strings.Repeat("X: y\n", 500_000) + "\na", ImportOptions{}, "mime.header.damaged mime.limit.fields"},
		{"many different fields", manyFields(15_000) + "\na", ImportOptions{}, "mime.limit.fields"},
		{"a long field", "Subject: " + strings.Repeat("x", 10<<20) + "\n\na", ImportOptions{}, "mime.header.damaged"},
		{"a header of CR", strings.Repeat("X: y\r", 100_000) + "\ra", ImportOptions{}, "mime.header.damaged mime.limit.fields"},
		{"many recipients", "To: " + strings.Repeat("a@b,", 1000) + "\n\na", ImportOptions{MaxRecipients: 10}, "mime.limit.recipients"},
		{"many recipients of many messages", "Content-Type: multipart/digest; boundary=b\n\n" + strings.Repeat("--b\n\nTo: a@b, c@d\n\nx\n", 20), ImportOptions{MaxRecipients: 30}, "mime.boundary.open mime.limit.recipients"},
		{"many fields of many messages", "Content-Type: multipart/digest; boundary=b\n\n" + strings.Repeat("--b\n\n"+manyFields(400)+"\nx\n", 30), ImportOptions{}, "mime.boundary.open mime.limit.fields"},
		{"a report about many", "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nX: y\n\n" +
			strings.Repeat("Final-Recipient: rfc822;a@b\nAction: failed\n\n", 5000) + "--b--", ImportOptions{}, "mime.limit.report"},
		{"a long report", "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nX: y\n\n" +
			strings.Repeat("Final-Recipient: rfc822;a@b\nAction: failed\n\n", 50_000) + "--b--", ImportOptions{}, "mime.limit.report"},
		{"a long text", "X: y\n\n" + strings.Repeat("x", 1000), ImportOptions{MaxBody: 100}, "mime.limit.size"},
		{"many references", html5(50_000), ImportOptions{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := importBytes(t, tt.in, tt.opt)
			if got := problemCodes(problems); got != tt.problems {
				t.Errorf("problems are %q, want %q", got, tt.problems)
			}
		})
	}
}

func manyFields(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "X-%d: y\n", i)
	}
	return s.String()
}

// html5 is a document that refers to many pictures, and the pictures.
func html5(n int) string {
	var doc strings.Builder
	for i := range n {
		fmt.Fprintf(&doc, "<img src=\"cid:%d\"><a href='x%d'>", i, i)
	}
	list := []string{asHTML(doc.String())}
	for i := range 5000 {
		list = append(list, fmt.Sprintf("Content-Type: image/png\nContent-ID: <%d>\nContent-Location: x%d\n\nx", i, i))
	}
	return inParts("related", "b", list...)
}

// bigInput is a message with an attachment of many bytes that are made up when
// they are read.
type bigInput struct {
	head, tail string
	size       int64
	read       int64 // bytes read outside of Find
}

func (in *bigInput) ReadAt(p []byte, off int64) (int, error) {
	n, err := in.at(p, off)
	in.read += int64(n)
	return n, err
}

func (in *bigInput) at(p []byte, off int64) (int, error) {
	tail := in.size - int64(len(in.tail))
	for i := range p {
		switch pos := off + int64(i); {
		case pos >= in.size:
			return i, io.EOF
		case pos < int64(len(in.head)):
			p[i] = in.head[pos]
		case pos >= tail:
			p[i] = in.tail[pos-tail]
		case pos%78 == 76:
			p[i] = '\r'
		case pos%78 == 77:
			p[i] = '\n'
		default:
			p[i] = 'A'
		}
	}
	return len(p), nil
}

func (in *bigInput) Size() int64 { return in.size }

func (in *bigInput) Find(from, to int64, patterns ...[]byte) (int64, int, error) {
	return transfer.Find(context.Background(), readerAt(in.at), from, to, patterns...)
}

func (in *bigInput) Range(off, n int64, t transfer.Transform) mapi.Large {
	return transfer.Ranged{In: in, Off: off, N: n, Transform: t}
}

type readerAt func(p []byte, off int64) (int, error)

func (f readerAt) ReadAt(p []byte, off int64) (int, error) { return f(p, off) }

// TestImportReadsNoAttachments: the bytes of a large attachment are searched by
// the owner of the input and not read.
func TestImportReadsNoAttachments(t *testing.T) {
	t.Parallel()
	in := &bigInput{
		head: "Subject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n" +
			"--b\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n",
		tail: "\r\n--b\r\nContent-Type: application/zip; name=b.zip\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--b--\r\n",
		size: 20 << 20,
	}
	m, err := Import(context.Background(), in, ImportOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if in.read > 512<<10 {
		t.Errorf("%d bytes were read", in.read)
	}
	if len(m.Attachments) != 2 || m.Props.String(proptag.Body) != "text" {
		t.Fatalf("%d attachments, body %q", len(m.Attachments), m.Props.String(proptag.Body))
	}
	v, _ := m.Attachments[0].Props.Get(proptag.AttachDataBinary)
	if r, ok := v.(transfer.Ranged); !ok || r.Off != int64(len(in.head)) || r.Off+r.N != in.size-int64(len(in.tail)) || r.Transform != transfer.Unbase64 {
		t.Errorf("the first attachment is %+v", v)
	}
	if got := fileContent(t, m.Attachments[1]); got != "ABC" {
		t.Errorf("the second attachment is %q", got)
	}
}

// TestImportIsTheSameInPieces imports a message from an input that is read at
// once and from one that is read through a window.
func TestImportIsTheSameInPieces(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("All work and no play makes Jack a dull boy.\n", 100)
	var list []string
	for i := range 200 {
		list = append(list, fmt.Sprintf("Content-Type: text/plain; name=%d.txt\n\n%d %s", i, i, text))
	}
	raw := inParts("mixed", "b", append([]string{asText(text), asHTML(text)}, list...)...)
	if len(raw) < 2*wholeInput {
		t.Fatalf("the message has only %d bytes", len(raw))
	}
	m, problems := importBytes(t, raw, ImportOptions{})
	if len(problems) != 0 || len(m.Attachments) != 201 {
		t.Fatalf("%d attachments, problems %v", len(m.Attachments), problems)
	}
	for i, a := range m.Attachments[1:] {
		if got, want := fileContent(t, a), fmt.Sprintf("%d %s", i, text); got != want {
			t.Fatalf("attachment %d is %.80q, want %.80q", i, got, want)
		}
	}
	if got := string(m.Props.Binary(proptag.Html)); got != text {
		t.Errorf("HTML is %.80q", got)
	}
}
