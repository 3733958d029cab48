package hostile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A container is a small compound file of version 3 whose structures are to be
// damaged ([MS-CFB] 2).
type container []byte

// sound returns a message with streams in the mini stream and outside, a
// recipient and a message in it.
func sound() *mapi.Message {
	m := note()
	m.Props.Set(proptag.Body, strings.Repeat("text ", 300))
	m.Props.Set(proptag.Html, bytes.Repeat([]byte("<p>text"), 4000))
	inner := note()
	m.Attachments = append(m.Attachments, attachment("file.bin", bytes.Repeat([]byte("data"), 5000)), &mapi.Attachment{Embedded: inner})
	return m
}

// file returns a message as the bytes of a .msg file.
func file(m *mapi.Message) container {
	var b memory
	if err := msg.Write(&b, m, msg.WriteOptions{MaxDepth: 1000}, nil); err != nil {
		panic(err) // the message is one of ours
	}
	return b.data
}

func (c container) u32(at int) int         { return int(binary.LittleEndian.Uint32(c[at:])) }
func (c container) set(at int, n uint32)   { binary.LittleEndian.PutUint32(c[at:], n) }
func (c container) set64(at int, n uint64) { binary.LittleEndian.PutUint64(c[at:], n) }

// fat returns where the FAT has the entry of a sector.
func (c container) fat(sector int) int {
	return (c.u32(76+4*(sector/128))+1)*512 + 4*(sector%128)
}

// miniFAT returns where the mini FAT has the entry of a mini sector.
func (c container) miniFAT(sector int) int {
	at := c.u32(60)
	for range sector / 128 {
		at = c.u32(c.fat(at))
	}
	return (at+1)*512 + 4*(sector%128)
}

// entries returns where the directory entries stand.
func (c container) entries() (at []int) {
	for s := c.u32(48); s < 0xFFFFFFF0; s = c.u32(c.fat(s)) {
		for i := range 4 {
			if e := (s+1)*512 + 128*i; c[e+66] != 0 {
				at = append(at, e)
			}
		}
	}
	return at
}

// Where things stand in a directory entry ([MS-CFB] 2.6.1).
const (
	entryKind, entryLeft, entryRight, entryChild, entryStart, entrySize = 66, 68, 72, 76, 116, 120
	kindStorage, kindStream, kindRoot                                   = 1, 2, 5
)

// each calls do with the number and the place of every entry of a kind.
func (c container) each(kind byte, do func(number uint32, at int)) {
	for i, at := range c.entries() {
		if c[at+entryKind] == kind {
			do(uint32(i), at)
		}
	}
}

// damages are what can be done to a container.
var damages = []struct {
	name, attack string
	do           func(c container) container
}{
	{"fat-cycle", "chains of sectors that lead to their beginning", func(c container) container {
		c.each(kindStream, func(_ uint32, at int) {
			if start := c.u32(at + entryStart); c.u32(at+entrySize) >= 4096 {
				c.set(c.fat(start+1), uint32(start))
			}
		})
		return c
	}},
	{"fat-self", "a FAT in which every sector leads to itself", func(c container) container {
		for s := range len(c)/512 - 1 {
			c.set(c.fat(s), uint32(s))
		}
		return c
	}},
	{"fat-shared", "streams that all stand in the same sectors", func(c container) container {
		c.each(kindStream, func(_ uint32, at int) { c.set(at+entryStart, 0) })
		return c
	}},
	{"minifat-cycle", "chains of mini sectors that lead to their beginning", func(c container) container {
		for s := range 40 {
			c.set(c.miniFAT(s), uint32(s/10*10))
		}
		return c
	}},
	{"minifat-is-fat", "a mini FAT that is the FAT", func(c container) container { c.set(60, uint32(c.u32(76))); return c }},
	{"directory-cycle", "a directory whose sectors lead to the first", func(c container) container {
		c.set(c.fat(c.u32(c.fat(c.u32(48)))), uint32(c.u32(48)))
		return c
	}},
	{"siblings-cycle", "entries that are before and after themselves", func(c container) container {
		for i, at := range c.entries() {
			c.set(at+entryLeft, uint32(i))
			c.set(at+entryRight, uint32(max(i-1, 0)))
		}
		return c
	}},
	{"child-self", "storages that hold themselves", func(c container) container {
		c.each(kindStorage, func(n uint32, at int) { c.set(at+entryChild, n) })
		return c
	}},
	{"child-root", "storages that hold the root, and streams that hold storages", func(c container) container {
		for _, at := range c.entries() {
			if c[at+entryKind] != kindRoot {
				c.set(at+entryChild, 0)
			}
		}
		return c
	}},
	{"all-storages", "every entry a storage, every child and sibling the next entry", func(c container) container {
		for i, at := range c.entries() {
			c[at+entryKind] = kindStorage
			c.set(at+entryChild, uint32(i+1))
			c.set(at+entryRight, uint32(i+1))
		}
		return c
	}},
	{"difat-cycle", "a DIFAT that leads to itself, of as many sectors as there are numbers", func(c container) container {
		at := len(c)/512 - 1
		c.set(68, uint32(at))
		c.set(72, 0xFFFFFFFF)
		more := make(container, 512)
		for i := range 128 {
			more.set(4*i, uint32(at))
		}
		return append(c, more...)
	}},
	{"header-counts", "a header that counts 2^32-1 of everything", func(c container) container {
		for _, at := range []int{40, 44, 64, 72} {
			c.set(at, 0xFFFFFFFF)
		}
		return c
	}},
	{"header-cutoff", "a header that puts every stream into the mini stream", func(c container) container { c.set(56, 0xFFFFFFFF); return c }},
	{"sizes-32", "streams of 2^32-1 bytes", func(c container) container {
		for _, at := range c.entries() {
			c.set(at+entrySize, 0xFFFFFFFF)
		}
		return c
	}},
	{"sizes-64", "streams of 2^63-1 bytes in a file that says it is of version 4", func(c container) container {
		c[26] = 4
		for _, at := range c.entries() {
			c.set64(at+entrySize, 1<<63-1)
		}
		return c
	}},
	{"sizes-zero", "streams without bytes, and a mini stream without bytes", func(c container) container {
		for _, at := range c.entries() {
			c.set64(at+entrySize, 0)
		}
		return c
	}},
	{"names-long", "names of 65,535 bytes", func(c container) container {
		for _, at := range c.entries() {
			c[at+64], c[at+65] = 0xFF, 0xFF
		}
		return c
	}},
	{"names-equal", "entries that all have one name", func(c container) container {
		from := c.entries()[1]
		for _, at := range c.entries() {
			copy(c[at:at+66], c[from:from+66])
		}
		return c
	}},
	{"fat-is-directory", "a directory that is the FAT", func(c container) container { c.set(48, uint32(c.u32(76))); return c }},
	{"shift", "sectors of 2^65535 bytes", func(c container) container { c[30], c[31] = 0xFF, 0xFF; return c }},
	{"half", "the first half of a file", func(c container) container { return c[:len(c)/2] }},
	{"header-alone", "a header without a file", func(c container) container { return c[:512] }},
}

func containers() []Case {
	list := []Case{
		compound("cfb-deep", "storages inside each other", 2_000, 10_000, func(w *cfb.StorageWriter, n int) error {
			for range n {
				var err error
				if w, err = w.CreateStorage("__attach_version1.0_#00000000"); err != nil {
					return err
				}
			}
			return nil
		}),
		compound("cfb-wide", "300,000 empty streams", 50_000, 300_000, func(w *cfb.StorageWriter, n int) error {
			for i := range n {
				s, err := w.CreateStream(fmt.Sprintf("__substg1.0_%08X", i))
				if err != nil {
					return err
				}
				if err := s.Close(); err != nil {
					return err
				}
			}
			return nil
		}),
		{Name: "cfb-sparse.msg", Attack: "a file of 2 GiB that is zeros after the header", Small: 64 << 20, Full: 2 << 30, Make: func(w io.WriteSeeker, n int) error {
			c := file(sound())
			c.set(44, uint32(n/512/128))
			for i := range 109 {
				c.set(76+4*i, uint32(i))
			}
			if _, err := w.Write(c[:512]); err != nil {
				return err
			}
			if _, err := w.Seek(int64(n)-1, io.SeekStart); err != nil {
				return err
			}
			_, err := w.Write([]byte{0})
			return err
		}},
	}
	for _, d := range damages {
		list = append(list, Case{Name: "cfb-" + d.name + ".msg", Attack: d.attack, Make: func(w io.WriteSeeker, _ int) error {
			_, err := w.Write(d.do(file(sound())))
			return err
		}})
	}
	return list
}

// compound returns a case for a compound file that write fills.
func compound(name, attack string, small, full int, write func(w *cfb.StorageWriter, n int) error) Case {
	return Case{Name: name + ".msg", Attack: attack, Small: small, Full: full, Make: func(w io.WriteSeeker, n int) error {
		c, err := cfb.NewWriter(w, cfb.WriterOptions{MaxEntries: 2*n + 100}) // more than readers take, if need be
		if err != nil {
			return err
		}
		if err := write(c.Root(), n); err != nil {
			return err
		}
		return c.Close()
	}}
}

// memory is a file in memory.
type memory struct {
	data []byte
	at   int
}

func (m *memory) Write(p []byte) (int, error) {
	if grow := m.at + len(p) - len(m.data); grow > 0 {
		m.data = append(m.data, make([]byte, grow)...)
	}
	m.at += copy(m.data[m.at:], p)
	return len(p), nil
}

func (m *memory) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += int64(m.at)
	case io.SeekEnd:
		offset += int64(len(m.data))
	}
	m.at = int(offset)
	return offset, nil
}
