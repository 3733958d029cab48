package session

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// resources are the spools and open readers of a document. They have a mutex of
// their own, since they come and go while the document's is held.
type resources struct {
	mu      sync.Mutex
	spools  []*Spool                // guarded by mu
	readers map[*guardedReader]bool // guarded by mu
}

func (r *resources) addSpool(sp *Spool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spools = append(r.spools, sp)
}

func (r *resources) addReader(g *guardedReader) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.readers == nil {
		r.readers = make(map[*guardedReader]bool)
	}
	r.readers[g] = true
}

// dropReader takes a reader out and reports whether it was there.
func (r *resources) dropReader(g *guardedReader) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.readers[g]
	delete(r.readers, g)
	return was
}

// free closes what is left.
func (r *resources) free() {
	r.mu.Lock()
	spools, readers := r.spools, r.readers
	r.spools, r.readers = nil, nil
	r.mu.Unlock()
	for _, sp := range spools {
		sp.free()
	}
	for g := range readers {
		_ = g.r.Close()
	}
}

// guard replaces the large values of a tree by ones that die with the document.
func (d *document) guard(tree *mapi.Message) {
	each(tree, func(p *mapi.Prop) {
		if v, ok := p.Value.(mapi.Large); ok {
			p.Value = &guarded{d, v}
		}
	})
}

// guarded is a large value of a document.
type guarded struct {
	d *document
	v mapi.Large
}

// Size returns the size of the value behind it.
func (g *guarded) Size() int64 { return g.v.Size() }

// Open fails with MAPI_E_INVALID_OBJECT after the end of the document. That the
// file is damaged where the value stands is MAPI_E_CORRUPT_DATA, from here or
// from reading.
func (g *guarded) Open() (io.ReadCloser, error) { return g.open(g.v.Open) }

var _ msg.CodedText = (*guarded)(nil)

// OpenCoded implements msg.CodedText for values that do.
func (g *guarded) OpenCoded(page int) (io.ReadCloser, error) {
	c, ok := g.v.(msg.CodedText)
	if !ok {
		return nil, nil
	}
	return g.open(func() (io.ReadCloser, error) { return c.OpenCoded(page) })
}

func (g *guarded) open(open func() (io.ReadCloser, error)) (io.ReadCloser, error) {
	if err := g.d.gate.enter(); err != nil {
		return nil, err
	}
	defer g.d.gate.leave()
	r, err := open()
	if r == nil || err != nil {
		return nil, corrupt(err)
	}
	gr := &guardedReader{g.d, r}
	g.d.loose.addReader(gr)
	return gr, nil
}

// guardedReader is a stream of a document. Each Read is one operation.
type guardedReader struct {
	d *document
	r io.ReadCloser
}

// Read fails with MAPI_E_INVALID_OBJECT after the end of the document.
func (g *guardedReader) Read(p []byte) (int, error) {
	if err := g.d.gate.enter(); err != nil {
		return 0, err
	}
	defer g.d.gate.leave()
	n, err := g.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = corrupt(err)
	}
	return n, err
}

// corrupt adds MAPI_E_CORRUPT_DATA to an error that comes from what a file
// holds.
func corrupt(err error) error {
	if errors.Is(err, mapi.ErrCorruptData) || !msg.Damaged(err) {
		return err
	}
	return fmt.Errorf("%w: %w", mapi.ErrCorruptData, err)
}

// Damage implements transfer.Damaged for values that are decoded.
func (g *guardedReader) Damage() int64 { return transfer.DamageOf(g.r) }

// Close frees the reader. The end of the document does the same.
func (g *guardedReader) Close() error {
	if !g.d.loose.dropReader(g) {
		return nil
	}
	return g.r.Close()
}
