package session

import (
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// tableKind is what differs between the two tables.
type tableKind struct {
	key      mapi.Tag // what a row is known by
	required []mapi.Tag
	rows     func(m *Message) []mapi.Props
}

// id returns what a row is known by.
func (k *tableKind) id(row mapi.Props) mapi.Value {
	v, _ := row.Get(k.key)
	return v
}

var recipientTable = &tableKind{
	key:      proptag.Rowid,
	required: []mapi.Tag{proptag.DisplayName, proptag.RecipientType, proptag.Rowid},
	rows: func(m *Message) (rows []mapi.Props) {
		for _, r := range m.work.recipients {
			rows = append(rows, m.row(r.props, mapi.Props{{Tag: proptag.Rowid, Value: r.row}}, nil))
		}
		return rows
	},
}

var attachmentTable = &tableKind{
	key:      proptag.AttachNumber,
	required: []mapi.Tag{proptag.AttachNumber, proptag.InstanceKey, proptag.RecordKey, proptag.RenderingPosition},
	rows: func(m *Message) (rows []mapi.Props) {
		for _, a := range m.work.attachments {
			if !a.shown {
				continue
			}
			rows = append(rows, m.row(a.a.Props,
				mapi.Props{{Tag: proptag.AttachNumber, Value: a.num}, {Tag: proptag.InstanceKey, Value: key(a.num)}},
				mapi.Props{{Tag: proptag.RecordKey, Value: key(a.num)}, {Tag: proptag.RenderingPosition, Value: int32(-1)}}))
		}
		return rows
	},
}

// row returns props as a row, with some properties forced and others by
// default.
func (m *Message) row(props, forced, defaults mapi.Props) mapi.Props {
	row := make(mapi.Props, 0, len(props)+len(forced)+len(defaults))
	for i := range props {
		p := props[i]
		p.Tag = m.outside(&p)
		row = append(row, p)
	}
	for _, p := range forced {
		row.Set(p.Tag, p.Value)
	}
	for _, p := range defaults {
		if !row.Has(p.Tag.WithType(mapi.PtypUnspecified)) {
			row = append(row, p)
		}
	}
	return row
}

func (t *Table) chosen(all bool) []mapi.Tag {
	if t.columns != nil && !all {
		return t.columns
	}
	var tags []mapi.Tag
	seen := make(map[uint16]bool)
	add := func(tag mapi.Tag) {
		if !seen[tag.ID()] {
			seen[tag.ID()] = true
			tags = append(tags, tag.WithType(given(tag.Type().Unicode(), t.flags)))
		}
	}
	for _, tag := range t.kind.required {
		add(tag)
	}
	for _, row := range t.kind.rows(t.m) {
		for _, p := range row {
			add(p.Tag)
		}
	}
	return tags
}

// cells returns the columns of a row.
func (t *Table) cells(row mapi.Props, columns []mapi.Tag) mapi.Props {
	out := make(mapi.Props, len(columns))
	for i, tag := range columns {
		p, err := cell(row, tag)
		v := mapi.Value(nil)
		if err == nil {
			v, err = within(p.Tag.Type().Unicode(), p.Value, t.m.doc.session.limit.Load())
		}
		if err != nil {
			out[i] = mapi.Prop{Tag: tag.WithType(mapi.PtypErrorCode), Value: codeOf(err)}
			continue
		}
		typ := tag.Type()
		if typ == mapi.PtypUnspecified {
			typ = given(p.Tag.Type().Unicode(), t.flags)
		}
		out[i] = mapi.Prop{Tag: tag.WithType(typ), Name: p.Name, Value: v}
	}
	return out
}

// cell finds a column in a row.
func cell(row mapi.Props, tag mapi.Tag) (mapi.Prop, error) {
	for _, p := range row {
		have, want := p.Tag.Type().Unicode(), tag.Type().Unicode()
		if p.Tag.ID() == tag.ID() && (want == mapi.PtypUnspecified || want == have) {
			return p, nil
		}
	}
	return mapi.Prop{}, mapi.ErrNotFound
}
