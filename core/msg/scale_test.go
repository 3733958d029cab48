package msg

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// big reports whether the tests with gigabytes are wanted.
func big() bool { return os.Getenv("OXBRIDGE_BIG") == "1" }

// twice writes m and demands that the bytes depend on m alone.
func twice(t *testing.T, m *mapi.Message) []byte {
	t.Helper()
	data := mustWrite(t, m, func(p problem.Problem) { t.Error(p) })
	if !bytes.Equal(data, mustWrite(t, m, nil)) {
		t.Error("the same message gave other bytes")
	}
	return data
}

// TestFiftyDeep embeds messages in each other.
func TestFiftyDeep(t *testing.T) {
	t.Parallel()
	const depth = 50
	m := &mapi.Message{Props: mapi.Props{{Tag: proptag.Subject, Value: "innermost"}}}
	for i := range depth {
		m = &mapi.Message{
			Props:       mapi.Props{{Tag: proptag.Subject, Value: fmt.Sprint("level ", depth-i-1)}},
			Recipients:  []mapi.Props{{{Tag: proptag.DisplayName, Value: "somebody"}}},
			Attachments: []*mapi.Attachment{{Embedded: m}},
		}
		m.Props.SetNamed(mapi.Name{Set: mapi.PSETIDCommon, ID: uint32(i)}, mapi.PtypInteger32, int32(i))
	}
	data := twice(t, m)
	judge(t, data)
	got := mustRead(t, data, func(p problem.Problem) { t.Error(p) })
	contains(t, "", digest(t, got), digest(t, m))
	for i := range depth {
		if s := got.Props.String(proptag.Subject); s != fmt.Sprint("level ", i) || len(got.Attachments) != 1 || got.Attachments[0].Embedded == nil {
			t.Fatalf("message %d has subject %q and %d attachments", i, s, len(got.Attachments))
		}
		got = got.Attachments[0].Embedded
	}
	if s := got.Props.String(proptag.Subject); s != "innermost" {
		t.Errorf("innermost message has subject %q", s)
	}
}

func TestManyRecipients(t *testing.T) {
	t.Parallel()
	const count = 2000
	m := new(mapi.Message)
	for i := range count {
		m.Recipients = append(m.Recipients, mapi.Props{
			{Tag: proptag.RecipientType, Value: mapi.RecipientTo}, {Tag: proptag.Rowid, Value: int32(i)},
			{Tag: proptag.DisplayName, Value: fmt.Sprint("Recipient ", i)}, {Tag: proptag.SmtpAddress, Value: fmt.Sprintf("r%d@example.com", i)},
		})
	}
	data := twice(t, m)
	judge(t, data)
	got := mustRead(t, data, func(p problem.Problem) { t.Error(p) })
	contains(t, "", digest(t, got), digest(t, m))
}

// TestManyAttachments has more than the 2,048 that [MS-OXMSG] 2.2.2 allows:
// nothing is left out for that.
func TestManyAttachments(t *testing.T) {
	t.Parallel()
	const count = 5000
	m := new(mapi.Message)
	for i := range count {
		m.Attachments = append(m.Attachments, &mapi.Attachment{Props: mapi.Props{
			{Tag: proptag.AttachMethod, Value: mapi.AttachByValue}, {Tag: proptag.AttachLongFilename, Value: fmt.Sprintf("file %d.txt", i)},
			{Tag: proptag.AttachDataBinary, Value: fmt.Append(nil, "contents of ", i)},
		}})
	}
	got := mustRead(t, twice(t, m), func(p problem.Problem) { t.Error(p) })
	contains(t, "", digest(t, got), digest(t, m))
}

// generated is a Large of n bytes, zeros but for a number every 1 MiB, so that
// a file system can leave holes for it.
type generated struct{ n int64 }

func (g generated) Size() int64                  { return g.n }
func (g generated) Open() (io.ReadCloser, error) { return io.NopCloser(&generator{left: g.n}), nil }

type generator struct{ at, left int64 }

// Read implements io.Reader.
func (g *generator) Read(p []byte) (int, error) {
	if g.left == 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), g.left)]
	clear(p)
	for at := (g.at + 1<<20 - 1) &^ (1<<20 - 1); at < g.at+int64(len(p)); at += 1 << 20 {
		p[at-g.at] = byte(at >> 20)
	}
	g.at += int64(len(p))
	g.left -= int64(len(p))
	return len(p), nil
}

// sparse is a file in which blocks of zeros are holes.
type sparse struct {
	*os.File
	end  int64
	peak *peak
}

var block [4096]byte

// Write implements io.Writer.
func (s *sparse) Write(p []byte) (int, error) {
	s.peak.look()
	at, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	for done := 0; done < len(p); {
		n := min(len(p)-done, len(block))
		if !bytes.Equal(p[done:done+n], block[:n]) {
			if _, err := s.WriteAt(p[done:done+n], at+int64(done)); err != nil {
				return done, err
			}
		}
		done += n
	}
	if s.end = max(s.end, at+int64(len(p))); s.end > at {
		err = s.Truncate(s.end)
	}
	_, seek := s.Seek(at+int64(len(p)), io.SeekStart)
	return len(p), errors.Join(err, seek)
}

// peak is the most memory in use at any look.
type peak struct {
	most  uint64
	looks int
}

func (k *peak) look() {
	if k.looks++; k.looks%256 != 0 {
		return
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	k.most = max(k.most, m.HeapInuse)
}

// TestHugeAttachment writes an attachment of more than 4 GB less a bit, the
// most that the entry of a property can tell, next to another: the file has
// version 4 and passes 4 GiB. It is read from the file again.
func TestHugeAttachment(t *testing.T) {
	if !big() {
		t.Skip("OXBRIDGE_BIG=1 writes more than 4 GiB to a sparse file")
	}
	sizes := []int64{1<<32 - 1, 700 << 20}
	m := new(mapi.Message)
	for _, n := range sizes {
		m.Attachments = append(m.Attachments, &mapi.Attachment{Props: mapi.Props{
			{Tag: proptag.AttachMethod, Value: mapi.AttachByValue}, {Tag: proptag.AttachDataBinary, Value: generated{n}}}})
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "huge.msg"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	memory := new(peak)
	dst := &sparse{File: f, peak: memory}
	if err := Write(dst, m, WriteOptions{}, func(p problem.Problem) { t.Error(p) }); err != nil {
		t.Fatal(err)
	}
	t.Logf("writing %d bytes took %d KiB of heap at most", dst.end, memory.most>>10)
	if memory.most > 16<<20 {
		t.Errorf("%d bytes of heap", memory.most)
	}
	file, err := Open(f, dst.end, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if v := file.cfb.Version(); v != 4 || len(file.cfb.Repairs()) > 0 {
		t.Errorf("version %d, repairs %v", v, file.cfb.Repairs())
	}
	got, err := file.Message(func(p problem.Problem) { t.Error(p) })
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range got.Attachments {
		v, _ := a.Props.Get(proptag.AttachDataBinary)
		sameLarge(t, v.(mapi.Large), generated{sizes[i]}, memory)
	}
	t.Logf("with reading, %d KiB of heap at most", memory.most>>10)
	if memory.most > 32<<20 { // the FAT, the page cache
		t.Errorf("%d bytes of heap", memory.most)
	}
	over := &mapi.Message{Attachments: []*mapi.Attachment{{Props: mapi.Props{{Tag: proptag.AttachDataBinary, Value: generated{1 << 32}}}}}}
	nowhere := &sparse{File: f, peak: memory}
	if err := errors.Join(f.Truncate(0), Write(nowhere, over, WriteOptions{}, nil)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a value of 4 GiB: Write() = %v", err)
	}
}

// sameLarge compares two values piece by piece.
func sameLarge(t *testing.T, got, want mapi.Large, memory *peak) {
	t.Helper()
	if got.Size() != want.Size() {
		t.Errorf("%d bytes, want %d", got.Size(), want.Size())
		return
	}
	a, errA := got.Open()
	b, errB := want.Open()
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	x, y := make([]byte, 1<<20), make([]byte, 1<<20)
	for at := int64(0); at < want.Size(); {
		memory.look()
		n := min(int64(len(x)), want.Size()-at)
		_, errA := io.ReadFull(a, x[:n])
		_, errB := io.ReadFull(b, y[:n])
		if errors.Join(errA, errB) != nil || !bytes.Equal(x[:n], y[:n]) {
			t.Fatalf("differs after %d bytes: %v, %v", at, errA, errB)
		}
		at += n
	}
}
