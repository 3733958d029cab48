package transfer

import (
	"bytes"
	stdbase64 "encoding/base64"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

func decode(t *testing.T, in string, tr Transform) (string, int64) {
	t.Helper()
	var outs []string
	var damage int64
	for _, r := range []io.Reader{strings.NewReader(in), iotest.OneByteReader(strings.NewReader(in)), iotest.DataErrReader(strings.NewReader(in))} {
		dec, err := NewReader(r, tr)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(dec)
		if err != nil {
			t.Fatal(err)
		}
		outs = append(outs, string(b))
		damage = dec.(Damaged).Damage()
	}
	if outs[0] != outs[1] || outs[0] != outs[2] {
		t.Errorf("decoding %q depends on how it is read: %q", in, outs)
	}
	return outs[0], damage
}

func TestUnbase64(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in, want string
		damaged        bool
	}{
		{"plain", "aGVsbG8gd29ybGQ=", "hello world", false},
		{"line breaks anywhere", "aGVs\r\nbG8g\nd29y\r\nbGQ=\r\n", "hello world", false},
		{"blanks", " aGVs bG8g\td29y bGQ= ", "hello world", false},
		{"padding missing", "aGVsbG8gd29ybGQ", "hello world", true},
		{"junk inside", "aGVs!bG8*gd29ybGQ=", "hello world", true},
		{"two encoded pieces joined", "aGVsbG8=d29ybGQ=", "helloworld", false},
		{"a lone character", "aGVsb", "hel", true},
		{"empty", "", "", false},
		{"only padding", "====", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, damage := decode(t, tt.in, Unbase64)
			if got != tt.want || (damage > 0) != tt.damaged {
				t.Errorf("got %q with damage %d, want %q, damaged %v", got, damage, tt.want, tt.damaged)
			}
		})
	}
}

func TestUnquote(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in, want string
		damaged        bool
	}{
		{"escapes", "caf=C3=A9 =3D\r\n", "café =\r\n", false},
		{"lower case", "caf=c3=a9", "café", false},
		{"soft break", "one=\r\n two=\n three", "one two three", false},
		{"blanks after a soft break", "one=  \r\ntwo", "onetwo", false},
		{"trailing blanks are not content", "one  \t\r\ntwo", "one\r\ntwo", false},
		{"bad escape kept", "50=% of =ZZ", "50=% of =ZZ", true},
		{"line feeds stay", "a\nb\n", "a\nb\n", false},
		{"soft break at the end", "a=", "a", false},
		{"empty", "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, damage := decode(t, tt.in, Unquote)
			if got != tt.want || (damage > 0) != tt.damaged {
				t.Errorf("got %q with damage %d, want %q, damaged %v", got, damage, tt.want, tt.damaged)
			}
		})
	}
	long := strings.Repeat("=41", 3*maxQuotedLine)
	if got, _ := decode(t, long, Unquote); got != strings.Repeat("A", 3*maxQuotedLine) {
		t.Errorf("a line without end: %d bytes", len(got))
	}
}

func TestBase64RoundTrip(t *testing.T) {
	t.Parallel()
	rnd := rand.NewChaCha8([32]byte{1})
	for _, n := range []int{0, 1, 2, 3, 56, 57, 58, 1000, blockLen - 1, blockLen, blockLen + 1, 200_000} {
		src := make([]byte, n)
		_, _ = rnd.Read(src)
		var enc bytes.Buffer
		if _, err := Copy(&enc, bytes.NewReader(src), Base64); err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(strings.TrimSuffix(enc.String(), "\r\n"), "\r\n") {
			if len(line) > 76 {
				t.Fatalf("line of %d characters", len(line))
			}
		}
		pulled, err := NewReader(bytes.NewReader(src), Base64)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(pulled); err != nil || !bytes.Equal(b, enc.Bytes()) {
			t.Errorf("%d bytes: reader and copier differ, %v", n, err)
		}
		want := stdbase64.StdEncoding.EncodeToString(src)
		if got := strings.ReplaceAll(enc.String(), "\r\n", ""); got != want {
			t.Errorf("%d bytes encode to %.60q, want %.60q", n, got, want)
		}
		got, damage := decode(t, enc.String(), Unbase64)
		if got != string(src) || damage != 0 {
			t.Errorf("%d bytes: round trip differs, damage %d", n, damage)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	big := bytes.Repeat([]byte("x"), findWindow-3)
	big = append(big, "\n--boundary--\n"...)
	tests := []struct {
		name     string
		in       string
		from, to int64
		patterns []string
		at       int64
		which    int
	}{
		{"first of two", "abc def", 0, 7, []string{"def", "bc"}, 1, 1},
		{"longest at one place", "--ab\n", 0, 5, []string{"--a", "--ab"}, 0, 1},
		{"from is kept", "aXbX", 2, 4, []string{"X"}, 3, 0},
		{"must end before to", "abcdef", 0, 4, []string{"de"}, -1, -1},
		{"none", "abc", 0, 3, []string{"z"}, -1, -1},
		{"across windows", string(big), 0, int64(len(big)), []string{"\n--boundary", "\n--boundary--"}, findWindow - 3, 1},
		{"to past the end", "abc", 0, 99, []string{"c"}, 2, 0},
		{"no patterns", "abc", 0, 3, nil, -1, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var ps [][]byte
			for _, p := range tt.patterns {
				ps = append(ps, []byte(p))
			}
			at, which, err := NewBytesInput([]byte(tt.in)).Find(tt.from, tt.to, ps...)
			if err != nil || at != tt.at || which != tt.which {
				t.Errorf("Find() = %d, %d, %v, want %d, %d", at, which, err, tt.at, tt.which)
			}
		})
	}
}

func FuzzDecoders(f *testing.F) {
	f.Add([]byte("aGVsbG8=\r\n=41=\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, tr := range []Transform{Unbase64, Unquote} {
			got, _ := decode(t, string(in), tr)
			if len(got) > len(in) {
				t.Errorf("%d bytes grew to %d", len(in), len(got))
			}
		}
	})
}

// TestBase64Line encodes without line ends, in both directions of flow.
func TestBase64Line(t *testing.T) {
	t.Parallel()
	src := bytes.Repeat([]byte("0123456789"), 20_000) // some blocks, the last one short
	want := stdbase64.StdEncoding.EncodeToString(src)
	var pushed bytes.Buffer
	if _, err := Copy(&pushed, bytes.NewReader(src), Base64Line); err != nil || pushed.String() != want {
		t.Errorf("got %d characters, %v", pushed.Len(), err)
	}
	r, err := NewReader(bytes.NewReader(src), Base64Line)
	if err != nil {
		t.Fatal(err)
	}
	if pulled, err := io.ReadAll(r); err != nil || string(pulled) != want {
		t.Errorf("got %d characters, %v", len(pulled), err)
	}
	if Transform(5).Known() || !Base64Line.Known() {
		t.Error("Known() is wrong")
	}
}

func BenchmarkBase64(b *testing.B) {
	src := make([]byte, 1<<20)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		_, _ = Copy(io.Discard, bytes.NewReader(src), Base64)
	}
}

func BenchmarkUnbase64(b *testing.B) {
	var enc bytes.Buffer
	_, _ = Copy(&enc, bytes.NewReader(make([]byte, 1<<20)), Base64)
	b.SetBytes(1 << 20)
	for b.Loop() {
		_, _ = Copy(io.Discard, bytes.NewReader(enc.Bytes()), Unbase64)
	}
}
