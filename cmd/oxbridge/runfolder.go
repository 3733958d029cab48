package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/ledger"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// The folder of the outputs has a folder for what runs keep:
//
//	OUT/.oxbridge/ID/ledger.db   what was done with each input
//	OUT/.oxbridge/ID/plan-N/     a plan made by "oxbridge plan", with its reports
//	OUT/.oxbridge/ID/work-*/     the plan of a convert that is under way
//
// ID stands for the identity of the run: the same command has the same.

// runFolder is the folder of a run.
type runFolder struct {
	dir string // OUT/.oxbridge/ID
	id  batch.Identity
}

func newRunFolder(outDir string, id batch.Identity) runFolder {
	return runFolder{filepath.Join(outDir, store.StateFolder, id.ID()), id}
}

func (f runFolder) ledgerPath() string { return filepath.Join(f.dir, ledger.FileName) }

// outDir is the folder of the outputs.
func (f runFolder) outDir() string { return filepath.Dir(filepath.Dir(f.dir)) }

// openLedger opens the ledger for writing, making folder and ledger if need be.
// aside is not "" when a damaged one was put aside.
func (f runFolder) openLedger(ctx context.Context) (l *ledger.Ledger, aside string, err error) {
	identity, err := json.Marshal(f.id)
	if err != nil {
		return nil, "", err
	}
	if err := os.MkdirAll(f.dir, 0o755); err != nil {
		return nil, "", err
	}
	return ledger.Open(ctx, f.ledgerPath(), ledger.Run{ID: filepath.Base(f.dir), Made: time.Now(), Identity: string(identity)})
}

// remember gives opt what the ledger says, if there is one. It may be used until
// forget is called.
func (f runFolder) remember(ctx context.Context, opt *batch.Options) (forget func(), err error) {
	l, err := ledger.Read(ctx, f.ledgerPath())
	if errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil
	}
	if err != nil {
		return nil, err
	}
	opt.Memory = l
	return func() { _ = l.Close() }, nil
}

// workPrefix begins the names of folders for plans that live as long as their
// process.
const workPrefix = "work-"

// workDir makes the folder for the plan of this process, and removes those of
// processes of this machine that are gone.
func (f runFolder) workDir() (string, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(f.dir, workPrefix+store.ProcessTag())
	for _, e := range entries {
		path := filepath.Join(f.dir, e.Name())
		if tag, ok := strings.CutPrefix(e.Name(), workPrefix); ok && (path == dir || store.GoneTag(tag)) {
			if err := os.RemoveAll(path); err != nil {
				return "", err
			}
		}
	}
	return dir, os.Mkdir(dir, 0o755)
}

// planDir makes the folder for a plan that stays.
func (f runFolder) planDir() (string, error) {
	if err := os.MkdirAll(f.dir, 0o755); err != nil {
		return "", err
	}
	for n := 1; ; n++ {
		dir := filepath.Join(f.dir, fmt.Sprintf("plan-%d", n))
		err := os.Mkdir(dir, 0o755)
		if !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}

// plans returns the folders of the plans that stay, in the order they were made.
func (f runFolder) plans() ([]string, error) {
	var dirs []string
	for n := 1; ; n++ {
		dir := filepath.Join(f.dir, fmt.Sprintf("plan-%d", n))
		if _, err := os.Stat(dir); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return dirs, nil
			}
			return nil, err
		}
		dirs = append(dirs, dir)
	}
}

// runsIn returns the folders of the runs with outputs in a folder, the one that
// was used last at the end.
func runsIn(outDir string) ([]runFolder, error) {
	entries, err := os.ReadDir(filepath.Join(outDir, store.StateFolder))
	if err != nil {
		return nil, err
	}
	type dated struct {
		folder runFolder
		used   time.Time
	}
	var list []dated
	for _, e := range entries {
		f := runFolder{dir: filepath.Join(outDir, store.StateFolder, e.Name())}
		if !e.IsDir() {
			continue
		}
		used := time.Time{}
		for _, name := range []string{ledger.FileName, ledger.FileName + "-wal"} {
			if info, err := os.Stat(filepath.Join(f.dir, name)); err == nil && info.ModTime().After(used) {
				used = info.ModTime()
			}
		}
		if info, err := e.Info(); used.IsZero() && err == nil {
			used = info.ModTime()
		}
		list = append(list, dated{f, used})
	}
	slices.SortStableFunc(list, func(a, b dated) int { return a.used.Compare(b.used) })
	folders := make([]runFolder, len(list))
	for i, d := range list {
		folders[i] = d.folder
	}
	return folders, nil
}

// findRun returns the run that an argument names: the folder of its outputs
// (which means the run that was used last), its own folder, its ledger, or the
// folder of a plan.
func findRun(arg string) (runFolder, error) {
	notFound := func(err error) (runFolder, error) {
		return runFolder{}, &exitError{code: exitUsage, err: fmt.Errorf("%s: no run there: %w", arg, err), hint: "name the folder of the outputs; oxbridge runs DIR lists the runs in it"}
	}
	abs, err := filepath.Abs(arg)
	if err != nil {
		return notFound(err)
	}
	info, err := os.Stat(abs)
	switch {
	case err != nil:
		return notFound(err)
	case !info.IsDir() || strings.HasPrefix(filepath.Base(abs), "plan-"):
		abs = filepath.Dir(abs)
	}
	if filepath.Base(filepath.Dir(abs)) == store.StateFolder {
		return runFolder{dir: abs}, nil
	}
	runs, err := runsIn(abs)
	if err != nil || len(runs) == 0 {
		return notFound(errors.Join(err))
	}
	return runs[len(runs)-1], nil
}
