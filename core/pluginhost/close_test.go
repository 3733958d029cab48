package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// tagLarge is a property whose value stays with the host.
var tagLarge = mapi.NewTag(0x6001, mapi.PtypBinary)

// kept is a handle that outlives its job.
var kept mapi.Large

// states are what a plugin may be doing when the session is closed. Each goes on
// until that fails.
var states = map[string]func(ctx context.Context, src *mapi.Message, dst transfer.Output) error{
	"reading a value": func(_ context.Context, src *mapi.Message, _ transfer.Output) error {
		_, err := mapi.ReadValue(large(src), 1<<30)
		return err
	},
	"pulling a stream": func(_ context.Context, src *mapi.Message, _ transfer.Output) error {
		r, err := large(src).Open()
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(io.Discard, r)
		return err
	},
	"writing": func(_ context.Context, _ *mapi.Message, dst transfer.Output) error {
		_, err := dst.Write(make([]byte, 1<<10))
		return err
	},
	"placing references": func(_ context.Context, src *mapi.Message, dst transfer.Output) error {
		return dst.Ref(large(src), transfer.Base64)
	},
	"waiting": func(ctx context.Context, _ *mapi.Message, _ transfer.Output) error {
		<-ctx.Done()
		return context.Cause(ctx)
	},
}

func large(m *mapi.Message) mapi.Large {
	v, _ := m.Props.Get(tagLarge)
	return v.(mapi.Large)
}

// importStates are those of an import.
var importStates = map[string]func(ctx context.Context, src transfer.Input) error{
	"reading the input": func(_ context.Context, src transfer.Input) error {
		_, err := src.ReadAt(make([]byte, 1<<10), src.Size()/2)
		return err
	},
	"searching the input": func(_ context.Context, src transfer.Input) error {
		_, _, err := src.Find(1, src.Size(), []byte("what is not there"))
		return err
	},
	"waiting in an import": func(ctx context.Context, _ transfer.Input) error {
		<-ctx.Done()
		return context.Cause(ctx)
	},
}

// transformStates are those of a transformation.
var transformStates = map[string]func(ctx context.Context, m *mapi.Message) error{
	"reading a value to change it": func(_ context.Context, m *mapi.Message) error {
		_, err := mapi.ReadValue(large(m), 1<<30)
		return err
	},
	"waiting in a transformation": func(ctx context.Context, _ *mapi.Message) error {
		<-ctx.Done()
		return context.Cause(ctx)
	},
}

// toTheEnd says that the job is under way, goes on until f fails, and says how.
func toTheEnd(job *sdk.Job, f func() error) error {
	job.Report(problem.Problem{Code: "test.parked"})
	for {
		if err := f(); err != nil {
			var code mapi.Code
			_ = errors.As(err, &code)
			job.Report(problem.Problem{Code: "test.saw", Detail: code.Error()})
			return err
		}
	}
}

// keeper is the plugin of this file.
func keeper() sdk.Plugin {
	export := func(ctx context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		switch subject := src.Props.String(proptag.Subject); {
		case states[subject] != nil:
			return toTheEnd(job, func() error { return states[subject](ctx, src, dst) })
		case subject == "hung":
			job.Report(problem.Problem{Code: "test.parked"})
			select {}
		case subject == "keep":
			kept = large(src)
		case subject == "use":
			return toTheEnd(job, func() error { _, err := mapi.ReadValue(kept, 1<<30); return err })
		}
		_, err := fmt.Fprint(dst, incarnation)
		return err
	}
	imports := func(ctx context.Context, job *sdk.Job, src transfer.Input) (*mapi.Message, error) {
		head := make([]byte, 32)
		if _, err := src.ReadAt(head, 0); err != nil {
			return nil, err
		}
		for name, f := range importStates {
			if string(head[:len(name)]) == name {
				return nil, toTheEnd(job, func() error { return f(ctx, src) })
			}
		}
		return nil, errors.New("no such state")
	}
	transform := func(ctx context.Context, job *sdk.Job, m *mapi.Message) error {
		f := transformStates[m.Props.String(proptag.Subject)]
		if f == nil {
			return errors.New("no such state")
		}
		return toTheEnd(job, func() error { return f(ctx, m) })
	}
	return sdk.Plugin{
		Name:        "keeper",
		Formats:     []sdk.Format{{Name: "x", Exporter: sdk.ExportFunc(export), Importer: sdk.ImportFunc(imports)}},
		Transformer: sdk.TransformFunc(transform),
	}
}

func init() { roles["keeper"] = func() { sdk.Main(keeper()) } }

// exportLarge makes a job that exports a message with a large value.
func exportLarge(t *testing.T, subject string) *session.Job {
	t.Helper()
	job, _ := export(t, subject)
	job.Output = io.Discard
	tree := &mapi.Message{}
	tree.Props.Set(proptag.Subject, subject)
	tree.Props.Set(tagLarge, wire.Memory(make([]byte, 4<<20)))
	if err := job.Message.SetContents(tree); err != nil {
		t.Fatal(err)
	}
	return job
}

// transforming makes a job that changes a message with a large value.
func transforming(t *testing.T, subject string) *session.Job {
	t.Helper()
	job := exportLarge(t, subject)
	tree, err := job.Message.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return &session.Job{Direction: session.Transform, Message: job.Message, Contents: tree, Take: func(*mapi.Message) error { return nil }}
}

// importing makes a job that imports a file, which begins with a text.
func importing(t *testing.T, text string) *session.Job {
	t.Helper()
	job, _ := export(t, text)
	data := make([]byte, 8<<20)
	copy(data, text)
	return &session.Job{Direction: session.Import, Format: "x", Message: job.Message, Input: transfer.NewBytesInput(data)}
}

// closed closes the session of a job when the plugin has it in hand, and returns
// what became of the job and what the plugin saw.
func closed(t *testing.T, p *Pool, job *session.Job) (saw string, err error) {
	t.Helper()
	there, done := make(chan struct{}), make(chan error, 1)
	job.Report = func(r problem.Problem) {
		if r.Code == "test.saw" {
			saw = r.Detail
			return
		}
		close(there)
	}
	go func() { done <- p.Convert(within(t), job) }()
	select {
	case <-there:
		job.Message.Session().Close()
	case err := <-done:
		t.Fatalf("the job ends with %v", err)
	}
	err = <-done
	return saw, err
}

// TestSessionClose closes the session under a plugin in every state. It loses
// its handles at once, and is used again for the next session; one that does not
// listen is killed, and another process does the next job.
func TestSessionClose(t *testing.T) {
	t.Parallel()
	type test struct {
		name string
		make func(*testing.T, string) *session.Job
		dies bool
	}
	tests := []test{{"hung", exportLarge, true}}
	for name := range states {
		tests = append(tests, test{name: name, make: exportLarge})
	}
	for name := range importStates {
		tests = append(tests, test{name: name, make: importing})
	}
	for name := range transformStates {
		tests = append(tests, test{name: name, make: transforming})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := Options{Processes: 1, Grace: patience}
			if tt.dies {
				o.Grace = 1
			}
			p := start(t, "keeper", o)
			before := who(t, p)
			saw, err := closed(t, p, tt.make(t, tt.name))
			if suspect, fatal := qualities(err); !errors.Is(err, mapi.ErrInvalidObject) || suspect || fatal {
				t.Errorf("the job ends with %v; suspect %v, fatal %v", err, suspect, fatal)
			}
			if want := mapi.ErrInvalidObject.Error(); saw != want && !tt.dies {
				t.Errorf("the plugin sees %q, want %q", saw, want)
			}
			if after := who(t, p); (after != before) != tt.dies {
				t.Errorf("the next job is done by %s, before it was %s", after, before)
			}
		})
	}
}

// TestSessionCloseIdle closes a session with no job in hand. The plugin has kept
// a handle, which is worth nothing in the next session.
func TestSessionCloseIdle(t *testing.T) {
	t.Parallel()
	p := start(t, "keeper", Options{Processes: 1, LanesPerProcess: 1})
	job := exportLarge(t, "keep")
	if err := p.Convert(within(t), job); err != nil {
		t.Fatal(err)
	}
	before := who(t, p)
	job.Message.Session().Close()
	saw := ""
	next := exportLarge(t, "use")
	next.Report = func(r problem.Problem) { saw = r.Detail }
	if err := p.Convert(within(t), next); !errors.Is(err, hostsvc.ErrPlugin) {
		t.Errorf("the job that uses the handle ends with %v", err)
	}
	if want := mapi.ErrInvalidObject.Error(); saw != want {
		t.Errorf("the plugin sees %q, want %q", saw, want)
	}
	if after := who(t, p); after != before {
		t.Error("the process is not used again")
	}
}

// TestSessionCloseAll closes one session under jobs in all states at once.
func TestSessionCloseAll(t *testing.T) {
	t.Parallel()
	s, err := session.Open(session.NewAllocator(1<<30), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	p := start(t, "keeper", Options{Processes: 2, LanesPerProcess: 8})
	there, done := make(chan struct{}), make(chan error)
	for name := range states {
		m, err := s.OpenMessage(storage{}, 0, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := exportLarge(t, name).Message.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		if err := m.SetContents(tree.Clone()); err != nil {
			t.Fatal(err)
		}
		job := &session.Job{Direction: session.Export, Format: "x", Message: m, Output: io.Discard, Report: func(r problem.Problem) {
			if r.Code == "test.parked" {
				there <- struct{}{}
			}
		}}
		go func() { done <- p.Convert(within(t), job) }()
	}
	for range states {
		<-there
	}
	s.Close()
	for range states {
		if err := <-done; !errors.Is(err, mapi.ErrInvalidObject) {
			t.Errorf("a job ends with %v", err)
		}
	}
	_ = who(t, p)
}
