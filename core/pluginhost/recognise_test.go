package pluginhost

import (
	"bytes"
	"io"
	"sync"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// eventful is a file at whose end something happens when it is read first.
type eventful struct {
	*bytes.Reader
	once   sync.Once
	happen func()
}

func (f *eventful) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) >= f.Size() {
		f.once.Do(f.happen)
	}
	return f.Reader.ReadAt(p, off)
}

var _ io.ReaderAt = (*eventful)(nil)

// TestProbeBesideACrash has a process die of another message while it is asked about
// a file: the file is asked about again.
func TestProbeBesideACrash(t *testing.T) {
	t.Parallel()
	p := start(t, "asked", Options{Processes: 1})
	ctx := within(t)
	died := false
	f := &eventful{Reader: bytes.NewReader(append(bytes.Repeat([]byte("."), 1<<20), '!')), happen: func() {
		job, _ := export(t, "exit")
		died = p.Convert(ctx, job) != nil
	}}
	format, err := p.Recognise(ctx, transfer.NewInput(f, f.Size()), ".z")
	if err != nil || format != "y" || !died {
		t.Errorf("Recognise() = %q, %v; a neighbour died: %v", format, err, died)
	}
}
