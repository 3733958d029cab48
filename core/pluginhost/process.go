package pluginhost

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"time"
)

// drainTime is how long the output of a dead process is still read. It ends at
// once, unless somebody else holds the pipes open.
const drainTime = 500 * time.Millisecond

// A process is a running plugin program, from its start to the end of its
// output.
type process struct {
	cmd      *exec.Cmd
	isolated bool // is to end with all that it starts, whatever group that is in
	log      *slog.Logger
	stdout   *os.File      // read end
	stderr   *os.File      // read end
	lifeline *os.File      // write end of the plugin's standard input
	hello    chan string   // the handshake; closed when there will be none
	exited   chan struct{} // closed when the process is reaped
	gone     chan struct{} // closed after exited, when its output has ended
	tail     *tail
	readers  sync.WaitGroup

	mu      sync.Mutex
	running bool  // guarded by mu: has a number that is no other process's
	ended   bool  // guarded by mu
	killed  bool  // guarded by mu: by us
	refused error // guarded by mu: why the handshake is none
}

// newProcess prepares a process.
func newProcess(c Command, isolated bool, log *slog.Logger) *process {
	cmd := exec.Command(c.Path, c.Args...)
	if c.runsOpened() {
		cmd.ExtraFiles = []*os.File{c.Program}
	}
	cmd.Env = c.environ()
	return &process{
		cmd:      cmd,
		isolated: isolated,
		log:      log,
		hello:    make(chan string, 1),
		exited:   make(chan struct{}),
		gone:     make(chan struct{}),
		tail:     new(tail),
	}
}

// start runs the program.
func (p *process) start() error {
	child, err := p.pipes()
	if err != nil {
		closeAll(child)
		closeAll([]*os.File{p.stdout, p.stderr, p.lifeline})
		return err
	}
	started := make(chan error)
	go p.live(child, started)
	return <-started
}

// pipes connects the three standard files and returns the child's ends.
func (p *process) pipes() (child []*os.File, err error) {
	stdin, lifeline, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p.lifeline, p.cmd.Stdin = lifeline, stdin
	child = append(child, stdin)
	stdout, w, err := os.Pipe()
	if err != nil {
		return child, err
	}
	p.stdout, p.cmd.Stdout = stdout, w
	child = append(child, w)
	stderr, w, err := os.Pipe()
	if err != nil {
		return child, err
	}
	p.stderr, p.cmd.Stderr = stderr, w
	return append(child, w), nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		if f != nil {
			_ = f.Close()
		}
	}
}

// live starts the process and stays with it until its end. It keeps its thread:
// Linux takes the end of the thread that started a child for the end of the
// parent (golang/go#27505).
func (p *process) live(child []*os.File, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.run()
	closeAll(child)
	if err != nil {
		closeAll([]*os.File{p.stdout, p.stderr, p.lifeline})
		close(p.hello)
		close(p.exited)
		close(p.gone)
		started <- err
		return
	}
	p.mu.Lock()
	p.running = true
	p.log = p.log.With("pid", p.cmd.Process.Pid)
	if p.killed { // before it began
		killGroup(p.cmd.Process)
	}
	p.mu.Unlock()
	p.readers.Go(p.readStdout)
	p.readers.Go(p.readStderr)
	started <- nil
	p.reap()
	p.drain()
	close(p.gone)
}

// run starts the program, isolated where that is wanted and the system allows it.
func (p *process) run() error {
	p.cmd.SysProcAttr = sysProcAttr()
	if !p.isolated {
		return p.cmd.Start()
	}
	c := p.cmd
	again := &exec.Cmd{Path: c.Path, Args: c.Args, Env: c.Env, Stdin: c.Stdin, Stdout: c.Stdout, Stderr: c.Stderr, ExtraFiles: c.ExtraFiles, SysProcAttr: sysProcAttr()}
	isolate(c.SysProcAttr)
	err := c.Start()
	if isolationDenied(err) {
		p.cmd = again
		err = again.Start()
	}
	return err
}

// reap waits for the end of the process, and takes its group with it: only as
// long as the process is not reaped does the number of the group mean nobody
// else.
func (p *process) reap() {
	seen := awaitExit(p.cmd.Process.Pid)
	if seen {
		p.mu.Lock()
		killGroup(p.cmd.Process)
	}
	err := p.cmd.Wait()
	if !seen {
		p.mu.Lock()
		killGroup(p.cmd.Process)
	}
	p.running, p.ended = false, true
	p.mu.Unlock()
	p.log.Debug("plugin process ended", "status", p.cmd.ProcessState.String(), "error", err)
	close(p.exited)
}

// drain reads what the process has printed, but does not wait for others that
// hold its pipes.
func (p *process) drain() {
	done := make(chan struct{})
	go func() {
		p.readers.Wait()
		close(done)
	}()
	timeout := time.NewTimer(drainTime)
	defer timeout.Stop()
	select {
	case <-done:
	case <-timeout.C:
	}
	closeAll([]*os.File{p.stdout, p.stderr})
	p.endLife()
	<-done
}

// endLife closes the lifeline, which asks the plugin to exit.
func (p *process) endLife() { _ = p.lifeline.Close() }

// kill ends the process and its group at once, or as soon as it has begun.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.killed = true
	if p.running {
		killGroup(p.cmd.Process)
	}
}

// wait waits for the end of the process and its output, at most for d.
func (p *process) wait(d time.Duration) error {
	timeout := time.NewTimer(d)
	defer timeout.Stop()
	select {
	case <-p.gone:
		return nil
	case <-timeout.C:
		return fmt.Errorf("process %s does not end", p.id())
	}
}

// exitsWithin reports whether the process ends in that time.
func (p *process) exitsWithin(d time.Duration) bool {
	timeout := time.NewTimer(d)
	defer timeout.Stop()
	select {
	case <-p.exited:
		return true
	case <-timeout.C:
		return false
	}
}

// id is the process number, "" before the start.
func (p *process) id() string {
	if p.cmd.Process == nil {
		return ""
	}
	return strconv.Itoa(p.cmd.Process.Pid)
}

// status says how the process has ended, "" if it has not, or by our hand.
func (p *process) status() string {
	select {
	case <-p.exited:
	default:
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	state := p.cmd.ProcessState
	if state == nil || (p.killed && !state.Exited()) {
		return ""
	}
	return state.String()
}

// refuse records why the handshake is not accepted.
func (p *process) refuse(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refused == nil {
		p.refused = err
	}
}

// handshakeError returns why the handshake was not accepted, nil if it was.
func (p *process) handshakeError() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refused
}

var errNoHandshake = errors.New("ended before its handshake")
