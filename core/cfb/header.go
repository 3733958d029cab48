package cfb

import (
	"encoding/binary"
	"fmt"
)

// Sector numbers with a meaning of their own ([MS-CFB] 2.1), and the entry
// number that stands for none (2.6.1).
const (
	maxRegSect uint32 = 0xFFFFFFFA
	difSect    uint32 = 0xFFFFFFFC
	fatSect    uint32 = 0xFFFFFFFD
	endOfChain uint32 = 0xFFFFFFFE
	freeSect   uint32 = 0xFFFFFFFF
	noStream   uint32 = 0xFFFFFFFF
)

const (
	headerSize     = 512  // bytes; the rest of a 4096-byte first sector is zero
	headerDIFAT    = 109  // FAT sector numbers in the header
	entrySize      = 128  // bytes in a directory entry
	miniSectorSize = 64   // bytes
	miniCutoff     = 4096 // bytes; shorter streams live in the mini stream
	maxNameUnits   = 31   // UTF-16 units in a name, without the final NUL
)

// signature starts every compound file ([MS-CFB] 2.2).
var signature = [8]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}

// header is the part of [MS-CFB] 2.2 that steers reading and writing.
type header struct {
	major      uint16
	shift      uint16 // sector size is 1 << shift bytes
	dirSectors uint32 // zero in version 3
	fatSectors uint32
	firstDir   uint32
	firstMini  uint32
	miniCount  uint32 // sectors in the mini FAT
	firstDIFAT uint32
	difatCount uint32 // sectors in the DIFAT
	difat      [headerDIFAT]uint32
	guessed    bool // the file has another shift, which makes no sense
}

// u16 and u32 read little-endian integers.
func u16(b []byte, at int) uint16 { return binary.LittleEndian.Uint16(b[at:]) }
func u32(b []byte, at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }

// parseHeader reads the header in b, which has headerSize bytes. notes tells
// what is wrong with it and yet no reason to give up.
func parseHeader(b []byte) (h header, notes []string, err error) {
	if [8]byte(b) != signature {
		return h, nil, &FormatError{Offset: 0, Spec: "[MS-CFB] 2.2", Detail: "no signature", Err: ErrNotCompoundFile}
	}
	h = header{
		major: u16(b, 26), shift: u16(b, 30), dirSectors: u32(b, 40), fatSectors: u32(b, 44),
		firstDir: u32(b, 48), firstMini: u32(b, 60), miniCount: u32(b, 64),
		firstDIFAT: u32(b, 68), difatCount: u32(b, 72),
	}
	for i := range h.difat {
		h.difat[i] = u32(b, 76+4*i)
	}
	note := func(bad bool, format string, args ...any) {
		if bad {
			notes = append(notes, fmt.Sprintf(format, args...))
		}
	}
	if h.shift != 9 && h.shift != 12 {
		guess, ok := map[uint16]uint16{3: 9, 4: 12}[h.major]
		if !ok {
			return h, nil, corrupt(30, "[MS-CFB] 2.2", "version %d with sector shift %d", h.major, h.shift)
		}
		note(true, "sector shift %d, taken for %d", h.shift, guess)
		h.shift, h.guessed = guess, true
	}
	note(h.major != 3 && h.major != 4, "version %d", h.major)
	note(h.major == 3 && h.shift == 12 || h.major == 4 && h.shift == 9,
		"version %d with sectors of %d bytes", h.major, 1<<h.shift)
	note(u16(b, 28) != 0xFFFE, "byte order mark %#04x", u16(b, 28))
	note(u16(b, 32) != 6, "mini sector shift %d, taken for 6", u16(b, 32))
	note(u32(b, 56) != miniCutoff, "mini stream cutoff %d, taken for 4096", u32(b, 56))
	return h, notes, nil
}

// put writes h in the form of [MS-CFB] 2.2 into b, which is zero and has at
// least headerSize bytes.
func (h *header) put(b []byte) {
	le := binary.LittleEndian
	copy(b, signature[:])
	le.PutUint16(b[24:], 0x003E) // minor version
	le.PutUint16(b[26:], h.major)
	le.PutUint16(b[28:], 0xFFFE) // byte order
	le.PutUint16(b[30:], h.shift)
	le.PutUint16(b[32:], 6) // mini sector shift
	for _, f := range [...]struct{ at, v uint32 }{
		{40, h.dirSectors}, {44, h.fatSectors}, {48, h.firstDir}, {56, miniCutoff},
		{60, h.firstMini}, {64, h.miniCount}, {68, h.firstDIFAT}, {72, h.difatCount},
	} {
		le.PutUint32(b[f.at:], f.v)
	}
	for i, v := range h.difat {
		le.PutUint32(b[76+4*i:], v)
	}
}
