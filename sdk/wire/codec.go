package wire

import (
	"fmt"
	"io"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// Codec is a gRPC codec that makes the bytes that protobuf makes, without its
// copies: the payload of a Data frame goes out where it lies, and comes in with
// one copy. Each end may use it or leave it.
//
// A payload given to it belongs to the connection: nobody may change it after
// the call that sent it, ever, because gRPC writes it some time later. To use a
// buffer again, take it from [NewChunk] and send an [Owned]. The payload of a
// received frame belongs to the receiver; see [FreePayload].
//
// The zero value is ready for use, by several goroutines.
type Codec struct{}

var _ encoding.CodecV2 = Codec{}

// Name returns "proto".
func (Codec) Name() string { return "proto" }

// vtMessage is what vtprotobuf generates.
type vtMessage interface {
	Reset()
	SizeVT() int
	MarshalToSizedBufferVT(b []byte) (int, error)
	UnmarshalVT(b []byte) error
}

// Marshal returns the bytes of v, which is a protobuf message, an [Owned] or an
// [Encoded].
func (c Codec) Marshal(v any) (mem.BufferSlice, error) {
	if e, ok := v.(*Encoded); ok {
		return e.marshal()
	}
	var chunk *[]byte
	if o, ok := v.(*Owned); ok {
		v, chunk = o.Frame, o.Chunk
	}
	if job, d := dataOf(v); d != nil && len(d.Payload) > 0 {
		return mem.BufferSlice{dataHeader(job, d), payloadBuffer(d.Payload, chunk)}, nil
	}
	out, err := marshal(v)
	if chunk != nil {
		FreeChunk(chunk)
	}
	return out, err
}

// marshal makes one buffer of v.
func marshal(v any) (mem.BufferSlice, error) {
	switch m := v.(type) {
	case vtMessage:
		b := Pool.Get(m.SizeVT())
		n, err := m.MarshalToSizedBufferVT(*b)
		if err == nil && n != len(*b) {
			err = io.ErrShortWrite // the buffer has what was in it before
		}
		if err != nil {
			Pool.Put(b)
			return nil, fmt.Errorf("wire: marshal %T: %w", v, err)
		}
		return mem.BufferSlice{mem.NewBuffer(b, Pool)}, nil
	case proto.Message:
		b, err := proto.Marshal(m)
		if err != nil {
			return nil, fmt.Errorf("wire: marshal %T: %w", v, err)
		}
		return mem.BufferSlice{mem.SliceBuffer(b)}, nil
	}
	return nil, fmt.Errorf("wire: marshal %T: not a protobuf message", v)
}

// dataOf returns the Data of a frame that has no fields unknown to us.
func dataOf(v any) (job uint64, d *pluginv1.Data) {
	switch f := v.(type) {
	case *pluginv1.HostFrame:
		if k, ok := f.GetKind().(*pluginv1.HostFrame_Data); ok && len(f.ProtoReflect().GetUnknown()) == 0 {
			job, d = f.Job, k.Data
		}
	case *pluginv1.PluginFrame:
		if k, ok := f.GetKind().(*pluginv1.PluginFrame_Data); ok && len(f.ProtoReflect().GetUnknown()) == 0 {
			job, d = f.Job, k.Data
		}
	}
	if d != nil && len(d.ProtoReflect().GetUnknown()) > 0 {
		return 0, nil
	}
	return job, d
}

// The fields of a frame with Data, the same in both directions.
const (
	fieldJob     = 1
	fieldData    = 4
	fieldID      = 1
	fieldLast    = 2
	fieldPayload = 15

	// maxHeader is the most bytes that may stand before a payload and still
	// be read without a copy of the whole frame.
	maxHeader = 64
)

// dataHeader returns the bytes of a Data frame up to its payload.
func dataHeader(job uint64, d *pluginv1.Data) mem.SliceBuffer {
	b := make([]byte, 0, maxHeader)
	if job != 0 {
		b = protowire.AppendTag(b, fieldJob, protowire.VarintType)
		b = protowire.AppendVarint(b, job)
	}
	b = protowire.AppendTag(b, fieldData, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(d.SizeVT()))
	if d.Id != 0 {
		b = protowire.AppendTag(b, fieldID, protowire.VarintType)
		b = protowire.AppendVarint(b, uint64(d.Id))
	}
	if d.Last {
		b = protowire.AppendTag(b, fieldLast, protowire.VarintType)
		b = protowire.AppendVarint(b, 1)
	}
	b = protowire.AppendTag(b, fieldPayload, protowire.BytesType)
	return protowire.AppendVarint(b, uint64(len(d.Payload)))
}

// payloadBuffer wraps a payload. chunk, if not nil, is freed with it.
func payloadBuffer(payload []byte, chunk *[]byte) mem.Buffer {
	if chunk == nil || len(*chunk) == 0 || &(*chunk)[0] != &payload[0] {
		return mem.SliceBuffer(payload)
	}
	*chunk = (*chunk)[:len(payload)]
	return mem.NewBuffer(chunk, Pool)
}

// Unmarshal fills v, a protobuf message or a [Received], from data. It does not
// keep data.
func (c Codec) Unmarshal(data mem.BufferSlice, v any) error {
	frame := v
	r, received := v.(*Received)
	if received {
		frame, r.Objects = r.Frame, nil
	}
	switch m := frame.(type) {
	case *pluginv1.HostFrame:
		if job, d := parseData(data); d != nil {
			m.Reset()
			m.Job, m.Kind = job, &pluginv1.HostFrame_Data{Data: d}
			return nil
		}
	case *pluginv1.PluginFrame:
		if job, d := parseData(data); d != nil {
			m.Reset()
			m.Job, m.Kind = job, &pluginv1.PluginFrame_Data{Data: d}
			return nil
		}
	}
	b := data.MaterializeToBuffer(Pool)
	defer b.Free()
	if received {
		return r.unmarshal(b.ReadOnlyData())
	}
	switch m := v.(type) {
	case vtMessage:
		m.Reset()
		return m.UnmarshalVT(b.ReadOnlyData())
	case proto.Message:
		return proto.Unmarshal(b.ReadOnlyData(), m)
	}
	return fmt.Errorf("wire: unmarshal %T: not a protobuf message", v)
}

// parseData reads a frame that is a Data frame in its usual form: each field at
// most once, in order, the payload last. It returns nil for any other.
func parseData(data mem.BufferSlice) (job uint64, d *pluginv1.Data) {
	var head [maxHeader]byte
	total := data.Len()
	p := parser[[]byte]{b: head[:data.CopyTo(head[:])]}
	if p.tag(fieldJob, protowire.VarintType) {
		job = p.varint()
	}
	if !p.tag(fieldData, protowire.BytesType) {
		return 0, nil
	}
	if p.varint() != uint64(total-p.at) || p.bad {
		return 0, nil
	}
	d = &pluginv1.Data{}
	if p.tag(fieldID, protowire.VarintType) {
		d.Id = uint32(p.varint())
	}
	if p.tag(fieldLast, protowire.VarintType) {
		d.Last = p.varint() != 0
	}
	if !p.tag(fieldPayload, protowire.BytesType) {
		return 0, nil
	}
	if n := p.varint(); p.bad || n != uint64(total-p.at) || n > MaxFrame {
		return 0, nil
	}
	d.Payload = gather(data, p.at, total-p.at)
	return job, d
}

// gather copies n bytes from offset from of data.
func gather(data mem.BufferSlice, from, n int) []byte {
	out := newPayload(n)
	at := 0
	for _, b := range data {
		piece := b.ReadOnlyData()
		if from >= len(piece) {
			from -= len(piece)
			continue
		}
		at += copy(out[at:], piece[from:])
		from = 0
	}
	return out
}
