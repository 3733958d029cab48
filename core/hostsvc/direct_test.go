package hostsvc

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

func TestDirectExport(t *testing.T) {
	t.Parallel()
	d := InProcess(exporter(func(_ context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		job.Options["own"] = "copy" // never nil
		job.Report(problem.Problem{Code: "a.b"})
		_, _ = io.WriteString(dst, "<")
		v, _ := src.Props.Get(tagObject)
		return dst.Ref(v.(mapi.Large), transfer.Base64)
	}))
	for _, convert := range []func(context.Context, *session.Job) error{d.Convert, d.ConvertAlone} {
		job, out := exportJob(t, with(tagObject, wire.Memory("content")))
		var problems problem.List
		job.Report = problems.Add
		if err := convert(within(t), job); err != nil || out.String() != "<Y29udGVudA==\r\n" || len(problems) != 1 {
			t.Errorf("got %q, %v, %v", out, problems, err)
		}
	}
}

func TestDirectImport(t *testing.T) {
	t.Parallel()
	d := InProcess(importer(func(_ context.Context, _ *sdk.Job, src transfer.Input) (*mapi.Message, error) {
		if src.Size() == 0 {
			return nil, nil
		}
		return with(tagBinary, src.Range(1, 3, transfer.Raw)), nil
	}))
	job := importJob(t, []byte("content"))
	if err := d.Convert(within(t), job); err != nil {
		t.Fatal(err)
	}
	m, err := job.Message.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := m.Props.Bytes(tagBinary, 10); err != nil || string(b) != "ont" {
		t.Errorf("got %q, %v", b, err)
	}
	if err := d.Convert(within(t), importJob(t, nil)); !errors.Is(err, ErrPlugin) {
		t.Errorf("no message and no error gives %v", err)
	}
}

func TestDirectRefuses(t *testing.T) {
	t.Parallel()
	d := InProcess(exporter(untilDone))
	if err := d.Convert(within(t), importJob(t, nil)); !errors.Is(err, sdk.ErrUnsupported) {
		t.Errorf("an import of what is only exported gives %v", err)
	}
	job, _ := exportJob(t, &mapi.Message{})
	job.Timeout = 1
	var late *TimeoutError
	if err := d.Convert(within(t), job); !errors.As(err, &late) {
		t.Errorf("got %v", err)
	}
}
