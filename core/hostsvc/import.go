package hostsvc

import (
	"errors"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

const (
	// spoolFactor and spoolFree bound the bytes of all streams of a job: no
	// format expands further.
	spoolFactor = 16
	spoolFree   = 256 << 20
)

// A stream is a value whose bytes come in Data frames.
type stream struct {
	spool    *session.Spool
	complete bool
}

// put adds objects to the message that an import or a transformation makes.
func (j *job) put(p *pluginv1.Put) error {
	if j.builder == nil {
		return breach("it put objects into the message of an export or a probe")
	}
	err := j.builder.Add(p.GetObjects())
	var refused *refusal
	if err == nil || errors.As(err, &refused) {
		return err
	}
	return breach("%v", err)
}

// value makes a value that is not inline: a part of the input or of a value of
// the message that is transformed, or a stream.
func (j *job) value(p *pluginv1.Prop) (mapi.Large, error) {
	switch v := p.GetValue().(type) {
	case *pluginv1.Prop_Ref:
		return j.part(v.Ref)
	case *pluginv1.Prop_Stream:
		return j.open(v.Stream)
	}
	return nil, errors.New("a blob comes from the host only")
}

// part returns a part of a blob as a value.
func (j *job) part(r *pluginv1.Ref) (mapi.Large, error) {
	if !j.reads() {
		return j.partOfLarge(r)
	}
	if r.GetBlob() != 0 {
		return nil, refuse(mapi.ErrInvalidObject, "no blob %d", r.GetBlob())
	}
	size := j.spec.Input.Size()
	if err := checkRange(r, size); err != nil {
		return nil, err
	}
	off, n := int64(r.GetOffset()), r.GetLength()
	if n < 0 {
		n = size - off
	}
	if err := j.placed(n); err != nil {
		return nil, err
	}
	return j.spec.Input.Range(off, n, transfer.Transform(r.GetTransform())), nil
}

// placed counts bytes that the message takes by reference: the same ones over and
// over would make a huge file of a small one.
func (j *job) placed(n int64) error {
	j.referred += n
	if j.referred/spoolFactor > j.size+spoolFree/spoolFactor {
		return refuse(mapi.ErrTooBig, "references to %d bytes of %d", j.referred, j.size)
	}
	return nil
}

// open begins a stream.
func (j *job) open(id uint32) (mapi.Large, error) {
	switch {
	case id == 0 || j.streams[id] != nil:
		return nil, errors.New("the stream is in use")
	case len(j.streams) >= limits.PluginStreams.Int():
		return nil, errors.New("too many streams")
	}
	s := &stream{spool: j.spec.Message.NewSpool()}
	j.streams[id] = s
	return s.spool, nil
}

// fill takes the next bytes of a value.
func (j *job) fill(d *pluginv1.Data) error {
	s := j.streams[d.GetId()]
	switch {
	case s == nil:
		return breach("it sent data for stream %d, which is not there", d.GetId())
	case s.complete:
		return breach("it sent data after the end of stream %d", d.GetId())
	}
	j.spooled += int64(len(d.GetPayload()))
	if j.spooled/spoolFactor > j.size+spoolFree/spoolFactor {
		return ErrOutputLimit
	}
	s.complete = d.GetLast()
	_, err := s.spool.Write(d.GetPayload())
	return err
}
