// Package eml is the built-in plugin for Internet messages: .eml files
// (RFC 5322, MIME), written and read under the rules of [MS-OXCMAIL]. It is
// glue; the work is done in converters/mime.
package eml

import (
	"context"
	"errors"
	"fmt"

	"github.com/oxbridge-mail/oxbridge/converters/mime"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// version goes up when the files that the plugin writes for the same messages
// change.
const version = "1.0.0"

// New returns the plugin. Its one format is "eml", read and written.
func New() sdk.Plugin {
	return sdk.Plugin{
		Name:    "eml",
		Version: version,
		Options: options,
		Formats: []sdk.Format{{
			Name:       "eml",
			MediaType:  "message/rfc822",
			Extensions: []string{".eml"},
			Importer:   sdk.ImportFunc(read),
			Exporter:   sdk.ExportFunc(write),
		}},
	}
}

// write is the exporter.
func write(ctx context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
	return mime.Export(ctx, src, dst, ExportOptions(job), job.Reporter)
}

// read is the importer.
func read(ctx context.Context, job *sdk.Job, src transfer.Input) (*mapi.Message, error) {
	m, err := mime.Import(ctx, src, ImportOptions(job), job.Reporter)
	if errors.Is(err, mime.ErrInput) {
		return nil, fmt.Errorf("%w: %w", sdk.ErrBadInput, err)
	}
	return m, err
}
