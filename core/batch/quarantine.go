package batch

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// quarantine copies an input that failed, with its reason beside it: a file of
// JSON with the name of the copy and ".reason.json".
func (r *Runner) quarantine(f *finished) error {
	name := f.item.Out
	if name == "" {
		name = sanitisePath(filepath.Base(f.item.Path) + "/" + f.item.Member)
	} else {
		name = path.Join(path.Dir(name), sanitise(path.Base(filepath.ToSlash(f.item.Name()))))
	}
	to := filepath.Join(r.opt.Quarantine, filepath.FromSlash(name))
	b, err := json.MarshalIndent(report.Event(f.result), "", " ")
	if err != nil {
		return err
	}
	if err := replaceFile(to+".reason.json", func(w io.Writer) error {
		_, err := w.Write(append(b, '\n'))
		return err
	}); err != nil {
		return err
	}
	src, err := openItem(context.WithoutCancel(r.ctx), r.opt.In, r.opt.Packed, &f.item)
	if err != nil {
		return nil //nolint:nilerr // an input that cannot be read has its reason there, and no copy
	}
	defer src.Close()
	return replaceFile(to, func(w io.Writer) error {
		_, err := io.Copy(w, io.NewSectionReader(src, 0, src.Size()))
		return err
	})
}

// replaceFile makes a file appear, or another in its place.
func replaceFile(path string, write func(io.Writer) error) error {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return errors.New(path + ": is not a regular file")
	}
	t, err := store.Create(path, true)
	if err != nil {
		return err
	}
	defer t.Close()
	if err := write(t); err != nil {
		return err
	}
	return t.Commit()
}
