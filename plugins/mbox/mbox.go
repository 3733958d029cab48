// Package mbox is the built-in plugin for mailboxes of one message: .mbox files
// in the variant mboxrd (RFC 4155), which mail programs open and import. Such
// files, one behind the other, are a mailbox of all their messages.
//
// The message is written as plugins/eml writes it, with lines that end in LF.
// A mailbox of several messages is refused: a converter makes one message of one
// file, and the host takes mailboxes apart by itself.
package mbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/oxbridge-mail/oxbridge/converters/mime"
	"github.com/oxbridge-mail/oxbridge/plugins/eml"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/look"
	"github.com/oxbridge-mail/oxbridge/sdk/mailbox"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// version goes up when the files that the plugin writes for the same messages
// change.
const version = "1.0.0"

// New returns the plugin. Its one format is "mbox", read and written; its options
// are those of plugins/eml.
func New() sdk.Plugin {
	return sdk.Plugin{
		Name:    "mbox",
		Version: version,
		Options: eml.Options(),
		Formats: []sdk.Format{{
			Name:       "mbox",
			MediaType:  "application/mbox",
			Extensions: []string{".mbox"},
			Importer:   sdk.ImportFunc(read),
			Exporter:   sdk.ExportFunc(write),
		}},
	}
}

// write is the exporter. Attachments come here to be encoded: the host ends the
// lines of base64 in CRLF, and a mailbox must not mix line ends.
func write(ctx context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
	var author string
	if p := look.From(src.Props); p.Internet() {
		author = p.Address
	}
	var sent time.Time
	if t, ok := look.Date(src.Props).Time(); ok && t.Year() < 10_000 {
		sent = t
	}
	w := mailbox.NewWriter(dst)
	if err := w.Begin(author, sent); err != nil {
		return err
	}
	if err := mime.Export(ctx, src, transfer.NewOutput(w), eml.ExportOptions(job), job.Reporter); err != nil {
		return err
	}
	if err := w.End(); err != nil {
		return err
	}
	return w.Flush()
}

// errSeveral is the end of an import of a mailbox that holds several messages.
var errSeveral = errors.New("the mailbox holds several messages: convert it with --to msg, without --from, which makes a file for each of them")

// read is the importer.
func read(ctx context.Context, job *sdk.Job, src transfer.Input) (*mapi.Message, error) {
	one, err := only(src)
	if err != nil {
		return nil, err
	}
	m, err := mime.Import(ctx, one.Input(ctx, src), eml.ImportOptions(job), job.Reporter)
	if errors.Is(err, mime.ErrInput) {
		return nil, fmt.Errorf("%w: %w", sdk.ErrBadInput, err)
	}
	return m, err
}

// only returns the one message of a mailbox.
func only(src transfer.Input) (one mailbox.Message, err error) {
	n := 0
	for m, err := range mailbox.Split(src, src.Size()) {
		switch {
		case errors.Is(err, mailbox.ErrNotMailbox):
			return one, fmt.Errorf("%w: %w", sdk.ErrBadInput, err)
		case err != nil:
			return one, err
		}
		if n++; n > 1 {
			return one, fmt.Errorf("%w: %w", sdk.ErrBadInput, errSeveral)
		}
		one = m
	}
	return one, nil
}
