package wire

import (
	"google.golang.org/protobuf/proto"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// smallChunk is the length of the buffers that received payloads of about that
// length are in.
const smallChunk = 32 << 10

// NewChunk returns a buffer of [ChunkSize] bytes with any contents. Give it
// back with [FreeChunk], or give it away in an [Owned] frame.
func NewChunk() *[]byte { return Pool.Get(ChunkSize) }

// FreeChunk takes back a buffer that NewChunk returned. Nobody may use it
// afterwards.
func FreeChunk(b *[]byte) {
	if b != nil {
		Pool.Put(b)
	}
}

// newPayload returns n bytes with any contents, for FreePayload.
func newPayload(n int) []byte {
	switch {
	case n > ChunkSize/4 && n <= ChunkSize:
		return (*Pool.Get(ChunkSize))[:n]
	case n > smallChunk/4 && n <= smallChunk:
		return (*Pool.Get(smallChunk))[:n]
	}
	return make([]byte, n)
}

// FreePayload takes back the payload of a frame that [Codec] has unmarshalled.
// Nobody may use it afterwards. It need not be called, but saves memory.
func FreePayload(payload []byte) {
	if n := cap(payload); n == ChunkSize || n == smallChunk {
		Pool.Put(&payload)
	}
}

// An Owned is a frame whose payload is given away with it. Send it with the
// stream's SendMsg in place of the frame: Chunk goes back to its pool when the
// bytes are on the wire, so it must not be touched after that call.
type Owned struct {
	// Frame is a *pluginv1.HostFrame or *pluginv1.PluginFrame with Data.
	Frame proto.Message
	// Chunk came from NewChunk; the frame's payload is its beginning.
	Chunk *[]byte
}

// HostData returns a frame that answers Read number id.
func HostData(job uint64, id uint32, last bool, payload []byte) *pluginv1.HostFrame {
	return &pluginv1.HostFrame{Job: job, Kind: &pluginv1.HostFrame_Data{Data: &pluginv1.Data{Id: id, Last: last, Payload: payload}}}
}

// PluginData returns a frame with the next bytes of a stream.
func PluginData(job uint64, stream uint32, last bool, payload []byte) *pluginv1.PluginFrame {
	return &pluginv1.PluginFrame{Job: job, Kind: &pluginv1.PluginFrame_Data{Data: &pluginv1.Data{Id: stream, Last: last, Payload: payload}}}
}
