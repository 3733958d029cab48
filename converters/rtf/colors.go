package rtf

import "fmt"

// maxColors bounds the colour table.
const maxColors = 4096

// colorTable holds the colours of a document as 0xRRGGBB, or -1 for automatic.
type colorTable struct {
	colors []int32
	cur    int32
	has    bool
}

// component sets one of red, green and blue, which begins at bit shift.
func (ct *colorTable) component(shift, n int32) {
	ct.cur = ct.cur&^(0xFF<<shift) | min(max(n, 0), 255)<<shift
	ct.has = true
}

// text takes the semicolons that end each colour.
func (ct *colorTable) text(b []byte) {
	for _, c := range b {
		if c != ';' || len(ct.colors) >= maxColors {
			continue
		}
		if !ct.has {
			ct.cur = -1
		}
		ct.colors = append(ct.colors, ct.cur)
		ct.cur, ct.has = 0, false
	}
}

// rgb returns colour n, or the one given if it is automatic or missing.
func (ct *colorTable) rgb(n uint16, automatic int32) int32 {
	if int(n) >= len(ct.colors) || ct.colors[n] < 0 {
		return automatic
	}
	return ct.colors[n]
}

// css returns colour n of text as CSS writes it, or "" if it is automatic,
// missing or the black that automatic is.
func (ct *colorTable) css(n uint16) string {
	if n == 0 || ct.rgb(n, 0) == 0 {
		return ""
	}
	return hexColor(ct.rgb(n, 0))
}

// ground returns colour n of a ground as CSS writes it, or "" if it has none.
func (ct *colorTable) ground(n uint16) string {
	c := ct.rgb(n, -1)
	if n == 0 || c < 0 {
		return ""
	}
	return hexColor(c)
}

func hexColor(rgb int32) string { return fmt.Sprintf("#%06x", rgb) }
