package markdown

import (
	"testing"

	"github.com/oxbridge-mail/oxbridge/examples/internal/python"
)

// TestConformance holds the plugin against the rules of the wire.
func TestConformance(t *testing.T) {
	t.Parallel()
	python.Conform(t, script, "export", "import", "probe")
}
