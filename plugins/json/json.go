// Package json is the built-in plugin for messages as JSON, without loss. The
// form of the files is described in converters/jsonmsg.
package json

import (
	"context"
	"errors"
	"fmt"

	"github.com/oxbridge-mail/oxbridge/converters/jsonmsg"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// version goes up when the files that the plugin writes for the same messages
// change.
const version = "1.0.0"

// New returns the plugin. Its one format is "json", read and written.
func New() sdk.Plugin {
	return sdk.Plugin{
		Name:    "json",
		Version: version,
		Formats: []sdk.Format{{
			Name:       "json",
			MediaType:  "application/json",
			Extensions: []string{".json"},
			Importer:   sdk.ImportFunc(read),
			Exporter:   sdk.ExportFunc(write),
		}},
	}
}

// write is the exporter.
func write(ctx context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
	return jsonmsg.Export(ctx, src, dst, job.Reporter)
}

// read is the importer.
func read(ctx context.Context, _ *sdk.Job, src transfer.Input) (*mapi.Message, error) {
	m, err := jsonmsg.Import(ctx, src)
	if errors.Is(err, jsonmsg.ErrInput) {
		return nil, fmt.Errorf("%w: %w", sdk.ErrBadInput, err)
	}
	return m, err
}
