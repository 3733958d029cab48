package sdk

import (
	"context"
	"errors"
	"log/slog"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// Errors that an Import or Export wraps to say what kind of failure it is. Any
// other error is a fault of the plugin.
var (
	// ErrBadInput means that the message or file cannot be converted, and
	// trying again will not help.
	ErrBadInput = errors.New("sdk: bad input")
	// ErrUnsupported means that the plugin does not do what was asked.
	ErrUnsupported = errors.New("sdk: not supported")
)

// A Plugin is what a plugin program can do. Give it to [Main].
type Plugin struct {
	// Name is the word users say, [a-z][a-z0-9-]{0,31}. Required.
	Name string
	// Version of the plugin, for reports.
	Version string
	// Formats that it reads or writes. At least one is required.
	Formats []Format
	// Options are the settings that it takes.
	Options []Option
	// Jobs is how many messages a process may have in hand at once; 0 means
	// as many as the host likes. 1 means that Import and Export are never
	// called concurrently.
	Jobs int
}

// A Format is a kind of file that a plugin reads, writes or both.
type Format struct {
	Name       string   // the word users say after --to, such as "eml"
	MediaType  string   // such as "message/rfc822"
	Extensions []string // with the dot; the first one is used for output
	Importer   Importer // nil if the plugin cannot read the format
	Exporter   Exporter // nil if it cannot write it
}

// An Exporter writes messages as files of a format.
//
// Export writes the file for src to dst, from its first byte to its last, and
// reports what the file cannot carry through job. A returned error fails this
// message only, and nothing of the output is kept. src is a snapshot of the
// message: reading it costs no round trip, except for [mapi.Large] values,
// which are pulled when they are opened; place those with dst.Ref where
// possible, and they never come here at all.
//
// src and dst are dead when Export returns. Export is called concurrently unless
// [Plugin].Jobs is 1.
type Exporter interface {
	Export(ctx context.Context, job *Job, src *mapi.Message, dst transfer.Output) error
}

// An Importer reads files of a format.
//
// Import returns the message that src holds. Content that src holds as it is,
// or in a transfer encoding, is given as src.Range and is then never carried
// here and back; other large values may be any [mapi.Large] and are opened after
// Import has returned. src is dead when the host has taken them.
type Importer interface {
	Import(ctx context.Context, job *Job, src transfer.Input) (*mapi.Message, error)
}

// A Job is the conversion of one message. Its methods are safe for concurrent
// use.
type Job struct {
	// Format is the name of the format asked for.
	Format string
	// Options are the settings of the plugin: for every option that it declares,
	// what the user set or the default. Never nil. Text, Bool and Number read it.
	Options map[string]string
	// Log takes messages for the operator. Contents of mail belong to debug
	// level at most.
	Log *slog.Logger
	// Reporter takes what was lost, repaired or refused. Never nil.
	Reporter problem.Reporter
}

// Report records something lost, repaired or refused.
func (j *Job) Report(p problem.Problem) { j.Reporter.Report(p) }

// The functions below let a plain function serve as an interface.

// ExportFunc is an Exporter.
type ExportFunc func(ctx context.Context, job *Job, src *mapi.Message, dst transfer.Output) error

// Export calls f.
func (f ExportFunc) Export(ctx context.Context, job *Job, src *mapi.Message, dst transfer.Output) error {
	return f(ctx, job, src, dst)
}

// ImportFunc is an Importer.
type ImportFunc func(ctx context.Context, job *Job, src transfer.Input) (*mapi.Message, error)

// Import calls f.
func (f ImportFunc) Import(ctx context.Context, job *Job, src transfer.Input) (*mapi.Message, error) {
	return f(ctx, job, src)
}

var (
	_ Exporter = ExportFunc(nil)
	_ Importer = ImportFunc(nil)
)
