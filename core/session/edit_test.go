package session

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// withForeign adds a stream and a storage with a stream to every object of a
// message file.
func withForeign(t *testing.T, b []byte) []byte {
	t.Helper()
	f := must(cfb.Open(bytes.NewReader(b), int64(len(b)), cfb.Options{}))
	out := new(buffer)
	w := must(cfb.NewWriter(out, cfb.WriterOptions{}))
	var add func(dst *cfb.StorageWriter, src *cfb.Storage)
	add = func(dst *cfb.StorageWriter, src *cfb.Storage) {
		for _, s := range src.Streams() {
			writeStream(t, dst, s.Name(), must(s.Bytes(-1)))
		}
		for _, s := range src.Storages() {
			add(must(dst.CreateStorage(s.Name())), s)
		}
		if !strings.HasPrefix(src.Name(), "__nameid") {
			writeStream(t, dst, "\x05SummaryInformation", []byte("summary of "+src.Path()))
			writeStream(t, must(dst.CreateStorage("Vendor")), "Data", bytes.Repeat([]byte(src.Path()), 1000))
		}
	}
	add(w.Root(), f.Root())
	w.Root().SetCLSID(f.Root().CLSID())
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.b
}

func writeStream(t *testing.T, st *cfb.StorageWriter, name string, b []byte) {
	t.Helper()
	s := must(st.CreateStream(name))
	_, err := s.Write(b)
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
}

// streams lists the streams of a compound file by path. Those that name the
// properties have their bytes, others their length.
func streams(t *testing.T, b []byte) map[string]string {
	t.Helper()
	list := make(map[string]string)
	var walk func(st *cfb.Storage)
	walk = func(st *cfb.Storage) {
		for _, s := range st.Streams() {
			list[s.Path()] = string(must(s.Bytes(-1)))
		}
		for _, s := range st.Storages() {
			walk(s)
		}
	}
	walk(must(cfb.Open(bytes.NewReader(b), int64(len(b)), cfb.Options{})).Root())
	return list
}

// nested is a message with a recipient and a message in an attachment.
func nested(t *testing.T) []byte {
	t.Helper()
	inner := sample("inner")
	inner.Props.SetNamed(color, mapi.PtypString, "blue")
	outer := sample("outer")
	outer.Recipients = rows("Ann")
	outer.Attachments = append(outer.Attachments, &mapi.Attachment{Embedded: inner})
	st := NewMemory(nil)
	m := must(open(t).OpenMessage(st, 0, nil, nil))
	if err := errors.Join(m.SetContents(outer), m.SaveChanges()); err != nil {
		t.Fatal(err)
	}
	return st.Bytes()
}

// TestEditKeepsTheRest changes one property of a file that has foreign streams
// in every object: every other stream is there afterwards, byte for byte.
func TestEditKeepsTheRest(t *testing.T) {
	t.Parallel()
	b := withForeign(t, nested(t))
	st := NewMemory(b)
	m := must(open(t).OpenMessage(st, 0, nil, nil))
	_ = must(m.SetProps(one(subject, "OUTER")))
	if err := m.SaveChanges(); err != nil {
		t.Fatal(err)
	}
	before, after := streams(t, b), streams(t, st.Bytes())
	for path, want := range before {
		if got, ok := after[path]; path != "/__substg1.0_0037001F" && (!ok || got != want) {
			t.Errorf("%q: %d bytes, were %d", path, len(got), len(want))
		}
	}
	if len(before) != len(after) || subjectOf(t, st.Bytes()) != "OUTER" {
		t.Errorf("%d streams, were %d", len(after), len(before))
	}
}

// TestAttributesSurvive sets the flag word of properties of a message, an
// attachment and an embedded message, and reads it back from the file.
func TestAttributesSurvive(t *testing.T) {
	t.Parallel()
	st := NewMemory(nested(t))
	m := must(open(t).OpenMessage(st, 0, nil, nil))
	a := must(m.OpenAttach(1, Modify))
	em := must(a.OpenMessage(Modify))
	for _, o := range []*Object{&m.Object, &a.Object, &em.Object} {
		tag := must(o.GetPropList(Unicode))[0]
		if p := must(o.SetAttribIMsgOnIStg(tags(tag), []uint32{AttrReadable})); p != nil {
			t.Fatal(p)
		}
	}
	if err := errors.Join(em.SaveChanges(), a.SaveChanges(), m.SaveChanges()); err != nil {
		t.Fatal(err)
	}
	m = must(open(t).OpenMessage(NewMemory(st.Bytes()), 0, nil, nil))
	a = must(m.OpenAttach(1, Modify))
	em = must(a.OpenMessage(Modify))
	for i, o := range []*Object{&m.Object, &a.Object, &em.Object} {
		tag := must(o.GetPropList(Unicode))[0]
		attrs, _, err := o.GetAttribIMsgOnIStg(tags(tag))
		if err != nil || attrs[0] != AttrReadable {
			t.Errorf("object %d, %v: attributes %v, %v", i, tag, attrs, err)
		}
	}
	props := streams(t, st.Bytes())["/__properties_version1.0"][32:]
	if got := binary.LittleEndian.Uint32([]byte(props[4:])); got != AttrReadable {
		t.Errorf("the file has the flag word %d", got)
	}
}

// TestOrderOfSaving follows a change through attachment, message and storage.
func TestOrderOfSaving(t *testing.T) {
	t.Parallel()
	st := NewMemory(nested(t))
	m := must(open(t).OpenMessage(st, 0, nil, nil))
	a := must(m.OpenAttach(1, Modify))
	em := must(a.OpenMessage(Modify))
	inner := func(m *mapi.Message) string { return m.Attachments[1].Embedded.Props.String(subject) }
	stored := func() string {
		return inner(must(must(open(t).OpenMessage(NewMemory(st.Bytes()), 0, nil, nil)).Snapshot()))
	}
	_ = must(em.SetProps(one(subject, "INNER")))
	var seen []string
	for _, save := range []func(...SaveFlags) error{em.SaveChanges, a.SaveChanges, m.SaveChanges} {
		seen = append(seen, fmt.Sprint(inner(must(m.Snapshot())), "/", stored()))
		if err := save(); err != nil {
			t.Fatal(err)
		}
	}
	seen = append(seen, fmt.Sprint(inner(must(m.Snapshot())), "/", stored()))
	if want := []string{"inner/inner", "inner/inner", "INNER/inner", "INNER/INNER"}; !slices.Equal(seen, want) {
		t.Errorf("message/file: %v, want %v", seen, want)
	}
}

// TestNamesAreRemapped copies a named property between messages in which the
// name has different ids.
func TestNamesAreRemapped(t *testing.T) {
	t.Parallel()
	s := open(t)
	from := must(s.OpenMessage(NewMemory(nested(t)), 0, nil, nil))
	_ = must(from.SetProps(mapi.Props{{Tag: mapi.NewTag(0, mapi.PtypString), Name: color, Value: "red"}}))
	st := NewMemory(nil)
	to := must(open(t).OpenMessage(st, 0, nil, nil))
	if _, _, err := to.GetIDsFromNames([]mapi.Name{{Set: mapi.PSMAPI, ID: 7}, {Set: mapi.PSMAPI, ID: 8}}, CreateNames); err != nil {
		t.Fatal(err)
	}
	if p := must(from.CopyTo(to, nil, 0)); p != nil {
		t.Fatal(p)
	}
	s.Close() // the copy needs nothing of the source
	ids, _, err := to.GetIDsFromNames([]mapi.Name{color}, 0)
	if err != nil || ids[0].ID() != 0x8002 {
		t.Fatalf("ids %v, %v", ids, err)
	}
	props, code, err := to.GetProps(ids, Unicode)
	if err != nil || code != mapi.OK || props[0].Value != "red" || props[0].Name != color {
		t.Errorf("%v, %v, %v", props, code, err)
	}
	em := must(must(to.OpenAttach(1, Modify)).OpenMessage(0))
	if props, _, err := em.GetProps(ids, Unicode); err != nil || props[0].Value != "blue" {
		t.Errorf("embedded: %v, %v", props, err)
	}
	if err := to.SaveChanges(); err != nil {
		t.Fatal(err)
	}
}

// TestStreams writes properties of several lengths through streams.
func TestStreams(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 10, inlineStream, inlineStream + 1, spoolMemory + 1} {
		text := strings.Repeat("ä", n)[:n/2*2]
		st := NewMemory(nil)
		m := must(open(t).OpenMessage(st, 0, nil, nil))
		w := must(m.OpenStream(proptag.Body, Create|Modify))
		_ = must(io.WriteString(w, text))
		if err := errors.Join(w.Close(), w.Close(), m.SaveChanges()); err != nil {
			t.Fatal(err)
		}
		for _, b := range []*Message{m, must(open(t).OpenMessage(NewMemory(st.Bytes()), 0, nil, nil))} {
			r := must(b.OpenStream(proptag.Body, 0))
			got := string(must(io.ReadAll(r)))
			_ = must(r.Seek(0, io.SeekStart))
			if again := string(must(io.ReadAll(r))); got != text || again != text {
				t.Errorf("%d bytes: read %d, then %d", len(text), len(got), len(again))
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestStreamInPlace changes the middle of a property, and what is written after
// a commit shows after the next.
func TestStreamInPlace(t *testing.T) {
	t.Parallel()
	m := must(open(t).OpenMessage(NewMemory(file(t, "hello world")), 0, nil, nil))
	w := must(m.OpenStream(subject, Modify))
	now := func() string { return must(m.Snapshot()).Props.String(subject) }
	_ = must(w.Seek(6, io.SeekStart))
	_ = must(io.WriteString(w, "there"))
	steps := []string{now()}
	for _, do := range []func() error{
		w.Commit,
		func() error { _, err := io.WriteString(w, "!!"); return err },
		w.Commit,
		func() error { return w.SetSize(5) },
		w.Close,
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, now())
	}
	want := []string{"hello world", "hello there", "hello there", "hello there!!", "hello there!!", "hello"}
	if !slices.Equal(steps, want) {
		t.Errorf("%q, want %q", steps, want)
	}
}

// TestStorageAttachment puts a compound file into an attachment, and takes it
// out again.
func TestStorageAttachment(t *testing.T) {
	t.Parallel()
	out := new(buffer)
	w := must(cfb.NewWriter(out, cfb.WriterOptions{}))
	writeStream(t, w.Root(), "CONTENTS", []byte("an object"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	st := NewMemory(nil)
	m := must(open(t).OpenMessage(st, 0, nil, nil))
	a := must(m.CreateAttach(0))
	_ = must(a.SetProps(one(proptag.AttachMethod, mapi.AttachStorage)))
	s := must(a.OpenStream(proptag.AttachDataObject, Create|Modify))
	_ = must(s.Write(out.b))
	if err := errors.Join(s.Close(), a.SaveChanges(), m.SaveChanges()); err != nil {
		t.Fatal(err)
	}
	m = must(open(t).OpenMessage(NewMemory(st.Bytes()), 0, nil, nil))
	r := must(must(m.OpenAttach(0, 0)).OpenStream(proptag.AttachDataObject, 0))
	if got := streams(t, must(io.ReadAll(r)))["/CONTENTS"]; got != "an object" {
		t.Errorf("the object says %q", got)
	}
}

// TestObjectStorage makes a stored object storage by storage, changes it in place
// and reads it from the file.
func TestObjectStorage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := withObject(f)
	_ = must(a.SetProps(one(proptag.AttachMethod, mapi.AttachStorage)))
	if err := errors.Join(a.SaveChanges(), f.m.SaveChanges()); err != nil {
		t.Fatal(err)
	}
	m := must(open(t).OpenMessage(NewMemory(f.st.Bytes()), 0, nil, nil))
	a = must(m.OpenAttach(0, Modify))
	st := must(a.OpenStorage(Modify))
	w := must(st.OpenStream("CONTENTS", Modify))
	_ = must(w.Seek(3, io.SeekStart))
	_ = must(io.WriteString(w, "OBJECT"))
	lost := must(st.OpenStream("lost", Create|Modify))
	_ = must(io.WriteString(lost, "not committed"))
	if err := errors.Join(w.Close(), st.Close(), a.SaveChanges(), m.SaveChanges()); err != nil {
		t.Fatal(err)
	}
	if _, err := lost.Write([]byte("x")); !errors.Is(err, mapi.ErrInvalidObject) {
		t.Errorf("a stream after its storage: %v", err)
	}
	back := must(open(t).OpenMessage(NewMemory(m.doc.storage.(*Memory).Bytes()), 0, nil, nil))
	st = must(must(back.OpenAttach(0, 0)).OpenStorage(0))
	list := must(st.Elements())
	if want := []Element{{Name: "lost"}, {Name: "CONTENTS", Size: 9}, {Name: "Inner", Storage: true}}; !slices.Equal(list, want) {
		t.Errorf("%v, want %v", list, want)
	}
	inner := must(st.OpenStorage("Inner", 0))
	if a, b := must(st.CLSID()), must(inner.CLSID()); a[0] != 9 || b[0] != 7 {
		t.Errorf("classes %v, %v", a, b)
	}
	if got := string(must(io.ReadAll(must(st.OpenStream("CONTENTS", 0))))); got != "an OBJECT" {
		t.Errorf("contents %q", got)
	}
	if got := must(io.ReadAll(must(inner.OpenStream("Data", 0)))); len(got) != 5000 {
		t.Errorf("%d bytes of data", len(got))
	}
}

// TestIDsStay saves and opens again: ids of named properties are the same, also
// of names that no property has.
func TestIDsStay(t *testing.T) {
	t.Parallel()
	st := NewMemory(nested(t))
	m := must(open(t).OpenMessage(st, 0, nil, nil))
	list := []mapi.Name{{Set: mapi.PSETIDTask, ID: 0x8101}, color, {Set: mapi.PSInternetHeaders, Text: "X-Test"}}
	before, _, err := m.GetIDsFromNames(list, CreateNames)
	if err := errors.Join(err, m.SaveChanges()); err != nil {
		t.Fatal(err)
	}
	m = must(open(t).OpenMessage(NewMemory(st.Bytes()), 0, nil, nil))
	after, code, err := m.GetIDsFromNames(list, 0)
	if err != nil || code != mapi.OK || !slices.Equal(before, after) {
		t.Errorf("%v, %v, %v: want %v", after, code, err, before)
	}
}

// TestManyProperties works on a bag that is not small.
func TestManyProperties(t *testing.T) {
	t.Parallel()
	const count = 3000
	m := must(open(t).OpenMessage(NewMemory(nil), 0, nil, nil))
	var set mapi.Props
	for i := range count {
		set = append(set, mapi.Prop{Tag: mapi.NewTag(0, mapi.PtypInteger32), Name: mapi.Name{Set: mapi.PSMAPI, ID: uint32(i)}, Value: int32(i)})
	}
	if p := must(m.SetProps(set)); p != nil {
		t.Fatal(p)
	}
	list := must(m.GetPropList(0))
	if p := must(m.DeleteProps(list[:count/2])); p != nil {
		t.Fatal(p)
	}
	_ = must(m.SetProps(mapi.Props{{Tag: list[0].WithType(mapi.PtypInteger32), Value: int32(-1)}}))
	props, code, err := m.GetProps(tags(list[0], list[count-1], list[1]), 0)
	if err != nil || code != mapi.WarnErrorsReturned || props[0].Value != int32(-1) || props[1].Value != int32(count-1) || props[2].Value != mapi.ErrNotFound {
		t.Errorf("%v, %v, %v", props, code, err)
	}
	to := must(open(t).OpenMessage(NewMemory(nil), 0, nil, nil))
	if p := must(m.CopyTo(to, nil, 0)); p != nil || len(must(to.GetPropList(0))) != count/2+1 {
		t.Errorf("copied %d properties, %v", len(must(to.GetPropList(0))), p)
	}
}

// TestSetContentsLeavesNoPlace replaces the contents under open attachments.
func TestSetContentsLeavesNoPlace(t *testing.T) {
	t.Parallel()
	m := must(open(t).OpenMessage(NewMemory(nested(t)), 0, nil, nil))
	old := must(m.OpenAttach(0, Modify))
	if err := m.SetContents(sample("new")); err != nil {
		t.Fatal(err)
	}
	if err := old.SaveChanges(); !errors.Is(err, mapi.ErrObjectDeleted) {
		t.Errorf("the old attachment: %v", err)
	}
	fresh := must(m.OpenAttach(0, Modify))
	_ = must(fresh.SetProps(one(proptag.AttachLongFilename, "new.txt")))
	if err := fresh.SaveChanges(); err != nil || fresh == old {
		t.Errorf("the new attachment: %v", err)
	}
	tree := must(m.Snapshot())
	if got := tree.Attachments[0].Props.String(proptag.AttachLongFilename); got != "new.txt" || tree.Props.String(subject) != "new" {
		t.Errorf("attachment %q of %q", got, tree.Props.String(subject))
	}
}

// TestCopyAttachments copies and moves attachments with a message in them.
func TestCopyAttachments(t *testing.T) {
	t.Parallel()
	from := must(open(t).OpenMessage(NewMemory(nested(t)), 0, nil, nil))
	to := must(open(t).OpenMessage(NewMemory(nil), 0, nil, nil))
	src, dst := must(from.OpenAttach(1, Modify)), must(to.CreateAttach(0))
	if p := must(src.CopyTo(dst, nil, Move)); p != nil && p[0].Code != mapi.ErrNoAccess {
		t.Fatal(p)
	}
	if _, err := src.OpenMessage(0); !errors.Is(err, mapi.ErrNotFound) {
		t.Errorf("moved, but the source has the message: %v", err)
	}
	if err := errors.Join(dst.SaveChanges(), to.SaveChanges()); err != nil {
		t.Fatal(err)
	}
	tree := must(to.Snapshot())
	if len(tree.Attachments) != 1 || tree.Attachments[0].Embedded.Props.String(subject) != "inner" {
		t.Errorf("%d attachments", len(tree.Attachments))
	}
}
