package rtf

import (
	"slices"
	"sort"
)

// grid is the columns of a table: the distinct edges of its cells.
type grid []int32

// edgeSlack is how far apart edges may be that are meant to be one, in twips.
const edgeSlack = 15

// gridOf returns the columns of rows.
func gridOf(rows []tableRow) grid {
	var edges []int32
	var last *rowFormat
	for _, r := range rows {
		if r.def == last || len(r.def.cells) == 0 {
			continue
		}
		last = r.def
		edges = append(edges, r.def.left)
		for _, c := range r.def.cells {
			edges = append(edges, c.right)
		}
	}
	slices.Sort(edges)
	g := edges[:0]
	for _, e := range edges {
		if len(g) == 0 || e > g[len(g)-1]+edgeSlack {
			g = append(g, e)
		}
	}
	return g
}

// at returns the column that begins at edge.
func (g grid) at(edge int32) int {
	return sort.Search(len(g), func(i int) bool { return g[i] >= edge-edgeSlack })
}

// placed is a cell in its place.
type placed struct {
	*container
	format   cellFormat
	col      int
	cols     int
	rows     int
	merged   bool // part of another cell
	first    bool // of its row
	last     bool
	undefine bool // the row defines no such cell
}

// place puts the cells of a row in the columns of g.
func (g grid) place(r tableRow) []placed {
	out := make([]placed, 0, len(r.cells))
	edge, col := r.def.left, g.at(r.def.left)
	for i := range r.cells {
		c := placed{container: &r.cells[i], col: col, cols: 1, rows: 1, first: i == 0, last: i == len(r.cells)-1}
		if i >= len(r.def.cells) {
			c.undefine = true
			out = append(out, c)
			continue
		}
		c.format = r.def.cells[i]
		edge = max(edge, c.format.right)
		c.cols = max(g.at(edge)-col, 1)
		if c.format.hmerge == mergeNext && len(out) > 0 {
			to := &out[len(out)-1]
			to.cols = max(g.at(edge)-to.col, 1)
			to.last = c.last
			to.take(c.container)
			col = to.col + to.cols
			continue
		}
		col += c.cols
		out = append(out, c)
	}
	return out
}

// take adds the contents of a cell that is merged into c.
func (c *placed) take(from *container) {
	if from.text {
		c.buf, c.text = append(c.buf, from.buf...), true
	}
}

// mergeDown gives cells their height in rows.
func mergeDown(rows [][]placed) {
	var above map[int]*placed
	for _, row := range rows {
		for i := range row {
			c := &row[i]
			top := above[c.col]
			if c.format.vmerge == mergeNext && top != nil && top.cols == c.cols {
				top.rows++
				top.take(c.container)
				c.merged = true
				continue
			}
			delete(above, c.col)
			if c.format.vmerge != 0 {
				if above == nil {
					above = make(map[int]*placed)
				}
				above[c.col] = c
			}
		}
	}
}
