// Package plugintest runs a plugin in a test as the host would: over a real
// gRPC connection, with the limits of the wire, but in memory and in the
// process of the test.
//
//	func TestSubject(t *testing.T) {
//		m := &mapi.Message{}
//		prop.Subject.Set(&m.Props, "Lunch")
//		got, problems := plugintest.Export(t, plugin, "subject", m)
//		...
//	}
//
// [Export], [Import], [Transform] and [Probe] do one job each; [Start] gives a
// [Host] for more of them, with options, or for failures. [Golden] compares a
// result with a file, and [Survive] gives a plugin what it will meet in the world:
// empty messages, huge ones, nonsense.
//
// Some faults fail a test without being asked for: a plugin that leaves goroutines
// behind, one that makes a request for every few bytes, and problems whose code is
// no dotted word.
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

// Transform has p change a copy of m, and returns the copy. Its string and binary
// values are all in memory. A failed transformation fails the test; to test
// failures, and options, use [Start].
func Transform(t testing.TB, p sdk.Plugin, m *mapi.Message) (*mapi.Message, problem.List) {
	t.Helper()
	r := Start(t, p).Transform(m, nil)
	if r.Err != nil {
		t.Fatalf("transform: %v", r.Err)
	}
	return r.Message, r.Problems
}

// Probe asks p whether data is a file of the format. A failed probe fails the
// test.
func Probe(t testing.TB, p sdk.Plugin, format string, data []byte) bool {
	t.Helper()
	r := Start(t, p).Probe(format, data)
	if r.Err != nil {
		t.Fatalf("probe for %s: %v", format, r.Err)
	}
	return r.Matched
}

// A Result is what came of a job.
type Result struct {
	Output   []byte        // of an export
	Message  *mapi.Message // of an import or a transformation
	Matched  bool          // of a probe
	Problems problem.List
	Traffic  Traffic
	Err      error // nil, a *Failure, or what is wrong with the plugin's frames
}

// A Failure is a job that the plugin has ended with an error.
type Failure struct {
	Result pluginv1.Result // whose fault it is
	Text   string          // of the error
}

// Error says whose fault it is, and what the plugin said.
func (f *Failure) Error() string { return fmt.Sprintf("%v: %s", f.Result, f.Text) }
