package msg

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// TestSalvage damages a file in one place. Verify names the rule; what is read
// of it lacks nothing but what the row names; a property that is gone is a
// problem. That what is written of it is right, TestVerifyRules shows.
func TestSalvage(t *testing.T) {
	t.Parallel()
	poke := func(path string, at int, v byte) func(flat) {
		return func(f flat) { f[path] = slices.Clone(f[path]); f[path][at] = v }
	}
	drop := func(path string) func(flat) { return func(f flat) { delete(f, path) } }
	recipient, attachment := recipientPrefix+"00000000/", attachmentPrefix+"00000001/"
	const head = rootHeader
	tests := []struct {
		name    string
		damage  func(flat)
		rule    string
		code    string // of the problem that reading reports, "" for none
		missing string // keys of the digest that are gone or changed
	}{
		// a wrong count
		{"recipient count", poke(propertyStream, 16, 200), "msg.count", "", ""},
		{"attachment count 0", poke(propertyStream, 20, 0), "msg.count", "", ""},
		{"next recipient", poke(propertyStream, 8, 0), "msg.recipient.name", "", ""},
		// a missing stream
		{"value", drop(valueName(proptag.MessageClass)), "msg.value.missing", "msg.property.damaged", "0x001A001F"},
		{"element", drop(valueName(0x66031102) + "-00000001"), "msg.list.element", "msg.property.damaged", "0x66031102"},
		{"length stream", drop(valueName(0x6602101F)), "msg.value.missing", "", ""},
		{"property stream of a recipient", drop(recipient + propertyStream), "msg.properties.missing", "msg.object.damaged", "0x0C150003"},
		{"entry stream of the map", drop(nameStorage + "/" + nameEntries), "msg.names.streams", "msg.property.unnamed", "PSETID_Common/0x8503"},
		{"embedded message", func(f flat) {
			maps.DeleteFunc(f, func(p string, _ []byte) bool { return strings.HasPrefix(p, attachment+embeddedName) })
		}, "msg.attachment.embedded", "msg.attachment.data", "embedded"},
		// a size that lies
		{"string", poke(propertyStream, head+16+9, 200), "msg.property.size", "", ""},
		{"list", poke(propertyStream, head+3*16+8, 1), "msg.property.size", "", ""},
		{"length stream", poke(propertyStream, head+4*16+8, 200), "msg.property.size", "", ""},
		{"length of an element", poke(valueName(0x66031102), 3, 255), "msg.list.lengths", "", ""},
		{"name of a property", poke(nameStorage+"/"+stringStream, 3, 255), "msg.names.string", "msg.property.unnamed", "PS_PUBLIC_STRINGS"},
	}
	right := digest(t, mustRead(t, rightFile().build(t), nil))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := rightFile()
			tt.damage(f)
			b := f.build(t)
			if rules := broken(t, b); !slices.Contains(rules, tt.rule) {
				t.Errorf("broken rules %v, want %s", rules, tt.rule)
			}
			var said problem.List
			got := digest(t, mustRead(t, b, said.Add))
			if i := slices.IndexFunc(said, func(p problem.Problem) bool { return p.Code == tt.code }); tt.code != "" && i < 0 || tt.code == "" && len(said) > 0 {
				t.Errorf("problems %v, want %q", said, tt.code)
			}
			for _, key := range lacks(got, right) {
				if tt.missing == "" || !strings.HasPrefix(key, tt.missing) && !strings.Contains(key, "/Keywords ") {
					t.Errorf("%s is lost", key)
				}
			}
		})
	}
}

// lacks lists what want has and got lacks.
func lacks(got, want tree) (keys []string) {
	for k, v := range want.props {
		if got.props[k] != v {
			keys = append(keys, k)
		}
	}
	if len(got.kids) != len(want.kids) {
		return append(keys, "embedded")
	}
	for i := range want.kids {
		keys = append(keys, lacks(got.kids[i], want.kids[i])...)
	}
	return keys
}

// TestSalvageContainer damages the compound file under a message: the problem
// says so, with the section, and whether something is lost.
func TestSalvageContainer(t *testing.T) {
	t.Parallel()
	sound := mustWrite(t, sample(t), nil)
	count := bytes.Clone(sound)
	count[44] = 99
	cut := sound[:len(sound)*3/4]
	for name, tt := range map[string]struct {
		data     []byte
		severity problem.Severity
		section  string
	}{
		"wrong count": {count, problem.Info, "[MS-CFB] 2.2"},
		"nothing":     {sound, 0, ""},
	} {
		var said problem.List
		got := digest(t, mustRead(t, tt.data, said.Add))
		contains(t, name, got, digest(t, mustRead(t, sound, nil)))
		if tt.section == "" && len(said) > 0 || tt.section != "" && (len(said) != 1 || said[0].Code != "cfb.repaired" ||
			said[0].Severity != tt.severity || !strings.Contains(said[0].Detail, tt.section)) {
			t.Errorf("%s: problems %v", name, said)
		}
	}
	f, err := Open(bytes.NewReader(cut), int64(len(cut)), ReadOptions{})
	var bad *FormatError
	var container *cfb.FormatError
	if err != nil && (!errors.As(err, &bad) || !errors.As(err, &container) || container.Spec == "") {
		t.Errorf("a truncated file: %v", err)
	}
	if err == nil {
		var said problem.List
		m, err := f.Message(said.Add)
		if err != nil || said.Worst() < problem.Loss {
			t.Errorf("a truncated file: %v, problems %v", err, said)
		}
		judge(t, mustWrite(t, m, nil))
	}
}

// TestSalvageTruncated cuts a file everywhere: what can be read of it can be
// written, without a fault.
func TestSalvageTruncated(t *testing.T) {
	t.Parallel()
	sound := mustWrite(t, sample(t), nil)
	for n := len(sound) - 1; n > 0; n = n * 98 / 100 {
		f, err := Open(bytes.NewReader(sound[:n]), int64(n), ReadOptions{})
		var bad *FormatError
		if err != nil {
			if !errors.As(err, &bad) || bad.Spec == "" {
				t.Errorf("%d of %d bytes: %v", n, len(sound), err)
			}
			continue
		}
		m, err := f.Message(nil)
		if err != nil {
			t.Fatal(err)
		}
		if faults := verify(t, mustWrite(t, m, nil)); len(faults) > 0 {
			t.Errorf("%d of %d bytes: what is written breaks %v", n, len(sound), faults)
		}
	}
}

// TestProblemsAreLimited reads a file with a problem for every entry: an object
// has the first of a kind and the number of the others, a file as many as it may.
func TestProblemsAreLimited(t *testing.T) {
	t.Parallel()
	var count = 2 * limits.MsgProblems.Get()
	props := stream(rootHeader)
	for i := range count {
		props = append(props, entry(mapi.Tag(i<<16|0x99), 0)...)
	}
	var said problem.List
	mustRead(t, build(t, file{propertyStream: props}), said.Add)
	if len(said) != mostOfKind+1 || said[mostOfKind].Code != "msg.property.type" || said[mostOfKind].Severity != problem.Loss ||
		said[mostOfKind].Detail != fmt.Sprintf("the object has %d more problems of this kind", count-mostOfKind) {
		t.Errorf("%d problems, the last %v", len(said), said[len(said)-1])
	}

	many := file{propertyStream: stream(rootHeader)}
	for i := range count {
		many[numbered(recipientPrefix, uint32(i))] = file{}
	}
	said = nil
	data := build(t, many)
	mustRead(t, data, said.Add)
	if want := min(256+len(data)/1024, limits.MsgProblems.Int()); len(said) != want || said[want-1].Code != "msg.limit" {
		t.Errorf("%d problems, the last %v; want %d", len(said), said[len(said)-1], want)
	}
}
