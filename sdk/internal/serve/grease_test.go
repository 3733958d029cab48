package serve_test

import (
	"context"
	"io"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// greased reports whether a message has a field that nobody knows.
func greased(m proto.Message) bool { return len(m.ProtoReflect().GetUnknown()) > 0 }

// TestGreaseIsSent holds plugins to sending what hosts have to ignore.
func TestGreaseIsSent(t *testing.T) {
	t.Parallel()
	c := dial(t, importer(func(context.Context, *sdk.Job, transfer.Input) (*mapi.Message, error) { return with(tagText, "x"), nil }))
	d, err := c.Describe(t.Context(), wire.Grease(&pluginv1.DescribeRequest{Features: []string{wire.GreaseFeature}}))
	if err != nil {
		t.Fatal(err)
	}
	strange := slices.ContainsFunc(d.GetOptions(), func(o *pluginv1.Option) bool { return o.GetKind() == wire.GreaseNumber })
	if !greased(d) || !strange || !slices.Contains(d.GetFeatures(), wire.GreaseFeature) {
		t.Errorf("described as %v", d)
	}
	r := lane(t, c)
	r.send(&pluginv1.HostFrame{Job: 1, Kind: &pluginv1.HostFrame_Begin{Begin: &pluginv1.Begin{Direction: pluginv1.Direction_DIRECTION_IMPORT, Format: "x"}}})
	objects := r.recv().GetPut().GetObjects()
	if len(objects) != 2 || objects[1].GetKind() != wire.GreaseNumber {
		t.Errorf("put %v", objects)
	}
	if _, d := r.done(); d.GetResult() != pluginv1.Result_RESULT_OK || !greased(d) {
		t.Errorf("got %v", d)
	}
}

// TestGreaseIsIgnored sends a plugin what it does not know wherever that can be.
func TestGreaseIsIgnored(t *testing.T) {
	t.Parallel()
	r := lane(t, dial(t, exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		if len(src.Props) != 1 || len(src.Recipients) != 0 {
			t.Errorf("got %v", src)
		}
		_, err := io.WriteString(dst, src.Props.String(tagText))
		return err
	})))
	r.send(wire.Grease(&pluginv1.HostFrame{}))
	r.send(wire.Grease(&pluginv1.HostFrame{Job: 1, Kind: &pluginv1.HostFrame_Begin{Begin: wire.Grease(&pluginv1.Begin{
		Direction: pluginv1.Direction_DIRECTION_EXPORT, Format: "x",
		Objects: []*pluginv1.Object{
			wire.Grease(&pluginv1.Object{Id: 1, Kind: pluginv1.ObjectKind_OBJECT_KIND_MESSAGE, Props: []*pluginv1.Prop{
				wire.Grease(&pluginv1.Prop{Tag: uint32(tagText), Value: &pluginv1.Prop_Text{Text: "kept"}}),
				{Tag: 0x60010099, Value: &pluginv1.Prop_Integer{Integer: 1}},
			}}),
			{Id: 2, Parent: 1, Kind: wire.GreaseNumber},
			{Id: 3, Parent: 2, Kind: pluginv1.ObjectKind_OBJECT_KIND_RECIPIENT},
		},
	})}}))
	if d := r.recv().GetData(); string(d.GetPayload()) != "kept" {
		t.Errorf("got %q", d.GetPayload())
	}
	if _, d := r.done(); d.GetResult() != pluginv1.Result_RESULT_OK {
		t.Errorf("got %v", d)
	}
	r.send(&pluginv1.HostFrame{Job: 2, Kind: &pluginv1.HostFrame_Begin{Begin: &pluginv1.Begin{Direction: wire.GreaseNumber, Format: "x",
		Objects: []*pluginv1.Object{{Id: 1, Kind: pluginv1.ObjectKind_OBJECT_KIND_MESSAGE}}}}})
	if _, d := r.done(); d.GetResult() != pluginv1.Result_RESULT_UNSUPPORTED {
		t.Errorf("an unknown direction: %v", d)
	}
}
