package main

import (
	"os"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/conformance"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
)

// asPlugin is the variable that makes the test binary the plugin.
const asPlugin = "SUBJECTS_TEST_PLUGIN"

func TestMain(m *testing.M) {
	if os.Getenv(asPlugin) != "" {
		main()
	}
	os.Exit(m.Run())
}

// TestConformance holds the plugin against the rules of the wire.
func TestConformance(t *testing.T) {
	t.Parallel()
	const patience = 20 // the machine may be busy
	command := pluginhost.Command{Name: "subjects", Path: os.Args[0], Env: []string{asPlugin + "=1"}}
	r, err := conformance.Run(t.Context(), command, conformance.Options{Patience: patience})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Results {
		if c.Outcome == conformance.Fail {
			t.Errorf("%s: %s", c.Name, c.Reason)
		}
	}
}
