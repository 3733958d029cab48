package msg

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

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

// namesSlack is how many bytes longer than the string stream all names together
// may be: entries may share a name, but not multiply the file.
const namesSlack = 64 << 10

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
	room := len(strings)*3/2 + namesSlack // bytes of UTF-8 that all names together may have
	for i := range f.names {
		f.names[i], _ = mapEntry(entries[8*i:], guids, strings)
		if room -= len(f.names[i].Text); room < 0 {
			f.notes.Add(problem.Problem{Code: "msg.object.damaged", Severity: problem.Info, Part: st.Path(),
				Detail: fmt.Sprintf("names of properties overlap in the string stream ([MS-OXMSG] 2.2.3.1.3); those from 0x%X on were not read", firstNamed+i)})
			break
		}
	}
	f.findTwins()
	return nil
}

// findTwins finds the ids that have one name.
func (f *File) findTwins() {
	if !f.mayHaveTwins() {
		return
	}
	seed := maphash.MakeSeed()
	list := make([]hashed, 0, len(f.names))
	for i, n := range f.names {
		if !n.IsZero() {
			list = append(list, hashed{maphash.Comparable(seed, foldName(n)), uint16(firstNamed + i)})
		}
	}
	slices.SortFunc(list, func(a, b hashed) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.id, b.id)) })
	for i := 1; i < len(list); i++ {
		one, id := list[i-1], list[i].id
		if one.hash != list[i].hash || foldName(f.name(one.id)) != foldName(f.name(id)) {
			continue
		}
		if f.twins == nil {
			f.twins = make(map[uint16]uint16)
		}
		if first, known := f.twins[one.id]; known {
			one.id = first
		}
		f.twins[one.id], f.twins[id] = one.id, one.id
	}
}

// A hashed is an id with the hash of its name.
type hashed struct {
	hash uint64
	id   uint16
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
	if n < len(b) && !Damaged(err) {
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

// foldName returns the form of a name under which it is looked up.
func foldName(n mapi.Name) mapi.Name {
	if n.Text != "" {
		n.ID = 0
	}
	if n.Set == mapi.PSInternetHeaders {
		n.Text = lowerASCII(n.Text)
	}
	return n
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}
