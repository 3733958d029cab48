package batch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// An item is an input of a run.
type item struct {
	path      string
	out       string
	size      int64
	format    string // of the side that is not .msg
	direction session.Direction

	state  report.State // not "" when the walk itself decided what becomes of it
	reason string
}

// newInput is the file as an import reads it.
func newInput(_ context.Context, src *store.Source) transfer.Input {
	return transfer.NewInput(src, src.Size())
}

// walk finds the inputs under paths, in the order of their names, and hands each
// to found. A path that the user names is always an input; in folders, what is
// no message is skipped and said so, and symbolic links are not followed.
func walk(ctx context.Context, paths []string, opt Options, found func(context.Context, item) error) error {
	w := &walker{opt: opt, found: found, claimed: map[string]bool{}}
	for _, root := range paths {
		if err := w.root(ctx, root); err != nil {
			return err
		}
	}
	return nil
}

type walker struct {
	opt     Options
	found   func(context.Context, item) error
	dir     string          // folder that claimed is about
	claimed map[string]bool // outputs of this run in dir
}

func (w *walker) root(ctx context.Context, root string) error {
	info, err := os.Stat(root)
	if err != nil {
		return w.found(ctx, item{path: root, state: report.Failed, reason: cause(err)})
	}
	if !info.IsDir() {
		return w.file(ctx, root, filepath.Base(root), info, true)
	}
	skip := w.outputInside(root)
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return w.found(ctx, item{path: path, state: report.Failed, reason: cause(err)})
		case d.IsDir() && skip != "" && path == skip:
			return fs.SkipDir
		case d.IsDir():
			return ctx.Err()
		case !d.Type().IsRegular():
			return w.found(ctx, item{path: path, state: report.Skipped, reason: "not a regular file"})
		case strings.HasPrefix(d.Name(), store.TempPrefix):
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return w.found(ctx, item{path: path, state: report.Failed, reason: cause(err)})
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return w.file(ctx, path, rel, info, false)
	})
}

// outputInside returns the output folder as the walk of root will meet it, or
// "" when it lies elsewhere or is root itself.
func (w *walker) outputInside(root string) string {
	a, err1 := filepath.Abs(root)
	b, err2 := filepath.Abs(w.opt.OutDir)
	if err1 != nil || err2 != nil {
		return ""
	}
	rel, err := filepath.Rel(a, b)
	if err != nil || rel == "." || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return ""
	}
	return filepath.Join(root, rel)
}

// file makes an item of a file that lies at rel below what the user named.
func (w *walker) file(ctx context.Context, path, rel string, info fs.FileInfo, named bool) error {
	it := item{path: path, size: info.Size()}
	kind, err := sniffFile(path)
	want, ok := kindTo[w.opt.To]
	switch {
	case err != nil:
		it.state, it.reason = report.Failed, cause(err)
	case !ok || kind != want.from:
		it.state, it.reason = report.Skipped, "not "+want.what
		if named {
			it.state = report.Failed
		}
	default:
		it.direction, it.format = want.direction, want.format
		it.out = w.output(rel)
	}
	return w.found(ctx, it)
}

// Needs returns what a converter must be able to do for outputs in a format: the
// direction and the format of the side that is not .msg. ok is false for a
// format that nobody makes.
func Needs(to string) (dir session.Direction, format string, ok bool) {
	k, ok := kindTo[to]
	return k.direction, k.format, ok
}

// kindTo says which inputs a target format takes.
var kindTo = map[string]struct {
	from      Kind
	what      string
	direction session.Direction
	format    string
}{
	"eml": {KindMSG, "an Outlook message (.msg)", session.Export, "eml"},
	"msg": {KindEML, "an Internet message (.eml)", session.Import, "eml"},
}

// inputExtensions are those that the output's extension replaces; any other
// name keeps what follows its last dot.
var inputExtensions = map[string]bool{".msg": true, ".eml": true, ".oft": true, ".mht": true}

// output returns where the result for rel goes. When an input of this run with
// another extension has taken the name, the whole name of the input is kept.
func (w *walker) output(rel string) string {
	dir := filepath.Dir(rel)
	if dir != w.dir {
		w.dir, w.claimed = dir, map[string]bool{}
	}
	stem := rel
	if ext := filepath.Ext(rel); inputExtensions[strings.ToLower(ext)] && ext != filepath.Base(rel) {
		stem = strings.TrimSuffix(rel, ext)
	}
	out := stem + "." + w.opt.To
	if w.claimed[sameName(out)] {
		out = rel + "." + w.opt.To
	}
	w.claimed[sameName(out)] = true
	return filepath.Join(w.opt.OutDir, out)
}

// sameName returns what two names have in common that the file system of the
// outputs takes for one: on Windows and macOS capitals do not count.
func sameName(name string) string {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return strings.ToLower(name)
	}
	return name
}

// sniffFile looks at the beginning of a file, and further when that is a header
// without an end.
func sniffFile(path string) (Kind, error) {
	f, err := os.Open(path)
	if err != nil {
		return KindOther, err
	}
	defer f.Close()
	head := make([]byte, sniffLen, sniffLen+1)
	n, err := io.ReadFull(f, head)
	if err != nil && n == 0 && !errors.Is(err, io.EOF) {
		return KindOther, err
	}
	kind := Sniff(head[:n])
	if kind == KindOther && n > 0 && strings.EqualFold(filepath.Ext(path), ".eml") && bytes.IndexByte(head[:n], 0) < 0 {
		return KindEML, nil // text without a header; its name says what it is
	}
	if kind != KindOther || n < sniffLen || !beginsWithField(head) {
		return kind, nil
	}
	more, err := io.ReadAll(io.LimitReader(f, sniffMore-sniffLen))
	return Sniff(append(head, more...)), err
}

// cause returns what went wrong without the path, which the report has anyway.
func cause(err error) string {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}
