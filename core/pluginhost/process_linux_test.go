package pluginhost

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// namespaces skips a test where the system denies namespaces.
func namespaces(t *testing.T) {
	t.Helper()
	cmd := exec.Command("/bin/true")
	cmd.SysProcAttr = sysProcAttr()
	isolate(cmd.SysProcAttr)
	if err := cmd.Run(); err != nil {
		t.Skip("no namespaces: ", err)
	}
}

// TestNobodyOutlives has a plugin start a process that leaves its group. It ends
// with the plugin.
func TestNobodyOutlives(t *testing.T) {
	t.Parallel()
	namespaces(t)
	env, dead, _ := fifo(t)
	p, err := Start(within(t), play("outlives", env), Options{Processes: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
	dead()
}

// TestHostDiesNobodyOutlives kills the host of such a plugin.
func TestHostDiesNobodyOutlives(t *testing.T) {
	t.Parallel()
	namespaces(t)
	hostDies(t, "outlives")
}

func init() {
	orders["grow"] = func(_ context.Context, _ *sdk.Job, dst transfer.Output) error {
		grown = make([]byte, 128<<20)
		for i := 0; i < len(grown); i += 4 << 10 {
			grown[i] = 1
		}
		_, err := fmt.Fprintf(dst, "%d ", incarnation)
		return err
	}
}

// grown is what a plugin does not give back.
var grown []byte

// TestGrownProcessIsReplaced has a plugin take most of the memory that it may
// have. Nobody waits until it takes the rest.
func TestGrownProcessIsReplaced(t *testing.T) {
	t.Parallel()
	p := start(t, "good", Options{Processes: 1, Memory: 160 << 20})
	job, out := export(t, "grow")
	if err := p.Convert(within(t), job); err != nil {
		t.Fatal(err)
	}
	before := strings.TrimSuffix(out.String(), "grow")
	if after := strings.TrimSuffix(who(t, p), "who"); after == before {
		t.Errorf("the process %q is used again", before)
	}
}

// TestStaleFolders has the folders of sockets that a killed host has left, beside
// those that are none of this host's business.
func TestStaleFolders(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	now := time.Now()
	old := now.Add(-time.Hour)
	mkdir := func(name string, age time.Time) string {
		path := filepath.Join(base, name)
		if err := os.MkdirAll(filepath.Join(path, "x"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, age, age); err != nil {
			t.Fatal(err)
		}
		return path
	}
	stale := mkdir(folderPrefix+"1", old)
	stay := []string{
		mkdir(folderPrefix+"2", now), // may be about to be locked
		mkdir("other-3", old),
		mkdir(folderPrefix+"4", old), // of a host that lives
		filepath.Join(base, folderPrefix+"5"),
		mkdir("target", old),
	}
	lock, err := lockFolder(stay[2])
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := os.Symlink("target", stay[3]); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		foreign := mkdir(folderPrefix+"6", old)
		if err := os.Chown(foreign, 12345, 12345); err != nil {
			t.Fatal(err)
		}
		stay = append(stay, foreign)
	}
	removeStale(base, now)
	if _, err := os.Lstat(stale); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", stale, err)
	}
	for _, path := range stay {
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("removed: %v", err)
		}
	}
}
