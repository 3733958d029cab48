package batch

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// A marker is a transformer that writes a mark behind the subject.
type marker struct {
	mark        string
	first, then error // of Convert and of ConvertAlone
}

func (k marker) Convert(_ context.Context, job *session.Job) error { return k.do(job, k.first) }

func (k marker) ConvertAlone(_ context.Context, job *session.Job) error { return k.do(job, k.then) }

func (k marker) do(job *session.Job, err error) error {
	job.Report.Report(problem.Problem{Code: "test.marked", Detail: k.mark})
	if err != nil {
		return err
	}
	m, err := job.Snapshot()
	if err != nil || job.Direction != session.Transform {
		return errors.Join(err, errors.New("this is no transformation"))
	}
	made := m.Clone()
	prop.Subject.Set(&made.Props, prop.Subject.Of(m.Props)+k.mark+job.Options["more"])
	return job.Deliver(made)
}

// lateError looks like the timeout of a plugin.
type lateError struct{ suspectError }

func TestTransforms(t *testing.T) {
	t.Parallel()
	late := lateError{}
	tests := []struct {
		name       string
		transforms []Transform
		want       string // the subject
		problems   int
		err        error
		fatal      bool
	}{
		{"none", nil, "Lunch!", 0, nil, false},
		{"in their order, after Prepare", []Transform{{Converter: marker{mark: "a"}}, {Converter: marker{mark: "b"}, Settings: map[string]string{"more": "c"}}}, "Lunch!abc", 2, nil, false},
		{"a neighbour was to blame", []Transform{{Converter: marker{mark: "a", first: late}}}, "Lunch!a", 1, nil, false},
		{"nobody else was to blame", []Transform{{Converter: marker{mark: "a", first: late, then: sdk.ErrBadInput}}}, "", 1, sdk.ErrBadInput, false},
		{"bad input", []Transform{{Converter: marker{mark: "a", first: sdk.ErrBadInput}}, {Converter: marker{mark: "b"}}}, "", 1, sdk.ErrBadInput, false},
		{"the plugin is gone", []Transform{{Converter: marker{first: fatalError{}}}}, "", 1, fatalError{}, true},
		{"nobody there", []Transform{{Plugin: "x 1"}}, "", 0, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var problems problem.List
			opt := Options{Transforms: tt.transforms, Prepare: func(m *mapi.Message) error {
				prop.Subject.Set(&m.Props, prop.Subject.Of(m.Props)+"!")
				return nil
			}}
			m := &mapi.Message{}
			prop.Subject.Set(&m.Props, "Lunch")
			err := opt.own(t.Context(), nil, problems.Add)(m)
			if tt.want == "" {
				var failed *TransformError
				var process lateError
				if !errors.As(err, &failed) || tt.err != nil && !errors.Is(err, tt.err) || isFatal(err) != tt.fatal {
					t.Errorf("got %v, want %v", err, tt.err)
				}
				if errors.As(err, &process) || is(err, suspect.Suspect) {
					t.Error("the failure looks like one of the converter's own process")
				}
			} else if got := prop.Subject.Of(m.Props); err != nil || got != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
			if len(problems) != tt.problems {
				t.Errorf("problems %v, want %d", problems, tt.problems)
			}
		})
	}
}

// TestTransformsAreOfTheIdentity: a run with other transforms, or other settings of
// them, is another run.
func TestTransformsAreOfTheIdentity(t *testing.T) {
	t.Parallel()
	ids := map[string]string{}
	for _, ts := range [][]Transform{
		nil,
		{{Plugin: "a 1"}},
		{{Plugin: "a 2"}},
		{{Plugin: "a 1"}, {Plugin: "a 1"}},
		{{Plugin: "a 1", Settings: map[string]string{"x": "y"}}},
		{{Plugin: "a 1", Settings: map[string]string{"x": "z"}}},
		{{Plugin: "b 1"}, {Plugin: "a 1"}},
		{{Plugin: "a 1"}, {Plugin: "b 1"}},
	} {
		id := Options{To: "eml", Transforms: ts}.Identity(nil).ID()
		var names []string
		for _, x := range ts {
			names = append(names, x.Plugin+x.Settings["x"])
		}
		name := strings.Join(names, ",")
		if other, ok := ids[id]; ok {
			t.Errorf("[%s] and [%s] have the same identity", other, name)
		}
		ids[id] = name
		same := Options{To: "eml", Transforms: ts}
		for i := range same.Transforms {
			same.Transforms[i].Converter = marker{} // who runs it does not count
		}
		if got := same.Identity(nil).ID(); got != id {
			t.Errorf("[%s]: the identity depends on who runs the plugins", name)
		}
	}
	if got := (Options{To: "eml"}).Identity(nil).ID(); ids[got] != "" {
		t.Errorf("no transforms have the identity of [%s]", ids[got])
	}
}
