package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/oxbridge-mail/oxbridge/cmd/internal/peak"
	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// TestPluginKilledInTheMiddle kills the plugin processes, without warning, when
// a hundred of 500 messages are done. Every message is converted all the same.
func TestPluginKilledInTheMiddle(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("needs /proc to find the plugin's processes")
	}
	const count = 500
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	if err := os.Mkdir(in, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range count {
		m := hello()
		if i%10 == 0 {
			m = newsletter()
		}
		writeMsg(t, filepath.Join(in, fmt.Sprintf("%03d.msg", i)), m)
	}
	command, err := builtinCommand("eml")
	if err != nil {
		t.Fatal(err)
	}
	pool, err := pluginhost.Start(t.Context(), command, pluginhost.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var once sync.Once
	done, killed := 0, 0
	sum, err := batch.Run(t.Context(), pool, []string{in}, batch.Options{To: "eml", OutDir: out, Done: func(r report.Result) {
		if r.State != report.Converted {
			t.Errorf("%s: %s: %s", r.Input, r.State, r.Reason)
		}
		if done++; done >= 100 {
			once.Do(func() { killed = killChildren(t) })
		}
	}})
	if err != nil || sum.Converted != count || sum.Failed != 0 {
		t.Errorf("%v, %v", sum, err)
	}
	if killed == 0 {
		t.Error("no plugin process was found to kill")
	}
	entries, err := os.ReadDir(out)
	if err != nil || len(entries) != count {
		t.Errorf("%d outputs, %v", len(entries), err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(out, e.Name()))
		if err != nil || !strings.HasSuffix(string(b), "\r\n") || strings.HasPrefix(e.Name(), store.TempPrefix) {
			t.Errorf("%s is half-written: %v", e.Name(), err)
		}
	}
}

// killChildren kills the children of this process and returns how many.
func killChildren(t *testing.T) int {
	t.Helper()
	n := 0
	paths, _ := filepath.Glob("/proc/[0-9]*/status")
	for _, path := range paths {
		if peak.Fields(path)["PPid"] != strconv.Itoa(os.Getpid()) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			continue
		}
		if p, err := os.FindProcess(pid); err == nil && p.Kill() == nil {
			n++
		}
	}
	return n
}
