package serve

import (
	"context"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// TestHaltedIsCancelled has the author's code end in the moment between the two
// ways in which it learns that the host wants no more.
func TestHaltedIsCancelled(t *testing.T) {
	t.Parallel()
	internal := func(error) pluginv1.Result { return pluginv1.Result_RESULT_INTERNAL }
	j := &job{l: &lane{srv: &server{p: Plugin{Classify: internal}}}, ctx: context.Background(), halted: make(chan struct{})}
	j.reason = &cancelError{"too slow"}
	close(j.halted)
	if got := j.result(j.reason); got != pluginv1.Result_RESULT_CANCELLED {
		t.Errorf("got %v", got)
	}
}
