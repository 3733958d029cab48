package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

const findWindow = 256 << 10

var windows = sync.Pool{New: func() any { b := make([]byte, findWindow); return &b }}

// Find searches [from, to) of r under the rules of [Input.Find]. Patterns are
// at most 4 KiB long. It reads in pieces of 256 KiB and looks at ctx between
// them.
func Find(ctx context.Context, r io.ReaderAt, from, to int64, patterns ...[]byte) (int64, int, error) {
	longest := 0
	for _, p := range patterns {
		longest = max(longest, len(p))
	}
	if longest == 0 {
		return -1, -1, nil
	}
	if longest > 4<<10 {
		return -1, -1, fmt.Errorf("transfer: pattern of %d bytes", longest)
	}
	wp := windows.Get().(*[]byte)
	defer windows.Put(wp)
	window := *wp
	for from < to {
		if err := ctx.Err(); err != nil {
			return -1, -1, err
		}
		n, err := r.ReadAt(window[:min(int64(len(window)), to-from)], from)
		if err != nil && !errors.Is(err, io.EOF) {
			return -1, -1, err
		}
		if n == 0 {
			break
		}
		last := from+int64(n) >= to || errors.Is(err, io.EOF)
		if at, which := first(window[:n], patterns, longest, last); at >= 0 {
			return from + int64(at), which, nil
		}
		if last {
			break
		}
		from += int64(max(1, n-longest+1))
	}
	return -1, -1, nil
}

// first returns the lowest match in b. Unless b is the last piece, matches that
// begin where a longer pattern would be cut off are left for the next piece.
func first(b []byte, patterns [][]byte, longest int, last bool) (at, which int) {
	at, which = -1, -1
	end := len(b)
	for i, p := range patterns {
		if len(p) == 0 {
			continue
		}
		j := bytes.Index(b[:end], p)
		if j < 0 || (!last && j > len(b)-longest) {
			continue
		}
		if at < 0 || j < at || (j == at && len(p) > len(patterns[which])) {
			at, which = j, i
			end = min(len(b), j+longest) // only an earlier or equal start can win
		}
	}
	return at, which
}
