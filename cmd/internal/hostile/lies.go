package hostile

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// Names of what a message stands in ([MS-OXMSG] 2.1 and 2.2).
const (
	properties   = "__properties_version1.0"
	names        = "__nameid_version1.0"
	nameEntries  = "__substg1.0_00030102"
	nameStrings  = "__substg1.0_00040102"
	rowsHeader   = 32 // bytes before the entries of the message itself
	rowSize      = 16
	rowValueSize = 8 // where the length of a value stands in its entry
)

// lies are messages whose property streams say what is not so. The compound files
// are sound.
func lies() []Case {
	return []Case{
		compound("msg-object-deep", "an attached OLE object whose storages are inside each other", 200, 2_000, deepObject),
		stream("msg-entries-cut", "property streams that end within an entry", 0, 0, func(path string, b []byte, _ int) []byte {
			if strings.HasSuffix(path, properties) {
				return b[:len(b)-7]
			}
			return b
		}),
		stream("msg-entries-none", "property streams shorter than their header", 0, 0, func(path string, b []byte, _ int) []byte {
			if strings.HasSuffix(path, properties) {
				return b[:5]
			}
			return b
		}),
		stream("msg-entries-many", "a property stream that has one property a million times", 100_000, 4_000_000, func(path string, b []byte, n int) []byte {
			if path == "/"+properties {
				return append(b, bytes.Repeat(b[len(b)-rowSize:], n)...)
			}
			return b
		}),
		stream("msg-entries-types", "a property stream with every id in every type", 20_000, 1_000_000, func(path string, b []byte, n int) []byte {
			if path != "/"+properties {
				return b
			}
			for i := range n {
				b = binary.LittleEndian.AppendUint32(b, uint32(i)*0x10001+0x101E)
				b = append(b, "\x06\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"...)
			}
			return b
		}),
		stream("msg-lengths", "values of 2^32-1 bytes, and counts of 2^32-1 recipients and attachments", 0, 0, func(path string, b []byte, _ int) []byte {
			if !strings.HasSuffix(path, properties) {
				return b
			}
			for i := 8; i+4 <= min(24, len(b)); i++ {
				b[i] = 0xFF
			}
			for at := rowsHeader; at+rowSize <= len(b); at += rowSize {
				binary.LittleEndian.PutUint32(b[at+rowValueSize:], 0xFFFFFFFF)
			}
			return b
		}),
	}
}

// valueLies are messages whose values and names are not what their properties say.
func valueLies() []Case {
	return []Case{
		stream("msg-values-empty", "values without bytes", 0, 0, func(path string, b []byte, _ int) []byte {
			if strings.HasSuffix(path, properties) {
				return b
			}
			return nil
		}),
		stream("msg-list-lengths", "lists whose elements have 2^32-1 bytes, and are not there", 100_000, 8_000_000, func(path string, b []byte, n int) []byte {
			if strings.HasSuffix(path, "101F") || strings.HasSuffix(path, "1102") {
				return bytes.Repeat([]byte{0xFF}, n)
			}
			return b
		}),
		stream("msg-names-range", "named properties whose names stand outside", 0, 0, func(path string, b []byte, _ int) []byte {
			if strings.HasSuffix(path, nameEntries) {
				return bytes.Repeat([]byte{0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF}, 100)
			}
			return b
		}),
		stream("msg-names-many", "named properties more than there are ids", 70_000, 4_000_000, func(path string, b []byte, n int) []byte {
			if strings.HasSuffix(path, nameEntries) {
				return bytes.Repeat([]byte{0, 0, 0, 0, 7, 0, 0xFF, 0xFF}, n)
			}
			return b
		}),
		stream("msg-names-long", "a name of 100 MB, used a thousand times", 1<<20, 100<<20, func(path string, b []byte, n int) []byte {
			switch {
			case strings.HasSuffix(path, nameStrings):
				b = binary.LittleEndian.AppendUint32(nil, uint32(n-4))
				return append(b, bytes.Repeat([]byte("x\x00"), n/2-2)...)
			case strings.HasSuffix(path, nameEntries):
				return bytes.Repeat([]byte{0, 0, 0, 0, 7, 0, 1, 0}, 1000)
			}
			return b
		}),
		stream("msg-surrogates", "strings of lone surrogates and NUL", 0, 0, func(path string, b []byte, _ int) []byte {
			if strings.HasSuffix(path, "001F") {
				return bytes.Repeat([]byte("\x00\xd8a\x00\x00\x00\x00\xdc\xff\xff\r\x00\n\x00\x28\x20"), 20)
			}
			return b
		}),
		stream("msg-strings-odd", "strings of an odd number of bytes", 0, 0, func(path string, b []byte, _ int) []byte {
			if strings.HasSuffix(path, "001F") {
				return append(b, 'x')
			}
			return b
		}),
	}
}

// stream is a message with streams that are changed: change gets the bytes of each,
// and returns what stands in its place.
func stream(name, attack string, small, full int, change func(path string, b []byte, n int) []byte) Case {
	return Case{Name: name + ".msg", Attack: attack, Small: small, Full: full, Make: func(w io.WriteSeeker, n int) error {
		return rewrite(w, file(listed()), func(path string, b []byte) []byte { return change(path, b, n) })
	}}
}

// deepObject is a message with a stored object whose storages are n deep.
func deepObject(w *cfb.StorageWriter, n int) error {
	from, err := cfb.Open(bytes.NewReader(file(note())), int64(len(file(note()))), cfb.Options{})
	if err != nil {
		return err
	}
	if err := cfb.Copy(w, from.Root()); err != nil {
		return err
	}
	if w, err = w.CreateStorage("__attach_version1.0_#00000000"); err != nil {
		return err
	}
	s, err := w.CreateStream(properties)
	if err != nil {
		return err
	}
	if _, err := s.Write([]byte("\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x05\x37\x06\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00\x0d\x00\x01\x37\x06\x00\x00\x00\xff\xff\xff\xff\x04\x00\x00\x00")); err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	for name := "__substg1.0_3701000D"; n > 0; n, name = n-1, "deeper" {
		if w, err = w.CreateStorage(name); err != nil {
			return err
		}
	}
	return nil
}

// listed is a message with values of all forms.
func listed() *mapi.Message {
	m := sound()
	m.Props.SetNamed(mapi.Name{Set: mapi.PSPublicStrings, Text: "Keywords"}, mapi.PtypMultipleString, []string{"a", "b"})
	m.Props.Set(proptag.ConversationIndex, []byte("index"))
	m.Props.Set(0x66001102, [][]byte{[]byte("a"), []byte("b")})
	return m
}

// rewrite writes a compound file again, each stream as change has it.
func rewrite(w io.WriteSeeker, c container, change func(path string, b []byte) []byte) error {
	f, err := cfb.Open(bytes.NewReader(c), int64(len(c)), cfb.Options{MaxDepth: 1000})
	if err != nil {
		return err
	}
	to, err := cfb.NewWriter(w, cfb.WriterOptions{})
	if err != nil {
		return err
	}
	if err := rewriteStorage(to.Root(), f.Root(), change); err != nil {
		return err
	}
	return to.Close()
}

func rewriteStorage(to *cfb.StorageWriter, from *cfb.Storage, change func(path string, b []byte) []byte) error {
	for _, s := range from.Streams() {
		b, err := s.Bytes(-1)
		if err != nil {
			return err
		}
		out, err := to.CreateStream(s.Name())
		if err != nil {
			return err
		}
		if _, err := out.Write(change(s.Path(), b)); err != nil {
			return err
		}
		if err := out.Close(); err != nil {
			return err
		}
	}
	for _, s := range from.Storages() {
		sub, err := to.CreateStorage(s.Name())
		if err != nil {
			return err
		}
		if err := rewriteStorage(sub, s, change); err != nil {
			return err
		}
	}
	return nil
}
