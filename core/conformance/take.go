package conformance

import (
	"errors"
	"fmt"
	"hash"
	"io"
	"math"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// A stream is a value of a message that comes in Data frames.
type stream struct {
	bytes []byte
	ended bool
}

// maxSpooled bounds all streams of a job, in bytes.
const maxSpooled = 256 << 20

// maxOutput bounds the output of an export, in bytes.
const maxOutput = 1 << 30

// An output is the file of an export.
type output struct {
	sum   hash.Hash
	kept  []byte // the beginning
	size  int64
	file  io.Writer
	ended bool
}

// keptOutput is how much of an output is kept in memory.
const keptOutput = 8 << 20

// errTooMuch ends a job that writes for ever.
var errTooMuch = errors.New("it writes more than any of the samples can need")

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	if o.size += int64(len(p)); o.size > maxOutput {
		return 0, errTooMuch
	}
	o.sum.Write(p)
	if room := keptOutput - len(o.kept); room > 0 {
		o.kept = append(o.kept, p[:min(room, len(p))]...)
	}
	if o.file != nil {
		return o.file.Write(p)
	}
	return len(p), nil
}

// data takes the next bytes of a stream.
func (j *job) data(d *pluginv1.Data) error {
	n := len(d.GetPayload())
	if n > wire.ChunkSize {
		j.breach(ruleFrames, "a Data frame has %d bytes", n)
	}
	if j.builder != nil {
		return j.fill(d)
	}
	switch {
	case j.spec.direction == probing:
		j.breach(ruleEnd, "a probe sends data")
		return nil
	case d.GetId() != 0:
		j.breach(ruleEnd, "an export sends data for stream %d", d.GetId())
		return nil
	case j.out.ended:
		j.breach(ruleEnd, "%d bytes come after the end of the output", n)
		return nil
	}
	j.out.ended = d.GetLast()
	_, err := j.out.Write(d.GetPayload())
	return err
}

// fill takes the next bytes of a value of a message.
func (j *job) fill(d *pluginv1.Data) error {
	s := j.streams[d.GetId()]
	switch {
	case s == nil:
		j.breach(ruleObjects, "data comes for stream %d, which no property names", d.GetId())
		return nil
	case s.ended:
		j.breach(ruleEnd, "%d bytes come after the end of stream %d", len(d.GetPayload()), d.GetId())
		return nil
	}
	if j.spooled += len(d.GetPayload()); j.spooled > maxSpooled {
		return errTooMuch
	}
	s.bytes = append(s.bytes, d.GetPayload()...)
	s.ended = d.GetLast()
	return nil
}

// outside says what is wrong with a reference, "" if nothing is.
func (j *job) outside(r *pluginv1.Ref) string {
	if j.blob(r.GetBlob()) == nil {
		return fmt.Sprintf("a reference names blob %d, which it was not given", r.GetBlob())
	}
	size, off, n := j.size(r.GetBlob()), r.GetOffset(), r.GetLength()
	switch {
	case r.GetTransform() < 0 || r.GetTransform() > math.MaxUint8 || !transfer.Transform(r.GetTransform()).Known():
		return fmt.Sprintf("a reference has transform %d", r.GetTransform())
	case off > uint64(size) || n < -1 || n > size-int64(off):
		return fmt.Sprintf("a reference is to %d bytes at %d of %d", n, off, size)
	}
	j.refs++
	return ""
}

// place executes a reference of an export.
func (j *job) place(r *pluginv1.Ref) (*pluginv1.HostFrame, error) {
	if j.spec.direction != exporting || j.out.ended {
		j.breach(ruleEnd, "a reference comes where no output is due")
		return nil, nil
	}
	if bad := j.outside(r); bad != "" {
		j.breach(ruleRefs, "%s", bad)
		return refusal(j.id, 0, mapi.ErrInvalidObject), nil
	}
	n := r.GetLength()
	if n < 0 {
		n = j.size(r.GetBlob()) - int64(r.GetOffset())
	}
	part := io.NewSectionReader(j.blob(r.GetBlob()), int64(r.GetOffset()), n)
	_, err := transfer.Copy(&j.out, part, transfer.Transform(r.GetTransform()))
	return nil, err
}

// put takes objects of the message that the job makes.
func (j *job) put(p *pluginv1.Put) *pluginv1.HostFrame {
	if j.builder == nil {
		what := "an export"
		if j.spec.direction == probing {
			what = "a probe"
		}
		j.breach(ruleObjects, "%s sends Put", what)
		return nil
	}
	var ref *refError
	switch err := j.builder.Add(p.GetObjects()); {
	case errors.As(err, &ref):
		j.breach(ruleRefs, "%s", ref.text)
		j.builder = wire.NewBuilder(wire.Limits{}, j.value) // for what follows
		return refusal(j.id, 0, mapi.ErrInvalidObject)
	case err != nil:
		j.breach(ruleObjects, "%v", err)
		j.builder = wire.NewBuilder(wire.Limits{}, j.value)
	}
	return nil
}

// A refError is a reference in a property that names what is not there.
type refError struct{ text string }

func (e *refError) Error() string { return e.text }

// value makes a value that does not stand in its property.
func (j *job) value(p *pluginv1.Prop) (mapi.Large, error) {
	switch v := p.GetValue().(type) {
	case *pluginv1.Prop_Ref:
		if v.Ref.GetBlob() != 0 && j.spec.direction == importing {
			return nil, &refError{fmt.Sprintf("a property names blob %d of an import", v.Ref.GetBlob())}
		}
		if bad := j.outside(v.Ref); bad != "" {
			return nil, &refError{bad}
		}
		size, n := j.size(v.Ref.GetBlob()), v.Ref.GetLength()
		if n < 0 {
			n = size - int64(v.Ref.GetOffset())
		}
		whole := transfer.NewInput(j.blob(v.Ref.GetBlob()), size)
		return whole.Range(int64(v.Ref.GetOffset()), n, transfer.Transform(v.Ref.GetTransform())), nil
	case *pluginv1.Prop_Stream:
		if v.Stream == 0 || j.streams[v.Stream] != nil {
			return nil, fmt.Errorf("stream %d is in use", v.Stream)
		}
		s := &stream{}
		j.streams[v.Stream] = s
		return s, nil
	}
	return nil, errors.New("a blob comes from the host only")
}

// Size implements mapi.Large.
func (s *stream) Size() int64 { return int64(len(s.bytes)) }

// Open implements mapi.Large.
func (s *stream) Open() (io.ReadCloser, error) { return wire.Memory(s.bytes).Open() }
