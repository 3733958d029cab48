package cfb

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/richardlehane/mscfb"
)

const (
	// mscfbPiece is the most bytes asked of mscfb at once: its work grows with
	// the square of the length of a read.
	mscfbPiece = 32 << 10
	// mscfbMiniLimit is the length of mini FAT, in sectors, beyond which mscfb
	// refuses sound files.
	mscfbMiniLimit = 64000
	// mscfbFrom is the length of streams, in bytes, from which on Bytes reads
	// through mscfb. To open a file takes mscfb about as long as the own walk
	// needs to open it and read everything, so small values are not worth it.
	mscfbFrom = 1 << 20
)

// second is a file as mscfb sees it, which is opened when it is first needed.
// It is safe for concurrent use.
type second struct {
	possible bool // mscfb can read the file
	entries  int  // that it must find, the root included

	once sync.Once // guards what follows
	err  error
	file []*mscfb.File
}

// open opens the file in src unless that is done, and says why mscfb is of no
// use for it.
func (s *second) open(src io.ReaderAt) error {
	s.once.Do(func() {
		r, err := mscfb.New(src)
		switch {
		case err != nil:
			s.err = fmt.Errorf("refused by another reader: %w", err)
		case len(r.File) != s.entries:
			s.err = fmt.Errorf("another reader found %d entries, not %d", len(r.File), s.entries)
		default:
			s.file = r.File
		}
	})
	return s.err
}

// doubtful reports whether mscfb may refuse a file that the own walk did not
// find damaged: it is opened at once then, so that Repairs can tell.
func (o *opener) doubtful() bool {
	root := &o.entries[0]
	perFAT := uint64(o.ss / miniSectorSize)
	return o.hdr.guessed || o.hdr.difatCount > 0 ||
		uint64(o.hdr.miniCount) > uint64(o.hdr.fatSectors)*perFAT ||
		o.hdr.miniCount > 0 && root.start >= maxRegSect && root.start != endOfChain
}

// throughMSCFB returns s as mscfb has it, at its start, or nil when that is of
// no use.
func (s *Stream) throughMSCFB() *mscfb.File {
	if s.size == 0 || !s.file.second.possible || s.file.second.open(s.file.src) != nil {
		return nil
	}
	f := *s.file.second.file[s.order]
	// The name lacks its first character if that is a control character.
	if f.Size != s.size || !strings.HasSuffix(s.name, f.Name) {
		return nil
	}
	return &f
}

// readMSCFB fills b, which has the length of the stream, from the start of f.
func readMSCFB(f *mscfb.File, b []byte) error {
	for done := 0; done < len(b); {
		n, err := f.Read(b[done:min(len(b), done+mscfbPiece)])
		done += n
		if n == 0 {
			return err
		}
	}
	return nil
}
