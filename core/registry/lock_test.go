package registry

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/core/store"
)

const (
	hashA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	hashB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func TestLockIsWrittenSorted(t *testing.T) {
	t.Parallel()
	lock := Lock{
		"zip":      {"zip", store.Digest{SHA256: hashA, Size: 7}, "1.0 beta 2"},
		"markdown": {"markdown", store.Digest{SHA256: hashB, Size: 18874368}, ""},
		"a-b":      {"a-b", store.Digest{SHA256: hashA, Size: 0}, "v1\nevil sha256:x 1"},
	}
	want := "oxbridge plugin lock 1\n" +
		"a-b sha256:" + hashA + " 0 v1evil sha256:x 1\n" +
		"markdown sha256:" + hashB + " 18874368\n" +
		"zip sha256:" + hashA + " 7 1.0 beta 2\n"
	if got := lock.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	back, err := ParseLock(strings.NewReader(want))
	if err != nil || back.String() != want {
		t.Errorf("read back: %v, %v", back, err)
	}
	if got, err := ParseLock(strings.NewReader("# mine\r\n\n" + strings.ReplaceAll(want, "\n", "\r\n"))); err != nil || !cmp.Equal(got, back) {
		t.Errorf("with a comment and CRLF: %v, %v", got, err)
	}
}

func TestParseLock_Errors(t *testing.T) {
	t.Parallel()
	head := lockHead + "\n"
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "does not begin"},
		{"another format", "oxbridge plugin lock 2\n", `plugins.lock:1: does not begin with "oxbridge plugin lock 1"`},
		{"no size", head + "a sha256:" + hashA + "\n", "plugins.lock:2: is not a name, a hash"},
		{"path as a name", head + "../a sha256:" + hashA + " 1\n", "no name of a plugin"},
		{"short hash", head + "a sha256:abc 1\n", "is not sha256: and 64"},
		{"other hash", head + "a sha512:" + hashA + " 1\n", "is not sha256: and 64"},
		{"negative size", head + "a sha256:" + hashA + " -1\n", "is no size"},
		{"size with a sign", head + "a sha256:" + hashA + " +1\n", "is no size"},
		{"control character", head + "a sha256:" + hashA + " 1 v\x1b[31m\n", "not printable"},
		{"twice", head + "a sha256:" + hashA + " 1\na sha256:" + hashB + " 1\n", "plugins.lock:3: a is there twice"},
		{"long", head + strings.Repeat("#\n", maxLock), "longer than"},
		{"long line", head + strings.Repeat("#", maxLock+1), "longer than"},
	} {
		if _, err := ParseLock(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

func FuzzParseLock(f *testing.F) {
	f.Add(lockHead + "\nmarkdown sha256:" + hashA + " 12 1.0.0\n# end\n")
	f.Add(lockHead + "\na sha256:" + hashB + " 0\n")
	f.Fuzz(func(t *testing.T, text string) {
		lock, err := ParseLock(strings.NewReader(text))
		if err != nil {
			return
		}
		again, err := ParseLock(strings.NewReader(lock.String()))
		if err != nil || !cmp.Equal(lock, again) {
			t.Fatalf("%q is read as %v, and that as %v, %v", text, lock, again, err)
		}
	})
}

func FuzzParseRecord(f *testing.F) {
	f.Add(`{"name":"a","sha256":"","formats":[{"name":"b","exports":true}],"options":[{"name":"c","kind":"bool"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := parseRecord([]byte(text), "a"); err == nil && r.Name != "a" {
			t.Fatalf("got a record of %q", r.Name)
		}
	})
}
