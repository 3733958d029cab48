package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/emersion/go-message"
	"github.com/richardlehane/mscfb"
)

// readers are what this program does when it is started to be measured beside
// oxbridge: reading everything with a library, and nothing else.
var readers = map[string]func([]byte) error{
	"read-mscfb":      readCompound,
	"read-go-message": readMail,
}

// readAll reads every file in a folder. What a library cannot read is counted.
func readAll(name, dir string) error {
	failed := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := readers[name](b); err != nil {
			failed++
		}
		return nil
	})
	fmt.Fprintf(os.Stderr, "%d files not read\n", failed)
	return err
}

// small hides what makes io.Copy ask for more: mscfb gets slow then.
type small struct{ io.Reader }

// readCompound reads every stream of a compound file.
func readCompound(b []byte) error {
	r, err := mscfb.New(bytes.NewReader(b))
	if err != nil {
		return err
	}
	buf := make([]byte, 32<<10)
	for entry, err := r.Next(); !errors.Is(err, io.EOF); entry, err = r.Next() {
		if err != nil {
			return err
		}
		if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, small{entry}, buf); err != nil {
			return err
		}
	}
	return nil
}

// readMail decodes every part of a message.
func readMail(b []byte) error {
	e, err := message.Read(bufio.NewReader(bytes.NewReader(b)))
	if e == nil {
		return err
	}
	return e.Walk(func(_ []int, part *message.Entity, _ error) error {
		if part == nil || part.MultipartReader() != nil {
			return nil
		}
		_, err := io.Copy(io.Discard, part.Body)
		return err
	})
}
