package hostsvc

import (
	"errors"
	"fmt"
	"io"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// snapshot returns the encoded objects of the message in chunks for a frame each. Values
// that are not inline get handles of the job's lease.
func (j *job) snapshot() ([]*[]byte, error) {
	m, err := j.spec.Snapshot()
	if err != nil {
		return nil, err
	}
	j.tree = m
	chunks, err := wire.Encode(m, j.grant, func(object string, tag mapi.Tag, err error) {
		j.spec.Report.Report(problem.Problem{
			Code: "wire.property.skipped", Severity: problem.Loss, Object: object, Tag: tag,
			Detail: "the plugin does not see it: " + err.Error(),
		})
	}, wire.InBegin)
	if err != nil {
		return nil, &JobError{Err: sdk.ErrBadInput, Text: err.Error(), Cause: err}
	}
	return chunks, nil
}

// grant gives the plugin a handle for a large value.
func (j *job) grant(dst *pluginv1.Prop, v mapi.Large) error {
	j.size += max(0, v.Size())
	wire.SetBlob(dst, j.lease.Grant(v), max(-1, v.Size()))
	return nil
}

// A sink is the output file of an export, with its limit.
type sink struct {
	j     *job
	w     io.Writer
	n     int64 // bytes written
	limit int64 // 0: none
	err   error // of w, or ErrOutputLimit
}

// Write implements io.Writer. Each call is a sign of life.
func (s *sink) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.limit > 0 && int64(len(p)) > s.limit-s.n {
		s.err = fmt.Errorf("%w: more than %d bytes", ErrOutputLimit, s.limit)
		return 0, s.err
	}
	if s.j != nil {
		s.j.progress()
		if err := s.j.stopped(); err != nil {
			return 0, err
		}
	}
	n, err := s.w.Write(p)
	s.n += int64(n)
	s.err = err
	return n, err
}

// data takes the next bytes of a stream.
func (j *job) data(d *pluginv1.Data) error {
	switch {
	case len(d.GetPayload()) > wire.ChunkSize:
		return breach("it sent %d bytes in one frame", len(d.GetPayload()))
	case j.builder != nil:
		return j.fill(d)
	case j.out == nil:
		return breach("it sent data where no output is due")
	case d.GetId() != 0:
		return breach("it sent data for stream %d of an export", d.GetId())
	case j.written:
		return breach("it sent data after the end of the output")
	}
	j.written = d.GetLast()
	_, err := j.out.Write(d.GetPayload())
	return err
}

// place executes a reference: the next bytes of the output come from a blob.
func (j *job) place(r *pluginv1.Ref) error {
	if j.spec.Direction != session.Export || j.written {
		return breach("it placed a reference where no output is due")
	}
	v, err := j.lease.Large(r.GetBlob())
	if err != nil {
		return refuse(mapi.ErrInvalidObject, "no blob %d", r.GetBlob())
	}
	if err := checkRange(r, v.Size()); err != nil {
		return err
	}
	err = j.transfer(v, r)
	var unread *refusal
	switch {
	case err == nil || j.out.err != nil:
		return j.out.err
	case j.stopped() != nil:
		return j.stopped()
	case errors.As(err, &unread):
		return err
	case errors.Is(err, mapi.ErrCorruptData):
		j.spec.Report.Report(damagedValue(j.tree, v, err))
		return nil // what could be read stands in the output, its encoding ended
	}
	return &JobError{Err: sdk.ErrBadInput, Text: fmt.Sprintf("read blob %d: %v", r.GetBlob(), err), Cause: err}
}

// checkRange refuses a reference to bytes that are not there, as far as the size
// tells.
func checkRange(r *pluginv1.Ref, size int64) error {
	switch off, n := r.GetOffset(), r.GetLength(); {
	case r.GetTransform() < 0 || r.GetTransform() > 0xFF || !transfer.Transform(r.GetTransform()).Known():
		return refuse(mapi.ErrInvalidParameter, "no transform %d", r.GetTransform())
	case n < -1 || int64(off) < 0:
		return refuse(mapi.ErrInvalidParameter, "reference to %d bytes at %d", n, off)
	case size >= 0 && (int64(off) > size || n > size-int64(off)):
		return refuse(mapi.ErrInvalidParameter, "reference to %d bytes at %d of %d", n, off, size)
	}
	return nil
}

// transfer copies a part of v to the output.
func (j *job) transfer(v mapi.Large, r *pluginv1.Ref) error {
	src, err := v.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	if err := j.skip(src, int64(r.GetOffset())); err != nil {
		return refuse(mapi.ErrInvalidParameter, "reference to byte %d: %v", r.GetOffset(), err)
	}
	t := transfer.Transform(r.GetTransform())
	if r.GetLength() < 0 {
		_, err = transfer.Copy(j.out, src, t)
		return err
	}
	part := &io.LimitedReader{R: src, N: r.GetLength()}
	if _, err = transfer.Copy(j.out, part, t); err == nil && part.N > 0 {
		return refuse(mapi.ErrInvalidParameter, "reference to %d bytes, %d of them past the end", r.GetLength(), part.N)
	}
	return err
}

// skip reads n bytes of r away. The end of r in them is an error.
func (j *job) skip(r io.Reader, n int64) error {
	if n == 0 {
		return nil
	}
	if s, ok := r.(io.Seeker); ok {
		_, err := s.Seek(n, io.SeekCurrent)
		return err
	}
	chunk := wire.NewChunk()
	defer wire.FreeChunk(chunk)
	for n > 0 {
		if err := j.stopped(); err != nil {
			return err
		}
		k, err := r.Read((*chunk)[:min(n, skipStep)])
		n -= int64(k)
		if err != nil && n > 0 {
			return err
		}
	}
	return nil
}

// skipStep is what is read at once: readers of compound files cost more the more
// is asked of them.
const skipStep = 32 << 10
