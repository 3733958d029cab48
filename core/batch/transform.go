package batch

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// A Transform is a plugin that changes every message between reading and writing.
// Outputs depend on all of it but the Converter.
type Transform struct {
	Plugin    string            `json:"plugin"`             // name and version
	Settings  map[string]string `json:"settings,omitempty"` // that the user gave
	Converter Converter         `json:"-"`                  // who runs the plugin
}

// own returns what changes the tree of a message for every format alike:
// Options.Prepare, and then the transforms in their order. What they make is read
// as long as message lives.
func (o Options) own(ctx context.Context, message *session.Message, report problem.Reporter) func(*mapi.Message) error {
	return func(m *mapi.Message) error {
		if o.Prepare != nil {
			if err := o.Prepare(m); err != nil {
				return err
			}
		}
		for _, t := range o.Transforms {
			made, err := t.run(ctx, message, m, o, report)
			if err != nil {
				return &TransformError{Plugin: t.Plugin, Err: err}
			}
			*m = *made
		}
		return nil
	}
}

// run has the plugin transform a tree, which is not changed. When the fault may
// lie with a neighbour, it is tried once more, alone.
func (t Transform) run(ctx context.Context, message *session.Message, tree *mapi.Message, o Options, report problem.Reporter) (*mapi.Message, error) {
	if t.Converter == nil {
		return nil, errors.New("there is nobody to run it")
	}
	var made *mapi.Message
	attempt := func(do func(context.Context, *session.Job) error) error {
		var found problem.List
		err := do(ctx, &session.Job{
			Direction: session.Transform, Message: message, Contents: tree, Options: t.Settings, Timeout: o.Timeout, Report: found.Add,
			Take: func(m *mapi.Message) error { made = m; return nil },
		})
		if err == nil || !is(err, suspect.Suspect) {
			for _, p := range found { // those of an attempt that is repeated are forgotten
				report.Report(p)
			}
		}
		return err
	}
	err := attempt(t.Converter.Convert)
	if err != nil && is(err, suspect.Suspect) && ctx.Err() == nil {
		err = attempt(t.Converter.ConvertAlone)
	}
	return made, err
}

// A TransformError is the failure of a transform. It stands for itself in a job of
// another plugin, which is not to blame: what went wrong is not to be found by
// errors.As.
type TransformError struct {
	Plugin string // name and version
	Err    error
}

// Error says which plugin failed, and how.
func (e *TransformError) Error() string {
	name, _, _ := strings.Cut(e.Plugin, " sha256:") // which only tells runs apart
	return fmt.Sprintf("transform by %s: %v", name, e.Err)
}

// Is reports whether the cause is target.
func (e *TransformError) Is(target error) bool { return errors.Is(e.Err, target) }

// Fatal reports whether the plugin will do no further job.
func (e *TransformError) Fatal() bool { return is(e.Err, fatal.Fatal) }
