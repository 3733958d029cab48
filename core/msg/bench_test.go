package msg

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/richardlehane/mscfb"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// outlookMail returns a message like those that Outlook saves: about 80
// properties, a fifth of them named, three bodies, three recipients and two
// attachments. seed tells one from the next.
func outlookMail(seed int) *mapi.Message {
	text := strings.Repeat(fmt.Sprintf("Line %d of the message, with an ümlaut.\r\n", seed), 60)
	m := new(mapi.Message)
	m.Props.Set(proptag.MessageClass, "IPM.Note")
	m.Props.Set(proptag.Subject, fmt.Sprintf("RE: Report %d", seed))
	m.Props.Set(proptag.Body, text)
	m.Props.Set(proptag.Html, []byte("<html><body><p>"+strings.Repeat(text, 4)+"</p></body></html>"))
	m.Props.Set(proptag.RtfCompressed, noise(seed, 7000))
	for i := range 22 { // names, addresses, identifiers
		m.Props.Set(mapi.NewTag(uint16(0x6600+i), mapi.PtypString), fmt.Sprintf("value %d of property %d", seed, i))
	}
	for i := range 14 { // entry ids, search keys
		m.Props.Set(mapi.NewTag(uint16(0x6640+i), mapi.PtypBinary), noise(seed+i, 20+9*i))
	}
	for i := range 24 {
		m.Props.Set(mapi.NewTag(uint16(0x6680+i), mapi.PtypInteger32), int32(seed+i))
	}
	for i := range 6 {
		m.Props.Set(mapi.NewTag(uint16(0x66C0+i), mapi.PtypTime), mapi.Filetime(130000000000000000+seed+i))
	}
	for i := range 10 {
		m.Props.SetNamed(mapi.Name{Set: mapi.PSETIDCommon, ID: uint32(0x8500 + i)}, mapi.PtypInteger32, int32(i))
	}
	for i := range 5 {
		m.Props.SetNamed(mapi.Name{Set: mapi.PSInternetHeaders, Text: fmt.Sprintf("x-header-%d", i)}, mapi.PtypString, "value")
	}
	for i := range 3 {
		var r mapi.Props
		r.Set(proptag.RecipientType, mapi.RecipientTo)
		for k, tag := range []mapi.Tag{proptag.DisplayName, proptag.EmailAddress, proptag.AddressType, proptag.SmtpAddress} {
			r.Set(tag, fmt.Sprintf("recipient %d, %d of %d", i, k, seed))
		}
		r.Set(proptag.EntryId, noise(seed, 120))
		r.Set(proptag.SearchKey, noise(seed, 30))
		r.Set(proptag.ObjectType, int32(6))
		r.Set(proptag.DisplayType, int32(0))
		m.Recipients = append(m.Recipients, r)
	}
	for i, size := range []int{4800, 38000} {
		a := &mapi.Attachment{}
		a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
		a.Props.Set(proptag.AttachDataBinary, noise(seed+i, size))
		a.Props.Set(proptag.AttachLongFilename, fmt.Sprintf("file %d.bin", i))
		a.Props.Set(proptag.AttachMimeTag, "application/octet-stream")
		a.Props.Set(proptag.AttachRendering, noise(seed, 3500))
		a.Props.Set(proptag.RenderingPosition, int32(-1))
		m.Attachments = append(m.Attachments, a)
	}
	return m
}

// noise returns n bytes that differ from one seed to the next.
func noise(seed, n int) []byte {
	b, x := make([]byte, n), uint32(seed)*2654435761+1
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x)
	}
	return b
}

// BenchmarkReadAll opens messages and reads every property, beside mscfb alone
// listing the same files and reading every stream into a slice of its own, as
// our values have. ratio is the time of ours over that of mscfb, ratio-discard
// that over mscfb reading into one buffer and keeping nothing.
func BenchmarkReadAll(b *testing.B) {
	b.Run("outlook", func(b *testing.B) {
		var files [][]byte
		for seed := range 20 {
			files = append(files, mustWrite(b, outlookMail(seed), nil))
		}
		benchmarkRead(b, files)
	})
	b.Run("corpus", func(b *testing.B) {
		var files [][]byte
		for _, path := range corpusFiles(b) {
			data, err := os.ReadFile(path)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := Open(bytes.NewReader(data), int64(len(data)), ReadOptions{}); err == nil && readStreams(data, nil) == nil {
				files = append(files, data)
			}
		}
		benchmarkRead(b, files)
	})
}

// benchmarkRead reads all files in each round, in turn by all three, and takes
// the medians of the rounds.
func benchmarkRead(b *testing.B, files [][]byte) {
	var took [3]time.Duration
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, data := range files {
		readAll(b, mustRead(b, data, nil))
	}
	runtime.ReadMemStats(&after)
	read := [3]func([]byte) error{
		func(data []byte) error { readAll(b, mustRead(b, data, nil)); return nil },
		func(data []byte) error { return readStreams(data, nil) },
		func(data []byte) error { return readStreams(data, readBuffer) },
	}
	var kept, discarded, rates []float64 // a round each
	for b.Loop() {
		for i := range read {
			start := time.Now()
			for range 1 + 200/len(files) {
				for _, data := range files {
					if err := read[i](data); err != nil {
						b.Fatal(err)
					}
				}
			}
			took[i] = time.Since(start)
		}
		kept = append(kept, float64(took[0])/float64(took[1]))
		discarded = append(discarded, float64(took[0])/float64(took[2]))
		rates = append(rates, float64((1+200/len(files))*len(files))/took[0].Seconds())
	}
	n := float64(len(files))
	b.ReportMetric(median(kept), "ratio")
	b.ReportMetric(median(discarded), "ratio-discard")
	b.ReportMetric(median(rates), "msgs/s")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/n, "allocs/msg")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/n, "B/msg")
}

// median returns the middle of list, which it sorts.
func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// readAll reads what is still in the file.
func readAll(b *testing.B, m *mapi.Message) {
	readProps(b, m.Props)
	for _, p := range m.Recipients {
		readProps(b, p)
	}
	for _, a := range m.Attachments {
		readProps(b, a.Props)
		if a.Embedded != nil {
			readAll(b, a.Embedded)
		}
	}
}

var readBuffer = make([]byte, 32<<10)

func readProps(b *testing.B, props mapi.Props) {
	for _, p := range props {
		large, ok := p.Value.(mapi.Large)
		if !ok {
			continue
		}
		r, err := large.Open()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, readBuffer); err != nil {
			b.Fatal(err)
		}
		r.Close()
	}
}

// readStreams reads every stream of a compound file with mscfb alone, in the
// largest pieces at which it is fast: into buf, or each into a slice of its own.
func readStreams(data, buf []byte) error {
	r, err := mscfb.New(bytes.NewReader(data))
	if err != nil {
		return err
	}
	for f, err := r.Next(); err == nil; f, err = r.Next() {
		kept := buf == nil
		if kept {
			buf = make([]byte, f.Size)
		}
		for done := int64(0); done < f.Size; {
			piece := buf
			if kept {
				piece = buf[done:min(f.Size, done+int64(len(readBuffer)))]
			}
			n, err := f.Read(piece)
			if done += int64(n); n == 0 {
				return err
			}
		}
		if kept {
			buf = nil
		}
	}
	return nil
}

// BenchmarkCreate writes messages into memory.
func BenchmarkCreate(b *testing.B) {
	m := outlookMail(1)
	size := len(mustWrite(b, m, nil))
	sp := &spool{mem: make([]byte, 0, 2*size)}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		*sp = spool{mem: sp.mem[:0]}
		if err := Write(sp, m, WriteOptions{}, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
}

// BenchmarkCreateFiles writes messages into files, beside writing the same
// bytes at once. ratio is the time of ours over that of the bytes.
func BenchmarkCreateFiles(b *testing.B) {
	m := outlookMail(1)
	data := mustWrite(b, m, nil)
	dir := b.TempDir()
	var ours, plain time.Duration
	for b.Loop() {
		start := time.Now()
		f, err := os.Create(filepath.Join(dir, "ours"))
		if err != nil {
			b.Fatal(err)
		}
		if err := Write(f, m, WriteOptions{}, nil); err != nil {
			b.Fatal(err)
		}
		f.Close()
		ours += time.Since(start)
		start = time.Now()
		if err := os.WriteFile(filepath.Join(dir, "plain"), data, 0o600); err != nil {
			b.Fatal(err)
		}
		plain += time.Since(start)
	}
	b.ReportMetric(float64(ours)/float64(plain), "ratio")
}
