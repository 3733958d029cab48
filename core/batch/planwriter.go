package batch

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// A planWriter writes a plan.
type planWriter struct {
	header Header
	dir    string
	file   *os.File
	buf    *bufio.Writer
	offset int64
	shard  Shard
	hash   interface {
		io.Writer
		Sum([]byte) []byte
	}
	maxItems int
	maxBytes int64
	// whenCut, if not nil, gets each shard as soon as its items can be read.
	whenCut func(Shard)
	soon    int // up to how many items a shard has, while that is below maxItems
}

// firstShard is how many items the first shard has in a run that does not wait for
// its plan. Each that follows has twice as many as the one before, up to the usual.
const firstShard = 32

func newPlanWriter(dir string, h Header, maxItems int, maxBytes int64) (*planWriter, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, itemsFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	h.Version = planVersion
	return &planWriter{header: h, dir: dir, file: f, buf: bufio.NewWriterSize(f, 64<<10), hash: sha256.New(),
		maxItems: maxItems, maxBytes: maxBytes, soon: maxItems}, nil
}

// add appends an item, to the shard at hand or to a new one when that is full.
func (w *planWriter) add(it Item) error {
	if w.shard.Items >= min(w.soon, w.maxItems) || w.shard.Items > 0 && w.shard.Bytes+it.Size > w.maxBytes {
		if err := w.cut(); err != nil {
			return err
		}
	}
	line, err := json.Marshal(it.json())
	if err != nil {
		return err
	}
	line = append(line, '\n')
	_, _ = w.hash.Write(line) // a hash takes everything
	w.offset += int64(len(line))
	w.shard.Items++
	w.shard.Bytes += it.Size
	w.header.Items++
	w.header.Bytes += it.Size
	_, err = w.buf.Write(line)
	return err
}

// hurry has shards given to whenCut, small ones first.
func (w *planWriter) hurry(whenCut func(Shard)) { w.whenCut, w.soon = whenCut, firstShard }

// cut ends the shard at hand.
func (w *planWriter) cut() error {
	if w.shard.Items == 0 {
		return nil
	}
	w.shard.Length = w.offset - w.shard.Offset
	w.shard.SHA256 = hex.EncodeToString(w.hash.Sum(nil))
	w.header.Shards = append(w.header.Shards, w.shard)
	if w.whenCut != nil {
		if err := w.buf.Flush(); err != nil {
			return err
		}
		w.whenCut(w.shard)
	}
	w.shard, w.hash, w.soon = Shard{Offset: w.offset}, sha256.New(), min(w.soon*2, w.maxItems)
	return nil
}

// end ends the last shard. Nothing more can be added.
func (w *planWriter) end() error {
	err := w.cut()
	if err == nil {
		err = w.buf.Flush()
	}
	return errors.Join(err, w.file.Close())
}

// finish makes the plan valid, and safe from a loss of power.
func (w *planWriter) finish() (*Plan, error) {
	err := w.cut()
	if err == nil {
		err = w.buf.Flush()
	}
	if err == nil {
		err = w.file.Sync()
	}
	if cerr := w.file.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(w.header, "", " ")
	if err != nil {
		return nil, err
	}
	if err := WriteOnce(filepath.Join(w.dir, planFile), append(b, '\n')); err != nil {
		return nil, err
	}
	return &Plan{w.header, w.dir}, nil
}
