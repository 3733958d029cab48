package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// markPlugin puts a mark before the subject. It fails for the subject "Hello" when
// it is told to, and then by the death of its process.
var markPlugin = sdk.Plugin{
	Name:    "mark",
	Version: "1.0.0",
	Options: []sdk.Option{
		{Name: "with", Default: "*", Help: "what stands before the subject"},
		{Name: "fail", Choices: []string{"refuse", "die"}, Help: "how to fail for the subject Hello"},
	},
	Transformer: sdk.TransformFunc(func(_ context.Context, job *sdk.Job, m *mapi.Message) error {
		subject := prop.Subject.Of(m.Props)
		switch hello := strings.HasSuffix(subject, "Hello"); {
		case hello && job.Text("fail") == "refuse":
			return fmt.Errorf("no greetings: %w", sdk.ErrBadInput)
		case hello && job.Text("fail") == "die":
			os.Exit(7)
		}
		job.Info("mark.subject.marked", "", "the subject has a mark")
		prop.Subject.Set(&m.Props, job.Text("with")+" "+subject)
		prop.SubjectPrefix.Delete(&m.Props)
		prop.NormalizedSubject.Delete(&m.Props)
		return nil
	}),
	Formats: []sdk.Format{
		{Name: "marked", Magic: []sdk.Magic{{Bytes: "MARKED\n"}}, Importer: sdk.ImportFunc(readSubject)},
		{Name: "hidden", Probe: endsWithMark, Importer: sdk.ImportFunc(readSubject)},
		{Name: "named", Extensions: []string{".mark"}, Importer: sdk.ImportFunc(readSubject)},
	},
}

// readSubject makes a message with the format and the size of the file in its
// subject.
func readSubject(_ context.Context, job *sdk.Job, src transfer.Input) (*mapi.Message, error) {
	m := &mapi.Message{}
	prop.MessageClass.Set(&m.Props, "IPM.Note")
	prop.Subject.Set(&m.Props, fmt.Sprintf("%s of %d bytes", job.Format, src.Size()))
	return m, nil
}

// endsWithMark is true of files that end with a mark.
func endsWithMark(_ context.Context, src transfer.Input) (bool, error) {
	at, _, err := src.Find(max(0, src.Size()-2), src.Size(), []byte("!"))
	if size := src.Size(); size == 13 {
		os.Exit(9)
	}
	return at >= 0, err
}
