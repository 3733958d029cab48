package session

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// ModifyRecipients changes the list of recipients: flags 0 replaces it,
// AddRecipients adds rows, ModifyRecipients replaces the rows with the same
// PidTagRowid whole, RemoveRecipients removes them. Everything in rows is
// copied. PidTagDisplayTo, Cc and Bcc follow.
//
// All rows are taken or none. MAPI_E_INVALID_PARAMETER says that a row lacks
// PidTagRowid or has one where it must not, that it holds a PtypNull or a value
// that does not fit its type, or that several flags are set;
// MAPI_E_NOT_FOUND that there is no such row. Properties of type PtypErrorCode
// are ignored.
func (m *Message) ModifyRecipients(flags RecipientFlags, rows []mapi.Props) error {
	if err := m.beginWrite(); err != nil {
		return err
	}
	defer m.end()
	if err := checkFlags(flags, AddRecipients|ModifyRecipients|RemoveRecipients); err != nil {
		return m.fail(err)
	}
	var list []recipient
	if flags != 0 {
		list = slices.Clone(m.work.recipients)
	}
	next := m.work.nextRow
	for i, row := range rows {
		r, err := m.recipientRow(row)
		if err == nil {
			list, err = change(list, flags, r, &next)
		}
		if err != nil {
			return m.fail(fmt.Errorf("recipient %d: %w", i, err))
		}
	}
	if err := m.charge(weighRecipients(list) - weighRecipients(m.work.recipients)); err != nil {
		return m.fail(err)
	}
	m.work.nextRow = next
	m.work.recipients = list
	m.displayNames()
	m.touch()
	return nil
}

// recipientRow checks and copies a row of a caller. The row id is -1 if the row
// has none.
func (m *Message) recipientRow(row mapi.Props) (recipient, error) {
	r := recipient{row: -1}
	for _, p := range row {
		t := p.Tag.Type()
		switch {
		case t == mapi.PtypErrorCode:
			continue
		case t == mapi.PtypNull || !fits(t, p.Value) || emptyMultiple(t, p.Value):
			return r, fmt.Errorf("%v: %w", p.Tag, mapi.ErrInvalidParameter)
		case p.Tag == proptag.Rowid:
			r.row = p.Value.(int32)
			if r.row < 0 {
				return r, fmt.Errorf("row %d: %w", r.row, mapi.ErrNotFound)
			}
		}
		id := p.Tag.ID()
		if id >= firstNamed && p.Name.IsZero() {
			if p.Name = m.doc.names.name(id); p.Name.IsZero() {
				return r, fmt.Errorf("%v: %w", p.Tag, mapi.ErrInvalidParameter)
			}
		}
		if !p.Name.IsZero() {
			id = m.doc.names.create(p.Name)
		}
		r.props = append(r.props, mapi.Prop{Tag: mapi.NewTag(id, t.Unicode()), Name: p.Name, Value: m.own(p.Value)})
	}
	return r, nil
}

// change applies one row to a list. next is the row id that is free.
func change(list []recipient, flags RecipientFlags, r recipient, next *int32) ([]recipient, error) {
	adding := flags == 0 || flags == AddRecipients
	switch {
	case !adding && flags != ModifyRecipients && flags != RemoveRecipients, adding != (r.row < 0):
		return nil, mapi.ErrInvalidParameter
	case adding:
		r.row = *next
		*next++
		r.props.Set(proptag.Rowid, r.row)
		return append(list, r), nil
	}
	i := slices.IndexFunc(list, func(x recipient) bool { return x.row == r.row })
	if i < 0 {
		return nil, fmt.Errorf("row %d: %w", r.row, mapi.ErrNotFound)
	}
	if flags == RemoveRecipients {
		return slices.Delete(list, i, i+1), nil
	}
	list[i] = r
	return list, nil
}

func weighRecipients(list []recipient) (n int64) {
	for _, r := range list {
		n += weighProps(r.props)
	}
	return n
}

// setRecipients replaces the list of recipients.
func (m *Message) setRecipients(list []recipient) {
	_ = m.charge(min(0, weighRecipients(list)-weighRecipients(m.work.recipients)))
	m.work.recipients = list
	m.displayNames()
}

// displayTags are the lists of names by type of recipient.
var displayTags = []struct {
	kind int32
	tag  mapi.Tag
}{
	{mapi.RecipientTo, proptag.DisplayTo},
	{mapi.RecipientCc, proptag.DisplayCc},
	{mapi.RecipientBcc, proptag.DisplayBcc},
}

// displayNames makes PidTagDisplayTo and the like follow the recipients, where
// there is something to say or to correct.
func (m *Message) displayNames() {
	for _, d := range displayTags {
		var names []string
		for _, r := range m.work.recipients {
			kind, ok := r.props.Int32(proptag.RecipientType)
			if kind&0xF == d.kind || !ok && d.kind == mapi.RecipientTo {
				names = append(names, r.props.String(proptag.DisplayName))
			}
		}
		if len(names) > 0 || m.bag.props.Has(d.tag) {
			m.bag.set(d.tag, strings.Join(names, "; "))
		}
	}
}
