package batch

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path"
	"runtime"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/store"
)

// LayoutMaildir is the value of Options.Layout for outputs that lie in Maildirs:
// that of OUT itself for messages at the top, and Maildir++ folders, such as
// OUT/.2019.March, for those below. It is for Internet messages.
const LayoutMaildir = "maildir"

// enter does what is to be done once for each folder of outputs: it removes what
// killed processes left there, and makes the folders that every Maildir has.
func (r *Runner) enter(name string, out *store.Target) error {
	dir, ok := r.opt.Out.(store.Dir)
	if !ok || r.opt.Layout != LayoutMaildir && !out.Named() {
		return nil
	}
	folder := path.Dir(name)
	if _, done := r.folders.LoadOrStore(folder, true); done {
		return nil
	}
	if out.Named() {
		if err := store.RemoveStale(dir.Path(folder)); err != nil {
			return err
		}
	}
	if r.opt.Layout != LayoutMaildir {
		return nil
	}
	folder = path.Dir(folder)
	for _, sub := range []string{"new", "tmp"} {
		if err := os.MkdirAll(dir.Path(path.Join(folder, sub)), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// infoSeparator stands before the flags of a message. Windows has no colon in
// names, and the semicolon is what programs there use instead.
func infoSeparator() string {
	if runtime.GOOS == "windows" {
		return ";"
	}
	return ":"
}

// maildirName returns the name of an output in a Maildir. It says when the
// message was sent, as programs sort by it, and is unique by the hash of the
// input and its name. Messages lie in cur, with the flags that they had.
func maildirName(it *Item, src *store.Source, rel string) (string, error) {
	m, err := summarise(it, src, rel)
	if err != nil {
		return "", err
	}
	var sent int64
	if !m.sent.IsZero() {
		sent = max(0, m.sent.Unix())
	}
	place := sha256.Sum256([]byte(it.Name()))
	unique := fmt.Sprintf("%d.%s%x.oxbridge", sent, m.hash, place[:4])
	return path.Join(maildirFolder(path.Dir(rel)), "cur", unique+infoSeparator()+"2,"+m.flags), nil
}

// maildirFolder returns the Maildir++ folder for a folder of inputs. Dots stand
// between its parts, so those in names are replaced.
func maildirFolder(dir string) string {
	if dir == "." {
		return "."
	}
	var b strings.Builder
	for _, part := range strings.Split(dir, "/") {
		b.WriteString("." + strings.ReplaceAll(sanitise(part), ".", "_"))
	}
	return b.String()
}
