package msg

import (
	"bufio"
	"fmt"
	"io"
	"slices"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
)

// verifyRules lists what Verify looks at beyond the rules of the compound file,
// in the order of the document.
var verifyRules = []cfb.Rule{
	{Code: "msg.unicode.flag", Section: "[MS-OXMSG] 2.1.1.1", Text: "a message with Unicode strings has STORE_UNICODE_OK in PidTagStoreSupportMask"},
	{Code: "msg.string.mixed", Section: "[MS-OXMSG] 2.1.3", Text: "strings are all Unicode or all 8-bit, as PidTagStoreSupportMask says"},
	{Code: "msg.value.missing", Section: "[MS-OXMSG] 2.1.3", Text: "a property of variable size has a stream of its name"},
	{Code: "msg.value.length", Section: "[MS-OXMSG] 2.1.3", Text: "a value is a whole number of units: 2 bytes for Unicode, 16 for a GUID, one element for a list"},
	{Code: "msg.value.unnamed", Section: "[MS-OXMSG] 2.1.3", Text: "a value stream belongs to an entry of the property stream"},
	{Code: "msg.list.lengths", Section: "[MS-OXMSG] 2.1.4.2.1", Text: "the length stream of a list has a whole entry for each element, with its size"},
	{Code: "msg.list.element", Section: "[MS-OXMSG] 2.1.4.2.2", Text: "each element of a list has a stream"},
	{Code: "msg.recipient.name", Section: "[MS-OXMSG] 2.2.1", Text: "a recipient is named after a number below the next recipient id, in 8 upper-case digits"},
	{Code: "msg.recipient.required", Section: "[MS-OXMSG] 2.2.1", Text: "a recipient has PidTagRecipientType and PidTagDisplayName"},
	{Code: "msg.attachment.name", Section: "[MS-OXMSG] 2.2.2", Text: "an attachment is named after a number below the next attachment id, in 8 upper-case digits"},
	{Code: "msg.attachment.required", Section: "[MS-OXMSG] 2.2.2", Text: "an attachment has PidTagAttachNumber and PidTagAttachMethod"},
	{Code: "msg.attachment.embedded", Section: "[MS-OXMSG] 2.2.2.1", Text: "an attachment that is a message has it in a storage"},
	{Code: "msg.names.storage", Section: "[MS-OXMSG] 2.2.3", Text: "there is a named property mapping storage, which has an entry for each id from 0x8000 on that is used"},
	{Code: "msg.names.streams", Section: "[MS-OXMSG] 2.2.3.1", Text: "the named property map has its three streams, in whole entries"},
	{Code: "msg.names.index", Section: "[MS-OXMSG] 2.2.3.1.2", Text: "entries of the named property map are numbered in order and at most 32767"},
	{Code: "msg.names.set", Section: "[MS-OXMSG] 2.2.3.1.2", Text: "an entry of the named property map names a property set that is there"},
	{Code: "msg.names.string", Section: "[MS-OXMSG] 2.2.3.1.3", Text: "a string name stands inside the string stream, at a multiple of 4"},
	{Code: "msg.names.hash", Section: "[MS-OXMSG] 2.2.3.2", Text: "each entry of the named property map is in the hash bucket for its name, and nothing else is"},
	{Code: "msg.properties.missing", Section: "[MS-OXMSG] 2.4", Text: "an object has a property stream"},
	{Code: "msg.properties.size", Section: "[MS-OXMSG] 2.4", Text: "a property stream is a header and whole entries of 16 bytes"},
	{Code: "msg.property.once", Section: "[MS-OXMSG] 2.4", Text: "an object has one entry for a property"},
	{Code: "msg.count", Section: "[MS-OXMSG] 2.4.1", Text: "the header of a message counts its recipients and attachments"},
	{Code: "msg.property.size", Section: "[MS-OXMSG] 2.4.2.2", Text: "the size in an entry is that of the stream, plus the terminator of a string"},
	{Code: "msg.property.type", Section: "[MS-OXCDATA] 2.11.1", Text: "the type of a property is one that can be stored"},
	{Code: "msg.message.class", Section: "[MS-OXCMSG] 2.2.1.3", Text: "a message has PidTagMessageClass"},
	{Code: "msg.faults.more", Section: "[MS-OXMSG] 2", Text: "there are more faults than are listed"},
}

// VerifyRules returns the rules that [Verify] checks, those of package cfb
// first. The slice is the caller's.
func VerifyRules() []cfb.Rule { return append(cfb.VerifyRules(), verifyRules...) }

// maxFaults bounds the list of faults beyond those of the compound file; the
// last one says so.
const maxFaults = 256

// Verify checks the .msg file in the first size bytes of r against [MS-CFB] and
// [MS-OXMSG], rule by rule, and lists what it breaks. It forgives nothing,
// unlike [Open], which opens a file without a fault and has nothing to repair.
// What is inside of values is not looked at, nor is an OLE object.
//
// Time and memory are linear in size: less than 4 times size and 1 MiB are
// allocated. The error is that of r.
func Verify(r io.ReaderAt, size int64) ([]cfb.Fault, error) {
	root, faults, err := cfb.VerifyTree(r, size)
	if err != nil || !root.Valid() {
		return faults, err
	}
	v := &verifier{}
	v.nameMap(root)
	v.queue = []part{{root, rootObject}}
	for len(v.queue) > 0 && v.err == nil && !v.full() {
		p := v.queue[len(v.queue)-1]
		v.queue = v.queue[:len(v.queue)-1]
		v.object(&object{item: p.item, kind: p.kind})
	}
	return append(faults, v.faults...), v.err
}

// verifier is one run of Verify.
type verifier struct {
	faults  []cfb.Fault
	queue   []part           // still to be checked
	seen    indexSet         // property ids of the object at hand
	unicode bool             // the file is said to have Unicode strings alone
	names   int              // entries in the named property map, -1 if there is none
	stream  bufio.Reader     // over the property stream at hand, or a bucket
	record  [rootHeader]byte // read from stream
	lengths bufio.Reader     // over the length stream at hand
	length  [8]byte          // read from lengths
	err     error            // of the reader; ends the run
}

// objectKind is what an object is. The zero value is unset.
type objectKind uint8

const (
	rootObject objectKind = iota + 1
	embeddedObject
	recipientObject
	attachmentObject
)

// headers are the bytes before the entries of a property stream.
var headers = map[objectKind]int64{
	rootObject: rootHeader, embeddedObject: embeddedHeader, recipientObject: childHeader, attachmentObject: childHeader,
}

// isMessage reports whether an object has recipients and attachments.
func (k objectKind) isMessage() bool { return k == rootObject || k == embeddedObject }

// fault records that a rule is broken at an item.
func (v *verifier) fault(rule string, at cfb.Item, format string, args ...any) {
	switch {
	case v.full():
		return
	case len(v.faults) == maxFaults-1:
		rule, format, args = "msg.faults.more", "there are more faults, not listed", nil
	}
	i := slices.IndexFunc(verifyRules, func(r cfb.Rule) bool { return r.Code == rule })
	if i < 0 {
		panic("msg: no rule " + rule)
	}
	v.faults = append(v.faults, cfb.Fault{
		Rule: rule, Section: verifyRules[i].Section, Path: at.Path(), Offset: at.Offset(), Detail: fmt.Sprintf(format, args...),
	})
}

// full reports whether no more faults are recorded.
func (v *verifier) full() bool { return len(v.faults) >= maxFaults }

// read fills p from r. It is false at the end of r, which the caller does not
// let come inside p, and when r fails, which v.err keeps.
func (v *verifier) read(r io.Reader, p []byte) bool {
	_, err := io.ReadFull(r, p)
	if err != nil && err != io.EOF && v.err == nil {
		v.err = err
	}
	return err == nil
}

// all returns the contents of a stream, nil if it has a broken chain.
func (v *verifier) all(s cfb.Item) []byte {
	if !s.Valid() || !s.Whole() {
		return nil
	}
	b := make([]byte, s.Size())
	if len(b) > 0 && !v.read(s.Open(), b) {
		return nil
	}
	return b
}

// child returns the child of that name, upper and lower case being the same.
func child(st cfb.Item, name string) (found cfb.Item) {
	for c := range st.Children() {
		if c.Is(name) {
			return c
		}
	}
	return found
}

// indexSet is a set of 16-bit numbers: property ids, or entries of a table.
type indexSet [1 << 16 / 64]uint64

// add puts id into the set and reports whether it was not there.
func (s *indexSet) add(id uint16) bool {
	if s.has(id) {
		return false
	}
	s[id/64] |= 1 << (id % 64)
	return true
}

// has reports whether id is in the set.
func (s *indexSet) has(id uint16) bool { return s[id/64]&(1<<(id%64)) != 0 }
