package batch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"syscall"

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
	to := r.quarantineAt(name, f.item.Name())
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

// quarantineAt returns where the copy of an input that wants a name goes. When that
// is another one's, or an archive and what is in it want the same, it is a folder of
// its own.
func (r *Runner) quarantineAt(name, input string) string {
	if to := filepath.Join(r.opt.Quarantine, filepath.FromSlash(name)); isFree(to, input) {
		return to
	}
	sum := sha256.Sum256([]byte(input))
	return filepath.Join(r.opt.Quarantine, hex.EncodeToString(sum[:6]), path.Base(name))
}

// isFree makes the folders above a path and reports whether the copy of an input
// may lie at it: no other one's does, and there is no file where a folder has to
// be, or the other way round.
func isFree(to, input string) bool {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); errors.Is(err, syscall.ENOTDIR) {
		return false
	}
	if info, err := os.Lstat(to); err == nil && info.IsDir() {
		return false
	}
	b, err := os.ReadFile(to + ".reason.json")
	if err != nil {
		return true
	}
	var of struct {
		Input       string `json:"input"`
		InputBase64 []byte `json:"input_base64"`
	}
	return json.Unmarshal(b, &of) != nil || of.Input == input || string(of.InputBase64) == input
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
