package serve_test

import (
	"context"
	"strings"
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

// TestCancelledAllTheSame has authors make what they were asked for after the host
// has said that it does not want it.
func TestCancelledAllTheSame(t *testing.T) {
	t.Parallel()
	p := importer(func(ctx context.Context, _ *sdk.Job, _ transfer.Input) (*mapi.Message, error) {
		<-ctx.Done()
		return with(tagText, "late"), nil
	})
	p.Transformer = sdk.TransformFunc(func(ctx context.Context, _ *sdk.Job, m *mapi.Message) error {
		<-ctx.Done()
		m.Props.Set(tagText, "late")
		return nil
	})
	p.Formats[0].Probe = func(ctx context.Context, _ transfer.Input) (bool, error) {
		<-ctx.Done()
		return true, nil
	}
	for _, d := range []pluginv1.Direction{pluginv1.Direction_DIRECTION_IMPORT, pluginv1.Direction_DIRECTION_TRANSFORM, pluginv1.Direction_DIRECTION_PROBE} {
		t.Run(d.String(), func(t *testing.T) {
			t.Parallel()
			r := lane(t, dial(t, p))
			f := begin(7)
			if f.GetBegin().Direction = d; d != pluginv1.Direction_DIRECTION_TRANSFORM {
				f.GetBegin().Objects = nil
			}
			r.send(f)
			r.send(cancelFrame(7))
			end := r.recv().GetDone()
			if end.GetResult() != pluginv1.Result_RESULT_CANCELLED || strings.Count(end.GetError(), "too slow") != 1 || end.GetMatch() == pluginv1.Match_MATCH_YES {
				t.Errorf("the job ends with %v", end)
			}
		})
	}
}
