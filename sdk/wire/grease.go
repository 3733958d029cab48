package wire

import (
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// Grease is what a later version of the protocol may send: a feature that nobody
// has, and fields, kinds of objects and of options that nobody knows. Both ends
// send some of it always, so that no plugin and no host comes into the world that
// stumbles over it.
const (
	// GreaseFeature is the name of a feature that there never is.
	GreaseFeature = "x-grease-a41f"
	// GreaseNumber is the number of a field, and the value of an enum, that there
	// never is.
	GreaseNumber = 16382
)

// greaseField is the field that nobody knows. Messages share it, and it has no room
// for what one of them may append.
var greaseField = slices.Clip(protowire.AppendString(protowire.AppendTag(nil, GreaseNumber, protowire.BytesType), GreaseFeature))

// Grease puts a field into m that nobody knows, and returns m.
func Grease[M proto.Message](m M) M {
	m.ProtoReflect().SetUnknown(greaseField)
	return m
}

// GreaseObjects appends an object of a kind that nobody knows to the chunks that
// Flatten has returned. The other end drops it.
func GreaseObjects(chunks [][]*pluginv1.Object) {
	last := &chunks[len(chunks)-1]
	if len(*last) == 0 {
		return
	}
	id := (*last)[len(*last)-1].GetId()
	if id >= MaxObjects {
		return
	}
	*last = append(*last, &pluginv1.Object{Id: id + 1, Parent: 1, Kind: GreaseNumber})
}
