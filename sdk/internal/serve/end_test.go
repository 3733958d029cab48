package serve_test

import (
	"context"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// TestOutputEnds holds that stream 0 is ended once before a good end, whatever was
// written last.
func TestOutputEnds(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]exportFunc{
		"nothing": func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error { return nil },
		"bytes": func(_ context.Context, _ *sdk.Job, _ *mapi.Message, dst transfer.Output) error {
			_, err := dst.Write([]byte("x"))
			return err
		},
		"a full frame": func(_ context.Context, _ *sdk.Job, _ *mapi.Message, dst transfer.Output) error {
			_, err := dst.Write(make([]byte, 256<<10))
			return err
		},
		"a reference": func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
			v, _ := src.Props.Get(tagBlob)
			return dst.Ref(v.(mapi.Large), transfer.Raw)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := lane(t, dial(t, exporter(f)))
			r.send(begin(1))
			ends := 0
			for {
				f := r.recv()
				if f.GetData().GetLast() {
					ends++
				}
				if d := f.GetDone(); d != nil {
					if d.GetResult() != pluginv1.Result_RESULT_OK || ends != 1 {
						t.Errorf("%v after %d ends", d, ends)
					}
					return
				}
			}
		})
	}
}
