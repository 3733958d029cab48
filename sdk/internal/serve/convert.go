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
	in, err := j.input(ctx)
	if err != nil {
		return err
	}
	defer in.close()
	m, err := f.Import(ctx, j.described(), in)
	if err != nil {
		return err
	}
	if m == nil {
		return errors.New("sdk: Import returned neither a message nor an error")
	}
	return j.put(ctx, in, m)
}

// input returns the file that the job is about.
func (j *job) input(ctx context.Context) (*input, error) {
	size := int64(j.begin.GetInputSize())
	if size < 0 {
		return nil, fmt.Errorf("%w: input of %d bytes", wire.ErrTooLarge, j.begin.GetInputSize())
	}
	return newInput(ctx, j, size), nil
}

// transform runs a Transform and sends what it makes of the message.
func (j *job) transform(ctx context.Context) error {
	m, err := j.builder.Message()
	if err != nil {
		return err
	}
	if err := j.l.srv.p.Transform(ctx, j.described(), m); err != nil {
		return err
	}
	return j.put(ctx, nil, m)
}

// probe runs a Probe.
func (j *job) probe(ctx context.Context, f *Format) error {
	in, err := j.input(ctx)
	if err != nil {
		return err
	}
	defer in.close()
	yes, err := f.Probe(ctx, in)
	j.match = pluginv1.Match_MATCH_NO
	if yes {
		j.match = pluginv1.Match_MATCH_YES
	}
	if err == nil && ctx.Err() != nil { // the author's code has not looked
		err = context.Cause(ctx)
	}
	return err
}

// A stream is a value that is sent after the objects.
type stream struct {
	id uint32
	v  mapi.Large
}

// put sends a message: its objects, then the values that neither are pieces of
// the input of an import nor stay with the host. in is nil for a transformation.
func (j *job) put(ctx context.Context, in *input, m *mapi.Message) error {
	if ctx.Err() != nil { // the author's code has not looked
		return context.Cause(ctx)
	}
	var streams []stream
	place := func(dst *pluginv1.Prop, v mapi.Large) error {
		if b, ok := v.(*blob); ok && b.j == j {
			wire.SetRef(dst, b.id, 0, -1, pluginv1.Transform_TRANSFORM_RAW)
			return nil
		}
		if r, ok := v.(transfer.Ranged); ok && in != nil && r.In == transfer.Input(in) {
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
	chunks, err := wire.Encode(m, place, nil, wire.InPut)
	if err != nil {
		return err
	}
	for _, objects := range chunks {
		f := &pluginv1.PluginFrame{Job: j.id, Kind: &pluginv1.PluginFrame_Put{Put: &pluginv1.Put{}}}
		if err := j.l.send(&wire.Encoded{Frame: f, Fields: objects}); err != nil {
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
