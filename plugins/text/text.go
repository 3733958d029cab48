// Package text is the built-in plugin for messages as text, to read and to
// search. It writes only; converters/plaintext says what the text has and what it
// lacks.
package text

import (
	"context"

	"github.com/oxbridge-mail/oxbridge/converters/mime"
	"github.com/oxbridge-mail/oxbridge/converters/plaintext"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// version goes up when the files that the plugin writes for the same messages
// change.
const version = "1.0.0"

// options are those of plaintext.Options, under the names that users type.
var options = []sdk.Option{
	{Name: "charset", Choices: mime.BodyCharsets(), Help: "character set of the text (default: UTF-8)"},
	{Name: "wrap", Kind: sdk.OptionNumber, Max: 998, Help: "wrap lines of text bodies after this column (0: leave them)"},
	{Name: "links", Kind: sdk.OptionBool, Help: "number the links of HTML and list their addresses (to text)"},
	{Name: "no-header", Kind: sdk.OptionBool, Help: "leave out the header and the list of attachments (to text)"},
	{Name: "no-attachment-list", Kind: sdk.OptionBool, Help: "leave the list of attachments out (to text)"},
}

// New returns the plugin. Its one format is "text", which is only written.
func New() sdk.Plugin {
	return sdk.Plugin{
		Name:    "text",
		Version: version,
		Options: options,
		Formats: []sdk.Format{{
			Name:       "text",
			MediaType:  "text/plain",
			Extensions: []string{".txt"},
			Exporter:   sdk.ExportFunc(write),
		}},
	}
}

// write is the exporter.
func write(ctx context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
	return plaintext.Export(ctx, src, dst, plaintext.Options{
		NoHeader: job.Bool("no-header"),
		NoList:   job.Bool("no-attachment-list"),
		Links:    job.Bool("links"),
		Wrap:     int(job.Number("wrap")),
		Charset:  job.Text("charset"),
	}, job.Reporter)
}
