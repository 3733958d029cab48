package serve

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// export runs an Export.
func (j *job) export(ctx context.Context, f *Format) error {
	m, err := j.builder.Message()
	if err != nil {
		return err
	}
	out := &output{j: j}
	defer out.close()
	if err := f.Export(ctx, j.described(), m, out); err != nil {
		return err
	}
	return out.finish()
}

// imports runs an Import and sends what it returns.
func (j *job) imports(ctx context.Context, f *Format) error {
	size := int64(j.begin.GetInputSize())
	if size < 0 {
		return fmt.Errorf("%w: input of %d bytes", wire.ErrTooLarge, j.begin.GetInputSize())
	}
	in := newInput(ctx, j, size)
	defer in.close()
	m, err := f.Import(ctx, j.described(), in)
	if err != nil {
		return err
	}
	if m == nil {
		return errors.New("sdk: Import returned no message and no error")
	}
	return j.put(ctx, in, m)
}

// A stream is a value that is sent after the objects.
type stream struct {
	id uint32
	v  mapi.Large
}

// put sends a message: its objects, then the values that are not pieces of the
// input.
func (j *job) put(ctx context.Context, in *input, m *mapi.Message) error {
	var streams []stream
	place := func(dst *pluginv1.Prop, v mapi.Large) error {
		if r, ok := v.(transfer.Ranged); ok && r.In == transfer.Input(in) {
			if r.Off < 0 || r.N < 0 {
				return fmt.Errorf("sdk: range of %d bytes from %d", r.N, r.Off)
			}
			wire.SetRef(dst, 0, uint64(r.Off), r.N, pluginv1.Transform(r.Transform))
			return nil
		}
		streams = append(streams, stream{uint32(len(streams) + 1), v})
		wire.SetStream(dst, uint32(len(streams)))
		return nil
	}
	chunks, err := wire.Flatten(m, place, nil)
	if err != nil {
		return err
	}
	wire.GreaseObjects(chunks)
	for _, objects := range chunks {
		f := &pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Put{Put: &pluginv1.Put{Objects: objects}}}
		if err := j.send(f); err != nil {
			return err
		}
	}
	for _, s := range streams {
		if err := j.stream(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// stream sends the bytes of a value.
func (j *job) stream(ctx context.Context, s stream) error {
	r, err := s.v.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	for last := false; !last; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		chunk := wire.NewChunk()
		n, err := io.ReadFull(r, *chunk)
		last = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			wire.FreeChunk(chunk)
			return err
		}
		if err := j.give(s.id, last, chunk, n); err != nil {
			return err
		}
	}
	return nil
}

// give sends the first n bytes of a chunk, which it takes, as part of a stream.
func (j *job) give(stream uint32, last bool, chunk *[]byte, n int) error {
	return j.l.send(&wire.Owned{Frame: wire.PluginData(j.id, stream, last, (*chunk)[:n]), Chunk: chunk})
}
