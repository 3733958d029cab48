package markdown

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/examples/internal/python"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// typesPlugin reads any file as a message with a value of each sort, in both ways
// that values travel.
const typesPlugin = `
from oxbridge_plugin import UNBASE64, Attachment, Format, Message, Plugin, Properties

def read(job, file):
    m = Message({
        "PidTagSubject": "small",
        "PidTagBody": "long " * 20000,
        "PidTagImportance": 2,
        "PidNameKeywords": ["a", "b"],
        (0x6001 << 16) | 0x0005: 1.5,
        (0x6002 << 16) | 0x0048: bytes(range(16)),
        (0x6003 << 16) | 0x1102: [b"x", b""],
        (0x6004 << 16) | 0x0001: None,
    })
    m.recipients.append(Properties({"PidTagDisplayName": "Ada"}))
    m.attachments.append(Attachment({"PidTagAttachMethod": 6, "PidTagAttachDataObject": b"ole"}))
    m.attachments.append(Attachment({"PidTagAttachDataBinary": file.piece(0, 8, UNBASE64)}))
    m.attachments.append(Attachment({"PidTagAttachMethod": 5}, embedded=Message({"PidTagSubject": "inner"})))
    return m

Plugin("markdown", "1.0.0", formats=[Format("markdown", [".md"], importer=read)]).main()
`

// TestTypes holds what a plugin in Python puts to what the host has then.
func TestTypes(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "oxbridge-plugin-types.py")
	if err := os.WriteFile(script, []byte(typesPlugin), 0o755); err != nil {
		t.Fatal(err)
	}
	pool := python.Start(t, script)
	b := newBench(t)
	held := b.message(t, nil)
	job := &session.Job{Direction: session.Import, Format: "markdown", Message: held, Input: transfer.NewBytesInput([]byte("aGVsbG8="))}
	if err := pool.Convert(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	m, err := held.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	body, err := m.Props.Text(proptag.Body, 1<<20)
	if err != nil || body != strings.Repeat("long ", 20000) {
		t.Errorf("body of %d bytes, %v", len(body), err)
	}
	n, _ := m.Props.Int32(proptag.Importance)
	half, _ := m.Props.Get(mapi.NewTag(0x6001, mapi.PtypFloating64))
	id, _ := m.Props.Get(mapi.NewTag(0x6002, mapi.PtypGuid))
	several, _ := m.Props.Get(mapi.NewTag(0x6003, mapi.PtypMultipleBinary))
	words := m.Props.Named(propname.NameKeywords)
	list, _ := several.([][]byte)
	if n != 2 || half != 1.5 || id != mapi.GUID([]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f")) ||
		len(list) != 2 || words == nil || len(words.Value.([]string)) != 2 || len(m.Recipients) != 1 {
		t.Errorf("got %v", m.Props)
	}
	if len(m.Attachments) != 3 || m.Attachments[2].Embedded == nil {
		t.Fatalf("%d attachments", len(m.Attachments))
	}
	object, err := m.Attachments[0].Props.Bytes(mapi.NewTag(proptag.AttachDataBinary.ID(), mapi.PtypObject), 100)
	if err != nil || string(object) != "ole" {
		t.Errorf("object is %q, %v", object, err)
	}
	if data, err := m.Attachments[1].Props.Bytes(proptag.AttachDataBinary, 100); err != nil || !bytes.Equal(data, []byte("hello")) {
		t.Errorf("file is %q, %v", data, err)
	}
}
