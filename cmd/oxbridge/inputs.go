package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/batch"
)

// allJSON reports whether the user has named nothing but .json files.
func allJSON(paths []string) bool {
	return !slices.ContainsFunc(paths, func(p string) bool {
		info, err := os.Stat(p)
		return !strings.EqualFold(filepath.Ext(p), ".json") || err == nil && info.IsDir()
	})
}

// parseSince reads a day, a time or an age.
func parseSince(text string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	age := text
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n int
		if _, err := fmt.Sscanf(days+";", "%d;", &n); err == nil && n >= 0 && n < 100_000 {
			age = fmt.Sprintf("%dh", 24*n)
		}
	}
	if d, err := time.ParseDuration(age); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	return time.Time{}, errors.New("is no day, time or age")
}

// roots returns what the command line and the list of files name.
func (o *runOptions) roots(paths []string) ([]batch.Root, error) {
	roots := batch.Roots(paths)
	if o.filesFrom == "" {
		return roots, nil
	}
	var in io.Reader = os.Stdin
	if o.filesFrom != "-" {
		f, err := os.Open(o.filesFrom)
		if err != nil {
			return nil, &exitError{code: exitUsage, err: fmt.Errorf("--files-from: %w", err)}
		}
		defer f.Close()
		in = f
	}
	listed, err := readList(in)
	if err != nil {
		return nil, fmt.Errorf("--files-from %s: %w", o.filesFrom, err)
	}
	return append(roots, listed...), nil
}

// maxPath bounds a line of a list of files, in bytes.
const maxPath = 64 << 10

// readList reads paths that are ended by zero bytes, when there are some, or
// stand one a line.
func readList(in io.Reader) ([]batch.Root, error) {
	buf := bufio.NewReaderSize(in, maxPath)
	head, _ := buf.Peek(maxPath)
	end := byte('\n')
	if strings.IndexByte(string(head), 0) >= 0 {
		end = 0
	}
	var roots []batch.Root
	for {
		line, err := buf.ReadSlice(end)
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, fmt.Errorf("a path is longer than %d bytes", maxPath)
		}
		path := strings.TrimSuffix(string(line), string(end))
		if end == '\n' {
			path = strings.TrimSuffix(path, "\r")
		}
		if path != "" {
			roots = append(roots, batch.ListedRoot(path))
		}
		if errors.Is(err, io.EOF) {
			return roots, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
