package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// objectFile returns an OLE object: a compound file with a stream of its own.
func objectFile(t testing.TB, stream string, data []byte) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "object")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := cfb.NewWriter(f, cfb.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Root().CreateStream(stream)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Write(data)
	for _, e := range []error{err, s.Close(), w.Close()} {
		if e != nil {
			t.Fatal(e)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// object returns an OLE object that is attached.
func object(name string, data []byte) *mapi.Attachment {
	a := new(mapi.Attachment)
	a.Props.Set(proptag.AttachMethod, mapi.AttachStorage)
	a.Props.Set(proptag.DisplayName, name)
	a.Props.Set(proptag.RenderingPosition, int32(-1))
	a.Props.Set(proptag.AttachDataObject, wire.Memory(data))
	return a
}

// entryOf returns the offset of the directory entry of that name in a compound
// file of version 3 that has one FAT sector or more, and its first sector.
func entryOf(t *testing.T, b []byte, name string, size int) (at, start int) {
	t.Helper()
	var wide []byte
	for _, u := range utf16.Encode([]rune(name)) {
		wide = binary.LittleEndian.AppendUint16(wide, u)
	}
	wide = append(wide, 0, 0)
	for at := 512; at+128 <= len(b); at += 128 {
		if bytes.HasPrefix(b[at:], wide) && b[at+66] == 2 && int(binary.LittleEndian.Uint32(b[at+120:])) == size {
			return at, int(binary.LittleEndian.Uint32(b[at+116:]))
		}
	}
	t.Fatalf("no stream %q of %d bytes", name, size)
	return 0, 0
}

// link makes the sector that follows a sector another one.
func link(b []byte, sector int, next uint32) {
	const perFAT = 512 / 4
	fat := int(binary.LittleEndian.Uint32(b[76+4*(sector/perFAT):]))
	binary.LittleEndian.PutUint32(b[(fat+1)*512+4*(sector%perFAT):], next)
}

// TestDamagedAttachmentCostsNoOther damages one attachment of a file in several
// ways. The message is converted, the others are whole, and a problem names the
// damage.
func TestDamagedAttachmentCostsNoOther(t *testing.T) {
	t.Parallel()
	const size = 200_000
	const binaryStream, free = "__substg1.0_37010102", 0xFFFFFFFF
	tests := []struct {
		name   string
		damage func(t *testing.T, b []byte)
		code   string
	}{
		{"a chain with an end too early", func(t *testing.T, b []byte) {
			_, start := entryOf(t, b, binaryStream, size)
			link(b, start+10, free)
		}, "cfb.repaired"},
		{"a chain in a circle", func(t *testing.T, b []byte) {
			_, start := entryOf(t, b, binaryStream, size)
			link(b, start+10, uint32(start))
		}, "cfb.repaired"},
		{"an object that cannot be read", func(t *testing.T, b []byte) {
			at, _ := entryOf(t, b, "NATIVE", size+1)
			copy(b[at:], "/")
		}, "storage.value.damaged at attachment 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := mail("Damaged", "damaged")
			m.Props.Set(proptag.Body, "The text is whole.")
			good := bytes.Repeat([]byte("good"), 30_000)
			m.Attachments = []*mapi.Attachment{
				attach("first.bin", "", bytes.Repeat([]byte("x"), size)),
				object("second", objectFile(t, "NATIVE", make([]byte, size+1))),
				attach("third.bin", "", good),
			}
			dir := t.TempDir()
			in := filepath.Join(dir, "m.msg")
			writeMsg(t, in, m)
			b, err := os.ReadFile(in)
			if err != nil {
				t.Fatal(err)
			}
			tt.damage(t, b)
			if err := os.WriteFile(in, b, 0o644); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			if code := run([]string{"convert", "--to", "eml", "--problems", "--out", dir, in}, &stdout, &stderr); code != exitOK {
				t.Fatalf("status %d\n%s", code, stderr.String())
			}
			if !strings.Contains(stderr.String(), "loss "+tt.code) {
				t.Errorf("no problem %s in\n%s", tt.code, stderr.String())
			}
			out, err := os.ReadFile(filepath.Join(dir, "m.eml"))
			if err != nil {
				t.Fatal(err)
			}
			flat := strings.ReplaceAll(string(out), "\r\n", "")
			for _, want := range []string{"The text is whole.", "first.bin", "filename=second", "third.bin", base64.StdEncoding.EncodeToString(good)} {
				if !strings.Contains(flat, want) {
					t.Errorf("%.40q is not in the file", want)
				}
			}
		})
	}
}
