// Command subjects is a whole plugin for oxbridge. It turns a message into two
// lines of text: the subject, and what is attached.
//
// Build it under the name oxbridge-plugin-subjects, and then:
//
//	oxbridge convert --plugin ./oxbridge-plugin-subjects --to subject mail.msg
package main

import (
	"context"
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// maxSubject is the longest subject in bytes that is printed.
const maxSubject = 64 << 10

var plugin = sdk.Plugin{
	Name:    "subjects",
	Version: "1.0.0",
	Formats: []sdk.Format{{
		Name:       "subject",
		MediaType:  "text/plain",
		Extensions: []string{".txt"},
		Exporter:   sdk.ExportFunc(export),
	}},
}

func main() { sdk.Main(plugin) }

// export writes the file for one message.
func export(_ context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
	subject, err := prop.Subject.Read(src.Props, maxSubject)
	if err != nil {
		job.Loss("subjects.subject.missing", "", "the message has no subject that can be read")
	}
	_, err = fmt.Fprintf(dst, "Subject: %s\nAttachments: %d\n", subject, len(src.Attachments))
	return err
}
