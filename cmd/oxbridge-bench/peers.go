package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// slowFiles is how many files of a corpus the slow programs get.
const slowFiles = 60

// A peer is another program that reads the same files.
type peer struct {
	name    string
	slow    bool
	files   int                           // at most; 0: all
	to      string                        // measured beside conversions to this format
	command func(in, out string) program  // out is a folder that is not there
	there   func(dir string) (found bool) // dir is where peers.sh has installed
}

// peersOf returns the programs for a direction that are there. The slow ones are
// measured on real messages alone.
func (b *bench) peersOf(name, to string) (list []peer) {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	always := func(string) bool { return true }
	all := []peer{
		{"mscfb, reading all streams", false, 0, "eml", func(in, _ string) program { return command(self, "read-mscfb", in) }, always},
		{"go-message, reading all parts", false, 0, "msg", func(in, _ string) program { return command(self, "read-go-message", in) }, always},
		{"msgconvert", true, slowFiles, "eml", func(in, out string) program {
			return b.script(`mkdir -p "$2"; cd "$2"; find "$1" -type f -print0 | head -z -n "$3" | xargs -0 -n 10 sh -c 'msgconvert "$@" || true' sh`, in, out, strconv.Itoa(slowFiles))
		}, func(string) bool { _, err := exec.LookPath("msgconvert"); return err == nil }},
		{"@kenjiuno/msgreader", true, 0, "eml", func(in, _ string) program {
			return command("node", filepath.Join(b.peers, "msgreader.js"), in)
		}, installed("msgreader.js")},
		{"extract-msg", true, slowFiles, "eml", func(in, _ string) program {
			return command(filepath.Join(b.peers, "venv/bin/python"), filepath.Join(b.peers, "extract.py"), in, strconv.Itoa(slowFiles))
		}, installed("extract.py")},
	}
	for _, p := range all {
		if p.to == to && p.there(b.peers) && (!p.slow || name == realName) {
			list = append(list, p)
		}
	}
	return list
}

// script is a program in the language of the shell.
func (b *bench) script(text string, args ...string) program {
	return command("sh", append([]string{"-c", text, "sh"}, args...)...)
}

// installed reports whether peers.sh has made a file.
func installed(name string) func(string) bool {
	return func(dir string) bool {
		if dir == "" {
			return false
		}
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	}
}
