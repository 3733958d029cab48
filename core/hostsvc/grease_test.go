package hostsvc

import (
	"context"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// asking is a client that keeps what it is asked.
type asking struct {
	pluginv1.ConverterClient
	asked *pluginv1.DescribeRequest
}

func (c *asking) Describe(_ context.Context, in *pluginv1.DescribeRequest, _ ...grpc.CallOption) (*pluginv1.Description, error) {
	c.asked = in
	return wire.Grease(&pluginv1.Description{Name: "a", Features: []string{wire.GreaseFeature}}), nil
}

// greased reports whether a message has a field that nobody knows.
func greased(m proto.Message) bool { return len(m.ProtoReflect().GetUnknown()) > 0 }

// TestGreaseIsSent holds the host to sending what plugins have to ignore.
func TestGreaseIsSent(t *testing.T) {
	t.Parallel()
	c := &asking{}
	if _, err := Describe(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if !greased(c.asked) || len(c.asked.GetFeatures()) == 0 || c.asked.GetFeatures()[0] != wire.GreaseFeature {
		t.Errorf("asked %v", c.asked)
	}
	l := raw(t, Options{}, func(r rawLane) error {
		f := r.next()
		objects := f.GetBegin().GetObjects()
		if last := objects[len(objects)-1]; !greased(f.GetBegin()) || last.GetKind() != wire.GreaseNumber || last.GetId() != uint32(len(objects)) {
			t.Errorf("the job begins with %v", f)
		}
		r.exported(f.GetJob())
		_ = r.next()
		return nil
	})
	job, _ := exportJob(t, with(proptag.Subject, "x"))
	if err := l.Run(within(t), job); err != nil {
		t.Error(err)
	}
}

// TestGreaseIsIgnored sends the host what it does not know wherever that can be.
func TestGreaseIsIgnored(t *testing.T) {
	t.Parallel()
	l := raw(t, Options{}, func(r rawLane) error {
		job := r.next().GetJob()
		send := func(f *pluginv1.PluginFrame) {
			f.Job = job
			if err := r.Send(f); err != nil {
				t.Error(err)
			}
		}
		put := wire.Grease(&pluginv1.Put{Objects: []*pluginv1.Object{
			wire.Grease(&pluginv1.Object{Id: 1, Kind: pluginv1.ObjectKind_OBJECT_KIND_MESSAGE, Props: []*pluginv1.Prop{
				wire.Grease(&pluginv1.Prop{Tag: uint32(proptag.Subject), Value: &pluginv1.Prop_Text{Text: "kept"}}),
				{Tag: 0x60010099, Value: &pluginv1.Prop_Integer{Integer: 1}},
			}}),
			{Id: 2, Parent: 1, Kind: wire.GreaseNumber},
			{Id: 3, Parent: 2, Kind: pluginv1.ObjectKind_OBJECT_KIND_RECIPIENT},
		}})
		send(wire.Grease(&pluginv1.PluginFrame{}))
		send(&pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Put{Put: put}})
		send(&pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Problem{Problem: wire.Grease(&pluginv1.Problem{Code: "a.b", Severity: wire.GreaseNumber})}})
		send(&pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Done{Done: wire.Grease(&pluginv1.Done{Result: pluginv1.Result_RESULT_OK})}})
		_ = r.next()
		return nil
	})
	job := importJob(t, []byte("file"))
	var problems problem.List
	job.Report = problems.Add
	if err := l.Run(within(t), job); err != nil {
		t.Fatal(err)
	}
	m, err := job.Message.Snapshot()
	if err != nil || m.Props.String(proptag.Subject) != "kept" || len(m.Recipients) != 0 || m.Props.Has(mapi.NewTag(0x6001, mapi.PtypInteger32)) {
		t.Errorf("got %v, %v", m, err)
	}
	if len(problems) != 1 || problems[0].Severity != problem.Loss {
		t.Errorf("problems %v", problems)
	}
}
