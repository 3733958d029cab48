package cfb

import "sort"

// fatRuns is the FAT of a file in the making, kept as runs of consecutive
// sectors: the sectors of a stream that is written in one go are one run.
type fatRuns []fatRun

// fatRun is a number of sectors each of which, but the last, names the one
// after it.
type fatRun struct {
	end  uint32 // number of the sector behind the run
	last uint32 // FAT entry of the last sector
}

// count returns the number of sectors.
func (f fatRuns) count() uint32 {
	if len(f) == 0 {
		return 0
	}
	return f[len(f)-1].end
}

// add adds a sector with the FAT entry mark, and returns its number.
func (f *fatRuns) add(mark uint32) uint32 {
	n := f.count()
	*f = append(*f, fatRun{n + 1, mark})
	return n
}

// chain is a chain of sectors in the making.
type chain struct {
	first uint32
	run   int // index of the run that holds its last sector
}

func newChain() chain { return chain{first: endOfChain} }

// append hangs the sector n, which was added last, behind the chain c.
func (f *fatRuns) append(c *chain, n uint32) {
	runs := *f
	at := len(runs) - 1
	switch {
	case c.first == endOfChain:
		c.first = n
	case c.run == at-1:
		runs[c.run] = fatRun{n + 1, endOfChain}
		*f = runs[:at]
		return
	default:
		runs[c.run].last = n
	}
	c.run = at
}

// stretch adds n sectors to the chain c, whose last sector was added last.
func (f fatRuns) stretch(c *chain, n uint32) { f[c.run].end += n }

// fatCursor yields the entries of a FAT one after the other.
type fatCursor struct {
	runs fatRuns // from the one that holds at on
	at   uint32
}

// from returns a cursor at the entry of sector n.
func (f fatRuns) from(n uint32) *fatCursor {
	i := sort.Search(len(f), func(i int) bool { return f[i].end > n })
	return &fatCursor{f[i:], n}
}

// next returns the next entry; after the last it is freeSect and false.
func (c *fatCursor) next() (mark uint32, ok bool) {
	if len(c.runs) == 0 {
		return freeSect, false
	}
	c.at++
	if r := c.runs[0]; c.at == r.end {
		c.runs = c.runs[1:]
		return r.last, true
	}
	return c.at, true
}
