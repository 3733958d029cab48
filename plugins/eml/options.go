package eml

import (
	"slices"

	"github.com/oxbridge-mail/oxbridge/converters/mime"
	"github.com/oxbridge-mail/oxbridge/sdk"
)

// Options returns the settings of the plugin. They are those of
// mime.ExportOptions and mime.ImportOptions, under the names that users type.
func Options() []sdk.Option { return slices.Clone(options) }

var options = []sdk.Option{
	{Name: "charset", Choices: mime.BodyCharsets(), Help: "character set of bodies, where it can carry the text (default: that of the message, else UTF-8)"},
	{Name: "encoding", Default: "auto", Choices: names(encodings), Help: "transfer encoding of the bodies"},
	{Name: "wrap", Kind: sdk.OptionNumber, Max: 998, Help: "wrap lines of text bodies after this column (0: leave them)"},
	{Name: "no-bcc", Kind: sdk.OptionBool, Help: "leave the Bcc field out"},
	{Name: "no-message-id", Kind: sdk.OptionBool, Help: "leave the Message-ID field out"},
	{Name: "headers-8bit", Kind: sdk.OptionBool, Help: "write text in header fields as UTF-8, without encoded words"},
	{Name: "international", Kind: sdk.OptionBool, Help: "write internationalised messages: UTF-8 in header fields and addresses"},
	{Name: "text-only", Kind: sdk.OptionBool, Help: "write the text body alone"},
	{Name: "draft", Kind: sdk.OptionBool, Help: "mark the messages as drafts (X-Unsent)"},
	{Name: "keep-rtf", Kind: sdk.OptionBool, Help: "attach RTF bodies as they are, too"},
	{Name: "names", Default: "rfc2231", Choices: names(nameForms), Help: "how file names that are not ASCII are written"},
	{Name: "rtf", Kind: sdk.OptionBool, Help: "store HTML bodies as RTF, too, for old programs (to msg)"},
	{Name: "keep-source", Kind: sdk.OptionBool, Help: "store the whole file in the message, to have it back byte for byte (to msg)"},
}

// A word is a choice that users type, and what it stands for.
type word[T any] struct {
	name  string
	value T
}

var encodings = []word[mime.Encoding]{
	{"auto", mime.EncodingAuto},
	{"base64", mime.EncodingBase64},
	{"quoted-printable", mime.EncodingQuotedPrintable},
	{"7bit", mime.Encoding7Bit},
	{"8bit", mime.Encoding8Bit},
}

var nameForms = []word[mime.NameForm]{
	{"rfc2231", mime.Names2231},
	{"rfc2047", mime.Names2047},
	{"both", mime.NamesBoth},
}

func names[T any](words []word[T]) []string {
	var out []string
	for _, w := range words {
		out = append(out, w.name)
	}
	return out
}

// meaning returns what a choice stands for.
func meaning[T any](words []word[T], name string) (v T) {
	for _, w := range words {
		if w.name == name {
			return w.value
		}
	}
	return v
}

// ExportOptions returns what the settings of a job mean in writing.
func ExportOptions(job *sdk.Job) mime.ExportOptions {
	return mime.ExportOptions{
		Charset:         job.Text("charset"),
		Encoding:        meaning(encodings, job.Text("encoding")),
		Wrap:            int(job.Number("wrap")),
		OmitBcc:         job.Bool("no-bcc"),
		OmitMessageID:   job.Bool("no-message-id"),
		EightBitHeaders: job.Bool("headers-8bit"),
		International:   job.Bool("international"),
		TextOnly:        job.Bool("text-only"),
		Draft:           job.Bool("draft"),
		KeepRTF:         job.Bool("keep-rtf"),
		Names:           meaning(nameForms, job.Text("names")),
	}
}

// ImportOptions returns what the settings of a job mean in reading.
func ImportOptions(job *sdk.Job) mime.ImportOptions {
	return mime.ImportOptions{
		EncapsulateHTML: job.Bool("rtf"),
		KeepSource:      job.Bool("keep-source"),
	}
}
