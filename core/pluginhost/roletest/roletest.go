// Package roletest makes a test binary the plugins of its tests: a process of it
// that is started with the name of a role plays that instead of running tests. Only
// tests import it.
package roletest

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/oxbridge-mail/oxbridge/core/sandbox"
)

// Variable names the role that a process is to play.
const Variable = "OXBRIDGE_TEST_ROLE"

// Launch is the argument by which the binary starts a program in a sandbox; the
// one after it says how, see [sandbox.Launch].
const Launch = "launch"

// Env is the environment in which the binary plays a role.
func Env(role string) []string {
	// The race detector delays the end of a process by a second.
	return []string{Variable + "=" + role, "GORACE=atexit_sleep_ms=0"}
}

// Main is what TestMain calls: it plays the role that the environment names, or
// runs the tests, which may leave no goroutine behind. It does not return in a
// process that plays a role.
func Main(m *testing.M, roles map[string]func()) {
	if len(os.Args) == 3 && os.Args[1] == Launch {
		fmt.Fprintln(os.Stderr, sandbox.Launch(os.Args[2]))
		os.Exit(125)
	}
	role := os.Getenv(Variable)
	if role == "" {
		goleak.VerifyTestMain(m)
		return
	}
	f, ok := roles[role]
	if !ok {
		fmt.Fprintln(os.Stderr, "no such role:", role)
		os.Exit(70)
	}
	f()
	os.Exit(0)
}
