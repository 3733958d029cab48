package plugintest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"google.golang.org/grpc/test/bufconn"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
	"github.com/oxbridge-mail/oxbridge/sdk/plugintest"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// plugin writes subjects, reads them, tells its files by "Subject: ", and can
// make them shout.
var plugin = sdk.Plugin{
	Name: "subjects",
	Formats: []sdk.Format{{
		Name: "subject",
		Probe: func(_ context.Context, src transfer.Input) (bool, error) {
			at, _, err := src.Find(0, min(9, src.Size()), []byte("Subject: "))
			return at == 0, err
		},
		Exporter: sdk.ExportFunc(func(_ context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
			if !prop.Subject.Has(src.Props) {
				return fmt.Errorf("no subject: %w", sdk.ErrBadInput)
			}
			if content, err := prop.Subject.Large(src.Props); err == nil {
				fmt.Fprint(dst, "Subject: ")
				return dst.Ref(content, transfer.Raw)
			}
			return nil
		}),
		Importer: sdk.ImportFunc(func(_ context.Context, _ *sdk.Job, src transfer.Input) (*mapi.Message, error) {
			m := &mapi.Message{}
			prop.Subject.SetLarge(&m.Props, src.Range(min(9, src.Size()), max(0, src.Size()-9), transfer.Raw))
			return m, nil
		}),
	}},
	Transformer: sdk.TransformFunc(func(_ context.Context, _ *sdk.Job, m *mapi.Message) error {
		prop.Subject.Set(&m.Props, prop.Subject.Of(m.Props)+"!")
		return nil
	}),
}

// lunch is a message.
func lunch() *mapi.Message {
	m := &mapi.Message{}
	prop.Subject.Set(&m.Props, "Lunch")
	return m
}

// A tester stands for the *testing.T of a test: it prints what a test would say.
type tester struct {
	testing.TB
	cleanups []func()
}

func (*tester) Helper()                   {}
func (t *tester) Cleanup(f func())        { t.cleanups = append(t.cleanups, f) }
func (*tester) Errorf(f string, a ...any) { fmt.Printf(f+"\n", a...) }
func (*tester) Fatalf(f string, a ...any) { fmt.Printf(f+"\n", a...) }
func (*tester) Fatal(a ...any)            { fmt.Println(a...) }

// end is the end of the test.
func (t *tester) end() {
	for i := len(t.cleanups) - 1; i >= 0; i-- {
		t.cleanups[i]()
	}
}

func ExampleExport() {
	t := &tester{} // the *testing.T of your test
	defer t.end()
	file, problems := plugintest.Export(t, plugin, "subject", lunch())
	fmt.Printf("%s %v\n", file, problems)
	// Output: Subject: Lunch []
}

func ExampleImport() {
	t := &tester{}
	defer t.end()
	m, problems := plugintest.Import(t, plugin, "subject", []byte("Subject: Lunch"))
	fmt.Println(prop.Subject.Of(m.Props), problems)
	// Output: Lunch []
}

func ExampleTransform() {
	t := &tester{}
	defer t.end()
	before := lunch()
	after, _ := plugintest.Transform(t, plugin, before)
	fmt.Println(prop.Subject.Of(before.Props), prop.Subject.Of(after.Props))
	// Output: Lunch Lunch!
}

func ExampleProbe() {
	t := &tester{}
	defer t.end()
	fmt.Println(plugintest.Probe(t, plugin, "subject", []byte("Subject: x")), plugintest.Probe(t, plugin, "subject", []byte("BEGIN:VCARD")))
	// Output: true false
}

// One process for several jobs, with options and failures.
func ExampleStart() {
	t := &tester{}
	defer t.end()
	host := plugintest.Start(t, plugin)
	fmt.Println(host.Export("subject", lunch(), nil).Err)
	fmt.Println(host.Export("subject", lunch(), map[string]string{"colour": "red"}).Err)
	// Output:
	// <nil>
	// RESULT_UNSUPPORTED: sdk: not supported: no option "colour"
}

func ExampleHost() {
	t := &tester{}
	defer t.end()
	host := plugintest.Start(t, plugin)
	d, err := host.Describe()
	fmt.Println(d.GetName(), slices.Contains(d.GetFeatures(), wire.FeatureTransform), err, host.Refused())
	// Output: subjects true <nil> 0
}

func ExampleFailure() {
	t := &tester{}
	defer t.end()
	r := plugintest.Start(t, plugin).Export("subject", &mapi.Message{}, nil)
	var f *plugintest.Failure
	if errors.As(r.Err, &f) {
		fmt.Println(f.Result, f.Text)
	}
	// Output: RESULT_BAD_INPUT no subject: sdk: bad input
}

func ExampleResult() {
	t := &tester{}
	defer t.end()
	r := plugintest.Start(t, plugin).Export("subject", lunch(), nil)
	fmt.Printf("%s, %d problems, %v\n", r.Output, len(r.Problems), r.Err)
	// Output: Subject: Lunch, 0 problems, <nil>
}

// A subject of a megabyte is placed, not carried.
func ExampleTraffic() {
	t := &tester{}
	defer t.end()
	m := &mapi.Message{}
	prop.Subject.Set(&m.Props, string(bytes.Repeat([]byte("x"), 1<<20)))
	r := plugintest.Start(t, plugin).Export("subject", m, nil)
	fmt.Println(len(r.Output), r.Traffic.Requests, r.Traffic.Bytes, r.Traffic.Refs)
	// Output: 1048585 0 0 1
}

func ExampleModest() {
	t := &tester{}
	defer t.end()
	r := plugintest.Result{Traffic: plugintest.Traffic{Requests: 57, Bytes: 5700}}
	plugintest.Modest(t, r, plugintest.Traffic{Requests: 57})
	plugintest.Modest(t, r, plugintest.Traffic{Requests: 4})
	// Output: the job took 57 requests, more than 4
}

// With -update the test writes the file.
func ExampleGolden() {
	t := &tester{}
	defer t.end()
	path := filepath.Join(os.TempDir(), fmt.Sprintf("golden-%d.txt", os.Getpid()))
	_ = os.WriteFile(path, []byte("Subject: Dinner"), 0o600)
	defer os.Remove(path)
	m := &mapi.Message{}
	prop.Subject.Set(&m.Props, "Dinner")
	file, _ := plugintest.Export(t, plugin, "subject", m)
	plugintest.Golden(t, path, file)
	fmt.Println("as it was")
	// Output: as it was
}

func ExampleSamples() {
	for _, s := range plugintest.Samples()[:3] {
		fmt.Println(s.Name, len(s.Message.Props))
	}
	// Output:
	// empty 0
	// plain 6
	// values that are empty 8
}

func ExampleSample() {
	t := &tester{}
	defer t.end()
	host := plugintest.Start(t, plugin)
	for _, s := range plugintest.Samples() {
		if s.Name == "subject with zero bytes" {
			fmt.Printf("%q\n", host.Export("subject", s.Message, nil).Output)
		}
	}
	// Output: "Subject: a\x00b\x00"
}

func ExampleSurvive() {
	t := &tester{}
	defer t.end()
	plugintest.Survive(t, plugin)
	fmt.Println("it has survived")
	// Output: it has survived
}

// Tests of the wire itself may speak to a plugin without a Host.
func ExampleDial() {
	lis := bufconn.Listen(1 << 16)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- sdk.Serve(ctx, lis, plugin) }()
	conn, err := plugintest.Dial(lis)
	fmt.Println(conn.GetState(), err)
	_ = conn.Close()
	cancel()
	fmt.Println(<-done)
	// Output:
	// IDLE <nil>
	// <nil>
}
