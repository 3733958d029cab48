package pluginhost

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestStartFails starts what is no plugin, or a bad one. The error says what it
// did, and nothing is left of it.
func TestStartFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		role string
		want []string
	}{
		{"exits", []string{"plugin torture does not start", "exit status 7", "this is not a plugin"}},
		{"panics", []string{"exit status 2", "panic: no configuration"}},
		{"wrong cookie", []string{"exit status 1", "is a plugin for oxbridge"}},
		{"garbage", []string{`printed "Welcome to the plugin!"`}},
		{"endless line", []string{"instead of a handshake"}},
		{"foreign address", []string{"other.sock", "not in its folder"}},
		{"tcp address", []string{`offers "grpc" over "tcp"`}},
		{"no socket", []string{"is no socket"}},
		{"certificate", []string{"more in its handshake"}},
		{"old", []string{"version"}},
	}
	for _, tt := range tests {
		t.Run(tt.role, func(t *testing.T) {
			t.Parallel()
			_, err := Start(within(t), play(tt.role), Options{})
			if err == nil {
				t.Fatal("Start() succeeds")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("Start() = %v, want %q in it", err, want)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("Start() = %q, want one line", err)
			}
		})
	}
}

func TestStartTimesOut(t *testing.T) {
	t.Parallel()
	_, err := Start(within(t), play("mute"), Options{StartTimeout: 50 * time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "says nothing for 50ms") {
		t.Errorf("Start() = %v", err)
	}
}

func TestStartOfOneThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	_, err := Start(within(t), play("deaf"), Options{})
	if err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("Start() = %v", err)
	}
}

func TestStartIsCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(within(t))
	cancel()
	if _, err := Start(ctx, play("mute"), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Start() = %v", err)
	}
}

func TestStartOfNoProgram(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no program"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{text, text + ".absent"} {
		_, err := Start(within(t), Command{Name: "x", Path: path}, Options{})
		if err == nil || !strings.Contains(err.Error(), "plugin x does not start") {
			t.Errorf("Start() of %s = %v", path, err)
		}
	}
}

// TestStartWorks has plugins that make noise but work.
func TestStartWorks(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"good", "bare", "two handshakes", "evil logs", "flood"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			p := start(t, role, Options{})
			job, out := export(t, "hello")
			if err := p.Convert(within(t), job); err != nil || out.String() != "hello" {
				t.Errorf("got %q, %v", out, err)
			}
		})
	}
}

// TestNothingIsLeft looks for the folders of sockets.
func TestNothingIsLeft(t *testing.T) {
	tmp, err := os.MkdirTemp("", "t") // short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	t.Setenv("TMPDIR", tmp)
	p, err := Start(within(t), play("good"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	job, _ := export(t, "exit")
	if err := p.Convert(within(t), job); err == nil {
		t.Error("Convert() succeeds")
	}
	if err := errors.Join(p.Close(), p.Close()); err != nil {
		t.Error(err)
	}
	if _, err := Start(within(t), play("garbage"), Options{}); err == nil {
		t.Error("Start() succeeds")
	}
	left, err := os.ReadDir(tmp)
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
