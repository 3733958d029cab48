package wire

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// An Encoded is a frame whose objects, or head, are bytes already, as [Encode] and
// [EncodeHead] make them. Send it with the stream's SendMsg in place of the frame:
// Fields goes back to its pool when it is on the wire, so it must not be touched
// after that call.
type Encoded struct {
	// Frame is a *pluginv1.HostFrame with a Begin or Snapshot, or a
	// *pluginv1.PluginFrame with a Put, without objects or head of its own.
	Frame proto.Message
	// Fields is a chunk of Encode or EncodeHead.
	Fields *[]byte
}

// EncodeHead returns the chunk of an [Encoded] with a Begin that brings the first n
// bytes of an input, of which the caller has to fill all, or give the chunk to Pool.
func EncodeHead(n int) (chunk *[]byte, head []byte) {
	chunk = Pool.Get(maxHeader + n)
	b := protowire.AppendTag((*chunk)[:0], fieldHead, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(n))
	*chunk = b[:len(b)+n]
	return chunk, (*chunk)[len(b):]
}

// A Holder is a message that objects stand in: the number of its field for them.
type Holder byte

// The holders.
const (
	InBegin    Holder = 5
	InSnapshot Holder = 1
	InPut      Holder = 1
)

// Encode is [Flatten] into the bytes of frames without the structures between: a
// chunk for each [Encoded]. The first is for a frame with the holder first, the
// others for one with a Snapshot or Put. After the message comes an object of a
// kind that nobody knows, see [GreaseNumber].
func Encode(m *mapi.Message, large EncodeLarge, skip Skip, first Holder) ([]*[]byte, error) {
	e := encoder{holder: first, slot: slot{data: InlineLimit}}
	if first == InBegin { // to a plugin; what comes from one has few streams
		e.slot.data = InlineData
	}
	f := flattener{large: large, skip: skip, to: &e}
	err := f.message(m, 0, 1, nil)
	if err == nil && f.last < MaxObjects {
		e.begin(f.last+1, 1, GreaseNumber, 0)
	}
	e.cut()
	if err != nil {
		for _, c := range e.done {
			Pool.Put(c)
		}
		return nil, err
	}
	return e.done, nil
}

// An encoder is a target that makes bytes.
type encoder struct {
	done   []*[]byte
	chunk  *[]byte // nil at the start of one
	object int     // where the object begun last is in chunk, 0 if none is
	holder Holder
	slot   slot
	size   int // of what is in the slot
}

const (
	// firstRoom is the room that a chunk begins with, in bytes.
	firstRoom = 16 << 10
	// lengthRoom is left for the length of an object, in bytes: most need as many.
	lengthRoom = 2
)

// The fields of Object.
const (
	fieldObjectID = 1
	fieldParent   = 2
	fieldKind     = 3
	fieldProps    = 4
)

func (e *encoder) begin(id, parent uint32, kind pluginv1.ObjectKind, _ int) {
	e.end()
	b := e.room(objectSize)
	b = protowire.AppendTag(b, protowire.Number(e.holder), protowire.BytesType)
	b = append(b, make([]byte, lengthRoom)...)
	e.object = len(b)
	b = appendNumber(b, fieldObjectID, uint64(id))
	b = appendNumber(b, fieldParent, uint64(parent))
	*e.chunk = appendNumber(b, fieldKind, uint64(kind))
}

// end puts the length of the object begun last before it.
func (e *encoder) end() {
	if e.object == 0 {
		return
	}
	var room [binary.MaxVarintLen64]byte
	e.room(len(room))
	length := protowire.AppendVarint(room[:0], uint64(len(*e.chunk)-e.object))
	*e.chunk = slices.Replace(*e.chunk, e.object-lengthRoom, e.object, length...)
	e.object = 0
}

// room returns the chunk with room for n more bytes.
func (e *encoder) room(n int) []byte {
	switch {
	case e.chunk == nil:
		e.chunk = Pool.Get(max(firstRoom, n))
		*e.chunk = (*e.chunk)[:0]
	case n > cap(*e.chunk)-len(*e.chunk):
		larger := Pool.Get(max(2*cap(*e.chunk), len(*e.chunk)+n))
		*larger = append((*larger)[:0], *e.chunk...)
		Pool.Put(e.chunk)
		e.chunk = larger
	}
	return *e.chunk
}

func (e *encoder) convert(p mapi.Prop, large EncodeLarge) (n int, err error) {
	e.size, err = e.slot.put(p, large)
	return e.size, err
}

func (e *encoder) add() error {
	b := e.room(propSize + e.size)
	b = protowire.AppendTag(b, fieldProps, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(e.size))
	at := len(b)
	b = b[:at+e.size]
	n, err := e.slot.prop.MarshalToSizedBufferVT(b[at:])
	if err == nil && n != e.size {
		err = io.ErrShortWrite
	}
	*e.chunk = b
	return err
}

func (e *encoder) cut() {
	e.end()
	if e.chunk != nil {
		e.done = append(e.done, e.chunk)
	}
	e.chunk, e.holder = nil, InPut
}

// appendNumber appends a field that is left out when it is 0.
func appendNumber(b []byte, num protowire.Number, v uint64) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), v)
}

// marshal makes the bytes of the frame: what is around the fields, whose order
// says nothing, stands before them.
func (e *Encoded) marshal() (mem.BufferSlice, error) {
	job, num, holder := holderOf(e.Frame)
	if holder == nil || e.Fields == nil {
		return nil, fmt.Errorf("wire: marshal %T: no place for fields, or none", e.Frame)
	}
	size := holder.SizeVT()
	head := appendNumber(make([]byte, 0, size+maxHeader), fieldJob, job)
	head = protowire.AppendTag(head, num, protowire.BytesType)
	head = protowire.AppendVarint(head, uint64(size+len(*e.Fields)))
	at := len(head)
	head = head[:at+size]
	if n, err := holder.MarshalToSizedBufferVT(head[at:]); err != nil || n != size {
		return nil, fmt.Errorf("wire: marshal %T: %d bytes of %d: %w", e.Frame, n, size, cmp.Or(err, io.ErrShortWrite))
	}
	return mem.BufferSlice{mem.SliceBuffer(head), mem.NewBuffer(e.Fields, Pool)}, nil
}

// The fields of frames whose messages hold objects.
const (
	fieldBegin    = 2
	fieldSnapshot = 3
	fieldPut      = 6

	fieldHead = 8 // of Begin
)

// holderOf returns the message in a frame that objects stand in, nil if it is
// another.
func holderOf(frame proto.Message) (job uint64, num protowire.Number, holder vtMessage) {
	switch f := frame.(type) {
	case *pluginv1.HostFrame:
		switch k := f.GetKind().(type) {
		case *pluginv1.HostFrame_Begin:
			return f.GetJob(), fieldBegin, k.Begin
		case *pluginv1.HostFrame_Snapshot:
			return f.GetJob(), fieldSnapshot, k.Snapshot
		}
	case *pluginv1.PluginFrame:
		if k, ok := f.GetKind().(*pluginv1.PluginFrame_Put); ok {
			return f.GetJob(), fieldPut, k.Put
		}
	}
	return 0, 0, nil
}
