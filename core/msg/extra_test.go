package msg

import (
	"bytes"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// TestExtra reads a file with foreign streams and unusual attributes in every
// object, and writes it again.
func TestExtra(t *testing.T) {
	t.Parallel()
	readOnly := entry(proptag.Subject, 6)
	readOnly[4] = readable
	object := func(header int) file {
		return file{
			propertyStream:             stream(header, readOnly),
			valueName(proptag.Subject): codepage.EncodeUTF16("ok"),
			"\x05SummaryInformation":   []byte("summary"),
			"Vendor":                   file{"Data": bytes.Repeat([]byte("x"), 5000)},
		}
	}
	root, attach := object(rootHeader), object(childHeader)
	attach[propertyStream] = stream(childHeader, readOnly, entry(proptag.AttachDataObject, noSize), entry(proptag.AttachMethod, uint32(mapi.AttachEmbeddedMessage)))
	attach[valueName(proptag.AttachDataObject)] = object(embeddedHeader)
	root["__recip_version1.0_#00000000"] = object(childHeader)
	root["__attach_version1.0_#00000000"] = attach
	root[valuePrefix+"broken"] = []byte("claimed by the format, so not foreign")

	data := build(t, root)
	f, err := Open(bytes.NewReader(data), int64(len(data)), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m, extra, err := f.MessageExtra(nil)
	if err != nil {
		t.Fatal(err)
	}
	names := []mapi.Name{{Set: mapi.PSMAPI, ID: 5}, {Set: mapi.PSInternetHeaders, Text: "x-test"}}
	sp := new(spool)
	if err := Write(sp, m, WriteOptions{Extra: extra, Names: names}, nil); err != nil {
		t.Fatal(err)
	}
	judge(t, sp.mem)
	g, err := Open(bytes.NewReader(sp.mem), sp.size, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := g.Names(); len(got) != 2 || got[0] != names[0] || got[1] != names[1] {
		t.Errorf("names %v", got)
	}
	_, again, err := g.MessageExtra(nil)
	if err != nil {
		t.Fatal(err)
	}
	for what, x := range map[string]*Extra{
		"message": again, "recipient": again.Recipient(0), "attachment": again.Attachment(0), "embedded": again.Attachment(0).Embedded(),
	} {
		if a, ok := x.Attr(proptag.Subject.ID()); !ok || a != readable {
			t.Errorf("%s: attributes %d, %v", what, a, ok)
		}
		if n := x.Alone().weigh(); n != 5007 {
			t.Errorf("%s: %d bytes of foreign streams", what, n)
		}
	}
	c, err := cfb.Open(sp, sp.size, cfb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Root().Stream(valuePrefix+"broken") != nil {
		t.Error("a stream that the format claims was kept")
	}
}

// TestExtraOfNothing has the methods of an Extra that is nil.
func TestExtraOfNothing(t *testing.T) {
	t.Parallel()
	var x *Extra
	if _, ok := x.Attr(1); ok || x.Recipient(0) != nil || x.Attachment(0) != nil || x.Embedded() != nil || x.Alone() != nil || x.weigh() != 0 {
		t.Error("a nil Extra is not empty")
	}
	y := x.WithAttr(proptag.Subject, readable).WithEmbedded(nil)
	if a, ok := y.Attr(proptag.Subject.ID()); !ok || a != readable {
		t.Errorf("attributes %d, %v", a, ok)
	}
	if _, ok := y.WithAttr(proptag.Subject, readable|writable).Attr(proptag.Subject.ID()); ok {
		t.Error("the usual attributes are kept as unusual ones")
	}
}
