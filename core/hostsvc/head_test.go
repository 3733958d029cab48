package hostsvc

import (
	"bytes"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// TestBeginHasTheHeadOfTheInput: a short input comes whole, of a long one comes
// the beginning.
func TestBeginHasTheHeadOfTheInput(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ size, head int }{
		{0, 0}, {100, 100}, {wire.HeadLimit, wire.HeadLimit}, {wire.HeadLimit + 1, longHead}, {1 << 20, longHead},
	} {
		heads := make(chan []byte, 1)
		l := raw(t, Options{}, func(r rawLane) error {
			f := r.next()
			heads <- f.GetBegin().GetHead()
			if err := r.Send(&pluginv1.PluginFrame{Job: f.GetJob(), Kind: &pluginv1.PluginFrame_Put{Put: &pluginv1.Put{
				Objects: []*pluginv1.Object{{Id: 1, Kind: pluginv1.ObjectKind_OBJECT_KIND_MESSAGE}},
			}}}); err != nil {
				return err
			}
			r.done(f.GetJob(), pluginv1.Result_RESULT_OK, "")
			r.next()
			return nil
		})
		data := pattern(tt.size)
		if err := l.Run(within(t), importJob(t, data)); err != nil {
			t.Fatalf("%d bytes: %v", tt.size, err)
		}
		if head := <-heads; !bytes.Equal(head, data[:tt.head]) {
			t.Errorf("%d bytes: a head of %d, want %d", tt.size, len(head), tt.head)
		}
	}
}
