package batch

import (
	"errors"
	"io/fs"
	"os"

	"github.com/oxbridge-mail/oxbridge/core/store"
)

// WriteOnce makes a file appear with these contents, safe from a loss of power.
// An error that is fs.ErrExist says that it is there already.
func WriteOnce(path string, contents []byte) error {
	if _, err := os.Lstat(path); err == nil {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	t, err := store.Create(path, false)
	if err != nil {
		return err
	}
	defer t.Close()
	if _, err := t.Write(contents); err != nil {
		return err
	}
	if _, err := t.Finish(); err != nil {
		return err
	}
	if err := t.Sync(); err != nil {
		return err
	}
	if err := t.Publish(false); err != nil {
		if errors.Is(err, store.ErrExists) {
			err = &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
		}
		return err
	}
	return nil
}
