package main

import (
	"os"
	"path/filepath"
)

// A peer is another program that reads the same files.
type peer struct {
	name    string
	slow    bool                          // started once, on every real message once
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
	in := func(file string) string { return filepath.Join(b.peers, file) }
	all := []peer{
		{"mscfb, reading all streams", false, "eml", func(dir, _ string) program { return command(self, "read-mscfb", dir) }, always},
		{"go-message, reading all parts", false, "msg", func(dir, _ string) program { return command(self, "read-go-message", dir) }, always},
		{"msgconvert, to .eml", true, "eml", func(dir, out string) program { return command("perl", in("msgconvert.pl"), dir, out) }, installed("msgconvert.pl")},
		{"@kenjiuno/msgreader, reading", true, "eml", func(dir, _ string) program { return command("node", in("msgreader.js"), dir) }, installed("msgreader.js")},
		{"extract-msg, to .eml in memory", true, "eml", func(dir, _ string) program {
			return command(in("venv/bin/python"), in("extract.py"), dir)
		}, installed("extract.py")},
		{"Apache POI, reading", true, "eml", func(dir, _ string) program {
			return command("java", "-cp", in("lib/*")+string(filepath.ListSeparator)+b.peers, "Poi", dir)
		}, installed("Poi.class")},
	}
	for _, p := range all {
		if p.to == to && p.there(b.peers) && (!p.slow || name == realName) {
			list = append(list, p)
		}
	}
	return list
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
