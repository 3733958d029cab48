package mailbox

import "slices"

// Quoted returns the offsets in the message of each ">" that is not part of it,
// in order. With Offset and Length they say where the message lies; see
// [Restore].
func (m Message) Quoted() []int64 { return slices.Clone(m.quoted) }

// Restore returns a message that Split has found, by where it lies.
func Restore(offset, length int64, quoted []int64) Message {
	return Message{Offset: offset, Length: length, quoted: quoted}
}
