package prepare

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// pictures finds out what OLE objects look like.
type pictures struct {
	opt     Options
	objects int
	bytes   int64
}

// show gives every OLE object without PidTagAttachRendering one, if the object
// holds a picture of itself, in m and the messages in it. Trees come from
// core/msg, which bounds their depth.
func (p *pictures) show(m *mapi.Message) {
	for _, a := range m.Attachments {
		if a == nil {
			continue
		}
		if a.Embedded != nil {
			p.show(a.Embedded)
			continue
		}
		method, _ := a.Props.Int32(proptag.AttachMethod)
		if method != mapi.AttachStorage || a.Props.Has(proptag.AttachRendering) {
			continue
		}
		if b := p.of(objectOf(a)); b != nil {
			a.Props.Set(proptag.AttachRendering, b)
		}
	}
}

// objectOf returns the OLE object of an attachment.
func objectOf(a *mapi.Attachment) mapi.Value {
	if v := contentsOf(a); v != nil {
		return v
	}
	v, _ := a.Props.Get(proptag.AttachDataObject)
	return v
}

// of returns the picture in an OLE object, nil when there is none or it cannot
// be read: whoever writes the object itself says so.
func (p *pictures) of(v mapi.Value) []byte {
	if v == nil || p.objects >= limits.OLEObjects.Int() || p.bytes >= limits.OLEBytes.Get() {
		return nil
	}
	p.objects++
	r, err := reader(v)
	if err != nil {
		return nil
	}
	defer r.Close()
	sp := p.opt.Spool()
	defer sp.Free()
	n, err := copyPieces(sp, r, limits.OLEBytes.Get()-p.bytes)
	p.bytes += n
	if err != nil {
		return nil
	}
	f, err := cfb.Open(sp, n, cfb.Options{})
	if err != nil {
		return nil
	}
	return pictureIn(f.Root())
}

// pictureIn returns the picture that an OLE object shows: what it was drawn as
// last, else what it is made of ([MS-OLEDS] 2.3.4, 2.3.6).
func pictureIn(root *cfb.Storage) []byte {
	for n := range 10 {
		if b := streamIn(root, fmt.Sprintf("\x02OlePres%03d", n)); b != nil {
			if picture := presentation(b); picture != nil {
				return picture
			}
		}
	}
	for _, name := range []string{"CONTENTS", "\x03EPRINT"} {
		if picture := anyPicture(streamIn(root, name)); picture != nil {
			return picture
		}
	}
	if b := streamIn(root, "\x01Ole10Native"); len(b) > 4 {
		return anyPicture(b[4:]) // after its length
	}
	return nil
}

// streamIn returns the bytes of a stream, nil if there is none or it is long.
func streamIn(st *cfb.Storage, name string) []byte {
	s := st.Stream(name)
	if s == nil {
		return nil
	}
	b, err := s.Bytes(limits.OLEPicture.Get())
	if err != nil {
		return nil
	}
	return b
}
