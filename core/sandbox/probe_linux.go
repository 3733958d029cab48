//go:build linux && (amd64 || arm64)

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// attemptTime is how long an attempt may take.
const attemptTime = 20 * time.Second

// targetKind says what an attempt is aimed at.
type targetKind int

const (
	noTarget targetKind = iota
	aFile               // a file of the user
	aNewFile
	aFolder
	theHost // the number of this process
	aTCPPort
	aUDPPort
	aSocket
	anInheritedFile
)

// The words for what walls are made of.
const (
	byLandlock = "Landlock"
	bySeccomp  = "seccomp"
	byLimit    = "rlimit"
	byExec     = "exec"
)

// escapes are the ways that are tried. harm marks those that are not tried without
// walls, or are closed to some users anyway.
var escapes = []struct {
	Escape
	target targetKind
	harm   bool
}{
	{Escape{"read a file", Files, byLandlock}, aFile, false},
	{Escape{"read a system file", Files, byLandlock}, noTarget, false},
	{Escape{"list a folder", Files, byLandlock}, aFolder, false},
	{Escape{"write a file", Files, byLandlock}, aNewFile, false},
	{Escape{"write a large file", Files, byLandlock}, aFile, false},
	{Escape{"read the host's proc", Files, byLandlock}, theHost, false},
	{Escape{"use an inherited file", Files, byExec}, anInheritedFile, false},
	{Escape{"dial TCP", Network, bySeccomp}, aTCPPort, false},
	{Escape{"send UDP", Network, bySeccomp}, aUDPPort, false},
	{Escape{"dial a unix socket", Network, bySeccomp}, aSocket, false},
	{Escape{"a socket of packets", Network, bySeccomp}, noTarget, false},
	{Escape{"start a shell", Programs, bySeccomp}, noTarget, false},
	{Escape{"become a shell", Programs, byLandlock}, noTarget, false},
	{Escape{"fork", Programs, bySeccomp}, noTarget, false},
	{Escape{"trace the host", Processes, bySeccomp}, theHost, true},
	{Escape{"signal the host", Processes, bySeccomp}, theHost, false},
	{Escape{"read the host's memory", Processes, bySeccomp}, theHost, true},
	{Escape{"leave the group", Processes, bySeccomp}, noTarget, true},
	{Escape{"survive the host", Processes, bySeccomp}, noTarget, false},
	{Escape{"make a namespace", Processes, bySeccomp}, noTarget, true},
	{Escape{"load a program", Processes, bySeccomp}, noTarget, true},
	{Escape{"set up io_uring", Processes, bySeccomp}, noTarget, true},
	{Escape{"allocate 4 GB", Limits, byLimit}, noTarget, false},
	{Escape{"share 4 GB", Limits, bySeccomp}, noTarget, false},
	{Escape{"hide 4 GB in a file", Limits, bySeccomp}, noTarget, false},
	{Escape{"raise its limits", Limits, byLimit}, noTarget, true},
	{Escape{"open many files", Limits, byLimit}, noTarget, true},
}

// A field is what attempts are aimed at, laid out for them.
type field struct {
	dir     string
	targets map[targetKind]string
	closers []io.Closer
}

// layOut makes the files and opens the sockets that attempts are aimed at.
func layOut() (*field, error) {
	dir, err := os.MkdirTemp("", "oxbridge-probe-")
	if err != nil {
		return nil, err
	}
	f := &field{dir: dir, targets: map[targetKind]string{
		aFile: filepath.Join(dir, "mail.msg"), aNewFile: filepath.Join(dir, "new"), aFolder: dir,
		aSocket: filepath.Join(dir, "s"), theHost: strconv.Itoa(os.Getpid()), anInheritedFile: "3",
	}}
	err = os.WriteFile(f.targets[aFile], []byte("secret"), 0o600)
	if err == nil {
		_, err = f.listen("unix", f.targets[aSocket])
	}
	if err == nil {
		f.targets[aTCPPort], err = f.listen("tcp", "127.0.0.1:0")
	}
	var udp net.PacketConn
	if err == nil {
		udp, err = net.ListenPacket("udp", "127.0.0.1:0")
	}
	if err != nil {
		f.close()
		return nil, err
	}
	f.targets[aUDPPort] = udp.LocalAddr().String()
	f.closers = append(f.closers, udp)
	return f, nil
}

// listen opens a port that nobody answers at: the kernel takes connections.
func (f *field) listen(network, address string) (string, error) {
	l, err := net.Listen(network, address)
	if err != nil {
		return "", err
	}
	f.closers = append(f.closers, l)
	return l.Addr().String(), nil
}

func (f *field) close() {
	for _, c := range f.closers {
		_ = c.Close()
	}
	_ = os.RemoveAll(f.dir)
}

func probe(ctx context.Context, launcher, prober []string) ([]Finding, error) {
	there := Available()
	f, err := layOut()
	if err != nil {
		return nil, err
	}
	defer f.close()
	var findings []Finding
	for _, e := range escapes {
		if err := ctx.Err(); err != nil {
			return findings, err
		}
		found := Finding{Escape: e.Escape, Outcome: NoWall}
		if slices.Contains(there, e.Wall) {
			if err := found.try(ctx, f, launcher, prober, e.target, e.harm); err != nil {
				return findings, err
			}
		}
		findings = append(findings, found)
	}
	return findings, nil
}

// try makes an attempt behind the walls, and without them when that does no harm.
func (f *Finding) try(ctx context.Context, on *field, launcher, prober []string, kind targetKind, harm bool) error {
	out, answer, err := on.attempt(ctx, Best, launcher, prober, f.Name, kind)
	if err != nil {
		return err
	}
	f.Answer = answer
	switch {
	case out:
		f.Outcome = Breached
		return nil
	case answer == "":
		f.Outcome = Broken
		return nil
	}
	f.Outcome = Held
	if !harm {
		f.Proven, _, err = on.attempt(ctx, Off, launcher, prober, f.Name, kind)
	}
	return err
}

// attempt starts the prober in that mode, and reports whether it got out, and else
// what it was answered.
func (f *field) attempt(ctx context.Context, mode Mode, launcher, prober []string, name string, kind targetKind) (out bool, answer string, err error) {
	p := Policy{Mode: mode}
	argv := append(slices.Clone(prober[1:]), name, f.targets[kind])
	if p.Path, p.Argv, p.Read, err = Resolve(prober[0], argv); err != nil {
		return false, "", err
	}
	arg, err := p.Args()
	if err != nil {
		return false, "", err
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, launcher[0], append(slices.Clone(launcher[1:]), arg)...)
	cmd.Env = []string{"GOTRACEBACK=none", "GORACE=atexit_sleep_ms=0"}
	if kind == anInheritedFile {
		file, err := os.Open(f.targets[aFile])
		if err != nil {
			return false, "", err
		}
		defer file.Close()
		cmd.ExtraFiles = []*os.File{file}
	}
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &text
	err = cmd.Run()
	var exit *exec.ExitError
	switch got := strings.TrimSpace(text.String()); {
	case err != nil && !errors.As(err, &exit):
		return false, "", err
	case got == "out", err == nil && got == "": // it has become something else
		return true, "", nil
	case strings.HasPrefix(got, "held: "):
		return false, strings.TrimPrefix(got, "held: "), nil
	case err != nil && exit.ExitCode() < 0:
		return false, exit.String(), nil // killed for it
	default:
		return false, "", fmt.Errorf("sandbox: %s: %.200s", name, got)
	}
}

// Facts returns what this system has for each wall.
func Facts() []Fact {
	landlock := "the kernel has no Landlock (since 5.13, and in the list lsm= of its command line)"
	abi, err := ll.LandlockGetABIVersion()
	files := err == nil
	if files {
		landlock = fmt.Sprintf("Landlock, version %d", abi)
	}
	seccomp, calls := "the kernel has no seccomp filters", hasSeccomp()
	if calls {
		seccomp = "seccomp filter"
	}
	return []Fact{
		{Files, files, landlock},
		{Network, calls, seccomp},
		{Programs, files && calls, landlock + "; " + seccomp},
		{Processes, calls, seccomp},
		{Limits, true, "resource limits"},
	}
}
