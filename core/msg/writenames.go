package msg

import (
	"encoding/binary"
	"hash/crc32"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// names is the named property map of a file in the making: an id for each
// name, from 0x8000 upward in the order of first use.
type names struct {
	ids     map[mapi.Name]uint16
	taken   map[uint16]bool      // ids of properties without names, which no name may get
	guids   map[mapi.GUID]uint16 // index and kind, for kind 0
	guid    []byte               // the GUID stream
	entries []byte               // the entry stream
	strings []byte               // the string stream
	buckets [buckets][]byte
}

// buckets is the number of hash buckets; bucket i is the stream with the id
// firstBucket+i ([MS-OXMSG] 2.2.3.2).
const (
	buckets     = 31
	firstBucket = 0x1000
)

// id returns the id of a name, 0 if there is no room for another or the name
// cannot be stored.
func (n *names) id(name mapi.Name) uint16 {
	textual := name.Text != ""
	if !utf8.ValidString(name.Text) {
		name.Text = string([]rune(name.Text))
	}
	name.Text = trimText(name.Text) // as it will be read
	name = foldName(name)
	if id, ok := n.ids[name]; ok {
		return id
	}
	text := codepage.EncodeUTF16(name.Text)
	if len(text) > maxNameBytes || len(n.strings)+len(text)+8 > maxStringBytes || (textual && len(text) == 0) {
		return 0
	}
	for n.taken[firstNamed+uint16(n.count())] {
		n.hole()
	}
	if n.count() >= maxNames {
		return 0
	}
	kind, ok := n.set(name.Set)
	if !ok {
		return 0
	}
	if n.ids == nil {
		n.ids = make(map[mapi.Name]uint16)
	}
	index := uint16(n.count())
	n.ids[name] = firstNamed + index
	record, hash := name.ID, name.ID
	if textual {
		kind |= 1
		n.strings = pad(n.strings) // a map that was read need not be
		record, hash = uint32(len(n.strings)), nameHash(text)
		n.strings = binary.LittleEndian.AppendUint32(n.strings, uint32(len(text)))
		n.strings = append(n.strings, text...)
		n.strings = pad(n.strings)
	}
	n.entries = appendRecord(n.entries, record, kind, index)
	b := &n.buckets[(hash^uint32(kind))%buckets]
	*b = appendRecord(*b, hash, kind, index)
	return firstNamed + index
}

// pad fills the string stream up to a multiple of 4 bytes ([MS-OXMSG]
// 2.2.3.1.3).
func pad(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }

// count returns how many ids are given out or left without a name.
func (n *names) count() int { return len(n.entries) / nameRecordSize }

// hole leaves the next id without a name: its record is one of a string that is
// nowhere.
func (n *names) hole() {
	const nowhere, stringInMAPI = 0xFFFFFFFF, 1<<1 | 1
	n.entries = appendRecord(n.entries, nowhere, stringInMAPI, uint16(n.count()))
}

// name returns the name of an id that was given out, else the zero Name.
func (n *names) name(id uint16) mapi.Name {
	for name, other := range n.ids {
		if other == id {
			return name
		}
	}
	return mapi.Name{}
}

// appendRecord appends a record of the entry stream or of a bucket, which
// differ in what they have for a text ([MS-OXMSG] 2.2.3.1.2, 2.2.3.2.2).
func appendRecord(b []byte, id uint32, kind, index uint16) []byte {
	b = binary.LittleEndian.AppendUint32(b, id)
	b = binary.LittleEndian.AppendUint16(b, kind)
	return binary.LittleEndian.AppendUint16(b, index)
}

// set returns the index of a property set, shifted to its place beside the
// kind. Two sets have an index of their own ([MS-OXMSG] 2.2.3.1.2).
func (n *names) set(g mapi.GUID) (uint16, bool) {
	switch g {
	case mapi.PSMAPI:
		return 1 << 1, true
	case mapi.PSPublicStrings:
		return 2 << 1, true
	}
	if i, ok := n.guids[g]; ok {
		return i, true
	}
	i := 3 + len(n.guid)/16
	if i > 0x7FFF {
		return 0, false
	}
	if n.guids == nil {
		n.guids = make(map[mapi.GUID]uint16)
	}
	n.guid = append(n.guid, g[:]...)
	n.guids[g] = uint16(i) << 1
	return uint16(i) << 1, true
}

// nameHash is the CRC of [MS-OXMSG] 2.2.3.2.2: the usual polynomial, but
// starting at 0 and not inverted at the end.
func nameHash(text []byte) uint32 {
	return ^crc32.Update(0xFFFFFFFF, crc32.IEEETable, text)
}

// writeNames writes the named property map, which every file has.
func (w *writer) writeNames(root *cfb.StorageWriter) error {
	st, err := root.CreateStorage(nameStorage)
	if err != nil {
		return err
	}
	n := &w.names
	for _, s := range []struct {
		name string
		data []byte
	}{{guidStream, n.guid}, {nameEntries, n.entries}, {stringStream, n.strings}} {
		if err := w.stream(st, s.name, s.data); err != nil {
			return err
		}
	}
	for i, b := range n.buckets {
		if len(b) == 0 {
			continue
		}
		if err := w.stream(st, bucketName(i), b); err != nil {
			return err
		}
	}
	return nil
}
