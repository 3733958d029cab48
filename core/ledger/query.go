package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// questions are the statements that planning asks for every input.
type questions struct {
	once          sync.Once
	err           error
	recall, owner *sql.Stmt
}

func (l *Ledger) prepareAsk() error {
	q := &l.ask
	q.once.Do(func() {
		if q.recall, q.err = l.db.Prepare(resultSQL + " WHERE i.path = ?"); q.err == nil {
			q.owner, q.err = l.db.Prepare("SELECT i.path FROM output o JOIN input i ON i.id = o.input WHERE o.name = ?")
		}
	})
	return q.err
}

// Recall returns the last result for an input, without its problems. The output
// is the last that was made, also when the last result is a failure.
func (l *Ledger) Recall(input string) (report.Result, bool, error) {
	if err := l.prepareAsk(); err != nil {
		return report.Result{}, false, err
	}
	r, _, err := scanResult(l.ask.recall.QueryRow(textOrBytes(input)))
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, err
}

// Owner returns the input whose output has that name.
func (l *Ledger) Owner(output string) (input string, ok bool, err error) {
	if err := l.prepareAsk(); err != nil {
		return "", false, err
	}
	var path []byte
	err = l.ask.owner.QueryRow(textOrBytes(output)).Scan(&path)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return string(path), err == nil, err
}

// Empty reports whether nothing was recorded yet.
func (l *Ledger) Empty(ctx context.Context) (bool, error) {
	var some bool
	err := l.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM input)").Scan(&some)
	return !some, err
}

const resultSQL = `SELECT i.id, i.path, i.size, i.mtime_ns, i.sha256, i.state, i.reason, i.attempts, p.name, i.shard, i.finished, i.duration_us,
	o.name, o.size, o.sha256, i.severity
	FROM input i LEFT JOIN plugin p ON p.id = i.plugin LEFT JOIN output o ON o.input = i.id`

// scanResult reads a row of resultSQL. problems is the number of the input when
// it has problems, else 0.
func scanResult(row interface{ Scan(...any) error }) (r report.Result, problems int64, err error) {
	var path, name []byte
	var mtime, outSize sql.NullInt64
	var sha, reason, plugin, outSHA sql.NullString
	var state string
	var id, finished, micros int64
	var severity int
	err = row.Scan(&id, &path, &r.Bytes, &mtime, &sha, &state, &reason, &r.Attempts, &plugin, &r.Shard, &finished, &micros, &name, &outSize, &outSHA, &severity)
	if err != nil {
		return r, 0, err
	}
	r.Input, r.OutputName, r.State = string(path), string(name), report.State(state)
	r.SHA256, r.Reason, r.Plugin, r.OutputSHA256, r.OutputBytes = sha.String, reason.String, plugin.String, outSHA.String, outSize.Int64
	if mtime.Valid {
		r.ModTime = time.Unix(0, mtime.Int64)
	}
	r.Finished, r.Duration = time.UnixMilli(finished), time.Duration(micros)*time.Microsecond
	if severity > 0 {
		problems = id
	}
	return r, problems, nil
}

// Results visits the result of every input, in the order of their paths, with
// their problems. An error of visit ends that and is returned.
func (l *Ledger) Results(ctx context.Context, visit func(report.Result) error) error {
	tx, err := l.db.BeginTx(ctx, nil) // one moment of a run that may go on
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	problems, err := tx.PrepareContext(ctx, "SELECT code, severity, object, tag, part, detail FROM problem WHERE input = ? ORDER BY rowid")
	if err != nil {
		return err
	}
	defer problems.Close()
	rows, err := tx.QueryContext(ctx, resultSQL+" ORDER BY i.path")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, id, err := scanResult(rows)
		if err != nil {
			return err
		}
		if r.State != report.Converted {
			r.OutputName, r.OutputSHA256, r.OutputBytes = "", "", 0
		}
		if id > 0 {
			if r.Problems, err = scanProblems(ctx, problems, id); err != nil {
				return err
			}
		}
		if err := visit(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

func scanProblems(ctx context.Context, query *sql.Stmt, id int64) (problem.List, error) {
	rows, err := query.QueryContext(ctx, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list problem.List
	for rows.Next() {
		var p problem.Problem
		var object, part, detail sql.NullString
		var tag sql.NullInt64
		if err := rows.Scan(&p.Code, &p.Severity, &object, &tag, &part, &detail); err != nil {
			return nil, err
		}
		p.Object, p.Part, p.Detail, p.Tag = object.String, part.String, detail.String, mapi.Tag(tag.Int64)
		list.Add(p)
	}
	return list, rows.Err()
}

// Run returns what the ledger is about.
func (l *Ledger) Run(ctx context.Context) (Run, error) {
	var r Run
	var made int64
	err := l.db.QueryRowContext(ctx, "SELECT id, made, identity FROM run").Scan(&r.ID, &made, &r.Identity)
	r.Made = time.UnixMilli(made)
	return r, err
}

// Invocations returns the times that the command was run, in order.
func (l *Ledger) Invocations(ctx context.Context) ([]Invocation, error) {
	rows, err := l.db.QueryContext(ctx, `SELECT n, started, seen, ended, state, reason, host, pid, program, command, items, bytes, done
		FROM invocation ORDER BY n`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Invocation
	for rows.Next() {
		var v Invocation
		var started, seen int64
		var ended sql.NullInt64
		var reason sql.NullString
		var command string
		if err := rows.Scan(&v.N, &started, &seen, &ended, &v.State, &reason, &v.Host, &v.PID, &v.Program, &command, &v.Items, &v.Bytes, &v.Done); err != nil {
			return nil, err
		}
		v.Started, v.Seen, v.Reason = time.UnixMilli(started), time.UnixMilli(seen), reason.String
		if ended.Valid {
			v.Ended = time.UnixMilli(ended.Int64)
		}
		_ = json.Unmarshal([]byte(command), &v.Command) // what is no list shows as none
		list = append(list, v)
	}
	return list, rows.Err()
}

// Summary counts the results.
func (l *Ledger) Summary(ctx context.Context) (report.Summary, error) {
	var s report.Summary
	rows, err := l.db.QueryContext(ctx, "SELECT state, count(*), coalesce(sum(size), 0), coalesce(sum(severity >= 2), 0) FROM input GROUP BY state")
	if err != nil {
		return s, err
	}
	defer rows.Close()
	for rows.Next() {
		var state string
		var n, losses int
		var bytes int64
		if err := rows.Scan(&state, &n, &bytes, &losses); err != nil {
			return s, err
		}
		switch report.State(state) {
		case report.Converted:
			s.Converted, s.Bytes, s.WithLoss = n, bytes, losses
		case report.Skipped:
			s.Skipped = n
		default:
			s.Failed = n
		}
	}
	return s, rows.Err()
}
