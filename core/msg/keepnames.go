package msg

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// start takes the map of the file that x was read from, as it is if it is sound
// and has the first of list, then the names of list. Nothing may be written yet.
func (n *names) start(x *Extra, list []mapi.Name) error {
	n.take(x)
	if x != nil && x.mapping != nil {
		if err := n.restore(x.mapping, list); err != nil {
			return err
		}
	}
	for _, name := range list {
		if !name.IsZero() {
			n.id(name)
		}
	}
	return nil
}

// take finds the ids of properties without names in x and below.
func (n *names) take(x *Extra) {
	if x == nil {
		return
	}
	for _, id := range x.unnamed {
		if n.taken == nil {
			n.taken = make(map[uint16]bool)
		}
		n.taken[id] = true
	}
	n.take(x.message)
	for _, c := range x.recipients {
		n.take(c)
	}
	for _, c := range x.attachments {
		n.take(c)
	}
}

// restore takes the map in st as it stands, unless it breaks a rule or has
// other names than list.
func (n *names) restore(st *cfb.Storage, list []mapi.Name) error {
	old := names{taken: n.taken}
	for _, s := range []struct {
		name string
		to   *[]byte
		most int64
	}{{guidStream, &old.guid, maxGUIDBytes}, {nameEntries, &old.entries, maxEntryBytes}, {stringStream, &old.strings, maxStringBytes}} {
		from := st.Stream(s.name)
		if from == nil || from.Size() > s.most {
			return nil
		}
		var err error
		if *s.to, err = from.Bytes(s.most); err != nil {
			return ignoreDamage(err)
		}
	}
	for i := range old.buckets {
		from := st.Stream(bucketName(i))
		if from == nil {
			continue
		}
		var err error
		if old.buckets[i], err = from.Bytes(maxEntryBytes); err != nil {
			return ignoreDamage(err)
		}
	}
	if old.sound(list) {
		*n = old
	}
	return nil
}

func ignoreDamage(err error) error {
	if Damaged(err) {
		return nil
	}
	return err
}

// bucketName returns the name of the stream of a hash bucket.
func bucketName(i int) string { return valueName(mapi.NewTag(uint16(firstBucket+i), mapi.PtypBinary)) }

// sound reports whether the streams of n are a whole map that begins as list does,
// and fills in what else is known of it. Names that stand twice are all right.
func (n *names) sound(list []mapi.Name) bool {
	count := n.count()
	if len(n.guid)%16 != 0 || len(n.entries)%nameRecordSize != 0 || count > len(list) || count > maxNames {
		return false
	}
	n.ids, n.guids = make(map[mapi.Name]uint16, count), make(map[mapi.GUID]uint16, len(n.guid)/16)
	for i := range len(n.guid) / 16 {
		g := mapi.GUID(n.guid[16*i:])
		if _, twice := n.guids[g]; !twice {
			n.guids[g] = uint16(3+i) << 1
		}
	}
	var want [buckets][]byte
	for i := range count {
		record := n.entries[i*nameRecordSize:][:nameRecordSize]
		name, ok := mapEntry(record, n.guid, n.strings)
		at, kind, index := binary.LittleEndian.Uint32(record), binary.LittleEndian.Uint16(record[4:]), binary.LittleEndian.Uint16(record[6:])
		if !ok || name != list[i] || int(index) != i || kind>>1 == 0 || at%4 != 0 && kind&1 != 0 {
			return false
		}
		hash := at
		if kind&1 != 0 {
			hash = nameHash(n.strings[at+4:][:binary.LittleEndian.Uint32(n.strings[at:])])
		}
		b := &want[(hash^uint32(kind))%buckets]
		*b = appendRecord(*b, hash, kind, index)
		if name = foldName(name); n.ids[name] == 0 {
			n.ids[name] = firstNamed + index
		}
	}
	for i := range want {
		if !sameRecords(n.buckets[i], want[i]) {
			return false
		}
	}
	return true
}

// sameRecords reports whether two buckets hold the same records in any order;
// those of b are in the order of their indexes.
func sameRecords(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	records := slices.Collect(slices.Chunk(a, nameRecordSize))
	slices.SortFunc(records, func(x, y []byte) int {
		return int(binary.LittleEndian.Uint16(x[6:])) - int(binary.LittleEndian.Uint16(y[6:]))
	})
	for i, r := range records {
		if !bytes.Equal(r, b[i*nameRecordSize:][:nameRecordSize]) {
			return false
		}
	}
	return true
}
