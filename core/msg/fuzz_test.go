package msg

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

func seeds(f *testing.F) [][]byte {
	small := &mapi.Message{
		Props:      mapi.Props{{Tag: proptag.Subject, Value: "s"}, {Tag: 0x1F, Name: nameKinds[1], Value: "k"}, {Tag: 0x6600101F, Value: []string{"a", "b"}}},
		Recipients: []mapi.Props{{{Tag: proptag.DisplayName, Value: "r"}}},
		Attachments: []*mapi.Attachment{
			{Embedded: new(mapi.Message)},
			{Props: mapi.Props{{Tag: proptag.AttachMethod, Value: mapi.AttachStorage}, {Tag: proptag.AttachDataObject, Value: bytesLarge{oleFile(f), -1}}}},
		},
	}
	return [][]byte{nil, mustWrite(f, new(mapi.Message), nil), mustWrite(f, small, nil), oleFile(f)}
}

// FuzzOpen holds reading to its contract on arbitrary bytes, and writing to
// that of whatever was read: no panic, only errors a caller can tell apart, and
// a result that keeps everything and that rewriting does not change.
func FuzzOpen(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		file, err := Open(bytes.NewReader(in), int64(len(in)), ReadOptions{Inline: 64, MaxDepth: 4})
		var bad *FormatError
		if err != nil {
			if !errors.As(err, &bad) {
				t.Errorf("Open() = %T %v, want a *FormatError", err, err)
			}
			return
		}
		m, err := file.Message(nil)
		if err != nil {
			t.Fatalf("Message() = %v", err)
		}
		once := mustWrite(t, m, nil)
		again := mustRead(t, once, nil)
		if twice := mustWrite(t, again, nil); !bytes.Equal(once, twice) {
			t.Error("rewriting the rewritten file changes it")
		}
	})
}

// FuzzReadWrite reads whatever opens, writes it, Unicode or in a code page or as an
// edit in place does, and reads it again: no value may be missing or other than it
// was.
func FuzzReadWrite(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, in []byte, utf8 bool) {
		file, err := Open(bytes.NewReader(in), int64(len(in)), ReadOptions{MaxDepth: 4})
		if err != nil {
			return
		}
		m, extra, err := file.MessageExtra(nil)
		if err != nil {
			t.Fatalf("MessageExtra() = %v", err)
		}
		inPlace(t, file, m, extra)
		opt := WriteOptions{}
		if utf8 {
			opt.CodePage = codepage.UTF8
		}
		copies := [2]*mapi.Message{}
		from := m
		for i := range copies {
			sp := new(spool)
			if err := Write(sp, from, opt, nil); err != nil {
				t.Fatalf("Write() = %v", err)
			}
			copies[i] = mustRead(t, sp.mem, nil)
			from = copies[i]
		}
		contains(t, "", digest(t, copies[0]), digest(t, light(m, utf8)))
		contains(t, "", digest(t, copies[1]), digest(t, copies[0]))
		contains(t, "", digest(t, copies[0]), digest(t, copies[1]))
	})
}

// inPlace writes a message as an edit in place does, and again what comes of it.
func inPlace(t *testing.T, file *File, m *mapi.Message, extra *Extra) {
	t.Helper()
	write := func(file *File, m *mapi.Message, extra *Extra) []byte {
		opt := WriteOptions{Extra: extra, Names: file.Names(), CodePage: file.CodePage(), Lossless: true, MaxDepth: 4}
		sp := new(spool)
		err := Write(sp, m, opt, nil)
		if errors.Is(err, ErrCodePage) {
			opt.CodePage, sp = 0, new(spool)
			err = Write(sp, m, opt, nil)
		}
		if err != nil {
			t.Fatalf("in place: Write() = %v", err)
		}
		return sp.mem
	}
	once := write(file, m, extra)
	again, err := Open(bytes.NewReader(once), int64(len(once)), ReadOptions{MaxDepth: 4})
	if err != nil {
		t.Fatalf("in place: Open() = %v", err)
	}
	kept, extra, err := again.MessageExtra(nil)
	if err != nil {
		t.Fatalf("in place: MessageExtra() = %v", err)
	}
	contains(t, "in place", digest(t, kept), digest(t, light(m, file.CodePage() != 0)))
	if twice := write(again, kept, extra); !bytes.Equal(once, twice) {
		t.Error("writing it in place again changes it")
	}
}

// light returns m without what a copy need not have: values that may be too
// damaged to be copied, the attachment method, which has to fit them, and in
// 8-bit files what is said of the code page and HTML that becomes bytes.
func light(m *mapi.Message, ansi bool) *mapi.Message {
	props := func(in mapi.Props) (out mapi.Props) {
		for _, p := range in {
			_, large := p.Value.(mapi.Large)
			skip := large || p.Tag.ID() == proptag.AttachMethod.ID() || p.Tag.ID() == proptag.AttachDataObject.ID()
			if ansi {
				skip = skip || p.Tag == proptag.BodyHtml || p.Tag.ID() == proptag.MessageCodepage.ID()
			}
			if !skip && p.Tag.ID() != proptag.StoreSupportMask.ID() && p.Tag.ID() != proptag.AttachNumber.ID() && p.Tag.ID() != proptag.AttachSize.ID() {
				out = append(out, p)
			}
		}
		return out
	}
	out := &mapi.Message{Props: props(m.Props)}
	for _, r := range m.Recipients {
		out.Recipients = append(out.Recipients, props(r))
	}
	for _, a := range m.Attachments {
		b := &mapi.Attachment{Props: props(a.Props)}
		if a.Embedded != nil {
			b.Embedded = light(a.Embedded, ansi)
		}
		out.Attachments = append(out.Attachments, b)
	}
	return out
}

// FuzzEntries reads arbitrary property streams and named property maps, with
// streams for some of what they may name.
func FuzzEntries(f *testing.F) {
	f.Add(stream(rootHeader, entry(proptag.Subject, 4)), []byte{0, 0, 0, 0, 3, 0, 0, 0}, []byte("\x02\x00\x00\x00a\x00"), codepage.EncodeUTF16("x"))
	f.Add(stream(rootHeader, entry(0x6600101F, 4), entry(0x80000003, 1)), []byte{}, []byte{}, []byte{4, 0, 0, 0})
	f.Fuzz(func(t *testing.T, entries, ids, strings, value []byte) {
		in := file{propertyStream: entries, nameStorage: file{nameEntries: ids, stringStream: strings, guidStream: value}}
		for e := entries[min(len(entries), rootHeader):]; len(e) >= entrySize && len(in) < 50; e = e[entrySize:] {
			name := valueName(mapi.Tag(uint32(e[0]) | uint32(e[1])<<8 | uint32(e[2])<<16 | uint32(e[3])<<24))
			in[name], in[name+"-00000000"] = value, value
		}
		m := mustRead(t, build(t, in), nil)
		once := mustWrite(t, m, nil)
		again := mustRead(t, once, nil)
		if len(again.Props) > len(m.Props)+3 {
			t.Errorf("%d properties became %d", len(m.Props), len(again.Props))
		}
		if !bytes.Equal(once, mustWrite(t, again, nil)) {
			t.Error("rewriting the rewritten file changes it")
		}
	})
}

// FuzzWrite writes trees made of arbitrary values; what matches its type comes
// back.
func FuzzWrite(f *testing.F) {
	f.Add(uint32(proptag.Subject), "text", []byte("bytes"), "name", uint32(0x8500))
	f.Add(uint32(0x1013001F), "\x01\x02", []byte{}, "", uint32(0))
	f.Fuzz(func(t *testing.T, tag uint32, text string, data []byte, name string, lid uint32) {
		var props mapi.Props
		for _, v := range []mapi.Value{text, data, int32(lid), []string{text, name}, [][]byte{data}, bytesLarge{data, -1}, nil} {
			props = append(props, mapi.Prop{Tag: mapi.Tag(tag), Value: v},
				mapi.Prop{Tag: mapi.Tag(tag), Name: mapi.Name{Set: mapi.PSETIDCommon, Text: name, ID: lid}, Value: v})
		}
		m := &mapi.Message{Props: props, Recipients: []mapi.Props{props}, Attachments: []*mapi.Attachment{{Props: props}, {Props: props, Embedded: &mapi.Message{Props: props}}}}
		once := mustWrite(t, m, nil)
		again := mustRead(t, once, nil)
		contains(t, "", digest(t, again), digest(t, mustRead(t, mustWrite(t, again, nil), nil)))
		for _, p := range again.Props {
			if l, ok := p.Value.(mapi.Large); ok {
				r, err := l.Open()
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, r); err != nil {
					t.Error(err)
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	})
}
