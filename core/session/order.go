package session

import (
	"cmp"
	"slices"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// A SortOrder is a column by which rows are put in order.
type SortOrder struct {
	Tag        mapi.Tag
	Descending bool
}

// sortRows puts rows in order.
func sortRows(rows []mapi.Props, order []SortOrder) {
	slices.SortStableFunc(rows, func(a, b mapi.Props) int {
		for _, s := range order {
			if c := compareCells(a, b, s.Tag); c != 0 {
				if s.Descending {
					return -c
				}
				return c
			}
		}
		return 0
	})
}

// compareCells orders two rows by one column.
func compareCells(a, b mapi.Props, tag mapi.Tag) int {
	x, errX := cell(a, tag)
	y, errY := cell(b, tag)
	if errX != nil || errY != nil {
		return cmp.Compare(digit(errX == nil), digit(errY == nil))
	}
	c, _ := compare(x.Value, y.Value)
	return c
}
