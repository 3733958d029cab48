package batch

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// A Root is a path that the user names. Its outputs lie at Rel below the folder
// of the outputs.
type Root struct {
	Path string `json:"path"`
	Rel  string `json:"rel,omitempty"` // with slashes; "" is right for what the command line names
}

// Roots returns what the command line names: outputs for a folder are in the
// same places below the folder of the outputs, those for a file lie in it.
func Roots(paths []string) []Root {
	roots := make([]Root, len(paths))
	for i, p := range paths {
		roots[i] = Root{Path: p}
	}
	return roots
}

// ListedRoot returns what a line of a file list names. The folders of a relative
// path are kept.
func ListedRoot(line string) Root {
	rel := filepath.ToSlash(filepath.Clean(line))
	if filepath.IsAbs(line) || rel == ".." || strings.HasPrefix(rel, "../") || filepath.VolumeName(line) != "" {
		return Root{Path: line}
	}
	return Root{line, rel}
}

// MakePlan finds the inputs under the roots, in the order of their names, and
// writes a plan into a folder that has none.
//
// A path that the user names is always an input; in folders, what is no message
// is skipped and said so. What memory knows as done, and has not changed, is
// counted and left out. What is found more than once is an input once: where the user
// names the file itself, or else where it is met first.
func MakePlan(ctx context.Context, dir string, roots []Root, opt Options) (*Plan, error) {
	opt = opt.withDefaults()
	if opt.Packed == nil {
		opt.Packed = new(Unpacker)
		defer opt.Packed.Close()
	}
	p, err := newPlanner(dir, roots, opt)
	if err != nil {
		return nil, err
	}
	if err := p.all(ctx, roots); err != nil {
		p.w.file.Close()
		return nil, err
	}
	return p.w.finish()
}

// planner is the state of one MakePlan.
type planner struct {
	opt    Options
	w      *planWriter
	names  namer
	places places // of the walk
	// met are the files that were met, and named the roots, by their paths from the
	// root of the file system; both are nil when nothing can be met twice.
	met, named map[string]bool
}

// newPlanner starts a plan in a folder. The options have their defaults.
func newPlanner(dir string, roots []Root, opt Options) (*planner, error) {
	w, err := newPlanWriter(dir, Header{Identity: opt.Identity(roots), OutDir: opt.OutDir, Made: opt.now()}, opt.ShardItems, opt.ShardBytes)
	if err != nil {
		return nil, err
	}
	names := namer{from: opt.inputs(), memory: opt.Memory, tree: len(roots) == 1 && opt.Naming == ""}
	p := &planner{opt: opt, w: w, names: names, places: places{}}
	if !apart(roots) {
		p.met, p.named = map[string]bool{}, map[string]bool{}
		for _, root := range roots {
			if path, err := filepath.Abs(root.Path); err == nil {
				p.named[path] = true
			}
		}
	}
	return p, nil
}

// apart reports whether no root lies under another: no input is found twice.
func apart(roots []Root) bool {
	paths := make([]string, len(roots))
	for i, root := range roots {
		abs, err := filepath.Abs(root.Path)
		if err != nil {
			return false
		}
		paths[i] = strings.ReplaceAll(abs, string(filepath.Separator), "\x00") + "\x00" // what lies under a path comes right after it
	}
	slices.Sort(paths)
	for i := 1; i < len(paths); i++ {
		if strings.HasPrefix(paths[i], paths[i-1]) {
			return false
		}
	}
	return true
}

// again reports whether a file that a walk of root meets is met elsewhere.
func (p *planner) again(root Root, f *found) bool {
	if p.met == nil || f.item == nil && f.entry.Kind == store.KindFolder {
		return false
	}
	path, err := filepath.Abs(f.entry.Name)
	if err != nil {
		return false
	}
	if p.met[path] || p.named[path] && f.entry.Name != root.Path {
		return true
	}
	p.met[path] = true
	return false
}

// all plans what lies under the roots.
func (p *planner) all(ctx context.Context, roots []Root) error {
	for _, root := range roots {
		if err := p.root(ctx, root); err != nil {
			return err
		}
	}
	return nil
}

// below returns where a name that a walk of root meets lies below root.
func below(root, name string) (rel string, ok bool) {
	rel, err := filepath.Rel(root, name)
	return filepath.ToSlash(rel), err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// ours returns the folders that a walk of root leaves out, as it will meet them:
// those that the run puts something into, as far as they lie below root. same says
// that the outputs lie in root itself.
func (p *planner) ours(root string) (leave map[string]bool, same bool) {
	leave = map[string]bool{}
	for _, dir := range p.opt.made() {
		lexical, ok := store.Inside(root, dir)
		physical, reached := store.Inside(p.places.physical(root), p.places.physical(dir))
		for rel, below := range map[string]bool{lexical: ok, physical: reached} {
			switch {
			case below && rel != ".":
				leave[filepath.Join(root, filepath.FromSlash(rel))] = true
			case below && dir == p.opt.OutDir:
				same = true
			}
		}
	}
	return leave, same
}

// own reports whether a file in the folder of the outputs is one that an earlier
// run made.
func (p *planner) own(rel string) bool {
	if p.opt.Memory == nil {
		return false
	}
	_, ok, err := p.opt.Memory.Owner(rel)
	return ok && err == nil
}

// file plans a file that was looked at.
func (p *planner) file(ctx context.Context, f *found) error {
	if f.done {
		p.names.keep(f.past.OutputName)
		p.w.header.Done++
		return nil
	}
	it := Item{Path: f.entry.Name, Size: f.entry.Size}
	if f.err != nil {
		it.State, it.Reason = report.Failed, cause(f.err)
		return p.add(it)
	}
	switch {
	case f.mailbox:
		return p.mailbox(ctx, it, f.src, p.folder(ctx, f.rel))
	case f.kind == KindPacked && isContainer(f.rel):
		return p.packed(ctx, it, p.folder(ctx, f.rel))
	case containers[f.kind] != nil && isContainer(f.rel):
		return p.container(ctx, it, f.src, f.kind, p.folder(ctx, f.rel), nil)
	}
	return p.message(ctx, it, f.src, f.kind, f.rel, f.named)
}

// folder returns where the outputs for the messages in a file lie: in a folder of
// its name, or with ".d" where a file has that, as in a run whose outputs lie beside
// its inputs.
func (p *planner) folder(ctx context.Context, rel string) string {
	if e, ok, err := p.opt.Out.Exists(ctx, rel); err == nil && ok && e.Kind == store.KindFile {
		return rel + ".d"
	}
	return rel
}

// message plans an input that is a message, or is none.
func (p *planner) message(ctx context.Context, it Item, src *store.Source, kind Kind, rel string, named bool) error {
	t, ok, err := p.takes(ctx, src, kind, rel, named)
	if isFatal(err) {
		return err
	}
	if err != nil {
		it.State, it.Reason = report.Failed, cause(err)
		return p.add(it)
	}
	if !ok {
		it.State, it.Reason = report.Skipped, "not "+t.what
		if named {
			it.State = report.Failed
		}
		return p.add(it)
	}
	it.Direction, it.Format = t.direction, t.format
	due, err := p.recall(ctx, &it, src)
	if err != nil || !due {
		if !due && err == nil {
			p.w.header.Done++
		}
		return err
	}
	if it.Out == "" {
		if it.Out, err = p.name(&it, src, rel, t.extension); err != nil {
			return err
		}
	}
	return p.add(it)
}

// name gives the output of an item its name.
func (p *planner) name(it *Item, src *store.Source, rel, extension string) (string, error) {
	if p.opt.Layout == LayoutMaildir {
		return maildirName(it, src, rel)
	}
	if p.opt.Naming == "" {
		return p.names.name(it.Name(), rel, extension)
	}
	stem, err := p.opt.template.stem(it, src, rel)
	if err != nil {
		return "", err
	}
	return p.names.wish(it.Name(), stem, extension)
}

// add plans an item.
func (p *planner) add(it Item) error {
	if it.State == "" && it.Why == "" {
		it.Why = "new"
	}
	if p.opt.Found != nil {
		p.opt.Found(it)
	}
	return p.w.add(it)
}

// cause returns what went wrong without the path, which the report has anyway.
func cause(err error) string {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}
