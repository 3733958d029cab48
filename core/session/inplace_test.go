package session

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// plainSession is a session that does not ask for Unicode.
func plainSession(t *testing.T) *Session {
	t.Helper()
	s := must(Open(NewAllocator(64<<20), 0))
	t.Cleanup(s.Close)
	return s
}

// setImportance changes PidTagImportance of a message in place and returns the
// new file.
func setImportance(t *testing.T, b []byte, said *problem.List) ([]byte, error) {
	t.Helper()
	st := NewMemory(b)
	m, err := plainSession(t).OpenMessage(st, 0, said.Add, nil)
	if err != nil {
		return nil, err
	}
	p, err := m.SetProps(one(proptag.Importance, int32(2)))
	if err := errors.Join(err, m.SaveChanges()); err != nil || p != nil {
		t.Fatal(err, p)
	}
	return st.Bytes(), nil
}

// TestCorpusInPlace changes one property of every public sample and commits it
// in place. Of a file that breaks no rule every other stream, and every other
// entry of a property stream, is what it was. What changes in others is logged.
func TestCorpusInPlace(t *testing.T) {
	t.Parallel()
	var right, faulty, same int
	for _, path := range corpus(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			b := must(os.ReadFile(path))
			var said problem.List
			now, err := setImportance(t, b, &said)
			if err != nil {
				t.Skip(err)
			}
			diff := fileDiff(streams(t, b), streams(t, now))
			if faults := must(msg.Verify(bytes.NewReader(b), int64(len(b)))); len(faults) == 0 {
				right++
				for _, d := range diff {
					t.Error(d)
				}
				return
			}
			faulty++
			if len(diff) == 0 {
				same++
			}
			for _, d := range diff {
				t.Log(d)
			}
		})
	}
	t.Logf("%d files without fault and %d others, of which %d are as they were", right, faulty, same)
}

// fileDiff lists what of the streams of a file has changed, beside
// PidTagImportance.
func fileDiff(old, now map[string]string) (diff []string) {
	for name, was := range old {
		is, ok := now[name]
		switch {
		case strings.HasSuffix(name, "__properties_version1.0"):
			diff = append(diff, entryDiff(name, was, is)...)
		case !ok:
			diff = append(diff, name+" is gone")
		case was != is:
			diff = append(diff, fmt.Sprintf("%s: %.40q became %.40q", name, was, is))
		}
	}
	for name := range now {
		if _, ok := old[name]; !ok {
			diff = append(diff, name+" is new")
		}
	}
	return diff
}

// entryDiff lists the entries of a property stream that are gone or have
// changed. Bytes that are reserved do not count: a writer must set them to 0
// ([MS-OXMSG] 2.4.2.1.1, 2.4.2.2).
func entryDiff(name, old, now string) (diff []string) {
	header := 8
	if name == "/__properties_version1.0" {
		header = 32
	} else if strings.HasSuffix(name, "__substg1.0_3701000D/__properties_version1.0") {
		header = 24
	}
	was, is := entriesOf(old, header), entriesOf(now, header)
	for tag, e := range was {
		if n := is[tag]; n != e && tag != proptag.Importance {
			diff = append(diff, fmt.Sprintf("%s: %v was %x, is %x", name, tag, e, n))
		}
	}
	for tag, e := range is {
		if _, ok := was[tag]; !ok && tag != proptag.Importance {
			diff = append(diff, fmt.Sprintf("%s: %v is new, %x", name, tag, e))
		}
	}
	return diff
}

// entriesOf returns the entries of a property stream by tag, without what is
// reserved.
func entriesOf(s string, header int) map[mapi.Tag]string {
	list := make(map[mapi.Tag]string)
	for b := []byte(s[min(header, len(s)):]); len(b) >= 16; b = b[16:] {
		tag := mapi.Tag(binary.LittleEndian.Uint32(b))
		used := 16
		switch t := tag.Type(); {
		case t == mapi.PtypBoolean:
			used = 8 + 2
		case !t.Known() || t == mapi.PtypNull:
		case t == mapi.PtypObject:
			used = 8 + 5
		case t.Multiple() || t.Size() == 0 || t == mapi.PtypGuid:
			used = 8 + 4
		default:
			used = 8 + t.Size()
		}
		if _, twice := list[tag]; !twice {
			list[tag] = string(b[:used])
		}
	}
	return list
}

// keptRows are things in a file that a message tree has no place for.
var keptRows = []struct {
	name    string
	streams map[string]string // in the root storage
	entries [][2]any          // tag, and the 8 bytes of the value
}{
	{"an unknown type", nil, [][2]any{{mapi.Tag(0x66010099), "\x01\x02\x03\x04\x05\x06\x07\x08"}}},
	{"an unknown type with a stream", map[string]string{"__substg1.0_66020098": "what is it"}, [][2]any{{mapi.Tag(0x66020098), "\x0a\x00\x00\x00\x00\x00\x00\x00"}}},
	{"PtypNull", nil, [][2]any{{mapi.Tag(0x66030001), "\x00\x00\x00\x00\x00\x00\x00\x09"}}},
	{"a fixed value with an id that has no name", nil, [][2]any{{mapi.Tag(0x80010003), "\x05\x00\x00\x00\x00\x00\x00\x00"}}},
	{"a string with an id that has no name", map[string]string{"__substg1.0_8004001F": "x\x00"}, [][2]any{{mapi.Tag(0x8004001F), "\x04\x00\x00\x00\x00\x00\x00\x00"}}},
	{"the mark of the prefix", map[string]string{"__substg1.0_0037001F": "\x01\x00\x04\x00R\x00E\x00:\x00 \x00x\x00"}, [][2]any{{proptag.Subject, "\x10\x00\x00\x00\x00\x00\x00\x00"}}},
	{"half a surrogate pair", map[string]string{"__substg1.0_6604001F": "a\x00\x3d\xd8"}, [][2]any{{mapi.Tag(0x6604001F), "\x06\x00\x00\x00\x00\x00\x00\x00"}}},
	{"a terminator", map[string]string{"__substg1.0_6605001F": "a\x00\x00\x00"}, [][2]any{{mapi.Tag(0x6605001F), "\x06\x00\x00\x00\x00\x00\x00\x00"}}},
	{"strings without terminators", map[string]string{
		"__substg1.0_6606101F": "\x02\x00\x00\x00\x04\x00\x00\x00", "__substg1.0_6606101F-00000000": "a\x00", "__substg1.0_6606101F-00000001": "b\x00\x00\x00",
	}, [][2]any{{mapi.Tag(0x6606101F), "\x08\x00\x00\x00\x00\x00\x00\x00"}}},
	{"a support mask of another writer", nil, [][2]any{{proptag.StoreSupportMask, "\x49\x58\x26\x00\x00\x00\x00\x00"}}},
}

// withEntries returns a message file with more entries and streams.
func withEntries(t *testing.T, more map[string]string, entries [][2]any) []byte {
	t.Helper()
	all := streams(t, seed("seed"))
	const props = "/__properties_version1.0"
	list := entriesOf(all[props], 32)
	raw := all[props][:32]
	for _, e := range entries {
		delete(list, e[0].(mapi.Tag))
		raw += string(binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, uint32(e[0].(mapi.Tag))), 6)) + e[1].(string)
	}
	for b := all[props][32:]; len(b) >= 16; b = b[16:] {
		if _, ok := list[mapi.Tag(binary.LittleEndian.Uint32([]byte(b)))]; ok {
			raw += b[:16]
		}
	}
	all[props] = raw
	for name, data := range more {
		all["/"+name] = data
	}
	return rebuild(t, all)
}

// rebuild writes a compound file with streams by path.
func rebuild(t *testing.T, all map[string]string) []byte {
	t.Helper()
	out := new(buffer)
	w := must(cfb.NewWriter(out, cfb.WriterOptions{}))
	w.Root().SetCLSID(mapi.CLSIDMailMessage)
	storages := map[string]*cfb.StorageWriter{"": w.Root()}
	var storage func(path string) *cfb.StorageWriter
	storage = func(path string) *cfb.StorageWriter {
		if st := storages[path]; st != nil {
			return st
		}
		i := strings.LastIndexByte(path, '/')
		storages[path] = must(storage(path[:i]).CreateStorage(path[i+1:]))
		return storages[path]
	}
	for path, data := range all {
		i := strings.LastIndexByte(path, '/')
		writeStream(t, storage(path[:i]), path[i+1:], []byte(data))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.b
}

// TestInPlaceKeeps changes another property, twice, and finds everything as it
// was. Where the property itself is set, what was kept of it goes.
func TestInPlaceKeeps(t *testing.T) {
	t.Parallel()
	for _, tt := range keptRows {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := withEntries(t, tt.streams, tt.entries)
			var said problem.List
			once := must(setImportance(t, b, &said))
			for _, d := range fileDiff(streams(t, b), streams(t, once)) {
				t.Error(d)
			}
			twice := must(setImportance(t, once, &said))
			if !bytes.Equal(once, twice) {
				t.Error("saving it again changes it")
			}
			tag := tt.entries[0][0].(mapi.Tag)
			if tag.ID() >= firstNamed || tag == proptag.StoreSupportMask {
				return
			}
			st := NewMemory(b)
			m := must(plainSession(t).OpenMessage(st, 0, nil, nil))
			if p := must(m.SetProps(one(tag.WithType(mapi.PtypString), "new"))); p != nil {
				t.Fatal(p)
			}
			if err := m.SaveChanges(); err != nil {
				t.Fatal(err)
			}
			if faults := must(msg.Verify(bytes.NewReader(st.Bytes()), int64(len(st.Bytes())))); len(faults) > 0 {
				t.Errorf("set to a string: %v", faults)
			}
			if got := must(must(plainSession(t).OpenMessage(NewMemory(st.Bytes()), 0, nil, nil)).Snapshot()).Props.String(tag.WithType(mapi.PtypString)); got != "new" {
				t.Errorf("set to a string: %q", got)
			}
		})
	}
}

// TestNamesAvoidUnnamedIDs gives ids to names in a file that uses ids beyond its
// map.
func TestNamesAvoidUnnamedIDs(t *testing.T) {
	t.Parallel()
	st := NewMemory(withEntries(t, nil, [][2]any{{mapi.Tag(0x80020003), "\x05\x00\x00\x00\x00\x00\x00\x00"}}))
	m := must(plainSession(t).OpenMessage(st, 0, nil, nil))
	known := len(must(msgNames(t, st.Bytes())))
	list := []mapi.Name{{Set: mapi.PSMAPI, ID: 1}, {Set: mapi.PSMAPI, ID: 2}, {Set: mapi.PSMAPI, ID: 3}}
	ids, _, err := m.GetIDsFromNames(list, CreateNames)
	if err != nil || known != 1 {
		t.Fatal(ids, err, known)
	}
	for i, want := range []uint16{0x8001, 0x8003, 0x8004} {
		if ids[i].ID() != want {
			t.Errorf("id %d is %v, want %#x", i, ids[i], want)
		}
		if p := must(m.SetProps(mapi.Props{{Tag: ids[i].WithType(mapi.PtypInteger32), Value: int32(i)}})); p != nil {
			t.Error(p)
		}
	}
	if err := m.SaveChanges(); err != nil {
		t.Fatal(err)
	}
	m = must(plainSession(t).OpenMessage(NewMemory(st.Bytes()), 0, nil, nil))
	after, _, err := m.GetIDsFromNames(list, 0)
	if err != nil || fmt.Sprint(after) != fmt.Sprint(ids) {
		t.Errorf("ids %v, want %v, %v", after, ids, err)
	}
	props, _, err := m.GetProps(tags(0x80020003, ids[1].WithType(mapi.PtypInteger32)), 0)
	if err != nil || props[0].Value != int32(5) || !props[0].Name.IsZero() || props[1].Value != int32(1) {
		t.Errorf("%v, %v", props, err)
	}
}

// msgNames returns the named property map of a file.
func msgNames(t *testing.T, b []byte) ([]mapi.Name, error) {
	t.Helper()
	f, err := msg.Open(bytes.NewReader(b), int64(len(b)), msg.ReadOptions{})
	if err != nil {
		return nil, err
	}
	return f.Names(), nil
}

// ansiFile is a message with 8-bit strings: in a body that is large, in an
// embedded message in a code page of its own, in bytes that mean nothing, and as
// HTML.
func ansiFile(t *testing.T) []byte {
	t.Helper()
	inner := sample("Grusse")
	inner.Attachments = nil
	inner.Props.Set(proptag.MessageCodepage, int32(1252))
	outer := sample("春の便り")
	outer.Recipients = rows("太郎")
	outer.Attachments = append(outer.Attachments, &mapi.Attachment{Embedded: inner})
	outer.Props.Set(proptag.Body, strings.Repeat("日本語", 30000))
	outer.Props.Set(0x6600101F, []string{"春", "夏"})
	st := NewMemory(nil)
	m := must(plainSession(t).OpenMessage(st, 0, nil, nil))
	if err := errors.Join(m.SetContents(outer), m.SetCodePage(932), m.SaveChanges()); err != nil {
		t.Fatal(err)
	}
	all := streams(t, st.Bytes())
	const embedded, props = "/__attach_version1.0_#00000001/__substg1.0_3701000D/", "__properties_version1.0"
	const inner8 = embedded + "__substg1.0_0037001E" // the embedded message gets the code page 1252
	sized := func(n int) string {
		return "\x1e\x00\x37\x00\x06\x00\x00\x00" + string(binary.LittleEndian.AppendUint32(nil, uint32(n+1)))
	}
	all[embedded+props] = strings.Replace(all[embedded+props], sized(len(all[inner8])), sized(5), 1)
	all[inner8] = "Gr\xfc\xdfe"
	all[embedded+props] = strings.Replace(all[embedded+props], "\x03\x00\xfd\x3f\x06\x00\x00\x00\xa4\x03", "\x03\x00\xfd\x3f\x06\x00\x00\x00\xe4\x04", 1)
	all["/__substg1.0_6607001E"] = "a\x81" // half a character
	all["/__substg1.0_1013001E"] = "<p>\x8f\x74</p>"
	all["/"+props] += "\x1e\x00\x07\x66\x06\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00" +
		"\x1e\x00\x13\x10\x06\x00\x00\x00\x0a\x00\x00\x00\x00\x00\x00\x00"
	b := rebuild(t, all)
	if faults := must(msg.Verify(bytes.NewReader(b), int64(len(b)))); len(faults) > 0 {
		t.Fatal(faults)
	}
	return b
}

// TestANSIInPlace edits a file with 8-bit strings.
func TestANSIInPlace(t *testing.T) {
	t.Parallel()
	b := ansiFile(t)
	tests := []struct {
		name    string
		session Flags
		flags   Flags
		subject string // set if not empty
		page    int    // of the result
		infos   int
	}{
		{"another property", 0, 0, "", 932, 0},
		{"text that the page has", 0, 0, "秋", 932, 0},
		{"text that the page lacks", 0, 0, "秋 €", 0, 1},
		{"MAPI_UNICODE", 0, Unicode, "", 0, 0},
		{"MAPI_UNICODE for the session", Unicode, 0, "", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var said problem.List
			s := must(Open(NewAllocator(64<<20), tt.session))
			t.Cleanup(s.Close)
			st := NewMemory(b)
			m := must(s.OpenMessage(st, tt.flags, nil, nil))
			m.doc.report = said.Add
			before := must(m.CodePage())
			set := one(proptag.Importance, int32(2))
			if tt.subject != "" {
				set = append(set, one(proptag.Subject, tt.subject)...)
			}
			if p := must(m.SetProps(set)); p != nil {
				t.Fatal(p)
			}
			if err := m.SaveChanges(); err != nil {
				t.Fatal(err)
			}
			if after := must(m.CodePage()); after != tt.page || before != tt.page && tt.infos == 0 {
				t.Errorf("code page %d, then %d", before, after)
			}
			infos := 0
			for _, p := range said {
				if p.Code == "msg.string.codepage" && p.Severity == problem.Info {
					infos++
				}
			}
			if infos != tt.infos {
				t.Errorf("%d infos in %v", infos, said)
			}
			if faults := must(msg.Verify(bytes.NewReader(st.Bytes()), int64(len(st.Bytes())))); len(faults) > 0 {
				t.Error(faults)
			}
			want := must(must(plainSession(t).OpenMessage(NewMemory(b), 0, nil, nil)).Snapshot())
			if tt.subject != "" {
				want.Props.Set(proptag.Subject, tt.subject)
			}
			want.Props.Set(proptag.Importance, int32(2))
			for _, m := range []*mapi.Message{want, want.Attachments[1].Embedded} {
				if tt.page == 0 { // which says nothing then
					m.Props.Delete(proptag.MessageCodepage)
				}
			}
			f := must(msg.Open(bytes.NewReader(st.Bytes()), int64(len(st.Bytes())), msg.ReadOptions{}))
			if f.CodePage() != tt.page {
				t.Errorf("the file has code page %d", f.CodePage())
			}
			same(t, "", plainMessage(t, must(f.Message(nil))), plainMessage(t, want))
			if tt.page == 0 {
				return
			}
			for _, d := range fileDiff(streams(t, b), streams(t, st.Bytes())) {
				if tt.subject == "" || !strings.Contains(d, "0037001E") {
					t.Error(d)
				}
			}
		})
	}
}

// TestSetCodePageAlone converts a file that nobody looks into.
func TestSetCodePageAlone(t *testing.T) {
	t.Parallel()
	st := NewMemory(ansiFile(t))
	m := must(plainSession(t).OpenMessage(st, 0, nil, nil))
	if err := errors.Join(m.SetCodePage(0), m.SaveChanges()); err != nil {
		t.Fatal(err)
	}
	if page := must(msg.Open(bytes.NewReader(st.Bytes()), int64(len(st.Bytes())), msg.ReadOptions{})).CodePage(); page != 0 {
		t.Errorf("the file has code page %d", page)
	}
}
