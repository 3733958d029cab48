package session

import (
	"slices"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// A Table is a view of the recipients or attachments of a message (IMAPITable).
// It follows the message: recipients as ModifyRecipients leaves them,
// attachments that the message has been saved with. Its methods are safe for
// concurrent use.
type Table struct {
	m     *Message
	kind  *tableKind
	flags Flags

	// All guarded by the mutex of the document.
	columns []mapi.Tag // nil for the default
	filter  Restriction
	order   []SortOrder
	pos     int
	rows    []mapi.Props // what filter leaves, in order
	version int          // of the message when rows were made
	made    bool

	marks    map[Bookmark]mark
	nextMark Bookmark
}

func newTable(m *Message, kind *tableKind) *Table { return &Table{m: m, kind: kind, flags: Unicode} }

// GetRecipientTable opens the table of recipients. Flags are 0 or Unicode, which
// chooses the string type of the default columns.
func (m *Message) GetRecipientTable(flags Flags) (*Table, error) {
	return m.table(recipientTable, flags)
}

// GetAttachmentTable opens the table of attachments. A row appears when the
// attachment and then the message have been saved. Flags are as for
// GetRecipientTable.
func (m *Message) GetAttachmentTable(flags Flags) (*Table, error) {
	return m.table(attachmentTable, flags)
}

func (m *Message) table(kind *tableKind, flags Flags) (*Table, error) {
	if err := m.begin(); err != nil {
		return nil, err
	}
	defer m.end()
	if err := checkFlags(flags, Unicode); err != nil {
		return nil, m.fail(err)
	}
	t := newTable(m, kind)
	t.flags = flags
	return t, nil
}

// begin starts an operation on the rows there are, which ends with m.end.
func (t *Table) begin() error {
	if err := t.m.begin(); err != nil {
		return err
	}
	if t.made && t.version == t.m.version {
		return nil
	}
	t.rows = t.kind.rows(t.m)
	if t.filter != nil {
		t.rows = slices.DeleteFunc(t.rows, func(r mapi.Props) bool { return !t.filter.match(r) })
	}
	sortRows(t.rows, t.order)
	t.pos = min(t.pos, len(t.rows))
	t.made, t.version = true, t.m.version
	return nil
}

// SetColumns chooses what QueryRows returns. No columns are
// MAPI_E_INVALID_PARAMETER.
func (t *Table) SetColumns(tags []mapi.Tag) error {
	if err := t.begin(); err != nil {
		return err
	}
	defer t.m.end()
	if len(tags) == 0 {
		return mapi.ErrInvalidParameter
	}
	t.columns = slices.Clone(tags)
	return nil
}

// QueryColumns returns the columns chosen, or with all everything that occurs in
// the table. Without SetColumns both are the same: the columns that every such
// table has, then the others in the order in which rows have them.
func (t *Table) QueryColumns(all bool) ([]mapi.Tag, error) {
	if err := t.begin(); err != nil {
		return nil, err
	}
	defer t.m.end()
	return slices.Clone(t.chosen(all)), nil
}

// GetRowCount returns the number of rows that the restriction leaves.
func (t *Table) GetRowCount() (int, error) {
	if err := t.begin(); err != nil {
		return 0, err
	}
	defer t.m.end()
	return len(t.rows), nil
}

// Restrict leaves the rows that match, all of them for nil, and moves to the
// beginning. It returns MAPI_E_TOO_COMPLEX for a restriction that tables do not
// support, and the old one stays.
func (t *Table) Restrict(r Restriction) error {
	if err := t.begin(); err != nil {
		return err
	}
	defer t.m.end()
	if r != nil {
		if err := check(r, 0); err != nil {
			return err
		}
	}
	t.filter, t.pos, t.made, t.marks = r, 0, false, nil
	return nil
}

// SortTable puts the rows in order, as the message has them for none, and moves
// to the beginning. Rows that are equal stay as they are, rows without a value
// come first. It returns MAPI_E_TOO_COMPLEX for columns of several values,
// objects and more columns than 16.
func (t *Table) SortTable(order []SortOrder) error {
	if err := t.begin(); err != nil {
		return err
	}
	defer t.m.end()
	if len(order) > 16 || slices.ContainsFunc(order, func(s SortOrder) bool { return !ordered(s.Tag.Type()) }) {
		return mapi.ErrTooComplex
	}
	t.order, t.pos, t.made, t.marks = slices.Clone(order), 0, false, nil
	return nil
}
