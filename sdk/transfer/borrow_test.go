package transfer

import (
	"bytes"
	"encoding/base64"
	"io"
	"testing"
)

// TestRangesShareNoDecoders reads ranges one after the other, the first of which
// was given up in the middle: nothing of one may show in the next.
func TestRangesShareNoDecoders(t *testing.T) {
	t.Parallel()
	damaged := []byte("QUJD!!REVG*R")
	whole := []byte(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("whole "), 20_000)))
	quoted := []byte("a=3Db=ZZ=\r\nc")
	read := func(b []byte, tr Transform, n int64) (string, int64) {
		r, err := NewBytesInput(b).Range(0, int64(len(b)), tr).Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(io.LimitReader(r, n))
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		damage := DamageOf(r)
		if n, err := r.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("Read() after Close() = %d, %v", n, err)
		}
		if err := r.Close(); err != nil || DamageOf(r) != damage {
			t.Errorf("Close() again: %v, damage %d, want %d", err, DamageOf(r), damage)
		}
		return string(got), damage
	}
	for range 3 {
		if got, damage := read(damaged, Unbase64, 1<<20); got != "ABCDEF" || damage == 0 {
			t.Errorf("damaged: %q, damage %d", got, damage)
		}
		if got, damage := read(whole, Unbase64, 7); got != "whole w" || damage != 0 {
			t.Errorf("whole, in part: %q, damage %d", got, damage)
		}
		if got, damage := read(whole, Unbase64, 1<<20); len(got) != 120_000 || damage != 0 {
			t.Errorf("whole: %d bytes, damage %d", len(got), damage)
		}
		if got, damage := read(quoted, Unquote, 1<<20); got != "a=b=ZZc" || damage != 1 {
			t.Errorf("quoted: %q, damage %d", got, damage)
		}
		if got, _ := read(whole[:9], Base64, 1<<20); got != base64.StdEncoding.EncodeToString(whole[:9])+"\r\n" {
			t.Errorf("encoded: %q", got)
		}
	}
}
