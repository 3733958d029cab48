// Package ledger is the durable record of a run: each input with its hash, what
// became of it, its problems, and its outputs with their hashes. It is a SQLite
// file; schema.sql beside this file documents it, and [Schema] returns that.
//
// # When something is in it
//
// Results come in groups, each in one transaction, written ahead (WAL) and
// synced before Record returns. [core/batch] hands over a result only when its
// output is on disk with its name. So after a loss of power, or after the
// process was killed, every output that the ledger has is there, whole; outputs
// that are there without a row belong to the last moments, are made again and
// found to be the same. A ledger that is lost or damaged costs work and nothing
// else: it is put aside, and the next run fills a new one.
//
// Several processes of one machine may write to a ledger at the same time; each
// waits for its turn. Machines that share a file system do not share the memory
// that SQLite needs for that: their shards have reports of their own, which one
// machine brings into the ledger.
package ledger

import (
	"context"
	"database/sql"
	_ "embed" // for the schema
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"modernc.org/sqlite" // the driver, in pure Go
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed schema.sql
var schema string

// Schema returns the statements that make a ledger, with comments that say what
// each column means.
func Schema() string { return schema }

// version is that of the schema.
const version = 1

// FileName is the name of a ledger in the folder of its run.
const FileName = "ledger.db"

// ErrVersion means that a ledger was made by another version of oxbridge, whose
// schema is not known.
var ErrVersion = errors.New("ledger has an unknown version")

// A Ledger is a ledger that is open. Safe for concurrent use.
type Ledger struct {
	path       string
	db         *sql.DB
	conn       *sql.Conn // the one that writes; nil when the ledger is only read
	invocation int64
	plugins    map[string]int64
	write      statements
	ask        questions
	gate       chan struct{} // holds one element: who takes it may use conn
}

// A Run says what a ledger is about.
type Run struct {
	ID       string
	Made     time.Time
	Identity string // JSON
}

// Open opens the ledger of a run for writing, making it when there is none. A
// damaged one is put aside under another name, which aside returns.
func Open(ctx context.Context, path string, run Run) (l *Ledger, aside string, err error) {
	l, err = open(ctx, path, run)
	if err == nil || !damaged(err) {
		return l, "", err
	}
	if aside, err = putAside(path); err != nil {
		return nil, "", err
	}
	l, err = open(ctx, path, run)
	return l, aside, err
}

func open(ctx context.Context, path string, run Run) (*Ledger, error) {
	l, err := connect(ctx, path, "rwc")
	if err != nil {
		return nil, err
	}
	if err := l.prepare(ctx, run); err != nil {
		l.db.Close()
		return nil, fmt.Errorf("ledger %s: %w", path, err)
	}
	return l, nil
}

// Read opens a ledger for reading. The run may go on meanwhile.
func Read(ctx context.Context, path string) (*Ledger, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	l, err := connect(ctx, path, "rw") // "ro" could not read a ledger whose writer was killed
	if err != nil {
		return nil, err
	}
	var v int
	if err := l.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&v); err != nil || v != version {
		l.db.Close()
		return nil, fmt.Errorf("ledger %s: %w", path, cmpErr(err, ErrVersion))
	}
	return l, nil
}

func cmpErr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// busy is how long a writer waits for its turn.
const busy = 30 * time.Second

// connect opens the file. SQLite syncs each transaction (synchronous=FULL).
func connect(ctx context.Context, path, mode string) (*Ledger, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: url.Values{
		"mode": {mode},
		"_pragma": {
			fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds()), "journal_mode(WAL)", "synchronous(FULL)",
			"foreign_keys(OFF)", "cache_size(-2048)", "journal_size_limit(4194304)",
		},
	}.Encode()}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("ledger %s: %w", path, full(err))
	}
	l := &Ledger{path: path, db: db, plugins: map[string]int64{}, gate: make(chan struct{}, 1)}
	l.gate <- struct{}{}
	return l, nil
}

// prepare makes the tables if there are none.
func (l *Ledger) prepare(ctx context.Context, run Run) error {
	var err error
	if l.conn, err = l.db.Conn(ctx); err != nil {
		return err
	}
	return l.transaction(ctx, func() error {
		var v int
		err := l.conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&v)
		switch {
		case err != nil:
			return err
		case v == version:
			return nil
		case v != 0:
			return ErrVersion
		}
		if _, err := l.conn.ExecContext(ctx, schema); err != nil {
			return err
		}
		_, err = l.conn.ExecContext(ctx, "INSERT INTO run VALUES (?, ?, ?)", run.ID, run.Made.UnixMilli(), run.Identity)
		if err != nil {
			return err
		}
		_, err = l.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version))
		return err
	})
}

// transaction does f in a transaction of the writing connection.
func (l *Ledger) transaction(ctx context.Context, f func() error) error {
	<-l.gate
	defer func() { l.gate <- struct{}{} }()
	if _, err := l.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return full(err)
	}
	err := f()
	if err == nil {
		_, err = l.conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		_, _ = l.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	}
	return full(err)
}

// full makes what SQLite says about a full disk what the system says.
func full(err error) error {
	var se *sqlite.Error
	if errors.As(err, &se) && se.Code()&0xFF == sqlite3.SQLITE_FULL {
		return fmt.Errorf("ledger: %w", syscall.ENOSPC)
	}
	return err
}

// Path returns where the ledger lies.
func (l *Ledger) Path() string { return l.path }

// Close closes the ledger.
func (l *Ledger) Close() error {
	l.write.close()
	if l.conn != nil {
		_ = l.conn.Close()
	}
	return l.db.Close()
}

// damaged reports whether an error says that a file is no sound database.
func damaged(err error) bool {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return false
	}
	code := se.Code() & 0xFF
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
}

// putAside renames a ledger and what belongs to it.
func putAside(path string) (string, error) {
	for n := 1; ; n++ {
		to := fmt.Sprintf("%s.damaged-%d", path, n)
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		if err := os.Rename(path, to); err != nil {
			return "", err
		}
		for _, suffix := range []string{"-wal", "-shm"} {
			if err := os.Rename(path+suffix, to+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
				return "", err
			}
		}
		return to, nil
	}
}
