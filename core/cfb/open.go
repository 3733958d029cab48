package cfb

import (
	"io"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// Options bound what a file may cost. The zero value is ready for use.
type Options struct {
	MaxEntries int   // storages and streams; 0 means limits.CFBEntries
	MaxDepth   int   // nested storages, the root included; 0 means limits.CFBDepth
	Memory     int64 // files up to this many bytes are read into memory; 0 means limits.CFBMemory
}

// withDefaults fills the zero fields.
func (o Options) withDefaults() Options {
	o.MaxEntries = limits.CFBEntries.Or(o.MaxEntries)
	o.MaxDepth = limits.CFBDepth.Or(o.MaxDepth)
	o.Memory = limits.CFBMemory.Or64(o.Memory)
	return o
}

// maxRepairs bounds the list of repairs; the last one says so.
const maxRepairs = 256

// File is an open compound file. It is safe for concurrent use.
type File struct {
	src     io.ReaderAt
	hdr     header
	root    *Storage
	repairs []Repair
	runs    []run  // arena for the runs of the streams
	second  second // the same file through mscfb
}

// Open reads the FAT and the directory of the compound file held in the first
// size bytes of r. Files longer than opt.Memory stay in r and are read through
// a cache of 4 MiB, those in a *bytes.Reader, or in what a method Whole() []byte
// of r returns, are read in place; r must outlive
// the File, which does not close it, and stand concurrent reads if the File has
// them.
//
// A damaged file is opened as far as possible; see [File.Repairs]. Beyond what
// opt allows, memory use grows with size: by 1/128 for a sound file, by 1/2 for
// the worst.
//
// Errors from r are returned as they are, and r being shorter than size is
// io.ErrUnexpectedEOF. Anything wrong with the file itself is a *FormatError.
func Open(r io.ReaderAt, size int64, opt Options) (*File, error) {
	opt = opt.withDefaults()
	if size < headerSize {
		return nil, &FormatError{Offset: 0, Spec: "[MS-CFB] 2.2", Detail: "no room for a header", Err: ErrNotCompoundFile}
	}
	src, head, err := readHead(r, size, opt.Memory)
	if err != nil {
		return nil, err
	}
	hdr, notes, err := parseHeader(head)
	if err != nil {
		return nil, err
	}
	if src == nil {
		if src, err = newSource(r, size, opt.Memory); err != nil {
			return nil, err
		}
	}
	o := newOpener(&File{src: src, hdr: hdr}, size, opt)
	defer o.release()
	for _, n := range notes {
		o.repair("/", "[MS-CFB] 2.2", "%s", n)
	}
	if err := o.load(); err != nil {
		return nil, err
	}
	return o.file, nil
}

// load fills o.file.
func (o *opener) load() error {
	for _, part := range []func() error{o.loadFAT, o.loadDirectory, o.loadMini, o.walk} {
		if err := part(); err != nil {
			return err
		}
	}
	o.file.runs = make([]run, 0, len(o.slab.streams)+len(o.slab.streams)/4)
	for i, n := range o.nodes {
		if n.stream != nil {
			n.stream.order = i + 1
			o.locate(n.stream, &o.entries[n.id])
		}
	}
	f := o.file
	f.second.possible = !o.damaged && o.hdr.miniCount <= mscfbMiniLimit
	f.second.entries = len(o.nodes) + 1
	if f.second.possible && o.doubtful() {
		if err := f.second.open(f.src); err != nil {
			o.repair("/", "[MS-CFB] 2", "%v", err)
		}
	}
	return nil
}

// locate finds where the contents of s stand ([MS-CFB] 2.6.3).
func (o *opener) locate(s *Stream, e *entry) {
	var why string
	if s.runs, s.size, why = o.runs(e.start, e.size); why != "" {
		o.lostAt(&s.node, "[MS-CFB] 2.3", "%d of %d bytes can be read: %s", s.size, e.size, why)
	}
	if s.size == 0 || e.size < miniCutoff {
		return
	}
	last := s.runs[len(s.runs)-1]
	if over := last.off + s.size - last.pos - o.size; over > 0 {
		o.repairAt(&s.node, "[MS-CFB] 2.2", "the file ends %d bytes early, taken for zeros", over)
		o.markLost()
	}
}

// addRepair appends to the repairs unless there are too many.
func (f *File) addRepair(path, spec, detail string) {
	switch n := len(f.repairs); {
	case n < maxRepairs-1:
		f.repairs = append(f.repairs, Repair{Path: path, Spec: spec, Detail: detail})
	case n == maxRepairs-1:
		f.repairs = append(f.repairs, Repair{Path: "/", Spec: "[MS-CFB] 2", Detail: "there is more, not listed"})
	}
}

// Root returns the root storage.
func (f *File) Root() *Storage { return f.root }

// Repairs lists what Open had to forgive, 256 entries at most; it is empty for
// a sound file. The slice is not the caller's to change.
func (f *File) Repairs() []Repair { return f.repairs }

// SectorSize returns 512 or 4096, in bytes.
func (f *File) SectorSize() int { return 1 << f.hdr.shift }

// Version returns the major version, 3 or 4 in files that follow the rules.
func (f *File) Version() int { return int(f.hdr.major) }
