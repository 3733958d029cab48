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
	for _, said := range []pluginv1.Result{pluginv1.Result_RESULT_INTERNAL, pluginv1.Result_RESULT_BAD_INPUT} {
		classify := func(error) pluginv1.Result { return said }
		j := &job{l: &lane{srv: &server{p: Plugin{Classify: classify}}}, ctx: context.Background(), halted: make(chan struct{})}
		j.reason = &cancelError{"too slow"}
		close(j.halted)
		if got := j.result(j.reason); got != pluginv1.Result_RESULT_CANCELLED {
			t.Errorf("an error that the author calls %v ends the job with %v", said, got)
		}
	}
}
