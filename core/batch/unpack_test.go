package batch

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

func gzipOf(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bzipped is a tar archive with one member, a.eml: "Subject: bz\r\n\r\n". The
// standard library does not write bzip2.
const bzipped = "QlpoOTFBWSZTWQdpd1gAAHF7gMqSCABAAXWQCAh6Fh4QCAggAFQ0ieoAaNDENMygkpGjTTTQ0AAH28CZCBzUIRHm6olB7kCGBYP9aY6ycJrAhFpBr4OYDYcKraI2LnSvtEN96Ki4OIiA/F3JFOFCQB2l3WA="

func TestPackedArchivesAreFolders(t *testing.T) {
	t.Parallel()
	packed := gzipOf(t, tarOf(t))
	in := write(t, map[string]string{
		"d/mail.tar.gz": string(packed), "d/mail.TGZ": string(packed) + strings.Repeat("\x00", 512), // padding of tapes
		"d/book.gz": string(packed), "d/fake.tgz": string(tarOf(t)),
	})
	out := t.TempDir()
	results, sum, err := run(t, &fake{}, Options{To: "msg", OutDir: out, ShardItems: 2}, in)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, base := range []string{"d/fake.tgz/", "d/mail.TGZ/", "d/mail.tar.gz/"} {
		want = append(want, base+"_/_/evil.msg", base+"a.msg", base+"a_.eml.msg", base+"a_.msg", base+"z/last.msg")
	}
	slices.Sort(want)
	if got := tree(t, out); !slices.Equal(got, want) {
		t.Errorf("outputs %v, want %v", got, want)
	}
	if sum.Failed != 3 || results["book.gz"].State != report.Skipped { // the links
		t.Errorf("%+v, %+v", sum, results["book.gz"])
	}
	o := Opener{In: store.Dir{}, Packed: new(Unpacker)}
	defer o.Packed.Close()
	src, err := o.Open(t.Context(), filepath.Join(in, "d", "mail.tar.gz")+"!z/last.eml")
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if b, err := io.ReadAll(io.NewSectionReader(src, 0, src.Size())); string(b) != files[0][1] || err != nil {
		t.Errorf("the member has %q, %v", b, err)
	}
}

func TestCompressionsByName(t *testing.T) {
	t.Parallel()
	bz, err := base64.StdEncoding.DecodeString(bzipped)
	if err != nil {
		t.Fatal(err)
	}
	in := write(t, map[string]string{
		"a.tar.bz2": string(bz), "b.tar.zst": "\x28\xB5\x2F\xFDxxxxxxxx", "c.txz": "\xFD7zXZ\x00xxxxxx", "d.tgz": "\x1F\x8Bxxxxxxxxxx",
		"e.tgz": string(gzipOf(t, []byte(strings.Repeat("no archive ", 100)))),
	})
	results, sum, err := run(t, &fake{}, Options{To: "msg", OutDir: t.TempDir()}, in)
	if err != nil || sum.Converted != 1 || sum.Failed != 4 {
		t.Errorf("%+v, %v, %+v", sum, err, results)
	}
	for name, want := range map[string]string{"b.tar.zst": "zstd is not unpacked here", "c.txz": "xz is not unpacked here", "d.tgz": "gzip: invalid header", "e.tgz": "archive/tar: invalid tar header"} {
		if r := results[name]; !strings.Contains(r.Reason, want) {
			t.Errorf("%s: %q, want %q", name, r.Reason, want)
		}
	}
}

// TestDamagedArchivesGiveWhatTheyHave cuts archives: members before the cut are
// converted, and the archive is a failure.
func TestDamagedArchivesGiveWhatTheyHave(t *testing.T) {
	t.Parallel()
	whole := tarOf(t)
	packed := gzipOf(t, whole)
	bad := slices.Clone(packed)
	bad[len(bad)-6] ^= 0xFF // the checksum
	in := write(t, map[string]string{"cut.tar": string(whole[:1300]), "cut.tgz": string(packed[:len(packed)/2]), "sum.tgz": string(bad)})
	results, sum, err := run(t, &fake{}, Options{To: "msg", OutDir: t.TempDir()}, in)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"cut.tar": "after ", "cut.tgz": "unexpected EOF, after ", "sum.tgz": "invalid checksum, after 7 members"} {
		if r := results[name]; r.State != report.Failed || !strings.Contains(r.Reason, want) {
			t.Errorf("%s: %s %q, want %q", name, r.State, r.Reason, want)
		}
	}
	if sum.Converted < 1+1+5 {
		t.Errorf("%+v", sum)
	}
}

func TestBombsDoNotExpand(t *testing.T) {
	t.Parallel()
	src := sourceOf(string(gzipOf(t, make([]byte, 10<<20))))
	var limit errUnpackLimit
	if _, err := unpack(t.Context(), src, 1<<20); !errors.As(err, &limit) {
		t.Errorf("unpack() = %v", err)
	}
	if u, err := unpack(t.Context(), src, 10<<20); err != nil || u.size != 10<<20 || u.damage != nil {
		t.Errorf("unpack() = %+v, %v", u, err)
	} else {
		u.free()
	}
	if got := unpackLimit(1 << 60); got != 1<<62 {
		t.Errorf("unpackLimit() = %d", got)
	}
	// A zip file of many members that claim gigabytes.
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range 3 {
		w, err := z.CreateRaw(&zip.FileHeader{Name: fmt.Sprint(i, ".eml"), Method: zip.Deflate, CompressedSize64: 4 << 20, UncompressedSize64: 3 << 30})
		if err == nil {
			_, err = w.Write(make([]byte, 4<<20))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := zipMembers(sourceOf(b.String())); !errors.As(err, &limit) {
		t.Errorf("zipMembers() = %v", err)
	}
}

func TestMembersDoNotOverlap(t *testing.T) {
	t.Parallel()
	list := []member{
		{name: "c", where: Range{Offset: 90, Length: 20}}, {name: "a", where: Range{Offset: 10, Length: 50}},
		{name: "empty", where: Range{Offset: 20}}, {name: "b", where: Range{Offset: 59, Length: 50}}, {name: "d", where: Range{Offset: 110, Length: 1}},
	}
	refuseShared(list)
	for _, m := range list {
		if (m.bad != "") != (m.name == "b") {
			t.Errorf("%s: %q", m.name, m.bad)
		}
	}
}

func TestMembersHaveOneNameEach(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range []string{"a.eml", "a.eml", "a.eml (2)", "caf\xE9.eml", "a.eml"} {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Typeflag: tar.TypeReg, Format: tar.FormatGNU}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	members, damage, err := listContainer(sourceOf(b.String()), KindTar)
	if err != nil || damage != nil {
		t.Fatal(damage, err)
	}
	var names []string
	for _, m := range members {
		names = append(names, m.name)
	}
	if want := []string{"a.eml", "a.eml (2)", "a.eml (2) (2)", "caf\uFFFD.eml", "a.eml (3)"}; !slices.Equal(names, want) {
		t.Errorf("names %q, want %q", names, want)
	}
}

// TestUnpackerKeepsOne reads three archives: what is in use stays, and one more.
func TestUnpackerKeepsOne(t *testing.T) {
	t.Parallel()
	packed := string(gzipOf(t, tarOf(t)))
	dir := store.Dir{Root: write(t, map[string]string{"a.tgz": packed, "b.tgz": packed, "c.tgz": packed})}
	var u Unpacker
	opened := map[string]*store.Source{}
	for _, name := range []string{"a.tgz", "b.tgz", "c.tgz"} {
		src, _, err := u.open(t.Context(), dir, name)
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := u.open(t.Context(), dir, name)
		if err != nil || len(u.entries) != len(opened)+1 {
			t.Fatalf("%d entries, %v", len(u.entries), err)
		}
		again.Close()
		opened[name] = src
	}
	for name, src := range opened {
		if _, err := src.ReadAt(make([]byte, 1), 0); err != nil {
			t.Errorf("%s in use: %v", name, err)
		}
		src.Close()
	}
	if len(u.entries) != maxIdle {
		t.Errorf("%d entries are kept, want %d", len(u.entries), maxIdle)
	}
	if u.Close(); len(u.entries) != 0 {
		t.Errorf("%d entries after Close", len(u.entries))
	}
}

// FuzzUnpack unpacks what may be an archive, under a limit.
func FuzzUnpack(f *testing.F) {
	f.Add(gzipOf(f, tarOf(f)[:2048]))
	if bz, err := base64.StdEncoding.DecodeString(bzipped); err == nil {
		f.Add(bz)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		const limit = 1 << 20
		u, err := unpack(t.Context(), sourceOf(string(in)), limit)
		if err != nil {
			return
		}
		defer u.free()
		if u.size > limit {
			t.Errorf("%d bytes unpacked to %d", len(in), u.size)
		}
		if _, _, err := listContainer(u.source(nil), KindPacked); err != nil {
			return
		}
	})
}
