package msg

import (
	"encoding/binary"
	"fmt"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// Streams of the named property map ([MS-OXMSG] 2.2.3.1).
const (
	guidStream   = "__substg1.0_00020102"
	nameEntries  = "__substg1.0_00030102"
	stringStream = "__substg1.0_00040102"
)

// Limits on the streams of the map, in bytes: a map that uses every id fits.
const (
	maxGUIDBytes   = maxNames * 16
	maxEntryBytes  = maxNames * 8
	maxStringBytes = maxNames * 512
)

// readNames reads the named property map ([MS-OXMSG] 2.2.3) from its entry
// stream alone: the buckets say the same the other way round.
func (f *File) readNames() error {
	st := f.cfb.Root().Storage(nameStorage)
	if st == nil {
		return nil
	}
	guids, err := f.mapStream(st, guidStream, maxGUIDBytes)
	if err != nil {
		return err
	}
	entries, err := f.mapStream(st, nameEntries, maxEntryBytes)
	if err != nil {
		return err
	}
	strings, err := f.mapStream(st, stringStream, maxStringBytes)
	if err != nil {
		return err
	}
	f.names = make([]mapi.Name, len(entries)/8)
	for i := range f.names {
		f.names[i], _ = mapEntry(entries[8*i:], guids, strings)
	}
	f.findTwins()
	return nil
}

// findTwins finds the ids that have one name.
func (f *File) findTwins() {
	if !f.mayHaveTwins() {
		return
	}
	first := make(map[mapi.Name]uint16, len(f.names))
	for i, n := range f.names {
		if n.IsZero() {
			continue
		}
		key, id := foldName(n), uint16(firstNamed+i)
		one, twin := first[key]
		if !twin {
			first[key] = id
			continue
		}
		if f.twins == nil {
			f.twins = make(map[uint16]uint16)
		}
		f.twins[one], f.twins[id] = one, one
	}
}

// mayHaveTwins reports whether two names have the same hash, which is rare.
func (f *File) mayHaveTwins() bool {
	var seen [64]uint64
	for _, n := range f.names {
		if n.IsZero() {
			continue
		}
		hash := n.ID + uint32(n.Set[0]) + uint32(n.Set[1])<<8
		if n.Text != "" {
			hash = uint32(len(n.Text))
		}
		for i := range len(n.Text) {
			hash = (hash ^ uint32(n.Text[i]|0x20)) * 16777619 // without regard to case
		}
		hash = hash * 2654435761 >> 20
		if seen[hash/64]&(1<<(hash%64)) != 0 {
			return true
		}
		seen[hash/64] |= 1 << (hash % 64)
	}
	return false
}

// mapStream returns the start of a stream of the map, nil if there is none.
func (f *File) mapStream(st *cfb.Storage, name string, limit int64) ([]byte, error) {
	s := st.Stream(name)
	if s == nil {
		return nil, nil
	}
	b := make([]byte, min(s.Size(), limit))
	if len(b) == 0 {
		return nil, nil
	}
	n, err := s.ReadAt(b, 0)
	if n < len(b) && !damage(err) {
		return nil, err
	}
	if n < len(b) || s.Size() > limit {
		f.notes.Add(problem.Problem{Code: "msg.object.damaged", Severity: problem.Info, Part: s.Path(),
			Detail: fmt.Sprintf("only the first %d bytes of the named property map were read", n)})
	}
	return b[:n], nil
}

// mapEntry reads one record of the entry stream ([MS-OXMSG] 2.2.3.1.2).
func mapEntry(b, guids, strings []byte) (name mapi.Name, ok bool) {
	at, kind := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint16(b[4:])
	switch g := int(kind >> 1); g {
	case 0, 1: // QUIRK: 0 is never valid, some writers mean PS_MAPI by it.
		name.Set = mapi.PSMAPI
	case 2:
		name.Set = mapi.PSPublicStrings
	default:
		g = 16 * (g - 3)
		if g+16 > len(guids) {
			return mapi.Name{}, false
		}
		name.Set = mapi.GUID(guids[g : g+16])
	}
	if kind&1 == 0 {
		name.ID = at
		return name, true
	}
	if int64(at)+4 > int64(len(strings)) {
		return mapi.Name{}, false
	}
	strings = strings[at:]
	n := int64(binary.LittleEndian.Uint32(strings))
	if n == 0 || n > maxNameBytes || 4+n > int64(len(strings)) {
		return mapi.Name{}, false
	}
	name.Text = trimText(codepage.DecodeUTF16(strings[4 : 4+n]))
	if name.Text == "" {
		return mapi.Name{}, false
	}
	return name, true
}

// name returns the name of a property id, the zero Name if it has none.
func (f *File) name(id uint16) mapi.Name {
	if i := int(id) - firstNamed; i >= 0 && i < len(f.names) {
		return f.names[i]
	}
	return mapi.Name{}
}
