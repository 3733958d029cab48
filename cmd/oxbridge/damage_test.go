package main

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// poke is the script command "poke FILE OFFSET DIGITS": it overwrites bytes.
func poke(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: poke FILE OFFSET DIGITS")
	}
	b := []byte(ts.ReadFile(args[0]))
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	bytes, err := hex.DecodeString(args[2])
	ts.Check(err)
	copy(b[at:], bytes)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o644))
}

// loop is the script command "loop FILE": it makes the chain of the longest
// stream in the mini stream of a small file of version 3 lead to its start.
func loop(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: loop FILE")
	}
	b := []byte(ts.ReadFile(args[0]))
	u32 := func(at int) int { return int(binary.LittleEndian.Uint32(b[at:])) }
	start, size := 0, 0
	for at := (u32(48) + 1) * 512; at+128 <= len(b); at += 128 {
		if n := u32(at + 120); b[at+66] == 2 && n > size && n < 4096 {
			start, size = u32(at+116), n
		}
	}
	if size <= 128 || start+1 >= 128 {
		ts.Fatalf("%s has no stream that can be damaged", args[0])
	}
	binary.LittleEndian.PutUint32(b[(u32(60)+1)*512+4*(start+1):], uint32(start))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o644))
}
