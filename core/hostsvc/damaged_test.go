package hostsvc

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// cut is a value that is damaged after a while.
type cut struct{ head string }

func (*cut) Size() int64 { return 1000 }
func (c *cut) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.MultiReader(strings.NewReader(c.head), c)), nil
}
func (*cut) Read([]byte) (int, error) { return 0, mapi.ErrCorruptData }

// TestDamagedValue places a value that cannot be read to its end. The output
// goes on after it, and the problem says where it stands.
func TestDamagedValue(t *testing.T) {
	t.Parallel()
	p := exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		v, _ := src.Attachments[1].Embedded.Recipients[0].Get(tagObject)
		err := dst.Ref(v.(mapi.Large), transfer.Base64)
		_, werr := io.WriteString(dst, "after")
		return errors.Join(err, werr)
	})
	inner := &mapi.Message{Recipients: []mapi.Props{{{Tag: tagObject, Value: &cut{head: "damaged"}}}}}
	tree := &mapi.Message{Attachments: []*mapi.Attachment{{Props: mapi.Props{{Tag: tagObject, Value: &cut{}}}}, {Embedded: inner}}}
	for name, run := range map[string]func(context.Context, *session.Job) error{
		"wire": connect(t, p, Options{}).Run, "in process": InProcess(p).Convert,
	} {
		var said problem.List
		job, out := exportJob(t, tree)
		job.Report = said.Add
		if err := run(within(t), job); err != nil || out.String() != "ZGFtYWdlZA==\r\nafter" {
			t.Errorf("%s: %q, %v", name, out, err)
		}
		if len(said) != 1 || said[0].Code != "storage.value.damaged" || said[0].Severity != problem.Loss || said[0].Tag != tagObject ||
			said[0].Object != "attachment 1/embedded/recipient 0" {
			t.Errorf("%s: problems %v", name, said)
		}
	}
}
