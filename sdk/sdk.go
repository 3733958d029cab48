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
	// Formats that it reads or writes.
	Formats []Format
	// Transformer changes messages on their way from one format to another; nil
	// if the plugin does not. A plugin without it has at least one format.
	Transformer Transformer
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
	Magic      []Magic  // any of which files of the format have; none says nothing
	Probe      Probe    // says whether a file is of the format; nil leaves it to Magic and Extensions
	Importer   Importer // nil if the plugin cannot read the format
	Exporter   Exporter // nil if it cannot write it
}

// A Magic is a piece of bytes at a fixed place in every file of a format.
type Magic struct {
	Offset int    // where it stands, in bytes, less than 4,096
	Bytes  string // 1 to 256 of them
}

// A Probe says whether a file is of the format, as cheaply as it can: the first
// 16 KiB are there already, and src.Find looks for bytes without carrying them.
// It is asked about files that no [Magic] decides. A file that cannot be read as
// expected is no error but not of the format. src is dead when Probe returns.
type Probe func(ctx context.Context, src transfer.Input) (bool, error)

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

// A Transformer changes messages between reading and writing, whatever the
// formats: it takes something out, or puts other addresses in.
//
// m is the transformer's own copy of a message. What Transform has made of it when
// it returns, in place or by *m = *other, goes on; the message that the copy was
// made of stays as it is. [mapi.Large] values that are left alone, or moved to
// another property, never come here. Values that Transform puts in may be any
// Large and are opened after it has returned.
//
// What Transform does may depend on m and the options alone, because outputs are
// made again and compared. What it takes out it reports: as [problem.Info] when
// taking out is its purpose, as [problem.Loss] when it cannot do otherwise. A
// returned error fails this message only. m is dead when the host has taken it.
// Transform is called concurrently unless [Plugin].Jobs is 1.
type Transformer interface {
	Transform(ctx context.Context, job *Job, m *mapi.Message) error
}

// A Job is the conversion of one message. Its methods are safe for concurrent
// use.
type Job struct {
	// Format is the name of the format asked for, "" for a Transform.
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

// Loss records that the output lacks something that the input has: code is a
// stable dotted word that begins with the name of the plugin, at the path of the
// object in its message ("" for the message, or what [problem.Attachment] and the
// like return), and detail says in plain words what was found and what was done.
func (j *Job) Loss(code, at, detail string) {
	j.Report(problem.Problem{Code: code, Severity: problem.Loss, Object: at, Detail: detail})
}

// Info records what is worth knowing though nothing is missing, under the rules of
// Loss.
func (j *Job) Info(code, at, detail string) {
	j.Report(problem.Problem{Code: code, Severity: problem.Info, Object: at, Detail: detail})
}

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

// TransformFunc is a Transformer.
type TransformFunc func(ctx context.Context, job *Job, m *mapi.Message) error

// Transform calls f.
func (f TransformFunc) Transform(ctx context.Context, job *Job, m *mapi.Message) error {
	return f(ctx, job, m)
}

var (
	_ Exporter    = ExportFunc(nil)
	_ Importer    = ImportFunc(nil)
	_ Transformer = TransformFunc(nil)
)
