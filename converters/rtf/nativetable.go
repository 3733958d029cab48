package rtf

import "strconv"

// table is a table under way.
type table struct {
	rows  []tableRow
	cells []container // of the row under way
	cell  container   // the cell under way
}

// tableRow is a row that has ended.
type tableRow struct {
	def   *rowFormat
	cells []container
}

// begun reports whether a row is under way.
func (t *table) begun() bool { return len(t.cells) > 0 || len(t.cell.buf) > 0 }

// level makes sure that n tables are open, or fewer where there is no room for
// formatting, and returns how many are.
func (w *htmlWriter) level(n int) int {
	if n > 1 && n > len(w.f.tables) && !w.rich() {
		n = max(len(w.f.tables), 1)
	}
	for len(w.f.tables) > n {
		w.closeTable()
	}
	if n > len(w.f.tables) {
		w.closeBlocks(w.container())
	}
	for len(w.f.tables) < n {
		w.f.tables = append(w.f.tables, &table{})
	}
	return n
}

// endCell ends a cell of the innermost of level tables.
func (w *htmlWriter) endCell(level int) {
	level = w.level(level)
	t := w.f.tables[level-1]
	if w.f.begun || w.p.isItem || len(t.cell.buf) == 0 {
		w.beginPara(w.p.look.chr)
		w.endPara(level)
	}
	w.closeBlocks(&t.cell)
	t.cells = append(t.cells, t.cell)
	t.cell = container{}
}

// endRow ends a row of the innermost of level tables.
func (w *htmlWriter) endRow(level int, nested bool) {
	if len(w.f.tables) < level {
		return
	}
	level = w.level(level)
	t := w.f.tables[level-1]
	if w.f.begun || len(t.cell.buf) > 0 {
		w.endCell(level)
	}
	def := w.p.rows[0]
	if nested {
		def = w.p.rows[1]
	}
	if def == nil {
		def = &rowFormat{}
	}
	if len(t.cells) > 0 {
		t.rows = append(t.rows, tableRow{def, t.cells})
		t.cells = nil
	}
}

// closeTable ends the innermost table and adds it to what it is in.
func (w *htmlWriter) closeTable() {
	n := len(w.f.tables)
	t := w.f.tables[n-1]
	if t.begun() {
		begun, isItem := w.f.begun, w.p.isItem // of what follows the table
		w.f.begun, w.p.isItem = false, false
		w.endRow(n, n > 1)
		w.f.begun, w.p.isItem = begun, isItem
	}
	w.f.tables = w.f.tables[:n-1]
	if len(t.rows) == 0 {
		return
	}
	c := w.container()
	w.closeBlocks(c)
	for _, r := range t.rows {
		for i := range r.cells {
			c.text = c.text || r.cells[i].text
		}
	}
	w.table(c, t)
}

// table adds t to c.
func (w *htmlWriter) table(c *container, t *table) {
	g := gridOf(t.rows)
	rows := make([][]placed, len(t.rows))
	for i, r := range t.rows {
		rows[i] = g.place(r)
	}
	mergeDown(rows)
	w.add(&c.buf, w.tableTag(g, t.rows[0].def))
	for i, row := range rows {
		def := t.rows[i].def
		w.add(&c.buf, w.rowTag(def))
		if len(row) > 0 && row[0].col > 0 && w.rich() {
			w.add(&c.buf, "<td"+span("colspan", row[0].col)+"></td>")
		}
		for j := range row {
			if cell := &row[j]; !cell.merged {
				w.add(&c.buf, w.cellTag(cell, def, i == 0, i+cell.rows >= len(rows)))
				w.add(&c.buf, string(cell.buf))
				w.size -= len(cell.buf) // counted when it was collected
				w.add(&c.buf, "</td>")
			}
		}
		w.add(&c.buf, "</tr>\r\n")
	}
	w.add(&c.buf, "</table>\r\n")
}

// tableTag returns the start tag of a table and its columns.
func (w *htmlWriter) tableTag(g grid, def *rowFormat) string {
	if !w.rich() {
		return "<table>\r\n"
	}
	var css style
	css.add("border-collapse", "collapse")
	if len(g) > 1 {
		css.add("width", strconv.Itoa(pixels(g[len(g)-1]-g[0]))+"px")
		if !def.autofit {
			css.add("table-layout", "fixed")
			css.add("overflow-wrap", "break-word")
		}
	}
	switch {
	case def.align == alignCenter:
		css.add("margin", "0 auto")
	case def.align == alignRight:
		css.add("margin", "0 0 0 auto")
	case len(g) > 0 && g[0] > 0:
		css.add("margin", "0 0 0 "+points(g[0]))
	}
	tag := "<table cellspacing=\"0\" cellpadding=\"0\""
	if def.rtl {
		tag += ` dir="rtl"`
	}
	tag += css.attribute() + ">\r\n"
	if len(g) > 1 {
		tag += "<colgroup>"
		for i, e := range g[1:] {
			tag += `<col width="` + strconv.Itoa(pixels(e-g[i])) + `">`
		}
		tag += "</colgroup>\r\n"
	}
	return tag
}

func (w *htmlWriter) rowTag(def *rowFormat) string {
	if !w.rich() {
		return "<tr>"
	}
	var css style
	if h := max(def.height, -def.height); h > 0 {
		css.add("height", points(h))
	}
	return `<tr valign="top"` + css.attribute() + ">"
}

// valignNames are the vertical alignments of cells other than the row's.
var valignNames = [...]string{"", ` valign="middle"`, ` valign="bottom"`}

// cellTag returns the start tag of a cell; top and bottom tell whether it is at
// the edge of the table.
func (w *htmlWriter) cellTag(c *placed, def *rowFormat, top, bottom bool) string {
	if !w.rich() {
		return "<td>"
	}
	var css style
	sides := c.format.border
	if !c.undefine {
		for i, of := range [4]int{edgeOf(top, sideTop, sideH), edgeOf(c.last, sideRight, sideV), edgeOf(bottom, sideBottom, sideH), edgeOf(c.first, sideLeft, sideV)} {
			if !sides[i].set {
				sides[i] = def.border[of]
			}
		}
	}
	w.p.bordersCSS(&css, &sides)
	css.add("padding", def.padding(&c.format))
	if c.format.turned {
		css.add("writing-mode", "vertical-rl")
	}
	css.add("background-color", w.p.shadeCSS(c.format.shade))
	return "<td" + span("colspan", c.cols) + span("rowspan", c.rows) + valignNames[c.format.valign] + css.attribute() + ">"
}

// edgeOf returns outer at the edge of a table, inner within it.
func edgeOf(edge bool, outer, inner int) int {
	if edge {
		return outer
	}
	return inner
}

// padding returns the space within cell c in CSS.
func (r *rowFormat) padding(c *cellFormat) string {
	pad := [4]int32{sideLeft: r.gap, sideRight: r.gap}
	for side := range pad {
		switch {
		case c.pad.set[side]:
			pad[side] = c.pad.len[side]
		case r.pad.set[side]:
			pad[side] = r.pad.len[side]
		}
	}
	if pad[sideTop] == pad[sideBottom] && pad[sideLeft] == pad[sideRight] {
		return shortLength(pad[sideTop], pad[sideLeft])
	}
	return points(pad[sideTop]) + " " + points(pad[sideRight]) + " " + points(pad[sideBottom]) + " " + points(pad[sideLeft])
}

// span returns an attribute that is 1 by default.
func span(name string, n int) string {
	if n <= 1 {
		return ""
	}
	return " " + name + `="` + strconv.Itoa(n) + `"`
}
