package conformance

import (
	"fmt"
	"os"
	"regexp"
	"testing"

	"go.uber.org/goleak"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/sandbox"
	"github.com/oxbridge-mail/oxbridge/plugins/eml"
	"github.com/oxbridge-mail/oxbridge/plugins/json"
	"github.com/oxbridge-mail/oxbridge/sdk"
)

// roleVar tells the test binary to play a plugin; see roles.
const roleVar = "OXBRIDGE_TEST_ROLE"

// roles are the plugins that this binary can play: good ones here, wrong ones in
// wrong_test.go.
var roles = map[string]func(){
	"eml":  func() { sdk.Main(eml.New()) },
	"json": func() { sdk.Main(json.New()) },
}

// TestMain makes the test binary a plugin, good or bad, when it is started so.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "launch" {
		fmt.Fprintln(os.Stderr, sandbox.Launch(os.Args[2]))
		os.Exit(125)
	}
	if role := os.Getenv(roleVar); role != "" {
		f, ok := roles[role]
		if !ok {
			fmt.Fprintln(os.Stderr, "no such role:", role)
			os.Exit(70)
		}
		f()
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// patience is what tests multiply times by: the machine may be busy.
const patience = 20

// play is the command that starts this binary in a role.
func play(role string) pluginhost.Command {
	// The race detector delays the end of a process by a second.
	return pluginhost.Command{Name: role, Path: os.Args[0], Env: []string{roleVar + "=" + role, "GORACE=atexit_sleep_ms=0"}}
}

// walls starts plugins in a sandbox, where there is one.
func walls() pluginhost.Options {
	if len(sandbox.Available()) == 0 {
		return pluginhost.Options{}
	}
	return pluginhost.Options{Sandbox: sandbox.Best, Launcher: []string{os.Args[0], "launch"}}
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

// TestGood tests the plugins that come with the program, behind the same walls.
func TestGood(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"eml", "json", "good"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			o := Options{Host: walls()}
			if role == "good" || underRace { // good is json, with all that the tests need in between
				o.Only = regexp.MustCompile(quick)
			}
			r := test(t, role, o)
			for _, c := range r.Results {
				t.Logf("%-4s %-24s %6v %s", c.Outcome, c.Name, c.Took.Round(1e6), c.Reason)
				if c.Outcome == Fail {
					t.Errorf("%s: %s", c.Name, c.Reason)
				}
			}
			if r.Name == "" || r.Started == 0 || o.Only == nil && len(r.Results) != len(Checks()) {
				t.Errorf("got %d results, name %q, start %v", len(r.Results), r.Name, r.Started)
			}
		})
	}
}
