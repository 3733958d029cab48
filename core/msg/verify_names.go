package msg

import (
	"encoding/binary"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// nameRecordSize is the length of an entry of the map and of its buckets, in
// bytes.
const nameRecordSize = 8

// nameMap checks the named property map ([MS-OXMSG] 2.2.3).
func (v *verifier) nameMap(root cfb.Item) {
	v.names = -1
	st := child(root, nameStorage)
	if !st.Valid() || !st.IsStorage() {
		v.fault("msg.names.storage", root, "no named property mapping storage")
		return
	}
	var streams [3]cfb.Item
	for i, name := range []string{guidStream, nameEntries, stringStream} {
		streams[i] = child(st, name)
		if !streams[i].Valid() || streams[i].IsStorage() {
			v.fault("msg.names.streams", st, "no stream %s", name)
			return
		}
		if unit := []int64{16, nameRecordSize, 1}[i]; streams[i].Size()%unit != 0 {
			v.fault("msg.names.streams", streams[i], "%d bytes in entries of %d", streams[i].Size(), unit)
		}
	}
	m := &nameTable{v: v, at: streams[1], strings: streams[2], sets: int(min(streams[0].Size()/16, 1<<15))}
	m.entries, m.text = v.all(streams[1]), v.all(streams[2])
	v.names = len(m.entries) / nameRecordSize
	if v.names > maxNames {
		v.fault("msg.names.index", streams[1], "%d entries", v.names)
		m.entries = m.entries[:maxNames*nameRecordSize]
	}
	m.check()
	m.buckets(st)
}

// nameTable is the named property map while it is being checked.
type nameTable struct {
	v           *verifier
	at, strings cfb.Item // the entry stream and the string stream
	sets        int      // property sets in the GUID stream
	entries     []byte
	text        []byte   // the string stream
	bad         indexSet // entries whose names make no sense
	hashed      indexSet // entries that are in a bucket
}

// count returns the number of entries.
func (m *nameTable) count() int { return len(m.entries) / nameRecordSize }

// record returns an entry: LID or offset, kind, and index.
func (m *nameTable) record(i int) (id uint32, kind, index uint16) {
	b := m.entries[i*nameRecordSize:]
	return binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint16(b[4:]), binary.LittleEndian.Uint16(b[6:])
}

// check checks the entries ([MS-OXMSG] 2.2.3.1.2, 2.2.3.1.3).
func (m *nameTable) check() {
	for i := range m.count() {
		if m.v.full() {
			return
		}
		at, kind, index := m.record(i)
		if int(index) != i {
			m.v.fault("msg.names.index", m.at, "entry %d has index %d", i, index)
			m.bad.add(uint16(i))
		}
		if set := int(kind >> 1); set == 0 || set-3 >= m.sets {
			m.v.fault("msg.names.set", m.at, "entry %d has property set %d of %d", i, set, m.sets)
			m.bad.add(uint16(i))
		}
		if kind&1 != 0 && m.name(at) == nil {
			m.v.fault("msg.names.string", m.strings, "entry %d has its name at %d of %d bytes", i, at, len(m.text))
			m.bad.add(uint16(i))
		}
	}
}

// name returns the name at an offset of the string stream, nil if there is
// none ([MS-OXMSG] 2.2.3.1.3).
func (m *nameTable) name(at uint32) []byte {
	if at%4 != 0 || int64(at)+4 > int64(len(m.text)) {
		return nil
	}
	n := int64(binary.LittleEndian.Uint32(m.text[at:]))
	if n == 0 || n%2 != 0 || n > maxNameBytes || int64(at)+4+n > int64(len(m.text)) {
		return nil
	}
	return m.text[at+4:][:n]
}

// buckets checks that each entry is in the bucket for its name, and that the
// buckets hold nothing else ([MS-OXMSG] 2.2.3.2).
func (m *nameTable) buckets(st cfb.Item) {
	for c := range st.Children() {
		if m.v.full() {
			return
		}
		tag, _, elem, ok := parseValueName(c.Name())
		if n := int(tag.ID()) - firstBucket; ok && !elem && !c.IsStorage() && tag.Type() == mapi.PtypBinary && n >= 0 && n < buckets {
			m.bucket(c, uint32(n))
		}
	}
	for i := range m.count() {
		if !m.hashed.has(uint16(i)) && !m.bad.has(uint16(i)) {
			m.v.fault("msg.names.hash", m.at, "entry %d is in no bucket", i)
		}
	}
}

// bucket checks the records of one bucket ([MS-OXMSG] 2.2.3.2.4).
func (m *nameTable) bucket(s cfb.Item, number uint32) {
	if s.Size()%nameRecordSize != 0 {
		m.v.fault("msg.names.hash", s, "%d bytes in records of %d", s.Size(), nameRecordSize)
	}
	r, b := &m.v.stream, m.v.record[:nameRecordSize]
	r.Reset(s.Open())
	for i := range s.Size() / nameRecordSize {
		if m.v.full() || !m.v.read(r, b) {
			return
		}
		id, kind, index := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint16(b[4:]), int(binary.LittleEndian.Uint16(b[6:]))
		if index >= m.count() {
			m.v.fault("msg.names.hash", s, "record %d is for entry %d of %d", i, index, m.count())
			continue
		}
		if !m.hashed.add(uint16(index)) {
			m.v.fault("msg.names.hash", s, "record %d is another for entry %d", i, index)
			continue
		}
		hash, want, _ := m.record(index)
		if name := m.name(hash); want&1 != 0 && name != nil {
			hash = nameHash(name)
		}
		if id != hash || kind != want || (hash^uint32(want))%buckets != number {
			m.v.fault("msg.names.hash", s, "record %d does not belong to entry %d", i, index)
		}
	}
}
