// Package wire is what both ends of the connection between the oxbridge host
// and a plugin process have in common: the constants of the protocol, the
// conversion between messages and their form on the wire, and the codec that
// keeps payloads from being copied.
//
// Authors of plugins do not need it; package sdk hides it. It is public because
// the host uses it too, and because it documents by example what a plugin in
// another language has to do. The protocol itself is specified in
// sdk/proto/oxbridge/plugin/v1/plugin.proto.
//
// [Flatten] and [Builder.Add] are by way of the structures that protobuf
// generates. [Encode] with [Encoded], and [Received] with [Builder.AddEncoded], do
// the same without them, and faster.
//
// Whatever comes from the other end is hostile: [PropFromProto], [Builder] and
// [Codec] check it before anything is allocated for it, and fail with errors
// that wrap [ErrValue], [ErrObjects] or [ErrTooLarge].
package wire

import "errors"

// How the host starts a plugin.
const (
	// CookieKey and CookieValue are the environment variable that tells a
	// program that it was started as a plugin. They are no secret.
	CookieKey   = "OXBRIDGE_PLUGIN"
	CookieValue = "9b1dd3a4-message-session"
	// ProtocolVersion is the major version of the wire.
	ProtocolVersion = 1
	// PluginName is the name under which go-plugin knows the one service.
	PluginName = "converter"
)

// The names of the optional parts of the protocol.
const (
	// FeatureTransform means that the plugin changes messages.
	FeatureTransform = "transform"
	// FeatureProbe means that the plugin tells its files from others.
	FeatureProbe = "probe"
)

// The limits of the protocol, in bytes unless they say otherwise.
const (
	// MaxFrame is the longest frame.
	MaxFrame = 4 << 20
	// ChunkSize is the longest payload of a Data frame, and the most that a
	// Read may ask for.
	ChunkSize = 256 << 10
	// InlineLimit is the longest string or binary value that travels inside
	// its object. Longer ones stay where they are until they are asked for.
	InlineLimit = 64 << 10
	// InlineData is the same for PidTagAttachDataBinary that a plugin gets: hardly
	// anybody looks at it who has it placed.
	InlineData = 8 << 10
	// HeadLimit is the most bytes of an input that come with Begin.
	HeadLimit = 256 << 10
	// FrameObjects is about how many bytes of objects go into one frame.
	FrameObjects = 1 << 20
	// MaxProp is the longest property on the wire, whatever its type.
	MaxProp = 3 << 20
	// Window is the flow control window of a stream and of the connection.
	Window = 4 << 20

	// MaxObjects is the number of objects in a message.
	MaxObjects = 1_000_000
	// MaxDepth is how deep messages may be embedded in messages; the outermost
	// counts as 1.
	MaxDepth = 128
	// MaxPatterns and MaxPattern bound the patterns of a Find: how many, and
	// the bytes of each.
	MaxPatterns = 512
	MaxPattern  = 4 << 10
	// MaxOutstanding is the number of Reads that one reader keeps in flight.
	MaxOutstanding = 4
)

// What is wrong with something received, or with something that cannot be sent.
var (
	// ErrValue means that a property does not hold a value of its type.
	ErrValue = errors.New("wire: bad property value")
	// ErrObjects means that objects do not form a message.
	ErrObjects = errors.New("wire: bad object tree")
	// ErrTooLarge means that a limit of the protocol is exceeded.
	ErrTooLarge = errors.New("wire: limit exceeded")
)
