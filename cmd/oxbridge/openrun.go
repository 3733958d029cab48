package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/ledger"
	"github.com/oxbridge-mail/oxbridge/core/report"
)

// openRun opens the ledger of the run that a user names, with the reports of its
// shards in it. missing says what shards are not done; see mergeShards. The caller
// closes the ledger.
func openRun(ctx context.Context, arg string, stderr io.Writer) (folder runFolder, l *ledger.Ledger, missing []string, err error) {
	if folder, err = findRun(arg); err != nil {
		return folder, nil, nil, err
	}
	if missing, err = mergeShards(ctx, &folder, stderr); err != nil {
		return folder, nil, nil, &exitError{code: exitAborted, err: err}
	}
	if l, err = ledger.Read(ctx, folder.ledgerPath()); err != nil {
		return folder, nil, nil, &exitError{code: exitUsage, err: err}
	}
	return folder, l, missing, nil
}

// mergeShards brings the reports of shards into the ledger, and returns what is
// missing of each plan, as sentences.
func mergeShards(ctx context.Context, folder *runFolder, stderr io.Writer) (missing []string, err error) {
	dirs, err := folder.plans()
	if err != nil || len(dirs) == 0 {
		return nil, err
	}
	var l *ledger.Ledger
	defer func() {
		if l != nil {
			if cerr := l.Close(); err == nil {
				err = cerr
			}
		}
	}()
	for _, dir := range dirs {
		plan, err := batch.OpenPlan(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it is being made, or was given up
		}
		if err != nil {
			return nil, err
		}
		if l == nil {
			folder.id = plan.Identity
			var aside string
			if l, aside, err = folder.openLedger(ctx); err != nil {
				return nil, err
			}
			if aside != "" {
				fmt.Fprintf(stderr, "oxbridge: the ledger was damaged; it is kept as %s\n", aside)
			}
		}
		todo, err := mergePlan(ctx, l, plan)
		if err != nil {
			return nil, err
		}
		if len(todo) > 0 {
			missing = append(missing, fmt.Sprintf("%d of %d shards of %s are not done: oxbridge run-shard %s N, N being %s.",
				len(todo), len(plan.Shards), filepath.Base(dir), quoteArg(dir), ranges(todo)))
		}
	}
	return missing, nil
}

// mergePlan brings the reports of a plan's shards into the ledger. It returns
// the shards that have none.
func mergePlan(ctx context.Context, l *ledger.Ledger, plan *batch.Plan) (todo []int, err error) {
	name := filepath.Base(plan.Dir())
	for n := range plan.Shards {
		done, err := l.Merged(ctx, name, n)
		if err != nil {
			return nil, err
		}
		if done {
			continue
		}
		if n == 0 {
			if err := l.Forget(ctx, plan.Readable); err != nil {
				return nil, err
			}
		}
		f, err := os.Open(shardReport(plan.Dir(), n))
		if errors.Is(err, fs.ErrNotExist) {
			todo = append(todo, n)
			continue
		}
		if err != nil {
			return nil, err
		}
		var results []report.Result
		err = report.Read(f, func(r report.Result) error {
			results = append(results, r)
			return nil
		})
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err == nil {
			err = l.Merge(name, n, results)
		}
		if err != nil {
			return nil, fmt.Errorf("report of shard %d: %w", n, err)
		}
	}
	return todo, nil
}

// ranges writes numbers in order as 0,3-5,9.
func ranges(list []int) string {
	var parts []string
	for i := 0; i < len(list); {
		j := i
		for j+1 < len(list) && list[j+1] == list[j]+1 {
			j++
		}
		if part := fmt.Sprint(list[i]); i == j {
			parts = append(parts, part)
		} else {
			parts = append(parts, fmt.Sprintf("%s-%d", part, list[j]))
		}
		i = j + 1
	}
	return strings.Join(parts, ",")
}
