//go:build unix

package main

import (
	"archive/zip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestREADME types the commands of the README, block by block, as a newcomer
// does, in a folder that has what they name. Blocks that need another tool than
// this machine has are left out.
func TestREADME(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	prepareREADME(t, dir)
	bin := filepath.Join(dir, "bin")
	writeProgram(t, filepath.Join(bin, "oxbridge"))
	_, text, _ := strings.Cut(string(readme), "## What people do with it")
	ran := 0
	for _, block := range strings.Split(text, "```sh\n")[1:] {
		commands, _, _ := strings.Cut(block, "```")
		commands = strings.ReplaceAll(commands, ":9464", ":0") // the port may be taken
		if !strings.Contains(commands, "oxbridge ") || strings.Contains(commands, "go build") || !toolsFor(commands) {
			continue
		}
		cmd := exec.CommandContext(t.Context(), "sh", "-c", commands)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		if code := exitStatus(err); code != exitOK && code != exitPartial || strings.Contains(string(out), "--help") {
			t.Errorf("status %d\n%s\n%s", code, commands, out)
		}
		ran++
	}
	if ran < 10 {
		t.Errorf("only %d blocks ran", ran)
	}
}

// writeProgram writes a script that is the program.
func writeProgram(t *testing.T, path string) {
	t.Helper()
	self, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\n%s=1 exec %s \"$@\"\n", asProgram, self)
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
}

// TestREADMEFromAClone makes the samples as the README says, in what looks like a
// clone, and types its first ten tasks one after the other, with nothing in the
// environment. Every one succeeds.
func TestREADMEFromAClone(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	clone, home := t.TempDir(), t.TempDir()
	if err := os.CopyFS(filepath.Join(clone, "testdata"), os.DirFS(filepath.Join("..", "..", "testdata"))); err != nil {
		t.Fatal(err)
	}
	writeProgram(t, filepath.Join(clone, "oxbridge"))
	start, text, _ := strings.Cut(string(readme), "## What people do with it")
	blocks := strings.Split(start, "```sh\n")
	script := "set -e\n" + untilFence(blocks[len(blocks)-1])
	tasks := 0
	for _, block := range strings.Split(text, "```sh\n")[1:] {
		if tasks++; tasks > 10 {
			break
		}
		if commands := untilFence(block); toolsFor(commands) {
			script += fmt.Sprintf("echo task %d >&2\n", tasks) + commands
		}
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
	cmd.Dir, cmd.Env = clone, []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// untilFence returns a block of code.
func untilFence(text string) string {
	commands, _, _ := strings.Cut(text, "```")
	return commands
}

// toolsFor reports whether the other programs in commands are there.
func toolsFor(commands string) bool {
	for _, tool := range []string{"jq", "sqlite3", "find"} {
		if _, err := exec.LookPath(tool); err != nil && strings.Contains(commands, tool+" ") {
			return false
		}
	}
	return true
}

// prepareREADME makes the files that the README names.
func prepareREADME(t *testing.T, dir string) {
	t.Helper()
	for _, sub := range []string{"bin", "archive/2019", "archive/Junk", "mail"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"archive/2019/a.msg", "archive/Junk/b.msg", "offer.msg", "order.msg", "broken.msg"} {
		writeMsg(t, filepath.Join(dir, name), hello())
	}
	eml, err := os.ReadFile(filepath.Join("..", "..", "testdata", "eml", "plain.eml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "inbox.eml"), eml, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "people.csv"), []byte("/o=Org/cn=Ada,ada@example.org\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "old.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	w, err := z.Create("c.msg")
	if err != nil {
		t.Fatal(err)
	}
	msg, err := os.ReadFile(filepath.Join(dir, "offer.msg"))
	if err == nil {
		_, err = w.Write(msg)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}
