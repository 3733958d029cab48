package session

import (
	"slices"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// parcel is what a copy takes from its source, by index of the list of what was
// to be copied. Nothing in it is changed by what happens to the source.
type parcel struct {
	tags        []mapi.Tag
	missing     []bool
	props       mapi.Props // by index; a zero Tag for lists
	recipients  []mapi.Props
	attachments []*mapi.Attachment
	embedded    *mapi.Message
}

// pack takes what is to be copied.
func (o *Object) pack(choose func([]mapi.Tag) []mapi.Tag) (*parcel, error) {
	if err := o.begin(); err != nil {
		return nil, err
	}
	defer o.end()
	var all []mapi.Tag
	for i := range o.bag.props {
		all = append(all, o.outside(&o.bag.props[i]))
	}
	all = append(all, o.node.objects()...)
	p := &parcel{tags: choose(all)}
	p.missing, p.props = make([]bool, len(p.tags)), make(mapi.Props, len(p.tags))
	for i, tag := range p.tags {
		if o.packList(p, tag) {
			continue
		}
		at := o.index(tag)
		if p.missing[i] = at < 0; !p.missing[i] {
			p.props[i] = o.bag.props[at]
		}
	}
	return p, nil
}

// packList takes what a PtypObject property stands for.
func (o *Object) packList(p *parcel, tag mapi.Tag) bool {
	switch n := o.node.(type) {
	case *Message:
		switch tag.ID() {
		case recipientsTag.ID():
			for _, r := range n.work.recipients {
				p.recipients = append(p.recipients, r.props)
			}
			return true
		case attachmentsTag.ID():
			for _, a := range n.work.attachments {
				p.attachments = append(p.attachments, a.a)
			}
			return true
		}
	case *Attachment:
		if tag.ID() == proptag.AttachDataObject.ID() && n.embedded != nil {
			p.embedded = n.embedded
			return true
		}
	}
	return false
}

// carry replaces what belongs to another document by copies that belong to d.
func (p *parcel) carry(d *document) error {
	c := carrier{d}
	var err error
	if p.props, err = c.props(p.props); err != nil {
		return err
	}
	m, err := c.message(&mapi.Message{Recipients: p.recipients, Attachments: p.attachments})
	if err != nil {
		return err
	}
	p.recipients, p.attachments = m.Recipients, m.Attachments
	if p.embedded != nil {
		p.embedded, err = c.message(p.embedded)
	}
	return err
}

// carrier copies trees into a document.
type carrier struct{ d *document }

func (c carrier) message(m *mapi.Message) (*mapi.Message, error) {
	out, err := new(mapi.Message), error(nil)
	if out.Props, err = c.props(m.Props); err != nil {
		return nil, err
	}
	for _, r := range m.Recipients {
		r, err := c.props(r)
		if err != nil {
			return nil, err
		}
		out.Recipients = append(out.Recipients, r)
	}
	for _, a := range m.Attachments {
		if a == nil {
			continue
		}
		props, err := c.props(a.Props)
		if err != nil {
			return nil, err
		}
		b := &mapi.Attachment{Props: props}
		if a.Embedded != nil {
			if b.Embedded, err = c.message(a.Embedded); err != nil {
				return nil, err
			}
		}
		out.Attachments = append(out.Attachments, b)
	}
	return out, nil
}

// props copies a bag; large values go into spools.
func (c carrier) props(ps mapi.Props) (mapi.Props, error) {
	out := slices.Clone(ps)
	for i := range out {
		v, ok := out[i].Value.(mapi.Large)
		if !ok {
			continue
		}
		sp := c.d.newSpool()
		if err := fill(sp, v); err != nil {
			sp.Free()
			return nil, err
		}
		out[i].Value = &guarded{c.d, sp}
	}
	return out, nil
}
