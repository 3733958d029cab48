package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"time"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/core/report"
)

// An Invocation is one time that the command was run.
type Invocation struct {
	N       int64
	Started time.Time
	Seen    time.Time // when it last wrote
	Ended   time.Time // zero when it did not end in good order, or has not yet
	State   string    // Running, Finished, Interrupted or Aborted
	Reason  string
	Host    string
	PID     int
	Program string   // version of oxbridge
	Command []string // arguments
	Items   int
	Bytes   int64
	Done    int // inputs that were done before
}

// The states of an invocation.
const (
	Running     = "running"
	Finished    = "finished"
	Interrupted = "interrupted"
	Aborted     = "aborted"
)

// Begin records that the command was started, and ties what is recorded from
// here on to it.
func (l *Ledger) Begin(ctx context.Context, program string, command []string) error {
	host, _ := os.Hostname()
	args, err := json.Marshal(command)
	if err != nil {
		return err
	}
	return l.transaction(ctx, func() error {
		now := time.Now().UnixMilli()
		res, err := l.conn.ExecContext(ctx, `INSERT INTO invocation
			(started, seen, state, host, pid, program, command, items, bytes, done) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0)`,
			now, now, Running, host, os.Getpid(), program, string(args))
		if err != nil {
			return err
		}
		l.invocation, err = res.LastInsertId()
		return err
	})
}

// Planned records how much there is to do.
func (l *Ledger) Planned(ctx context.Context, items int, bytes int64, done int) error {
	return l.transaction(ctx, func() error {
		_, err := l.conn.ExecContext(ctx, "UPDATE invocation SET items = ?, bytes = ?, done = ? WHERE n = ?", items, bytes, done, l.invocation)
		return err
	})
}

// Forget removes what is known of inputs that turned out to be none, such as
// folders that could not be listed before.
func (l *Ledger) Forget(ctx context.Context, inputs []string) error {
	if len(inputs) == 0 {
		return nil
	}
	return l.transaction(ctx, func() error {
		for _, path := range inputs {
			for _, table := range []string{"problem", "output"} {
				if _, err := l.conn.ExecContext(ctx, "DELETE FROM "+table+" WHERE input IN (SELECT id FROM input WHERE path = ?)", textOrBytes(path)); err != nil {
					return err
				}
			}
			if _, err := l.conn.ExecContext(ctx, "DELETE FROM input WHERE path = ?", textOrBytes(path)); err != nil {
				return err
			}
		}
		return nil
	})
}

// End records how the invocation ended.
func (l *Ledger) End(ctx context.Context, state, reason string) error {
	return l.transaction(ctx, func() error {
		now := time.Now().UnixMilli()
		_, err := l.conn.ExecContext(ctx, "UPDATE invocation SET ended = ?, seen = ?, state = ?, reason = ? WHERE n = ?",
			now, now, state, null(reason), l.invocation)
		return err
	})
}

// statements are those that Record uses again and again.
type statements struct {
	insert, update, id, clearProblems, clearOutputs, output, problem *sql.Stmt
}

func (s *statements) list() []**sql.Stmt {
	return []**sql.Stmt{&s.insert, &s.update, &s.id, &s.clearProblems, &s.clearOutputs, &s.output, &s.problem}
}

// recordSQL are the texts of the statements, in the order of list.
var recordSQL = []string{
	`INSERT INTO input (path, size, mtime_ns, sha256, state, reason, severity, attempts, plugin, invocation, shard, finished, duration_us)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path) DO NOTHING`,
	`UPDATE input SET size = ?, mtime_ns = ?, sha256 = ?, state = ?, reason = ?, severity = ?, attempts = attempts + ?,
		plugin = ?, invocation = ?, shard = ?, finished = ?, duration_us = ? WHERE id = ?`,
	`SELECT id FROM input WHERE path = ?`,
	`DELETE FROM problem WHERE input = ?`,
	`DELETE FROM output WHERE input = ?`,
	`INSERT OR REPLACE INTO output (input, name, size, sha256) VALUES (?, ?, ?, ?)`,
	`INSERT INTO problem (input, code, severity, object, tag, part, detail) VALUES (?, ?, ?, ?, ?, ?, ?)`,
}

func (s *statements) prepare(ctx context.Context, conn *sql.Conn) error {
	if s.insert != nil {
		return nil
	}
	for i, stmt := range s.list() {
		var err error
		if *stmt, err = conn.PrepareContext(ctx, recordSQL[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *statements) close() {
	for _, stmt := range s.list() {
		if *stmt != nil {
			_ = (*stmt).Close()
		}
	}
}

// Record adds results in one transaction. A result for an input that is there
// takes the place of the one before; attempts add up.
func (l *Ledger) Record(results []report.Result) error {
	ctx := context.Background()
	return l.transaction(ctx, func() error {
		if err := l.write.prepare(ctx, l.conn); err != nil {
			return err
		}
		for i := range results {
			if err := l.record(ctx, &results[i]); err != nil {
				return err
			}
		}
		_, err := l.conn.ExecContext(ctx, "UPDATE invocation SET seen = ? WHERE n = ?", time.Now().UnixMilli(), l.invocation)
		return err
	})
}

// Merge records the results of a shard of a plan, unless that was done before.
func (l *Ledger) Merge(plan string, n int, results []report.Result) error {
	ctx := context.Background()
	return l.transaction(ctx, func() error {
		res, err := l.conn.ExecContext(ctx, "INSERT INTO shard (plan, n) VALUES (?, ?) ON CONFLICT DO NOTHING", plan, n)
		if err != nil {
			return err
		}
		if added, err := res.RowsAffected(); err != nil || added == 0 {
			return err
		}
		if err := l.write.prepare(ctx, l.conn); err != nil {
			return err
		}
		for i := range results {
			if err := l.record(ctx, &results[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// Merged reports whether the results of a shard are in the ledger.
func (l *Ledger) Merged(ctx context.Context, plan string, n int) (bool, error) {
	var yes bool
	err := l.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM shard WHERE plan = ? AND n = ?)", plan, n).Scan(&yes)
	return yes, err
}

func (l *Ledger) record(ctx context.Context, r *report.Result) error {
	plugin, err := l.plugin(ctx, r.Plugin)
	if err != nil {
		return err
	}
	var mtime any
	if !r.ModTime.IsZero() {
		mtime = r.ModTime.UnixNano()
	}
	severity := 0
	if len(r.Problems) > 0 {
		severity = int(r.Problems.Worst())
	}
	finished, micros := r.Finished.UnixMilli(), r.Duration.Microseconds()
	res, err := l.write.insert.ExecContext(ctx, textOrBytes(r.Input), r.Bytes, mtime, null(r.SHA256), string(r.State), null(r.Reason), severity,
		r.Attempts, plugin, l.invocation, r.Shard, finished, micros)
	if err != nil {
		return err
	}
	var id int64
	if n, err := res.RowsAffected(); err != nil {
		return err
	} else if n == 1 {
		if id, err = res.LastInsertId(); err != nil {
			return err
		}
	} else {
		if err := l.write.id.QueryRowContext(ctx, textOrBytes(r.Input)).Scan(&id); err != nil {
			return err
		}
		if _, err := l.write.update.ExecContext(ctx, r.Bytes, mtime, null(r.SHA256), string(r.State), null(r.Reason), severity,
			r.Attempts, plugin, l.invocation, r.Shard, finished, micros, id); err != nil {
			return err
		}
		if _, err := l.write.clearProblems.ExecContext(ctx, id); err != nil {
			return err
		}
		if r.OutputName != "" { // else an output from before is still ours
			if _, err := l.write.clearOutputs.ExecContext(ctx, id); err != nil {
				return err
			}
		}
	}
	return l.details(ctx, id, r)
}

// details adds the output and the problems of an input.
func (l *Ledger) details(ctx context.Context, id int64, r *report.Result) error {
	if r.OutputName != "" {
		if _, err := l.write.output.ExecContext(ctx, id, textOrBytes(r.OutputName), r.OutputBytes, r.OutputSHA256); err != nil {
			return err
		}
	}
	for _, p := range r.Problems {
		var tag any
		if p.Tag != 0 {
			tag = int64(p.Tag)
		}
		if _, err := l.write.problem.ExecContext(ctx, id, p.Code, int(p.Severity), text(p.Object), tag, text(p.Part), text(p.Detail)); err != nil {
			return err
		}
	}
	return nil
}

// plugin returns the number of a plugin.
func (l *Ledger) plugin(ctx context.Context, name string) (any, error) {
	if name == "" {
		return nil, nil
	}
	if id, ok := l.plugins[name]; ok {
		return id, nil
	}
	if _, err := l.conn.ExecContext(ctx, "INSERT INTO plugin (name) VALUES (?) ON CONFLICT DO NOTHING", name); err != nil {
		return nil, err
	}
	var id int64
	if err := l.conn.QueryRowContext(ctx, "SELECT id FROM plugin WHERE name = ?", name).Scan(&id); err != nil {
		return nil, err
	}
	l.plugins[name] = id
	return id, nil
}

// null returns nil for "".
func null(s string) any {
	if s == "" {
		return nil
	}
	return text(s)
}

// text returns what SQLite takes for text.
func text(s string) any {
	if s == "" {
		return nil
	}
	if !utf8.ValidString(s) {
		return string([]rune(s)) // invalid bytes become U+FFFD
	}
	return s
}

// textOrBytes returns a path as text, or as bytes when it is no UTF-8.
func textOrBytes(s string) any {
	if utf8.ValidString(s) {
		return s
	}
	return []byte(s)
}
