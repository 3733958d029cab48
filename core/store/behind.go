package store

import "os"

// behindStep is how much is written before the system is asked to bring it to the
// disk, in bytes. Files that are shorter are never asked for.
const behindStep = 4 << 20

// A behind is a file of which what was written is on its way to the disk while
// more is made: syncing a large one does not begin with all of it, then.
type behind struct {
	*os.File
	waiting int64 // bytes written since the system was last asked
}

// Write implements io.Writer.
func (b *behind) Write(p []byte) (int, error) {
	n, err := b.File.Write(p)
	if b.waiting += int64(n); b.waiting >= behindStep {
		b.waiting = 0
		startWriting(b.File)
	}
	return n, err
}
