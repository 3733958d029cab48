package cfb

import (
	"cmp"
	"fmt"
	"slices"
)

// maxSectors bounds the sector numbers a reader follows: 128 GiB in sectors of
// 512 bytes, 1 TiB in sectors of 4096. It keeps the set of taken sectors small
// for sparse files of any size.
const maxSectors = 1 << 28

// chainShort says that a chain ends where more of it is expected.
const chainShort = "the chain ends early"

// bitset is a set of sector numbers that grows on demand.
type bitset []uint64

// add puts n into the set and reports whether it was not there.
func (s *bitset) add(n uint32) bool {
	word := int(n / 64)
	if word >= len(*s) {
		*s = append(*s, make([]uint64, word+1-len(*s))...)
	}
	if (*s)[word]&(1<<(n%64)) != 0 {
		return false
	}
	(*s)[word] |= 1 << (n % 64)
	return true
}

// table is a FAT or a mini FAT with the sectors that have an owner already.
type table struct {
	next  []uint32
	count uint32 // sectors there are; numbers from count on leave the file
	taken bitset
}

// follow calls visit for the sectors of the chain at start and makes them
// taken. It stops after limit sectors, or at the end of the chain when limit is
// negative. got counts the sectors; why says what ended the chain early and is
// empty for a sound one.
func (t *table) follow(start uint32, limit int64, visit func(sector uint32)) (got int64, why string) {
	for s := start; ; s = t.next[s] {
		switch {
		case got == limit:
			return got, ""
		case s == endOfChain && limit < 0 && got > 0:
			return got, ""
		case s == endOfChain:
			return got, chainShort
		case s == freeSect:
			return got, "the chain runs into a free sector"
		case s >= t.count || s >= maxRegSect:
			return got, fmt.Sprintf("the chain leaves the file at sector %#x", s)
		case !t.taken.add(s):
			return got, fmt.Sprintf("sector %d belongs to two chains or twice to one", s)
		}
		visit(s)
		got++
		if int(s) >= len(t.next) {
			if got == limit {
				return got, ""
			}
			return got, fmt.Sprintf("sector %d has no FAT entry", s)
		}
	}
}

// repair records a departure that leaves the file readable for mscfb.
func (o *opener) repair(path, spec, format string, args ...any) {
	if o.listing() {
		o.file.addRepair(path, spec, fmt.Sprintf(format, args...))
	}
}

// damage records a departure after which the own walk has to do.
func (o *opener) damage(path, spec, format string, args ...any) {
	o.damaged = true
	o.repair(path, spec, format, args...)
}

// sector reads sector n into o.buf. Sector 0 follows the header, which takes a
// whole sector ([MS-CFB] 2.2).
func (o *opener) sector(n uint32) ([]byte, error) {
	_, err := o.src.ReadAt(o.buf, (int64(n)+1)*o.ss)
	return o.buf, err
}

// loadFAT reads the DIFAT and the FAT ([MS-CFB] 2.3, 2.5).
func (o *opener) loadFAT() error {
	per := uint64(o.ss / 4)
	o.fat.next = slices.Grow(o.fat.next, int(min(uint64(o.fat.count)+per, uint64(o.hdr.fatSectors)*per, reserveSectors)))
	listed, err := o.addFAT(o.hdr.difat[:])
	if err != nil {
		return err
	}
	difat := make([]uint32, o.ss/4)
	n := o.hdr.firstDIFAT
	// QUIRK: with a count of zero the first sector may be anything.
	for i := uint32(0); i < o.hdr.difatCount; i++ {
		if n >= o.fat.count || !o.fat.taken.add(n) {
			o.damage("/", "[MS-CFB] 2.5", "DIFAT ends after %d of %d sectors", i, o.hdr.difatCount)
			break
		}
		b, err := o.sector(n)
		if err != nil {
			return err
		}
		for k := range difat {
			difat[k] = u32(b, 4*k)
		}
		last := len(difat) - 1
		more, err := o.addFAT(difat[:last])
		if err != nil {
			return err
		}
		listed += more
		n = difat[last]
	}
	if listed != o.hdr.fatSectors {
		o.repair("/", "[MS-CFB] 2.2", "%d FAT sectors announced, %d found", o.hdr.fatSectors, listed)
	}
	return nil
}

// reserveSectors is for how many sectors the FAT of a file gets its memory at once:
// one that grows leaves several times as much behind.
const reserveSectors = 4 << 20

// addFAT appends the FAT sectors named in list to the FAT and returns how many
// were named. A bad number makes its part of the FAT free.
func (o *opener) addFAT(list []uint32) (listed uint32, err error) {
	per := len(o.buf) / 4
	for _, n := range list {
		if n == freeSect {
			continue
		}
		listed++
		if len(o.fat.next) >= int(o.fat.count) {
			continue // entries for sectors past the end say nothing
		}
		at := len(o.fat.next)
		o.fat.next = grow(o.fat.next, per)
		if n >= o.fat.count || !o.fat.taken.add(n) {
			o.damage("/", "[MS-CFB] 2.5", "FAT sector %#x leaves the file or is taken", n)
			for i := range o.fat.next[at:] {
				o.fat.next[at+i] = freeSect
			}
			continue
		}
		b, err := o.sector(n)
		if err != nil {
			return listed, err
		}
		next := o.fat.next[at:]
		for i := range next {
			next[i] = u32(b, 4*i)
		}
	}
	return listed, nil
}

// loadDirectory reads the directory entries ([MS-CFB] 2.6).
func (o *opener) loadDirectory() error {
	chain := o.chain[:0]
	defer func() { o.chain = chain }()
	most := int64(o.opt.MaxEntries)*entrySize/o.ss + 1
	_, why := o.fat.follow(o.hdr.firstDir, -1, func(s uint32) {
		if int64(len(chain)) <= most {
			chain = append(chain, s)
		}
	})
	if int64(len(chain)) > most {
		return tooLarge("[MS-CFB] 2.6", "directory has more than %d entries", o.opt.MaxEntries)
	}
	if len(chain) == 0 {
		return corrupt(48, "[MS-CFB] 2.6", "no directory: %s", why)
	}
	if why != "" {
		o.lostAt(&node{}, "[MS-CFB] 2.6", "directory cut after %d sectors: %s", len(chain), why)
	}
	o.checkDirectoryCount(len(chain))
	return o.loadEntries(chain)
}

// loadMini reads the mini FAT and finds the mini stream ([MS-CFB] 2.4, 2.6.2).
func (o *opener) loadMini() error {
	root := &o.entries[0]
	// QUIRK: with a count of zero the first mini FAT sector may be anything.
	if o.hdr.miniCount == 0 || root.size == 0 && root.start >= maxRegSect {
		return nil
	}
	_, why := o.fat.follow(root.start, -1, func(s uint32) { o.mchain = append(o.mchain, s) })
	space := int64(len(o.mchain)) * o.ss
	if why != "" || uint64(space) < root.size {
		o.damage("/", "[MS-CFB] 2.6.2", "mini stream has %d of %d bytes: %s", space, root.size, cmp.Or(why, chainShort))
	}
	o.mini.count = uint32(min(space/miniSectorSize, maxSectors))
	var err error
	n, why := o.fat.follow(o.hdr.firstMini, -1, func(s uint32) {
		if err != nil {
			return
		}
		var b []byte
		if b, err = o.sector(s); err != nil {
			return
		}
		for at := 0; at < len(b) && len(o.mini.next) < int(o.mini.count); at += 4 {
			o.mini.next = append(o.mini.next, u32(b, at))
		}
	})
	if err == nil && (why != "" || n != int64(o.hdr.miniCount)) {
		o.damage("/", "[MS-CFB] 2.4", "mini FAT has %d of %d sectors: %s", n, o.hdr.miniCount, cmp.Or(why, "the header is wrong"))
	}
	return err
}

// runs finds where the contents of a stream stand. size is the length that its
// chain covers: wanted, or less when why tells of a broken chain.
func (o *opener) runs(start uint32, wanted uint64) (runs []run, size int64, why string) {
	if wanted == 0 {
		return nil, 0, "" // QUIRK: the start of an empty stream may be anything.
	}
	t, unit := &o.fat, o.ss
	place := func(s uint32) int64 { return (int64(s) + 1) * o.ss }
	if wanted < miniCutoff {
		t, unit = &o.mini, miniSectorSize
		place = func(s uint32) int64 {
			at := int64(s) * miniSectorSize
			return (int64(o.mchain[at/o.ss])+1)*o.ss + at%o.ss
		}
	}
	limit := int64(maxSectors)
	if n := (wanted-1)/uint64(unit) + 1; n < maxSectors {
		limit = int64(n)
	}
	first := len(o.file.runs)
	_, why = t.follow(start, limit, func(s uint32) {
		at, pos := place(s), size
		size += unit
		if n := len(o.file.runs); n > first {
			if r := o.file.runs[n-1]; r.off+pos-r.pos == at {
				return
			}
		}
		o.file.runs = append(o.file.runs, run{pos: pos, off: at})
	})
	runs = o.file.runs[first:len(o.file.runs):len(o.file.runs)]
	if uint64(size) > wanted {
		size = int64(wanted)
	}
	return runs, size, why
}
