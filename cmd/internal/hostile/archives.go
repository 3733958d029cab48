package hostile

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

const member = head + "\r\ntext\r\n"

// archives are zip and tar files; both count as folders.
func archives() []Case {
	return []Case{
		{Name: "zip-bomb.zip", Attack: "a megabyte that expands to a message of half a gigabyte", Small: 32 << 20, Full: 512 << 20, Make: zipBomb},
		{Name: "zip-nested.zip", Attack: "archives in archives", Small: 20, Full: 200, Make: zipNested},
		{Name: "zip-shared.zip", Attack: "ten thousand members that are all the same megabyte", Small: 1_000, Full: 10_000, Make: shared},
		{Name: "zip-sizes.zip", Attack: "members that say they have 2^32-2 bytes", Make: zipSizes},
		{Name: "zip-paths.zip", Attack: "members whose names are paths", Make: zipPaths},
		{Name: "zip-many.zip", Attack: "50,000 members that are nothing", Small: 5_000, Full: 50_000, Many: true, Make: zipMany},
		{Name: "tar-paths.tar", Attack: "members whose names are paths, and links that lead elsewhere", Make: tarPaths},
		{Name: "tar-sizes.tar", Attack: "a member that says it has 8 EiB", Make: tarSizes},
	}
}

// zipBomb makes a megabyte that expands to a message of half a gigabyte.
func zipBomb(w io.WriteSeeker, n int) error {
	return zipped(w, "bomb.eml", &repeater{unit: head + "\r\n" + strings.Repeat("zeros ", 10_000), left: int64(n)})
}

// zipNested makes archives in archives.
func zipNested(w io.WriteSeeker, n int) error {
	data := []byte(member)
	name := "m.eml"
	for range n {
		var b memory
		if err := zipped(&b, name, bytes.NewReader(data)); err != nil {
			return err
		}
		data, name = b.data, "inner.zip"
	}
	_, err := w.Write(data)
	return err
}

// zipSizes makes members that say they have 2^32-2 bytes.
func zipSizes(w io.WriteSeeker, _ int) error {
	var b memory
	if err := zipped(&b, "m.eml", strings.NewReader(member)); err != nil {
		return err
	}
	at := bytes.Index(b.data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(b.data[at+24:], 0xFFFFFFFE)
	_, err := w.Write(b.data)
	return err
}

// zipPaths makes members whose names are paths.
func zipPaths(w io.WriteSeeker, _ int) error {
	z := zip.NewWriter(w)
	for _, name := range Traversals {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name + ".eml", Method: zip.Deflate})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(f, member); err != nil {
			return err
		}
	}
	return z.Close()
}

// zipMany makes 50,000 members that are nothing.
func zipMany(w io.WriteSeeker, n int) error {
	z := zip.NewWriter(w)
	for i := range n {
		if _, err := z.Create(fmt.Sprintf("%d", i)); err != nil {
			return err
		}
	}
	return z.Close()
}

// tarPaths makes members whose names are paths, and links that lead elsewhere.
func tarPaths(w io.WriteSeeker, _ int) error {
	t := tar.NewWriter(w)
	for i, name := range Traversals {
		name = strings.ReplaceAll(name, "\x00", "")
		for _, kind := range []byte{tar.TypeReg, tar.TypeSymlink, tar.TypeLink, tar.TypeFifo} {
			h := &tar.Header{Typeflag: kind, Name: name + ".eml", Mode: 0o644}
			switch kind {
			case tar.TypeReg:
				h.Size = int64(len(member))
			case tar.TypeSymlink, tar.TypeLink:
				h.Linkname = Traversals[i]
				h.Linkname = strings.ReplaceAll(h.Linkname, "\x00", "")
			}
			if err := t.WriteHeader(h); err != nil {
				return err
			}
			if _, err := io.WriteString(t, member[:h.Size]); err != nil {
				return err
			}
		}
	}
	return t.Close()
}

// tarSizes makes a member that says it has 8 EiB.
func tarSizes(w io.WriteSeeker, _ int) error {
	b := make([]byte, 1024)
	copy(b, "m.eml")
	copy(b[100:], "0000644\x00")
	copy(b[124:], "\x80\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff")
	copy(b[148:], "        ")
	copy(b[156:], "0")
	copy(b[257:], "ustar\x0000")
	sum := 0
	for _, c := range b[:512] {
		sum += int(c)
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	copy(b[512:], member)
	_, err := w.Write(b)
	return err
}

// zipped writes a zip file with one member.
func zipped(w io.Writer, name string, r io.Reader) error {
	z := zip.NewWriter(w)
	f, err := z.Create(name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, r); err != nil {
		return err
	}
	return z.Close()
}

// shared writes a zip file with n members whose contents stand in one place.
func shared(w io.WriteSeeker, n int) error {
	contents := []byte(member + strings.Repeat("again ", 1<<20/6))
	var packed bytes.Buffer
	deflate, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return err
	}
	if _, err := deflate.Write(contents); err != nil {
		return err
	}
	if err := deflate.Close(); err != nil {
		return err
	}
	le := binary.LittleEndian
	sizes := le.AppendUint32(nil, crc32.ChecksumIEEE(contents))
	sizes = le.AppendUint32(le.AppendUint32(sizes, uint32(packed.Len())), uint32(len(contents)))
	var b []byte
	name := func(i int) string { return fmt.Sprintf("%06d.eml", i) }
	b = append(append(append(b, "PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00"...), sizes...), byte(len(name(0))), 0, 0, 0)
	b = append(append(b, name(0)...), packed.Bytes()...)
	start := len(b)
	for i := range n {
		b = append(append(append(b, "PK\x01\x02\x14\x00\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00"...), sizes...), byte(len(name(i))), 0)
		b = append(append(b, make([]byte, 16)...), name(i)...)
	}
	size := len(b) - start
	b = le.AppendUint16(le.AppendUint16(append(b, "PK\x05\x06\x00\x00\x00\x00"...), uint16(n)), uint16(n))
	b = le.AppendUint16(le.AppendUint32(le.AppendUint32(b, uint32(size)), uint32(start)), 0)
	_, err = w.Write(b)
	return err
}
