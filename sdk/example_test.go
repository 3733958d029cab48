package sdk_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// A plugin that writes the subject of a message, with what is needed around it.
func ExampleMain() {
	export := func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		_, err := fmt.Fprintln(dst, src.Props.String(proptag.Subject))
		return err
	}
	sdk.Main(sdk.Plugin{
		Name: "subjects",
		Formats: []sdk.Format{{
			Name:       "subject",
			Extensions: []string{".txt"},
			Exporter:   sdk.ExportFunc(export),
		}},
	})
}

// An exporter that places an attachment without looking at it.
func ExampleExportFunc() {
	attachments := sdk.ExportFunc(func(_ context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		for i, a := range src.Attachments {
			v, ok := a.Props.Get(proptag.AttachDataBinary)
			if !ok {
				job.Report(problem.Problem{
					Code:     "example.attachment.empty",
					Severity: problem.Loss,
					Object:   fmt.Sprintf("attachment %d", i),
					Detail:   "the attachment has no content",
				})
				continue
			}
			var err error
			switch v := v.(type) {
			case mapi.Large: // stays with the host
				err = dst.Ref(v, transfer.Base64)
			case []byte: // short
				_, err = transfer.Copy(dst, bytes.NewReader(v), transfer.Base64)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})

	var file bytes.Buffer
	job := &sdk.Job{Reporter: func(p problem.Problem) { fmt.Println(p) }}
	m := &mapi.Message{Attachments: []*mapi.Attachment{{}, {}}}
	m.Attachments[1].Props.Set(proptag.AttachDataBinary, []byte("hello"))
	err := attachments.Export(context.Background(), job, m, transfer.NewOutput(&file))
	fmt.Printf("%q %v\n", file.String(), err)
	// Output:
	// loss example.attachment.empty at attachment 0: the attachment has no content
	// "aGVsbG8=\r\n" <nil>
}

// An importer of files that are a line of subject, and then an attachment.
func ExampleImportFunc() {
	read := sdk.ImportFunc(func(_ context.Context, _ *sdk.Job, src transfer.Input) (*mapi.Message, error) {
		end, _, err := src.Find(0, src.Size(), []byte("\n"))
		if err != nil {
			return nil, err
		}
		if end < 0 {
			return nil, fmt.Errorf("no first line: %w", sdk.ErrBadInput)
		}
		line := make([]byte, min(end, 1000))
		if _, err := src.ReadAt(line, 0); err != nil {
			return nil, err
		}
		m := &mapi.Message{}
		m.Props.Set(proptag.Subject, string(line))
		a := &mapi.Attachment{}
		a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
		a.Props.Set(proptag.AttachDataBinary, src.Range(end+1, src.Size()-end-1, transfer.Raw))
		m.Attachments = append(m.Attachments, a)
		return m, nil
	})

	m, err := read.Import(context.Background(), &sdk.Job{}, transfer.NewBytesInput([]byte("Lunch\nsoup\n")))
	content, _ := m.Attachments[0].Props.Text(proptag.AttachDataBinary, 100)
	fmt.Printf("%s: %q %v\n", m.Props.String(proptag.Subject), content, err)
	// Output:
	// Lunch: "soup\n" <nil>
}
