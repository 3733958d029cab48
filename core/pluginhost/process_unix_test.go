//go:build unix

package pluginhost

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost/roletest"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// guestVar is the role of the plugin of a host.
const guestVar = "OXBRIDGE_TEST_GUEST"

// fifoVar names a pipe that a role holds open for as long as it lives.
const fifoVar = "OXBRIDGE_TEST_FIFO"

func init() {
	// Lives on in a session of its own, with the plugin's standard error.
	roles["outlives"] = func() { sleeper(&syscall.SysProcAttr{Setsid: true}); sdk.Main(obey()) }
	roles["has a child"] = func() { sleeper(nil); sdk.Main(obey()) }
	roles["sleeper"] = func() { holdFIFO(); fmt.Println("ready"); waitFIFO() }
	roles["holds"] = func() { holdFIFO(); sdk.Main(obey()) }
	roles["host"] = func() {
		if _, err := Start(context.Background(), play(os.Getenv(guestVar), fifoVar+"="+os.Getenv(fifoVar)), Options{}); err != nil {
			panic(err)
		}
		fmt.Println("ready")
		select {}
	}
	orders["freeze"] = func(context.Context, *sdk.Job, transfer.Output) error {
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		select {} // this thread may run on for a while
	}
}

// sleeper starts a process that holds the pipe open, and waits until it does.
func sleeper(attr *syscall.SysProcAttr) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{roletest.Variable + "=sleeper", fifoVar + "=" + os.Getenv(fifoVar)}
	cmd.Stderr, cmd.SysProcAttr = os.Stderr, attr
	out, err := cmd.StdoutPipe()
	if err != nil {
		panic(err)
	}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	_, _ = io.ReadFull(out, make([]byte, len("ready\n")))
}

var held *os.File

// holdFIFO opens the pipe for writing and never closes it.
func holdFIFO() {
	f, err := os.OpenFile(os.Getenv(fifoVar), os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	held = f
}

// waitFIFO waits until the second pipe has a writer.
func waitFIFO() {
	f, err := os.Open(os.Getenv(fifoVar) + ".end")
	if err != nil {
		panic(err)
	}
	_, _ = io.Copy(io.Discard, f)
}

// fifo makes the pipes of a role. The function that it returns waits until every
// process that holds the first one is dead; release ends sleepers.
func fifo(t *testing.T) (env string, dead func(), release func()) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fifo")
	for _, p := range []string{path, path + ".end"} {
		if err := syscall.Mkfifo(p, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	opened := make(chan *os.File, 1)
	go func() {
		f, err := os.Open(path)
		if err != nil {
			t.Error(err)
		}
		opened <- f
	}()
	dead = func() {
		f := <-opened
		defer f.Close()
		_, _ = io.Copy(io.Discard, f)
	}
	release = func() {
		f, err := os.OpenFile(path+".end", os.O_WRONLY, 0)
		if err != nil {
			t.Error(err)
		}
		_ = f.Close()
	}
	return fifoVar + "=" + path, dead, release
}

// TestFrozen has a plugin that is stopped, as when it is swapped out. Close
// returns all the same, and so does a job.
func TestFrozen(t *testing.T) {
	t.Parallel()
	p := start(t, "good", Options{Processes: 1})
	p.mu.Lock()
	n := p.live[0].p.cmd.Process.Pid
	p.mu.Unlock()
	if err := syscall.Kill(n, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
}

func TestFrozenInAJob(t *testing.T) {
	t.Parallel()
	short := Options{Processes: 1, IdleTimeout: 100 * time.Millisecond, Grace: 10 * time.Millisecond}
	p := start(t, "good", short)
	job, _ := export(t, "freeze")
	if suspect, _ := qualities(p.Convert(within(t), job)); !suspect {
		t.Error("the job is no suspect")
	}
	if suspect, _ := qualities(p.ConvertAlone(within(t), job)); suspect {
		t.Error("alone, the job is a suspect")
	}
}

// TestGrandchildHoldsStderr has a plugin leave a process that nobody can find, on
// a system without namespaces.
func TestGrandchildHoldsStderr(t *testing.T) {
	t.Parallel()
	env, dead, release := fifo(t)
	p, err := Start(within(t), play("outlives", env), Options{Processes: 1, shared: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
	release()
	dead()
}

func TestChildrenDieToo(t *testing.T) {
	t.Parallel()
	env, dead, _ := fifo(t)
	p, err := Start(within(t), play("has a child", env), Options{Processes: 1})
	if err != nil {
		t.Fatal(err)
	}
	job, _ := export(t, "exit")
	if err := p.Convert(within(t), job); err == nil {
		t.Error("Convert() succeeds")
	}
	dead()
	if err := p.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
}

// TestHostDies kills a host without warning. Its plugin ends by itself.
func TestHostDies(t *testing.T) {
	t.Parallel()
	hostDies(t, "holds")
}

// hostDies kills a host with a plugin in a role, and waits until nobody is left.
// The folder that it leaves is one that a later host removes, but not while it
// lives.
func hostDies(t *testing.T, guest string) {
	env, dead, _ := fifo(t)
	tmp, err := os.MkdirTemp("", "t") // short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	host := exec.Command(os.Args[0])
	host.Env = append(os.Environ(), roletest.Variable+"=host", guestVar+"="+guest, env, "TMPDIR="+tmp)
	host.Stderr = os.Stderr
	out, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len("ready\n"))); err != nil {
		t.Error(err)
	}
	later := time.Now().Add(time.Hour)
	removeStale(tmp, later)
	if left, err := os.ReadDir(tmp); err != nil || len(left) != 1 {
		t.Errorf("while the host lives: %v, %v", left, err)
	}
	if err := host.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = host.Wait()
	dead()
	removeStale(tmp, later)
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestKilledInTheMiddle kills all processes in the middle of a run. With the
// retries that batch makes, every job is done.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	p := start(t, "good", Options{})
	const count, workers = 200, 4
	subjects := make(chan string)
	var done atomic.Int32
	var run sync.WaitGroup
	for range workers {
		run.Go(func() {
			for s := range subjects {
				if done.Add(1) == count/4 {
					p.killAll()
				}
				job, out := export(t, s)
				err := p.Convert(within(t), job)
				if suspect, _ := qualities(err); suspect {
					job, out = export(t, s)
					err = p.ConvertAlone(within(t), job)
				}
				if err != nil || out.String() != s {
					t.Errorf("%s: %q, %v", s, out, err)
				}
			}
		})
	}
	for i := range count {
		subjects <- fmt.Sprint("message ", i)
	}
	close(subjects)
	run.Wait()
}

// killAll kills the processes behind the pool's back.
func (p *Pool) killAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, g := range p.live {
		_ = syscall.Kill(g.p.cmd.Process.Pid, syscall.SIGKILL)
	}
}
