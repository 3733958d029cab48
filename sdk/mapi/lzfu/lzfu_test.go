package lzfu

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The examples of [MS-OXRTFCP] section 4.
const (
	example1 = "2d000000 2b000000 4c5a4675 f1c5c7a7 03000a00 72637067 31323542 320af320 68656c09 00206277 05b06c64 7d0a800f a0"
	example2 = "1a000000 1c000000 4c5a4675 e2d44b51 41000420 5758595a 0d6e7d01 0eb0"
)

func TestDictionaryLength(t *testing.T) {
	t.Parallel()
	if len(dictionary) != 207 {
		t.Fatalf("len(dictionary) = %d, want 207", len(dictionary))
	}
}

func TestDecompress(t *testing.T) {
	t.Parallel()
	ex2 := unhex(t, example2)
	with := func(b []byte, at int, v byte) []byte {
		c := bytes.Clone(b)
		c[at] = v
		return c
	}
	tests := []struct {
		name  string
		in    []byte
		limit int64
		want  string
		warn  Warning
		err   error
	}{
		{name: "simple", in: unhex(t, example1), want: "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"},
		{name: "a reference crosses the write offset", in: ex2, want: `{\rtf1 WXYZWXYZWXYZWXYZWXYZ}`},
		{name: "empty"},
		{name: "short header", in: ex2[:15], err: ErrCorrupt},
		{name: "unknown kind", in: with(ex2, 8, 'X'), err: ErrCorrupt},
		{name: "wrong crc", in: with(ex2, 12, 0), want: `{\rtf1 WXYZWXYZWXYZWXYZWXYZ}`, warn: WarnCRC},
		{name: "wrong raw size", in: with(ex2, 7, 0x7F), want: `{\rtf1 WXYZWXYZWXYZWXYZWXYZ}`, warn: WarnRawSize},
		{name: "padding behind the contents", in: append(bytes.Clone(ex2), 0, 0, 0), want: `{\rtf1 WXYZWXYZWXYZWXYZWXYZ}`, warn: WarnCompressedSize},
		{name: "contents cut short", in: ex2[:24], want: `{\rtf1 WXYZ`, warn: WarnCRC | WarnCompressedSize | WarnRawSize | WarnTruncated},
		{name: "header alone", in: ex2[:16], warn: WarnCRC | WarnCompressedSize | WarnRawSize | WarnTruncated},
		{name: "limit reached", in: ex2, limit: 28, want: `{\rtf1 WXYZWXYZWXYZWXYZWXYZ}`},
		{name: "limit exceeded", in: ex2, limit: 7, want: `{\rtf1 `, err: ErrTooLarge, warn: 0},
		{name: "stored", in: Store([]byte("{}")), want: "{}"},
		{name: "stored, raw size counts the header", in: with(Store([]byte("{}")), 4, 14), want: "{}"},
		{name: "stored, raw size too small", in: with(Store([]byte("{}")), 4, 1), want: "{", warn: WarnRawSize},
		{name: "stored beyond limit", in: Store([]byte("{}")), limit: 1, want: "{", err: ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, w, err := Decompress(tt.in, tt.limit)
			if !errors.Is(err, tt.err) {
				t.Fatalf("Decompress() error = %v, want %v", err, tt.err)
			}
			if string(got) != tt.want || w != tt.warn && tt.err == nil {
				t.Errorf("Decompress() = %q, %b, want %q, %b", got, w, tt.want, tt.warn)
			}
			var fe *FormatError
			if err != nil && (!errors.As(err, &fe) || fe.Error() == "") {
				t.Errorf("error %T is no *FormatError", err)
			}
			if errors.Is(tt.err, ErrTooLarge) {
				return
			}
			all, err := io.ReadAll(NewReader(iotest.OneByteReader(bytes.NewReader(tt.in))))
			if !errors.Is(err, tt.err) || string(all) != tt.want {
				t.Errorf("NewReader: %q, %v, want %q, %v", all, err, tt.want, tt.err)
			}
		})
	}
}

func TestReaderPassesErrorsOn(t *testing.T) {
	t.Parallel()
	bad := errors.New("disk")
	in := unhex(t, example1)
	for _, n := range []int{0, 8, 16, 20, 30} {
		r := NewReader(io.MultiReader(bytes.NewReader(in[:n]), iotest.ErrReader(bad)))
		if _, err := io.ReadAll(r); !errors.Is(err, bad) {
			t.Errorf("after %d bytes: error = %v, want %v", n, err, bad)
		}
	}
}

// inputs are bodies of various shapes for round trips.
func inputs() map[string][]byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 20_000)
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	few := make([]byte, 50_000)
	for i := range few {
		few[i] = "ab{}\\"[rnd.IntN(5)]
	}
	return map[string][]byte{
		"empty":              nil,
		"one byte":           []byte("x"),
		"dictionary":         []byte(dictionary),
		"a run":              bytes.Repeat([]byte("a"), 10_000),
		"period of the ring": bytes.Repeat(noise[:ringSize], 3),
		"period below":       bytes.Repeat(noise[:ringSize-1], 3),
		"noise":              noise,
		"few letters":        few,
		"rtf":                []byte(strings.Repeat(`{\rtf1\ansi\deff0 {\*\htmltag84 <p>}\pard text\par}`+"\r\n", 300)),
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for name, in := range inputs() {
		for kind, pack := range map[string]func([]byte) []byte{"Compress": Compress, "Store": Store} {
			z := pack(in)
			got, w, err := Decompress(z, 0)
			if err != nil || w != 0 || !bytes.Equal(got, in) {
				t.Errorf("%s %s: %d bytes, warnings %b, error %v; want %d bytes back", kind, name, len(got), w, err, len(in))
			}
			all, err := io.ReadAll(NewReader(bytes.NewReader(z)))
			if err != nil || !bytes.Equal(all, in) {
				t.Errorf("%s %s: reader gives %d bytes, error %v", kind, name, len(all), err)
			}
		}
	}
}

func TestCompressRatio(t *testing.T) {
	t.Parallel()
	in := inputs()["rtf"]
	if z := Compress(in); len(z) > len(in)/6 {
		t.Errorf("Compress made %d bytes of %d", len(z), len(in))
	}
}

// TestBounds compresses what invites long searches. If each of them went to its
// end, the test would run into the time limit of go test.
func TestBounds(t *testing.T) {
	t.Parallel()
	in := bytes.Repeat([]byte("aab"), 1<<20)
	z := Compress(in)
	if _, _, err := Decompress(z, 0); err != nil {
		t.Fatal(err)
	}
}

func TestLyingSizesAllocateLittle(t *testing.T) {
	t.Parallel()
	in := unhex(t, example2)
	for i := range 8 {
		in[i] = 0xFF
	}
	n := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			_, _, _ = Decompress(in, 0)
		}
	}).AllocedBytesPerOp()
	if n > 64<<10 {
		t.Errorf("%d bytes allocated for %d of input", n, len(in))
	}
}

// FuzzDecompress holds the two decompressors to each other and to the bound on
// expansion.
func FuzzDecompress(f *testing.F) {
	f.Add(unhex(f, example1))
	f.Add(unhex(f, example2))
	f.Add(Store([]byte("{}")))
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, in []byte) {
		got, _, err := Decompress(in, 1<<20)
		var fe *FormatError
		if err != nil && !errors.As(err, &fe) {
			t.Fatalf("Decompress() error %T", err)
		}
		if len(got) > 8*len(in)+maxRun || len(got) > 1<<20 {
			t.Fatalf("%d bytes out of %d", len(got), len(in))
		}
		if errors.Is(err, ErrTooLarge) {
			return
		}
		all, rerr := io.ReadAll(NewReader(bytes.NewReader(in)))
		if !bytes.Equal(all, got) || (err == nil) != (rerr == nil) {
			t.Fatalf("reader: %q, %v; Decompress: %q, %v", all, rerr, got, err)
		}
	})
}

// FuzzCompress holds Compress to be undone by Decompress without complaint.
func FuzzCompress(f *testing.F) {
	for _, in := range inputs() {
		f.Add(in[:min(len(in), 2000)])
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, w, err := Decompress(Compress(in), 0)
		if err != nil || w != 0 || !bytes.Equal(got, in) {
			t.Fatalf("got %q, %b, %v; want %q", got, w, err, in)
		}
	})
}
