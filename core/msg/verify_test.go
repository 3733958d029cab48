package msg

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// verify returns the faults of b.
func verify(t testing.TB, b []byte) []cfb.Fault {
	t.Helper()
	faults, err := Verify(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatalf("Verify() = %v", err)
	}
	return faults
}

// broken returns the rules that b breaks, each once, in alphabetical order.
func broken(t testing.TB, b []byte) []string {
	t.Helper()
	var rules []string
	for _, f := range verify(t, b) {
		rules = append(rules, f.Rule)
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

// flat is a file with a message by path of storages and streams.
type flat map[string][]byte

// rightFile is a file without a fault that has something of everything.
func rightFile() flat {
	u := func(s string) []byte { return codepage.EncodeUTF16(s) }
	head := func(n int, r, a byte) []byte {
		b := make([]byte, n)
		b[8], b[12], b[16], b[20] = r, a, r, a
		return b
	}
	props := func(header []byte, entries ...[]byte) []byte {
		return append(slices.Clone(header), bytes.Join(entries, nil)...)
	}
	class := entry(proptag.MessageClass, 18)
	mask := entry(proptag.StoreSupportMask, uint32(storeSupportMask))
	object := append(entry(proptag.AttachDataObject, noSize)[:12], 1, 0, 0, 0)
	var n names
	n.id(mapi.Name{Set: mapi.PSETIDCommon, ID: 0x8503})
	n.id(mapi.Name{Set: mapi.PSPublicStrings, Text: "Keywords"})
	n.id(mapi.Name{Set: mapi.PSMAPI, Text: "x"})
	f := flat{
		propertyStream: props(head(rootHeader, 1, 2), mask, class, entry(0x66000048, 16), entry(0x66011003, 8), entry(0x6602101F, 8),
			entry(0x66031102, 16), entry(0x80000003, 1), entry(0x8001001F, 4), entry(0x6604000B, 1), entry(0x66050102, 0)),
		valueName(proptag.MessageClass): u("IPM.Note"), valueName(0x66000048): make([]byte, 16), valueName(0x66011003): make([]byte, 8),
		valueName(0x6602101F): {4, 0, 0, 0, 6, 0, 0, 0}, valueName(0x6602101F) + "-00000000": u("a\x00"), valueName(0x6602101F) + "-00000001": u("bc\x00"),
		valueName(0x66031102): {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, valueName(0x66031102) + "-00000000": {7}, valueName(0x66031102) + "-00000001": {},
		valueName(0x8001001F): u("k"), valueName(0x66050102): {},
		nameStorage + "/" + guidStream: n.guid, nameStorage + "/" + nameEntries: n.entries, nameStorage + "/" + stringStream: n.strings,
		recipientPrefix + "00000000/" + propertyStream:                        props(head(childHeader+16, 0, 0)[:childHeader], entry(proptag.RecipientType, 1), entry(proptag.DisplayName, 4)),
		recipientPrefix + "00000000/" + valueName(proptag.DisplayName):        u("n"),
		attachmentPrefix + "00000000/" + propertyStream:                       props(make([]byte, 8), entry(proptag.AttachNumber, 0), entry(proptag.AttachMethod, 1), entry(proptag.AttachDataBinary, 3)),
		attachmentPrefix + "00000000/" + valueName(0x37010102):                {1, 2, 3},
		attachmentPrefix + "00000001/" + propertyStream:                       props(make([]byte, 8), entry(proptag.AttachNumber, 1), entry(proptag.AttachMethod, 5), object),
		attachmentPrefix + "00000001/" + embeddedName + propertyStream:        props(head(embeddedHeader, 0, 0), mask, class),
		attachmentPrefix + "00000001/" + embeddedName + valueName(0x001A001F): u("IPM.Note"),
	}
	for i, b := range n.buckets {
		if len(b) > 0 {
			f[nameStorage+"/"+valueName(mapi.NewTag(uint16(firstBucket+i), mapi.PtypBinary))] = b
		}
	}
	return f
}

// embeddedName is the storage of the embedded message, with a slash.
const embeddedName = "__substg1.0_3701000D/"

// build makes the file.
func (f flat) build(t testing.TB) []byte {
	t.Helper()
	root := file{}
	for path, data := range f {
		at, parts := root, strings.Split(path, "/")
		for _, p := range parts[:len(parts)-1] {
			if at[p] == nil {
				at[p] = file{}
			}
			at = at[p].(file)
		}
		if last := parts[len(parts)-1]; last != "" {
			at[last] = data
		}
	}
	return build(t, root)
}

// TestVerifyRules breaks one rule after the other. What follows from the damage
// is named too.
func TestVerifyRules(t *testing.T) {
	t.Parallel()
	recipient, attachment := recipientPrefix+"00000000/", attachmentPrefix+"00000001/"
	drop := func(paths ...string) func(flat) {
		return func(f flat) {
			for _, p := range paths {
				if _, ok := f[p]; !ok {
					panic(p)
				}
				delete(f, p)
			}
		}
	}
	move := func(from, to string) func(flat) {
		return func(f flat) { f[to] = f[from]; drop(from)(f) }
	}
	set := func(path string, data ...byte) func(flat) { return func(f flat) { f[path] = data } }
	add := func(path string, data ...byte) func(flat) {
		return func(f flat) { f[path] = append(slices.Clone(f[path]), data...) }
	}
	poke := func(path string, at int, v byte) func(flat) {
		return func(f flat) { f[path] = slices.Clone(f[path]); f[path][at] = v }
	}
	all := func(list ...func(flat)) func(flat) {
		return func(f flat) {
			for _, g := range list {
				g(f)
			}
		}
	}
	const head = rootHeader // where the first entry stands, that of PidTagStoreSupportMask
	bucket := func(f flat) string {
		for p := range f {
			if strings.HasPrefix(p, nameStorage+"/"+valuePrefix+"10") {
				return p
			}
		}
		panic("no bucket")
	}
	entries := nameStorage + "/" + nameEntries
	tests := []struct {
		name   string
		damage func(flat)
		rules  string
	}{
		{"nothing", func(flat) {}, ""},
		{"lower case", move(valueName(0x66050102), "__SUBSTG1.0_66050102"), ""},
		{"no property stream", drop(recipient + propertyStream), "msg.properties.missing"},
		{"part of an entry", add(propertyStream, 1, 2, 3), "msg.properties.size"},
		{"shorter than its header", set(attachment+propertyStream, 1), "msg.properties.size msg.attachment.required msg.value.unnamed"},
		{"entry twice", add(propertyStream, entry(proptag.MessageClass, 18)...), "msg.property.once"},
		{"unknown type", add(propertyStream, entry(0x66100099, 1)...), "msg.property.type"},
		{"PtypNull", add(propertyStream, entry(0x66100001, 1)...), "msg.property.type"},
		{"no stream", drop(valueName(0x66050102)), "msg.value.missing"},
		{"a storage in place of a stream", move(valueName(0x66050102), valueName(0x66050102)+"/x"), "msg.value.missing"},
		{"no object", all(drop(attachment+embeddedName+propertyStream, attachment+embeddedName+valueName(proptag.MessageClass))), "msg.value.missing msg.attachment.embedded"},
		{"size of a string", poke(propertyStream, head+16+8, 16), "msg.property.size"},
		{"size of a list", poke(propertyStream, head+3*16+8, 7), "msg.property.size"},
		{"size of a length stream", poke(propertyStream, head+4*16+8, 12), "msg.property.size"},
		{"size of an object", poke(attachment+propertyStream, childHeader+2*16+8, 12), "msg.property.size"},
		{"odd string", add(valueName(proptag.MessageClass), 0), "msg.value.length msg.property.size"},
		{"short GUID", set(valueName(0x66000048), 1, 2), "msg.value.length msg.property.size"},
		{"half an element", add(valueName(0x66011003), 1), "msg.value.length msg.property.size"},
		{"half a length", add(valueName(0x6602101F), 1), "msg.list.lengths msg.property.size"},
		{"wrong length", poke(valueName(0x66031102), 0, 9), "msg.list.lengths"},
		{"length without terminator", poke(valueName(0x6602101F), 0, 9), "msg.list.lengths"},
		{"no element", drop(valueName(0x66031102) + "-00000001"), "msg.list.element"},
		{"an element more", set(valueName(0x66031102)+"-00000002", 1), "msg.value.unnamed"},
		{"a value more", set(valueName(0x66990102), 1), "msg.value.unnamed"},
		{"a value without a tag", set(valuePrefix+"xyz", 1), "msg.value.unnamed"},
		{"foreign stream", set("foreign", 1), ""},
		{"8-bit string in a Unicode file", all(add(recipient+propertyStream, entry(0x6600001E, 2)...), set(recipient+valueName(0x6600001E), 'a')), "msg.string.mixed"},
		{"both kinds of strings", all(poke(propertyStream, head+10, 0), add(propertyStream, entry(0x6606001E, 2)...), set(valueName(0x6606001E), 'a')), "msg.string.mixed msg.unicode.flag"},
		{"no Unicode flag", poke(propertyStream, head+10, 0), "msg.unicode.flag"},
		{"no class", poke(propertyStream, head+16+2, 0x1B), "msg.message.class msg.value.missing msg.value.unnamed"},
		{"recipient without a type", poke(recipient+propertyStream, childHeader+2, 0x16), "msg.recipient.required"},
		{"attachment without a number", poke(attachment+propertyStream, childHeader+2, 0x22), "msg.attachment.required"},
		{"recipient count", poke(propertyStream, 16, 9), "msg.count"},
		{"attachment count", poke(propertyStream, 20, 9), "msg.count"},
		{"next recipient", poke(propertyStream, 8, 0), "msg.recipient.name"},
		{"next attachment", poke(propertyStream, 12, 1), "msg.attachment.name"},
		{"count of an embedded message", poke(attachment+embeddedName+propertyStream, 16, 1), "msg.count"},
		{"name of a recipient", all(move(recipient+propertyStream, recipientPrefix+"0/"+propertyStream), move(recipient+valueName(proptag.DisplayName), recipientPrefix+"0/"+valueName(proptag.DisplayName))), "msg.recipient.name"},
		{"no map", func(f flat) {
			for p := range f {
				if strings.HasPrefix(p, nameStorage) {
					delete(f, p)
				}
			}
		}, "msg.names.storage"},
		{"no string stream", drop(nameStorage + "/" + stringStream), "msg.names.streams"},
		{"part of a GUID", add(nameStorage+"/"+guidStream, 1), "msg.names.streams"},
		{"part of a name entry", add(entries, 1), "msg.names.streams"},
		{"id beyond the map", add(propertyStream, entry(0x80030003, 1)...), "msg.names.storage"},
		{"index of a name", poke(entries, 6, 5), "msg.names.index"},
		{"property set 0", poke(entries, 4, 0), "msg.names.set msg.names.hash"},
		{"property set outside", poke(entries, 4, 98), "msg.names.set msg.names.hash"},
		{"string outside", poke(entries, 9, 99), "msg.names.string msg.names.hash"},
		{"string not aligned", poke(entries, 8, 1), "msg.names.string msg.names.hash"},
		{"hash of a name", func(f flat) { poke(bucket(f), 0, 0xEE)(f) }, "msg.names.hash"},
		{"hash without an entry", func(f flat) { poke(bucket(f), 6, 0xEE)(f) }, "msg.names.hash"},
		{"hash twice", func(f flat) { add(bucket(f), f[bucket(f)]...)(f) }, "msg.names.hash"},
		{"no hash", func(f flat) { delete(f, bucket(f)) }, "msg.names.hash"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := rightFile()
			tt.damage(f)
			b := f.build(t)
			want := strings.Fields(tt.rules)
			slices.Sort(want)
			if got := broken(t, b); !slices.Equal(got, want) {
				t.Errorf("broken rules %v, want %v; faults %v", got, want, verify(t, b))
			}
			// Whatever it breaks, it is read, and what is written of it is right.
			if faults := verify(t, mustWrite(t, mustRead(t, b, nil), nil)); len(faults) > 0 {
				t.Errorf("what is written of it breaks %v", faults)
			}
		})
	}
}

func TestVerifyRulesAreNamedOnce(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, r := range VerifyRules() {
		if seen[r.Code] || !strings.HasPrefix(r.Section, "[MS-") || r.Text == "" {
			t.Errorf("rule %+v", r)
		}
		seen[r.Code] = true
	}
	if len(seen) < 60 {
		t.Errorf("%d rules", len(seen))
	}
}

// TestVerifyNoFile checks what is no message at all.
func TestVerifyNoFile(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		data  []byte
		rules string
	}{
		"empty":                 {nil, "cfb.header.signature"},
		"another compound file": {oleFile(t), "msg.names.storage msg.properties.missing"},
	} {
		if got := strings.Join(broken(t, tt.data), " "); got != tt.rules {
			t.Errorf("%s: rules %q, want %q", name, got, tt.rules)
		}
	}
}

// TestVerifyWhatWeWrite checks what Write makes of the trees of the other tests
// and of every file of the corpus.
func TestVerifyWhatWeWrite(t *testing.T) {
	t.Parallel()
	many := &mapi.Message{}
	for range 3000 {
		many.Recipients = append(many.Recipients, mapi.Props{{Tag: proptag.DisplayName, Value: "n"}})
	}
	deep := sample(t)
	for range 60 {
		deep = &mapi.Message{Attachments: []*mapi.Attachment{{Embedded: deep}}}
	}
	for name, m := range map[string]*mapi.Message{
		"empty": {}, "every type": {Props: everyType()}, "sample": sample(t), "many": many, "deep": deep,
	} {
		if faults := verify(t, mustWrite(t, m, nil)); len(faults) > 0 {
			t.Errorf("%s: %v", name, faults)
		}
	}
}

// differ are the files about which we and the judge disagree.
var differ = map[string]string{
	"WithEmbeddedMsg.msg": "[MS-OXMSG] 2.1.3: with STORE_UNICODE_OK all strings MUST be Unicode; the judge looks at messages alone, not at their recipients",
}

// TestVerifyCorpus compares Verify with the judge on every public sample, and
// checks what is written of each.
func TestVerifyCorpus(t *testing.T) {
	t.Parallel()
	paths := corpusFiles(t)
	wrong, judge := 0, judgeAll(t, paths)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		faults := verify(t, data)
		if len(faults) > 0 {
			wrong++
		}
		if judge != nil {
			agree := (len(faults) > 0) == judge[path]
			if why, known := differ[filepath.Base(path)]; agree == known {
				t.Errorf("%s: faults %v, wrong for the judge: %v; known difference: %q", path, faults, judge[path], why)
			}
		}
		f, err := Open(bytes.NewReader(data), int64(len(data)), ReadOptions{})
		if err != nil {
			t.Logf("%s: %v", path, err)
			continue
		}
		var said problem.List
		m, err := f.Message(said.Add)
		if err != nil {
			t.Fatal(err)
		}
		if len(faults) == 0 {
			noRepairs(t, path, said)
		}
		if faults := verify(t, mustWrite(t, m, nil)); len(faults) > 0 {
			t.Errorf("what is written of %s breaks %v", path, faults)
		}
	}
	t.Logf("%d files, %d wrong", len(paths), wrong)
}

// noRepairs reports the problems that a file without a fault cannot have.
func noRepairs(t testing.TB, path string, said problem.List) {
	t.Helper()
	for _, p := range said {
		switch p.Code {
		case "cfb.repaired", "msg.object.damaged", "msg.property.damaged", "msg.property.duplicate", "msg.property.type":
			if !strings.Contains(p.Detail, "the object is empty") {
				t.Errorf("%s: no fault, but %v", path, p)
			}
		}
	}
}

// judgeAll returns the files that the judge finds wrong; nil without a judge.
func judgeAll(t *testing.T, paths []string) map[string]bool {
	t.Helper()
	tool := filepath.Join("..", "..", "..", "shared", "tools", "oxcheck.py")
	python, err := exec.LookPath("python3")
	if _, serr := os.Stat(tool); err != nil || serr != nil {
		return nil
	}
	out, err := exec.Command(python, append([]string{"-B", tool, "msg"}, paths...)...).Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	wrong := make(map[string]bool)
	for line := range strings.Lines(string(out)) {
		for _, p := range paths {
			if strings.HasPrefix(line, p+": ") {
				wrong[p] = true
			}
		}
	}
	return wrong
}

// FuzzVerify holds Verify to its contract on arbitrary bytes: no panic, no
// error of its own, and a file without a fault is opened without a repair.
func FuzzVerify(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Add(rightFile().build(f))
	f.Fuzz(func(t *testing.T, in []byte) {
		faults, err := Verify(bytes.NewReader(in), int64(len(in)))
		if err != nil {
			t.Fatalf("Verify() = %v", err)
		}
		if len(faults) > 0 {
			return
		}
		file, err := Open(bytes.NewReader(in), int64(len(in)), ReadOptions{})
		if errors.Is(err, cfb.ErrTooLarge) {
			return
		}
		if err != nil {
			t.Fatalf("no fault, but Open() = %v", err)
		}
		var said problem.List
		if _, err := file.Message(said.Add); err != nil {
			t.Fatalf("no fault, but Message() = %v", err)
		}
		noRepairs(t, "file", said)
	})
}
