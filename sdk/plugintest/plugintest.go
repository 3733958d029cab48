// Package plugintest runs a plugin in a test as the host would: over a real
// gRPC connection, with the limits of the wire, but in memory and in the
// process of the test.
//
//	func TestSubject(t *testing.T) {
//		m := &mapi.Message{}
//		m.Props.Set(proptag.Subject, "Lunch")
//		got, problems := plugintest.Export(t, plugin, "subject", m)
//		...
//	}
//
// Everything ends with the test, which fails if goroutines of the plugin are
// left then.
package plugintest

import (
	"fmt"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// Export has p write m as a file of the format, and returns the file. A failed
// conversion fails the test; to test failures, use [Start].
func Export(t testing.TB, p sdk.Plugin, format string, m *mapi.Message) ([]byte, problem.List) {
	t.Helper()
	r := Start(t, p).Export(format, m, nil)
	if r.Err != nil {
		t.Fatalf("export to %s: %v", format, r.Err)
	}
	return r.Output, r.Problems
}

// Import has p read data, a file of the format, and returns the message. Its
// string and binary values are all in memory. A failed conversion fails the
// test; to test failures, use [Start].
func Import(t testing.TB, p sdk.Plugin, format string, data []byte) (*mapi.Message, problem.List) {
	t.Helper()
	r := Start(t, p).Import(format, data, nil)
	if r.Err != nil {
		t.Fatalf("import of %s: %v", format, r.Err)
	}
	return r.Message, r.Problems
}

// A Result is what came of a job.
type Result struct {
	Output   []byte        // of an export
	Message  *mapi.Message // of an import
	Problems problem.List
	Err      error // nil, a *Failure, or what is wrong with the plugin's frames
}

// A Failure is a job that the plugin has ended with an error.
type Failure struct {
	Result pluginv1.Result
	Text   string
}

func (f *Failure) Error() string { return fmt.Sprintf("%v: %s", f.Result, f.Text) }
