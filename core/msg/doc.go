// Package msg reads and writes .msg files, the layout that [MS-OXMSG] gives a
// message in a compound file.
//
// Every object of a message is a storage: the message itself, each recipient,
// each attachment, and each message attached to it. Values of fixed size stand
// in the property stream of the object, "__properties_version1.0"; every other
// value has a stream of its own next to it, named after its tag. The names of
// named properties are kept once for the whole file, in the root.
//
// Reading: [Open] reads the directory and the names, [File.Message] the tree.
// Real files break the rules in many ways; what can be understood is read, and
// what is left out is reported as a problem. Strings come out as PtypString
// whatever the file holds. What the tree has no place for goes from file to file in
// an [Extra]: entries of unknown types, ids without names, the bytes of strings, the
// named property map, streams of other programs. With it, and with Lossless and the
// [File.CodePage] of an ANSI file, writing a tree that was read changes nothing but
// what breaks rules; reserved bytes become 0.
//
// Verifying: [Verify] lists every rule that a file breaks, and forgives nothing.
//
// Writing: [Write] writes Unicode files, or ANSI ones in a code page, in one
// pass. The bytes depend on the tree and the options alone.
//
// # Problem codes
//
//	cfb.repaired           the compound file was damaged and has been repaired
//	msg.limit              a limit of ReadOptions, of the memory for a file of that size or
//	                       of the format left something out
//	msg.object.damaged     an object could not be read or written in full
//	msg.property.damaged   a value is cut short, unreadable or without its stream
//	msg.property.duplicate an object has two values of one property
//	msg.property.type      a property type is unknown, or a value does not match it;
//	                       an Extra keeps what is unknown
//	msg.property.unnamed   a named property without a name, or one without an id
//	msg.string.codepage    a string has bytes that its code page does not define,
//	                       or characters that the code page of the file lacks
//	msg.attachment.data    an attachment lacks the data its method promises
package msg

// Names of storages and streams ([MS-OXMSG] 2.1.3, 2.2, 2.4).
const (
	propertyStream   = "__properties_version1.0"
	nameStorage      = "__nameid_version1.0"
	valuePrefix      = "__substg1.0_"
	recipientPrefix  = "__recip_version1.0_#"
	attachmentPrefix = "__attach_version1.0_#"
)

// Bytes before the entries of a property stream ([MS-OXMSG] 2.4.1).
const (
	rootHeader     = 32
	embeddedHeader = 24
	childHeader    = 8
	entrySize      = 16
)

// firstNamed is the lowest id of a named property ([MS-OXMSG] 2.2.3).
const firstNamed = 0x8000

// maxNames is the number of ids there are for named properties: 0x8000 to
// 0xFFFE.
const maxNames = 0x7FFF

// maxNameBytes is the longest name of a named property that is read or
// written, in bytes of UTF-16.
const maxNameBytes = 4096
