package msg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// hostile returns files that are made to cost memory or time.
func hostile(t testing.TB) map[string][]byte {
	const n = 20_000
	entries := func(tag func(i int) mapi.Tag) []byte {
		b := make([]byte, rootHeader, rootHeader+n*entrySize)
		for i := range n {
			b = append(b, entry(tag(i), 0xFFFFFFFF)...)
		}
		return b
	}
	maps := file{guidStream: nil, stringStream: bytes.Repeat([]byte{0xF0, 0x0F, 0, 0}, 3000)}
	records := make([]byte, 0, 8*n)
	for i := range n {
		records = binary.LittleEndian.AppendUint32(records, uint32(4*(i%1000)))
		records = append(records, 3, 0, byte(i), byte(i>>8))
	}
	maps[nameEntries] = records
	hashes := file{guidStream: []byte{}, stringStream: maps[stringStream], nameEntries: records[:8], "__substg1.0_10000102": records}
	maps[guidStream] = []byte{}
	children := func(name string, child func(i int) any) file {
		f := file{propertyStream: stream(rootHeader)}
		for i := range n / 10 {
			f[fmt.Sprintf(name, i)] = child(i)
		}
		return f
	}
	nested := file{}
	for range 100 {
		nested = file{propertyStream: stream(embeddedHeader), attachmentPrefix + "00000000": file{
			propertyStream: stream(childHeader, entry(0x37050003, 5), entry(0x3701000D, noSize)), "__substg1.0_3701000D": nested}}
	}
	strange := func(tag func(i int) mapi.Tag) []byte { // with attributes that have to be kept
		b := entries(tag)
		for e := b[rootHeader:]; len(e) >= entrySize; e = e[entrySize:] {
			e[4] = readable
		}
		return b
	}
	dense := func(objects, props int) file { // integers, floats and times alone
		f := file{propertyStream: stream(rootHeader)}
		for o := range objects {
			b := make([]byte, childHeader, childHeader+props*entrySize)
			for i := range props {
				b = append(b, entry(mapi.NewTag(uint16(1+i), []mapi.Type{mapi.PtypInteger32, mapi.PtypFloating64, mapi.PtypTime}[i%3]), 0x12345678)...)
			}
			f[fmt.Sprintf(recipientPrefix+"%08X", o)] = file{propertyStream: b}
		}
		return f
	}
	texts := func(t mapi.Type, b []byte) file {
		f := file{}
		props := make([]byte, rootHeader)
		for i := range 500 {
			tag := mapi.NewTag(uint16(0x6000+i), t)
			props = append(props, entry(tag, uint32(len(b)))...)
			f[valueName(tag)] = b
		}
		f[propertyStream] = props
		return f
	}
	sparse := file{propertyStream: stream(rootHeader, entry(0x6600101F, 0)), valueName(0x6600101F): make([]byte, 4*n), fmt.Sprintf("__substg1.0_6600101F-%08X", n-1): []byte{0, 0}}
	lengths := bytes.Repeat([]byte{0xFF, 0xFF, 0xFF, 0x7F}, 5*n)
	files := map[string]file{
		"entries of no type":    {propertyStream: entries(func(i int) mapi.Tag { return mapi.Tag(i<<16 | 0x99) })},
		"entries without value": {propertyStream: entries(func(i int) mapi.Tag { return mapi.Tag(i<<16 | 0x1F) })},
		"entries of one id":     {propertyStream: entries(func(i int) mapi.Tag { return mapi.Tag(0x6600<<16 | i%8) })},
		"entries without names": {propertyStream: entries(func(i int) mapi.Tag { return mapi.Tag((0x8000+i)<<16 | 3) })},
		"entries of PtypNull":   {propertyStream: entries(func(i int) mapi.Tag { return mapi.Tag((1+i)<<16 | 1) })},
		"odd attributes":        {propertyStream: strange(func(i int) mapi.Tag { return mapi.Tag((1+i)<<16 | 3) })},
		"odd ones of no type":   {propertyStream: bytes.Repeat(strange(func(i int) mapi.Tag { return mapi.Tag((1+i)<<16 | 0x99) }), 20)},
		"one dense object":      dense(1, 65000),
		"dense objects":         dense(20, 20_000),
		"many dense objects":    dense(3000, 60),
		"wide text":             texts(mapi.PtypString, bytes.Repeat([]byte{0x25, 0x66}, 500)),
		"half pairs":            texts(mapi.PtypString, bytes.Repeat([]byte{0x3D, 0xD8}, 500)),
		"narrow text":           texts(mapi.PtypString8, bytes.Repeat([]byte{0x80}, 1000)),
		"narrow nonsense":       texts(mapi.PtypString8, bytes.Repeat([]byte{0x81}, 60)),
		"a sparse list":         sparse,
		"a list of nothing":     {propertyStream: stream(rootHeader, entry(0x6600101F, 0)), valueName(0x6600101F): lengths},
		"lists of nothing":      {propertyStream: stream(rootHeader, entry(0x66001102, 0)), valueName(0x66001102): lengths},
		"names":                 {propertyStream: stream(rootHeader), nameStorage: maps},
		"hashes":                {propertyStream: stream(rootHeader), nameStorage: hashes},
		"values":                children("__substg1.0_%04X0102", func(int) any { return []byte{} }),
		"elements":              children("__substg1.0_6600101F-%08X", func(int) any { return []byte{} }),
		"recipients":            children(recipientPrefix+"%08X", func(int) any { return file{} }),
		"empty recipients":      children(recipientPrefix+"%08X", func(int) any { return file{propertyStream: []byte{}} }),
		"attachments":           children(attachmentPrefix+"%08X", func(int) any { return file{propertyStream: stream(childHeader, entry(0x37050003, 5))} }),
		"nested":                {propertyStream: stream(rootHeader), attachmentPrefix + "00000000": nested[attachmentPrefix+"00000000"]},
	}
	built := make(map[string][]byte)
	for name, f := range files {
		built[name] = build(t, f)
	}
	return built
}

// allocated returns the bytes that f allocates, freed or not.
func allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// TestBounds holds Verify, Open and Message to four times the size of the file and
// 1 MiB, whatever the file is. It must not run beside other tests.
func TestBounds(t *testing.T) {
	for name, b := range hostile(t) {
		limit := int64(4*len(b) + 1<<20)
		r, size := bytes.NewReader(b), int64(len(b))
		var err error
		if n := allocated(func() { _, err = Verify(r, size) }); n > limit || err != nil {
			t.Errorf("%s: Verify allocates %d bytes for %d, error %v", name, n, size, err)
		}
		var f *File
		n := allocated(func() { f, err = Open(r, size, ReadOptions{}) })
		if n > limit {
			t.Errorf("%s: Open allocates %d bytes for %d", name, n, size)
		}
		if err != nil {
			if !errors.Is(err, cfb.ErrTooLarge) {
				t.Errorf("%s: Open() = %v", name, err)
			}
			continue
		}
		for range 2 { // with what the first one leaves, too
			var said problem.List
			n = allocated(func() { _, _, err = f.MessageExtra(said.Add) })
			if n > detectorFactor*limit || err != nil {
				t.Errorf("%s: Message allocates %d bytes for %d (%.1f), %d problems, error %v", name, n, size, float64(n)/float64(size), len(said), err)
			}
			t.Logf("%s: %d bytes, %d allocated, %d of them left, %d problems", name, size, n, limit-n, len(said))
		}
	}
}
