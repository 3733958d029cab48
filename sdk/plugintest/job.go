package plugintest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// maxBlob is the most of a value that the test host takes into memory.
const maxBlob = 1 << 30

// A job is one conversion. After newJob and grant it belongs to the goroutine
// that receives, until done is closed.
type job struct {
	id       uint64
	dir      pluginv1.Direction
	input    []byte // of an import or a probe, blob 0; else nil
	blobs    []mapi.Large
	loaded   map[uint32][]byte
	out      bytes.Buffer
	builder  *wire.Builder
	streams  map[uint32]*bytes.Buffer
	problems problem.List
	traffic  Traffic
	matched  bool
	err      error
	done     chan struct{}
}

func newJob(dir pluginv1.Direction, input []byte) *job {
	j := &job{dir: dir, input: input, loaded: map[uint32][]byte{}, streams: map[uint32]*bytes.Buffer{}, done: make(chan struct{})}
	j.builder = wire.NewBuilder(wire.Limits{}, j.take)
	if input != nil {
		j.loaded[0] = input
	}
	return j
}

// grant gives a value of an export a number.
func (j *job) grant(dst *pluginv1.Prop, v mapi.Large) error {
	j.blobs = append(j.blobs, v)
	wire.SetBlob(dst, uint32(len(j.blobs)), v.Size())
	return nil
}

// take makes a value of an import.
func (j *job) take(p *pluginv1.Prop) (mapi.Large, error) {
	switch v := p.GetValue().(type) {
	case *pluginv1.Prop_Ref:
		j.traffic.Refs++
		b, err := j.place(v.Ref)
		return wire.Memory(b), err
	case *pluginv1.Prop_Stream:
		if j.streams[v.Stream] != nil {
			return nil, fmt.Errorf("stream %d is used twice", v.Stream)
		}
		s := &bytes.Buffer{}
		j.streams[v.Stream] = s
		return streamed{s}, nil
	}
	return nil, errors.New("a blob comes from the host only")
}

// streamed is a value whose bytes come in Data frames.
type streamed struct{ *bytes.Buffer }

func (s streamed) Size() int64 { return int64(s.Len()) }
func (s streamed) Open() (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(s.Bytes())), nil
}

// blob returns the bytes of a blob.
func (j *job) blob(id uint32) ([]byte, error) {
	if b, ok := j.loaded[id]; ok {
		return b, nil
	}
	if id == 0 || id > uint32(len(j.blobs)) {
		return nil, mapi.ErrInvalidObject
	}
	b, err := mapi.ReadValue(j.blobs[id-1], maxBlob)
	if err == nil {
		j.loaded[id] = b
	}
	return b, err
}

// serve serves a frame and returns the answer, or nil.
func (j *job) serve(f *pluginv1.PluginFrame) *pluginv1.HostFrame {
	j.traffic.Frames++
	switch k := f.GetKind().(type) {
	case *pluginv1.PluginFrame_Read:
		return j.read(f, k.Read)
	case *pluginv1.PluginFrame_Find:
		return j.find(f, k.Find)
	case *pluginv1.PluginFrame_Data:
		j.data(k.Data)
	case *pluginv1.PluginFrame_Ref:
		if j.dir != pluginv1.Direction_DIRECTION_EXPORT {
			j.fail(errors.New("a reference where no output is due"))
			return nil
		}
		j.traffic.Refs++
		b, err := j.place(k.Ref)
		if err != nil {
			return refusal(f, mapi.ErrInvalidParameter, err.Error())
		}
		j.out.Write(b)
	case *pluginv1.PluginFrame_Put:
		if !j.makes() {
			j.fail(errors.New("objects where no message is due"))
			return nil
		}
		j.fail(j.builder.Add(k.Put.GetObjects()))
	case *pluginv1.PluginFrame_Problem:
		j.problems.Add(wire.ProblemFromProto(k.Problem))
	case *pluginv1.PluginFrame_Done:
		if r := k.Done.GetResult(); r != pluginv1.Result_RESULT_OK {
			j.err = &Failure{r, k.Done.GetError()}
		}
		j.matched = k.Done.GetMatch() == pluginv1.Match_MATCH_YES
		close(j.done)
	}
	return nil
}

func (j *job) fail(err error) {
	if j.err == nil {
		j.err = err
	}
}

// data takes bytes of the output or of a value.
func (j *job) data(d *pluginv1.Data) {
	switch s := j.streams[d.GetId()]; {
	case len(d.GetPayload()) > wire.ChunkSize:
		j.fail(fmt.Errorf("a Data frame of %d bytes", len(d.GetPayload())))
	case d.GetId() == 0 && j.dir == pluginv1.Direction_DIRECTION_EXPORT:
		j.out.Write(d.GetPayload())
	case s != nil:
		s.Write(d.GetPayload())
	default:
		j.fail(fmt.Errorf("data for stream %d, which is not there", d.GetId()))
	}
	wire.FreePayload(d.GetPayload())
}

func (j *job) read(f *pluginv1.PluginFrame, r *pluginv1.Read) *pluginv1.HostFrame {
	j.traffic.Requests++
	b, err := j.blob(r.GetBlob())
	switch {
	case err != nil:
		return refusal(f, codeOf(err), "no such blob")
	case r.GetLength() > wire.ChunkSize:
		return refusal(f, mapi.ErrInvalidParameter, "a Read of more than 256 KiB")
	}
	b = b[min(r.GetOffset(), uint64(len(b))):]
	last := uint64(r.GetLength()) >= uint64(len(b))
	b = b[:min(len(b), int(r.GetLength()))]
	j.traffic.Bytes += int64(len(b))
	return wire.HostData(f.GetJob(), r.GetId(), last, b)
}

func (j *job) find(f *pluginv1.PluginFrame, r *pluginv1.Find) *pluginv1.HostFrame {
	j.traffic.Requests++
	b, err := j.blob(r.GetBlob())
	if err != nil {
		return refusal(f, codeOf(err), "no such blob")
	}
	to := int64(min(r.GetTo(), uint64(len(b))))
	from := int64(min(r.GetFrom(), uint64(len(b))))
	at, which, err := transfer.Find(context.Background(), bytes.NewReader(b), from, to, r.GetPatterns()...)
	if err != nil {
		return refusal(f, mapi.ErrInvalidParameter, err.Error())
	}
	return &pluginv1.HostFrame{Kind: &pluginv1.HostFrame_Found{Found: &pluginv1.Found{Id: r.GetId(), At: at, Pattern: int32(which)}}}
}

// place returns the bytes that a reference stands for.
func (j *job) place(r *pluginv1.Ref) ([]byte, error) {
	b, err := j.blob(r.GetBlob())
	if err != nil {
		return nil, err
	}
	if r.GetOffset() > uint64(len(b)) {
		return nil, fmt.Errorf("a reference to byte %d of %d", r.GetOffset(), len(b))
	}
	b = b[r.GetOffset():]
	if n := r.GetLength(); n > int64(len(b)) {
		return nil, fmt.Errorf("a reference to %d bytes of %d", n, len(b))
	} else if n >= 0 {
		b = b[:n]
	}
	var out bytes.Buffer
	_, err = transfer.Copy(&out, bytes.NewReader(b), transfer.Transform(r.GetTransform()))
	return out.Bytes(), err
}

// refusal answers f, which is dropped if nobody waits for an answer to it.
func refusal(f *pluginv1.PluginFrame, code mapi.Code, reason string) *pluginv1.HostFrame {
	r := &pluginv1.Refused{Code: uint32(code), Reason: reason}
	switch k := f.GetKind().(type) {
	case *pluginv1.PluginFrame_Read:
		r.Id = k.Read.GetId()
	case *pluginv1.PluginFrame_Find:
		r.Id = k.Find.GetId()
	}
	return &pluginv1.HostFrame{Kind: &pluginv1.HostFrame_Refused{Refused: r}}
}

func codeOf(err error) mapi.Code {
	var c mapi.Code
	if errors.As(err, &c) {
		return c
	}
	return mapi.ErrCallFailed
}

// makes reports whether the job makes a message.
func (j *job) makes() bool {
	return j.dir == pluginv1.Direction_DIRECTION_IMPORT || j.dir == pluginv1.Direction_DIRECTION_TRANSFORM
}

// result returns what came of the job after done.
func (j *job) result() Result {
	r := Result{Problems: j.problems, Err: j.err, Traffic: j.traffic}
	if j.err != nil {
		return r
	}
	r.Matched = j.matched
	if !j.makes() {
		r.Output = j.out.Bytes()
		return r
	}
	if r.Message, r.Err = j.builder.Message(); r.Err == nil {
		r.Err = load(r.Message)
	}
	return r
}

// load takes the string and binary values of a message into memory.
func load(m *mapi.Message) error {
	err := loadProps(m.Props)
	for _, ps := range m.Recipients {
		err = errors.Join(err, loadProps(ps))
	}
	for _, a := range m.Attachments {
		err = errors.Join(err, loadProps(a.Props))
		if a.Embedded != nil {
			err = errors.Join(err, load(a.Embedded))
		}
	}
	return err
}

func loadProps(ps mapi.Props) error {
	for i := range ps {
		v, ok := ps[i].Value.(mapi.Large)
		if !ok {
			continue
		}
		b, err := mapi.ReadValue(v, maxBlob)
		if err != nil {
			return err
		}
		switch ps[i].Tag.Type() {
		case mapi.PtypString, mapi.PtypString8:
			ps[i].Value = string(b)
		case mapi.PtypObject:
			ps[i].Value = wire.Memory(b)
		default:
			ps[i].Value = b
		}
	}
	return nil
}
