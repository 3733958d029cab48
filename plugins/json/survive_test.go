package json

import (
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/plugintest"
)

// TestSurvive gives the plugin what it meets in the world.
func TestSurvive(t *testing.T) {
	t.Parallel()
	plugintest.Survive(t, New())
}
