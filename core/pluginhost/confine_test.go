package pluginhost

import (
	"os"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost/roletest"
	"github.com/oxbridge-mail/oxbridge/core/sandbox"
)

// boxed are options for plugins behind walls. A program with the race detector
// reserves more memory than any limit allows.
func boxed(mode sandbox.Mode) Options {
	return Options{Sandbox: mode, Launcher: []string{os.Args[0], roletest.Launch}, Memory: 1 << 50}
}

// TestSandboxedJobs does jobs behind walls: the handshake, the socket and the
// lifeline need none of what is walled off.
func TestSandboxedJobs(t *testing.T) {
	t.Parallel()
	if err := (sandbox.Policy{Mode: sandbox.Strict}).Check(); err != nil {
		t.Skip(err)
	}
	for _, role := range []string{"good", "bare"} {
		pool := start(t, role, boxed(sandbox.Strict))
		job, out := export(t, "hello")
		if err := pool.Convert(within(t), job); err != nil || out.String() != "hello" {
			t.Errorf("%s: got %q, %v", role, out, err)
		}
	}
}

// TestSandboxedCrash shows that what a plugin prints at its end is not lost, and
// that the next one starts.
func TestSandboxedCrash(t *testing.T) {
	t.Parallel()
	pool := start(t, "good", boxed(sandbox.Best))
	job, _ := export(t, "die")
	if err := pool.Convert(within(t), job); err == nil || !strings.Contains(err.Error(), "panic: nobody catches this") {
		t.Errorf("got %v", err)
	}
	job, out := export(t, "next")
	if err := pool.Convert(within(t), job); err != nil || out.String() != "next" {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestSandboxNeedsLauncher(t *testing.T) {
	t.Parallel()
	if _, err := Start(within(t), play("good"), Options{Sandbox: sandbox.Best}); err == nil || !strings.Contains(err.Error(), "Launcher") {
		t.Errorf("Start() = %v", err)
	}
	c := play("good")
	c.Path += ".absent"
	if _, err := Start(within(t), c, boxed(sandbox.Best)); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("Start() = %v", err)
	}
}
