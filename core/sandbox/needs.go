package sandbox

import (
	"bufio"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// libraries are where a dynamically linked program finds what it needs.
var libraries = []string{"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"}

// Resolve returns what has to be started for a program, and what it has to read
// to start. A script is started by the interpreter that its first line names, so
// that it needs no right to start another program; for /usr/bin/env, the
// interpreter is the first of that name in PATH.
func Resolve(path string, argv []string) (program string, args, needs []string, err error) {
	line, err := firstLine(path)
	if err != nil {
		return "", nil, nil, err
	}
	words := strings.Fields(strings.TrimPrefix(line, "#!"))
	if !strings.HasPrefix(line, "#!") || len(words) == 0 {
		needs, err := linked(path)
		return path, argv, needs, err
	}
	interpreter := words[0]
	rest := words[1:]
	if filepath.Base(interpreter) == "env" && len(rest) > 0 {
		if interpreter, err = exec.LookPath(rest[0]); err != nil {
			return "", nil, nil, fmt.Errorf("the interpreter of %s: %w", path, err)
		}
		rest = rest[1:]
	}
	needs, err = Interpreter(interpreter)
	if err != nil {
		return "", nil, nil, fmt.Errorf("the interpreter of %s: %w", path, err)
	}
	needs = append(needs, filepath.Dir(path))
	return interpreter, append(append(rest, path), argv...), needs, nil
}

// Interpreter returns what an interpreter reads: itself, its libraries, and the
// tree that it is installed in, such as a virtual environment of Python.
func Interpreter(path string) ([]string, error) {
	needs, err := linked(path)
	if err != nil {
		return nil, err
	}
	needs = append(needs, libraries...)
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	for _, p := range []string{path, real} {
		if tree := filepath.Dir(filepath.Dir(p)); tree != "/" && tree != "/usr" && tree != "/usr/local" {
			needs = append(needs, tree)
		}
	}
	return needs, nil
}

// linked returns a program with what the loader reads for it.
func linked(path string) ([]string, error) {
	needs := []string{path}
	f, err := elf.Open(path)
	var format *elf.FormatError
	if errors.As(err, &format) || errors.Is(err, io.EOF) {
		return needs, nil // of another system; starting it says why not
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return append(needs, libraries...), nil
		}
	}
	return needs, nil
}

// firstLine returns the beginning of a file up to the first line end.
func firstLine(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	const longest = 256
	line, err := bufio.NewReaderSize(io.LimitReader(f, longest), longest).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
