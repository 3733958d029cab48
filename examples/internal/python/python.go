// Package python runs the plugins in Python of the examples in tests.
package python

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/conformance"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/examples/internal/host"
)

// interpreter returns one that has grpcio: OXBRIDGE_PYTHON, the one that
// `make python` installs, or the first in PATH.
func interpreter(t testing.TB, root string) string {
	t.Helper()
	installed := filepath.Join(root, ".bin", "python", "bin", "python")
	for _, p := range []string{os.Getenv("OXBRIDGE_PYTHON"), installed, "python3"} {
		if p != "" && exec.CommandContext(t.Context(), p, "-c", "import grpc, google.protobuf").Run() == nil {
			return p
		}
	}
	t.Skip("no Python with grpcio: make python installs one")
	return ""
}

// Command starts a plugin with the SDK of this checkout. A test in a folder two
// below its top calls it, and is skipped where no Python has grpcio.
func Command(t testing.TB, script string) pluginhost.Command {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return pluginhost.Command{
		Name: filepath.Base(script), Path: interpreter(t, root), Args: []string{script},
		Env: []string{"PYTHONPATH=" + filepath.Join(root, "sdk", "python"), "PYTHONDONTWRITEBYTECODE=1"},
	}
}

// Start starts a plugin under the real host, for as long as the test lasts.
func Start(t testing.TB, script string) *pluginhost.Pool {
	t.Helper()
	return host.Start(t, Command(t, script))
}

// Conform holds a plugin against the rules of the wire. All checks of the groups
// that are named have to apply to it.
func Conform(t *testing.T, script string, groups ...string) {
	t.Helper()
	const patience = 20 // the machine may be busy
	r, err := conformance.Run(t.Context(), Command(t, script), conformance.Options{Patience: patience})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Results {
		t.Logf("%-4s %-24s %6v %s", c.Outcome, c.Name, c.Took.Round(time.Millisecond), c.Reason)
		if c.Outcome == conformance.Fail {
			t.Errorf("%s: %s", c.Name, c.Reason)
		}
		for _, group := range groups {
			if c.Outcome == conformance.Skip && path.Dir(c.Name) == group {
				t.Errorf("%s does not apply: %s", c.Name, c.Reason)
			}
		}
	}
}
