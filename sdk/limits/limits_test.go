package limits

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// reset puts all bounds back when the test is over.
func reset(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		for _, l := range table {
			l.value.Store(l.def)
		}
	})
}

func TestTable(t *testing.T) {
	t.Parallel()
	word := regexp.MustCompile(`^[a-z]+(\.[a-z]+)+$`)
	names := map[string]bool{}
	for _, l := range All() {
		if !word.MatchString(l.Name()) || names[l.Name()] {
			t.Errorf("name %q", l.Name())
		}
		names[l.Name()] = true
		if l.Default() < 1 || l.Default() > l.Most() {
			t.Errorf("%s: default %d, most %d", l.Name(), l.Default(), l.Most())
		}
		if l.Bounds() == "" || l.Beyond() == "" {
			t.Errorf("%s says not what it is for", l.Name())
		}
		if v, err := l.parse(l.Format(l.Default())); err != nil || v != l.Default() {
			t.Errorf("%s: %q is read as %d, %v", l.Name(), l.Format(l.Default()), v, err)
		}
		if Find(l.Name()) != l {
			t.Errorf("Find(%q) finds another", l.Name())
		}
	}
	if !slices.IsSortedFunc(All(), func(a, b *Limit) int { return strings.Compare(a.name, b.name) }) {
		t.Error("the table is not in order")
	}
}

func TestSet(t *testing.T) {
	reset(t)
	for _, c := range []struct {
		name, value string
		want        int64 // 0 means refused
	}{
		{"mime.depth", "7", 7},
		{"mime.depth", "0", 0},
		{"mime.depth", "-1", 0},
		{"mime.depth", "501", 0},
		{"mime.depth", "7K", 0},
		{"mime.body", "1", 1},
		{"mime.body", "64M", 64 << 20},
		{"mime.body", "64m", 64 << 20},
		{"mime.body", "1G", 1 << 30},
		{"mime.body", "1025M", 0},
		{"archive.member", "9223372036854775807G", 0},
		{"archive.member", "99999999999999999999", 0},
		{"archive.member", "", 0},
		{"plugin.idle", "1m30s", int64(90 * time.Second)},
		{"plugin.idle", "90", 0},
		{"plugin.idle", "0s", 0},
		{"plugin.idle", "-5s", 0},
		{"plugin.idle", "721h", 0},
	} {
		before := Find(c.name).Get()
		err := Set(c.name, c.value)
		switch got := Find(c.name).Get(); {
		case (err == nil) != (c.want != 0):
			t.Errorf("%s=%s: %v", c.name, c.value, err)
		case err == nil && got != c.want:
			t.Errorf("%s=%s is %d, want %d", c.name, c.value, got, c.want)
		case err != nil && got != before:
			t.Errorf("%s=%s was refused and changed it to %d", c.name, c.value, got)
		}
	}
	if err := Set("mime.nothing", "1"); !errors.Is(err, ErrUnknown) {
		t.Errorf("an unknown name: %v", err)
	}
}

// What List says is what SetList takes: how a host hands its bounds on.
func TestList(t *testing.T) {
	reset(t)
	if List() != "" {
		t.Fatalf("bounds are changed at the start: %s", List())
	}
	const want = "mime.body=64M,mime.depth=7,plugin.idle=1m30s"
	if err := SetList("plugin.idle=90s, mime.depth=7,mime.body=65536K"); err != nil {
		t.Fatal(err)
	}
	if List() != want {
		t.Errorf("%s, want %s", List(), want)
	}
	if got := ListOutputs(); got != "mime.body=64M,mime.depth=7" {
		t.Errorf("what outputs depend on: %s", got)
	}
	if err := SetList(List()); err != nil || List() != want {
		t.Errorf("%s, %v", List(), err)
	}
	for _, bad := range []string{"mime.depth", "=", ",", "mime.depth=7,,", "mime.nothing=1"} {
		if SetList(bad) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if err := SetList(""); err != nil {
		t.Error(err)
	}
}

func TestOr(t *testing.T) {
	t.Parallel()
	if MIMEParts.Or(3) != 3 || MIMEParts.Or(0) != 10_000 || MIMEParts.Or(-1) != 10_000 || MIMEBody.Or64(5) != 5 || MIMEBody.Or64(0) != 16<<20 {
		t.Error("an option does not go before the table, or its zero value does")
	}
}

func Example() {
	for _, name := range []string{"mime.body", "plugin.idle"} {
		l := Find(name)
		fmt.Printf("%s: %s, at most %s; %s\n", l.Name(), l.Bounds(), l.Format(l.Get()), l.Beyond())
	}
	fmt.Println(Set("mime.depth", "1000000"))
	// Output:
	// mime.body: length of a text, encoded, that can be a body, at most 16M; mime.limit.size: it becomes a file
	// plugin.idle: time of a job without a sign of life, at most 1m; the job is cancelled, the plugin killed if that does not help
	// limit mime.depth: "1000000" is no depth from 1 to 500
}
