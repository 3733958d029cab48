package conformance

import (
	"errors"
	"io"
	"math"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// blob returns the value that a frame names; nil if there is none.
func (j *job) blob(id uint32) io.ReaderAt {
	switch {
	case id == 0 && j.spec.input != nil:
		return j.spec.input
	case id == 0 || int(id) > len(j.blobs):
		return nil
	}
	return readerAt(j.blobs[id-1])
}

// size is the length of a value that is there.
func (j *job) size(id uint32) int64 {
	if id == 0 {
		return j.spec.input.Size()
	}
	return j.blobs[id-1].Size()
}

// read answers a Read.
func (j *job) read(r *pluginv1.Read) *pluginv1.HostFrame {
	v := j.blob(r.GetBlob())
	switch {
	case v == nil:
		j.breach(ruleRefs, "a Read names blob %d, which it was not given", r.GetBlob())
		return refusal(j.id, r.GetId(), mapi.ErrInvalidObject)
	case r.GetLength() > wire.ChunkSize:
		j.breach(ruleFrames, "a Read asks for %d bytes", r.GetLength())
		return refusal(j.id, r.GetId(), mapi.ErrInvalidParameter)
	}
	size, off := j.size(r.GetBlob()), int64(min(r.GetOffset(), math.MaxInt64))
	buf := make([]byte, min(int64(r.GetLength()), max(0, size-off)))
	if n, err := v.ReadAt(buf, off); n < len(buf) {
		return refusal(j.id, r.GetId(), codeOf(err))
	}
	return wire.HostData(j.id, r.GetId(), off+int64(len(buf)) >= size, buf)
}

func codeOf(err error) mapi.Code {
	var c mapi.Code
	if errors.As(err, &c) {
		return c
	}
	return mapi.ErrDisk
}

// find answers a Find.
func (j *job) find(f *pluginv1.Find) *pluginv1.HostFrame {
	v := j.blob(f.GetBlob())
	long := slices.ContainsFunc(f.GetPatterns(), func(p []byte) bool { return len(p) > wire.MaxPattern })
	switch {
	case v == nil:
		j.breach(ruleRefs, "a Find names blob %d, which it was not given", f.GetBlob())
		return refusal(j.id, f.GetId(), mapi.ErrInvalidObject)
	case long || len(f.GetPatterns()) > wire.MaxPatterns:
		j.breach(ruleFrames, "a Find has %d patterns, or a long one", len(f.GetPatterns()))
		return refusal(j.id, f.GetId(), mapi.ErrInvalidParameter)
	}
	from, to := int64(min(f.GetFrom(), math.MaxInt64)), int64(min(f.GetTo(), math.MaxInt64))
	at, which, err := transfer.NewInput(v, j.size(f.GetBlob())).Find(from, to, f.GetPatterns()...)
	if err != nil {
		return refusal(j.id, f.GetId(), codeOf(err))
	}
	return &pluginv1.HostFrame{Kind: &pluginv1.HostFrame_Found{Found: &pluginv1.Found{Id: f.GetId(), At: at, Pattern: int32(max(0, which))}}}
}

// greased adds fields of a later version to an answer, if the job wants that.
func (j *job) greased(f *pluginv1.HostFrame) *pluginv1.HostFrame {
	if j.spec.greased {
		grease(f)
		for _, m := range []proto.Message{f.GetData(), f.GetFound(), f.GetRefused()} {
			if m.ProtoReflect().IsValid() {
				grease(m)
			}
		}
	}
	return f
}
