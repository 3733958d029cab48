package serve

import (
	"fmt"
	"sync"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// errOver is returned by an Output or Input after its job has ended.
var errOver = fmt.Errorf("sdk: the job has ended: %w", mapi.ErrInvalidObject)

// output is the file that an export writes. Bytes are gathered until a Data
// frame is full.
type output struct {
	j *job

	mu    sync.Mutex // guards what follows
	chunk *[]byte    // nil when nothing is gathered
	n     int        // bytes of chunk
	err   error      // what every later call returns
}

var _ transfer.Output = (*output)(nil)

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	written := 0
	for len(p) > 0 {
		if o.err != nil {
			return written, o.err
		}
		if o.chunk == nil {
			o.chunk, o.n = wire.NewChunk(), 0
		}
		k := copy((*o.chunk)[o.n:], p)
		o.n += k
		written += k
		p = p[k:]
		if o.n == len(*o.chunk) {
			o.flush(false)
		}
	}
	return written, o.err
}

// Ref places a value of the host without carrying it; any other is copied.
func (o *output) Ref(v mapi.Large, t transfer.Transform) error {
	if b, ok := v.(*blob); ok && b.j == o.j {
		return o.place(b, t)
	}
	r, err := v.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = transfer.Copy(o, r, t)
	return err
}

// place sends a reference to a blob.
func (o *output) place(b *blob, t transfer.Transform) error {
	if !t.Known() {
		return fmt.Errorf("%w %d", transfer.ErrTransform, t)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush(false)
	if o.err == nil && o.j.isHalted() {
		o.err = o.j.reason
	}
	if o.err != nil {
		return o.err
	}
	o.err = o.j.send(&pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Ref{
		Ref: &pluginv1.Ref{Blob: b.id, Length: -1, Transform: pluginv1.Transform(t)},
	}})
	return o.err
}

// flush sends what is gathered. The caller holds mu.
func (o *output) flush(last bool) {
	if o.chunk == nil || o.err != nil {
		return
	}
	if o.j.isHalted() {
		o.err = o.j.reason
		return
	}
	o.err = o.j.give(0, last, o.chunk, o.n)
	o.chunk = nil
}

// finish sends the rest, and with it the end of the stream: an empty frame when
// nothing is left.
func (o *output) finish() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.chunk == nil && o.err == nil {
		o.chunk, o.n = wire.NewChunk(), 0
	}
	o.flush(true)
	return o.err
}

// close makes every later call fail, and frees what was not sent.
func (o *output) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = errOver
	}
	if o.chunk != nil {
		wire.FreeChunk(o.chunk)
		o.chunk = nil
	}
}
