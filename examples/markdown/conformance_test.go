package markdown

import (
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/conformance"
)

// TestConformance holds the plugin against the rules of the wire.
func TestConformance(t *testing.T) {
	t.Parallel()
	const patience = 20 // the machine may be busy
	r, err := conformance.Run(t.Context(), command(t, "oxbridge-plugin-markdown.py"), conformance.Options{Patience: patience})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Results {
		t.Logf("%-4s %-24s %6v %s", c.Outcome, c.Name, c.Took.Round(1e6), c.Reason)
		if c.Outcome == conformance.Fail {
			t.Errorf("%s: %s", c.Name, c.Reason)
		}
	}
}
