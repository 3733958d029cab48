package conformance

import (
	"os"
	"regexp"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost/roletest"
	"github.com/oxbridge-mail/oxbridge/core/sandbox"
	"github.com/oxbridge-mail/oxbridge/plugins/eml"
	"github.com/oxbridge-mail/oxbridge/plugins/json"
	"github.com/oxbridge-mail/oxbridge/sdk"
)

// roles are the plugins that this binary can play: good ones here, wrong ones in
// wrong_test.go.
var roles = map[string]func(){
	"eml":  func() { sdk.Main(eml.New()) },
	"json": func() { sdk.Main(json.New()) },
}

// TestMain makes the test binary a plugin, good or bad, when it is started so.
func TestMain(m *testing.M) { roletest.Main(m, roles) }

// patience is what tests multiply times by: the machine may be busy.
const patience = 20

// play is the command that starts this binary in a role.
func play(role string) pluginhost.Command {
	return pluginhost.Command{Name: role, Path: os.Args[0], Env: roletest.Env(role)}
}

// walls starts plugins in a sandbox, where there is one.
func walls() pluginhost.Options {
	if len(sandbox.Available()) == 0 {
		return pluginhost.Options{}
	}
	return pluginhost.Options{Sandbox: sandbox.Best, Launcher: []string{os.Args[0], roletest.Launch}}
}

// test tests the plugin of a role.
func test(t *testing.T, role string, o Options) Report {
	t.Helper()
	o.Patience = patience
	r, err := Run(t.Context(), play(role), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestGood tests the plugins that come with the program, behind the same walls. No
// check fails, and none is skipped that can be made; those of memory and of the end
// of processes depend on the system.
func TestGood(t *testing.T) {
	t.Parallel()
	for role, skips := range map[string]string{
		"eml":      `^(transform|probe|large|life)/`,
		"json":     `^(transform|probe|large|life)/|/options$`,
		"good":     `^life/`,
		"formless": `^(export|import|probe|life)/`,
	} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			o := Options{Host: walls()}
			if role == "good" || role == "formless" || underRace { // these are json, with all that the tests need in between
				o.Only = regexp.MustCompile(quick)
			}
			r := test(t, role, o)
			may := regexp.MustCompile(skips)
			for _, c := range r.Results {
				t.Logf("%-4s %-24s %6v %s", c.Outcome, c.Name, c.Took.Round(1e6), c.Reason)
				if c.Outcome == Fail || c.Outcome == Skip && !may.MatchString(c.Name) {
					t.Errorf("%s, %s: %s", c.Outcome, c.Name, c.Reason)
				}
			}
			if r.Name == "" || r.Started == 0 || o.Only == nil && len(r.Results) != len(Checks()) {
				t.Errorf("got %d results, name %q, start %v", len(r.Results), r.Name, r.Started)
			}
		})
	}
}
