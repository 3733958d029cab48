package cfb

import (
	"fmt"
	"io"
	"strings"
)

// A Rule is something that a file has to observe. Codes are stable: a program
// may act on them.
type Rule struct {
	Code    string // dotted, such as cfb.fat.count
	Section string // of the document, such as "[MS-CFB] 2.2"
	Text    string // what the rule demands, in a sentence
}

// A Fault is one place where a file breaks a rule.
type Fault struct {
	Rule    string // code of the rule
	Section string // of the rule
	Path    string // storage or stream concerned; "/" is the file as a whole
	Offset  int64  // byte offset in the file; -1 if not tied to one place
	Detail  string // what was found
}

// String returns the fault as one line.
func (f Fault) String() string {
	at := ""
	if f.Offset >= 0 {
		at = fmt.Sprintf(" at offset %#x", f.Offset)
	}
	return fmt.Sprintf("%s: %s: %s%s (%s)", f.Rule, f.Path, f.Detail, at, f.Section)
}

// maxFaults bounds the list of faults; the last one says so.
const maxFaults = 256

// verifyRules lists what Verify looks at, in the order of the document.
var verifyRules = []Rule{
	{"cfb.sector.whole", "[MS-CFB] 2.1", "the file is a whole number of sectors"},
	{"cfb.chain.range", "[MS-CFB] 2.1", "a chain has valid sector numbers and ends with ENDOFCHAIN"},
	{"cfb.chain.shared", "[MS-CFB] 2.1", "a sector belongs to one chain, and once"},
	{"cfb.chain.length", "[MS-CFB] 2.1", "the sectors of a chain match the size it is for"},
	{"cfb.header.signature", "[MS-CFB] 2.2", "the file starts with the signature"},
	{"cfb.header.clsid", "[MS-CFB] 2.2", "the class id in the header is zero"},
	{"cfb.header.version", "[MS-CFB] 2.2", "the major version is 3 or 4"},
	{"cfb.header.order", "[MS-CFB] 2.2", "the byte order mark is 0xFFFE"},
	{"cfb.header.shift", "[MS-CFB] 2.2", "sectors have 512 bytes in version 3, 4096 in version 4"},
	{"cfb.header.minishift", "[MS-CFB] 2.2", "mini sectors have 64 bytes"},
	{"cfb.header.reserved", "[MS-CFB] 2.2", "reserved bytes of the header are zero, those after it in version 4 too"},
	{"cfb.header.directory", "[MS-CFB] 2.2", "the count of directory sectors is 0 in version 3 and right in version 4"},
	{"cfb.header.cutoff", "[MS-CFB] 2.2", "the mini stream cutoff is 4096"},
	{"cfb.fat.count", "[MS-CFB] 2.2", "the header counts the FAT sectors"},
	{"cfb.minifat.count", "[MS-CFB] 2.2", "the header counts the mini FAT sectors"},
	{"cfb.difat.count", "[MS-CFB] 2.2", "the header counts the DIFAT sectors"},
	{"cfb.fat.mark", "[MS-CFB] 2.3", "the FAT marks its own sectors FATSECT"},
	{"cfb.fat.cover", "[MS-CFB] 2.3", "the FAT has an entry for every sector"},
	{"cfb.fat.past", "[MS-CFB] 2.3", "FAT entries past the end of the file are free"},
	{"cfb.difat.chain", "[MS-CFB] 2.5", "the DIFAT is a chain of sectors of the file that ends with ENDOFCHAIN"},
	{"cfb.difat.entry", "[MS-CFB] 2.5", "the DIFAT names each FAT sector once, without a gap"},
	{"cfb.difat.mark", "[MS-CFB] 2.5", "the FAT marks DIFAT sectors DIFSECT"},
	{"cfb.entry.name", "[MS-CFB] 2.6.1", "a name has 1 to 31 characters, its length, a final NUL, and none of / \\ : !"},
	{"cfb.entry.type", "[MS-CFB] 2.6.1", "a directory entry is free, a storage, a stream or the root"},
	{"cfb.entry.color", "[MS-CFB] 2.6.1", "a directory entry is red or black"},
	{"cfb.stream.clsid", "[MS-CFB] 2.6.1", "a stream has no class id"},
	{"cfb.stream.state", "[MS-CFB] 2.6.1", "a stream has no state bits"},
	{"cfb.stream.time", "[MS-CFB] 2.6.1", "a stream has no time stamps"},
	{"cfb.stream.child", "[MS-CFB] 2.6.1", "a stream has no children"},
	{"cfb.stream.size", "[MS-CFB] 2.6.1", "a stream in version 3 has at most 0x80000000 bytes"},
	{"cfb.storage.start", "[MS-CFB] 2.6.1", "a storage has neither a first sector nor a size"},
	{"cfb.root.entry", "[MS-CFB] 2.6.2", "the first directory entry is the root, which has no siblings"},
	{"cfb.root.name", "[MS-CFB] 2.6.2", "the root is named Root Entry"},
	{"cfb.root.time", "[MS-CFB] 2.6.2", "the root has no creation time"},
	{"cfb.entry.free", "[MS-CFB] 2.6.3", "a free directory entry has no links"},
	{"cfb.tree.link", "[MS-CFB] 2.6.4", "a link leads to a storage or stream that no other link leads to"},
	{"cfb.tree.order", "[MS-CFB] 2.6.4", "siblings stand in the order of their names, all different"},
	{"cfb.tree.red", "[MS-CFB] 2.6.4", "no red entry follows a red one"},
	{"cfb.tree.reach", "[MS-CFB] 2.6.4", "every storage and stream can be reached from the root"},
	{"cfb.sector.unused", "[MS-CFB] 2.7", "an allocated sector belongs to something"},
	{"cfb.lock.sector", "[MS-CFB] 2.8", "the range lock sector of a file beyond 2 GiB is marked ENDOFCHAIN"},
	{"cfb.file.size", "[MS-CFB] 2.9", "the file has three sectors at least, and 2 GiB at most in version 3"},
	{"cfb.faults.more", "[MS-CFB] 2", "there are more faults than are listed"},
}

// VerifyRules returns the rules that [Verify] checks. The slice is the
// caller's.
func VerifyRules() []Rule { return append([]Rule(nil), verifyRules...) }

// Verify checks the compound file in the first size bytes of r against
// [MS-CFB], rule by rule, and lists what it breaks, 256 faults at most. It
// forgives nothing, unlike [Open]: a file without a fault is opened without a
// repair, unless it exceeds a limit of Options.
//
// It reads everything but the contents of streams, once. Time grows with size, as
// does memory: less than 4 times size and 1 MiB are allocated.
//
// The error is that of r; r being shorter than size is io.ErrUnexpectedEOF.
func Verify(r io.ReaderAt, size int64) ([]Fault, error) {
	_, faults, err := VerifyTree(r, size)
	return faults, err
}

// VerifyTree is [Verify] for those who go on to check what the file holds. The
// root is what could be read of the file; it reads from r, and is not valid when
// that was nothing, or when more faults were found than are listed.
func VerifyTree(r io.ReaderAt, size int64) (root Item, faults []Fault, err error) {
	v := &verifier{r: r, size: size}
	for _, step := range []func() bool{
		v.header, v.sizes, v.loadFAT, v.marks, v.directory, v.miniFAT, v.tree, v.unused,
	} {
		if !step() || v.err != nil {
			break
		}
	}
	if v.err == nil && len(v.spans) > 0 && !v.full() {
		root = Item{v: v}
	}
	return root, v.faults, v.err
}

// verifier is one run of Verify.
type verifier struct {
	r       io.ReaderAt
	size    int64 // bytes in the file
	hdr     header
	ss      int64  // bytes in a sector
	count   uint32 // sectors in the file
	buf     []byte // one sector
	fat     sectorTable
	mini    sectorTable
	fats    []uint32 // sectors of the FAT
	difats  []uint32 // sectors of the DIFAT
	dirAt   []uint32 // sectors of the directory
	dir     []byte   // the directory
	parents []uint32 // storage of each entry, noStream when it has not been reached
	stack   []uint32 // entries whose right siblings are to be visited
	order   []uint32 // entries by storage, as they were visited
	spans   []span   // where in order the children of an entry stand
	broken  bitset   // streams whose chain is not right
	mchain  []uint32 // sectors of the mini stream
	faults  []Fault
	err     error // of r; ends the run
}

// whole is the number that stands for the file as a whole where an entry is
// asked for.
const whole = noStream

// fault records that a rule is broken. id is the directory entry concerned, or
// whole.
func (v *verifier) fault(rule string, id uint32, offset int64, format string, args ...any) {
	switch {
	case v.full():
		return
	case len(v.faults) == maxFaults-1:
		rule, id, offset, format, args = "cfb.faults.more", whole, -1, "there are more faults, not listed", nil
	}
	v.faults = append(v.faults, Fault{Rule: rule, Section: sectionOf(rule), Path: v.path(id), Offset: offset, Detail: fmt.Sprintf(format, args...)})
}

// full reports whether no more faults are recorded.
func (v *verifier) full() bool { return len(v.faults) >= maxFaults }

// sectionOf returns the section of a rule.
func sectionOf(code string) string {
	for _, r := range verifyRules {
		if r.Code == code {
			return r.Section
		}
	}
	panic("cfb: no rule " + code)
}

// path returns the names of an entry and the storages around it; the upper part
// of a long path is cut off.
func (v *verifier) path(id uint32) string {
	path := ""
	for n := 0; id != whole && id != 0; n++ {
		if n == shortNames {
			return "..." + path
		}
		name, _ := parseName(v.entry(id))
		path = "/" + strings.ToValidUTF8(name, "\uFFFD") + path
		id = v.parents[id]
	}
	if path == "" {
		return "/"
	}
	return path
}

// sector reads sector n, filled up with zeros where the file ends early.
func (v *verifier) sector(n uint32) []byte {
	at := (int64(n) + 1) * v.ss
	got := max(min(v.ss, v.size-at), 0)
	clear(v.buf[got:])
	if err := readFull(v.r, v.buf[:got], at); err != nil && v.err == nil {
		v.err = err
	}
	return v.buf
}
