package hostsvc

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

func transformer(f sdk.TransformFunc) sdk.Plugin { return sdk.Plugin{Name: "test", Transformer: f} }

// transformJob makes a job that transforms tree, and says where the result is.
func transformJob(t *testing.T, tree *mapi.Message) (*session.Job, func() *mapi.Message) {
	t.Helper()
	var got *mapi.Message
	return &session.Job{Direction: session.Transform, Message: newMessage(t, nil), Contents: tree, Take: func(m *mapi.Message) error {
		got = m
		return nil
	}}, func() *mapi.Message { return got }
}

// everywhere runs f for each place where a plugin runs.
func everywhere(t *testing.T, f func(t *testing.T, do func(sdk.Plugin, *session.Job) error)) {
	t.Helper()
	for place, start := range places {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			f(t, func(p sdk.Plugin, job *session.Job) error { return start(t, p)(within(t), job) })
		})
	}
}

// TestTransformKeeps has a plugin do nothing: the message stays what it is, and
// values that were not held in memory stay the same ones.
func TestTransformKeeps(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
		tree := everyType()
		big := &sized{Memory: pattern(3 * wire.ChunkSize), size: -1}
		tree.Attachments[0].Props.Set(tagObject, big)
		job, got := transformJob(t, tree)
		if err := do(transformer(func(context.Context, *sdk.Job, *mapi.Message) error { return nil }), job); err != nil {
			t.Fatal(err)
		}
		if v, _ := got().Attachments[0].Props.Get(tagObject); v != mapi.Value(big) {
			t.Errorf("the large value has become a %T", v)
		}
		same := cmp.Comparer(func(a, b *sized) bool { return a == b })
		if diff := cmp.Diff(tree, got(), same); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestTransformChanges has a plugin change all that it can: the result has the
// changes, and what it was made of has not.
func TestTransformChanges(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", wire.InlineLimit/5)
	change := func(_ context.Context, job *sdk.Job, m *mapi.Message) error {
		b := m.Props.Binary(tagBinary)
		b[0] = 'X' // in place
		moved, _ := m.Attachments[0].Props.Get(tagObject)
		m.Attachments = m.Attachments[1:]
		m.Props.Set(tagObject, moved)
		m.Props.Set(tagText, long)
		m.Recipients = append(m.Recipients, mapi.Props{{Tag: tagText, Value: "new"}})
		job.Info("test.attachment.removed", "attachment 0", "it was the first")
		return nil
	}
	everywhere(t, func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
		tree := with(tagBinary, []byte("abc"))
		tree.Attachments = []*mapi.Attachment{{Props: mapi.Props{{Tag: tagObject, Value: wire.Memory(content)}}}, {Embedded: with(tagText, "in")}}
		before := tree.Clone()
		before.Props[0].Value = []byte("abc")
		job, got := transformJob(t, tree)
		if err := do(transformer(change), job); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, tree); diff != "" {
			t.Errorf("the source has changed (-want +got):\n%s", diff)
		}
		m := got()
		text, err := m.Props.Text(tagText, 1<<20)
		object, oerr := m.Props.Bytes(tagObject, 100)
		if string(m.Props.Binary(tagBinary)) != "Xbc" || text != long || string(object) != content || err != nil || oerr != nil ||
			len(m.Recipients) != 1 || len(m.Attachments) != 1 || m.Attachments[0].Embedded == nil {
			t.Errorf("got %v, text of %d bytes (%v), object %q (%v)", m, len(text), err, object, oerr)
		}
	})
}

// TestTransformFails: a failure has the class that the plugin gave it, and there is
// no result.
func TestTransformFails(t *testing.T) {
	t.Parallel()
	fail := func(err error) sdk.Plugin {
		return transformer(func(context.Context, *sdk.Job, *mapi.Message) error { return err })
	}
	tests := []struct {
		name string
		p    sdk.Plugin
		want error
	}{
		{"bad input", fail(sdk.ErrBadInput), sdk.ErrBadInput},
		{"fault", fail(errors.New("x")), ErrPlugin},
		{"panic", transformer(func(context.Context, *sdk.Job, *mapi.Message) error { panic("x") }), ErrPlugin},
		{"none", exporter(nil), sdk.ErrUnsupported},
	}
	for _, tt := range tests {
		everywhere(t, func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			job, got := transformJob(t, with(tagText, "x"))
			if err := do(tt.p, job); !errors.Is(err, tt.want) || got() != nil {
				t.Errorf("%s: got %v, %v, want %v", tt.name, got(), err, tt.want)
			}
		})
	}
}

// TestHostileTransform has plugins that transform in ways the protocol does not
// allow.
func TestHostileTransform(t *testing.T) {
	t.Parallel()
	many := make(frames, 0, 2*spoolFactor)
	for range cap(many) {
		many = append(many, put(referred(&pluginv1.Ref{Blob: 2, Length: -1, Transform: pluginv1.Transform_TRANSFORM_BASE64})))
	}
	const huge = 1 << 40
	tests := []struct {
		name   string
		frames frames
		want   error
		text   string
		breaks bool
		size   int64 // of blob 2
	}{
		{"no message", nil, nil, "no message came", true, huge},
		{"blob that was not granted", frames{put(referred(&pluginv1.Ref{Blob: 9, Length: -1}))}, mapi.ErrInvalidObject, "no blob 9", false, huge},
		{"the input of a transformation", frames{put(referred(&pluginv1.Ref{Length: -1}))}, mapi.ErrInvalidObject, "no blob 0", false, huge},
		{"reference past the end", frames{put(referred(&pluginv1.Ref{Blob: 1, Offset: 11, Length: -1}))}, mapi.ErrInvalidParameter, "11 of 10", false, huge},
		{"reference in the output", frames{ref(&pluginv1.Ref{Blob: 1, Length: -1})}, nil, "no output is due", true, huge},
		{"output", frames{data(0, false, "x")}, nil, "stream 0", true, huge},
		{"stream without an end", frames{put(streamed(1)), data(1, false, "x")}, nil, "no end", true, huge},
		{"the same value over and over", many, mapi.ErrTooBig, "references", false, spoolFree},
		{"a value of unknown size over and over", many, mapi.ErrTooBig, "17 references to all of blob 2", false, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := raw(t, Options{Grace: patience}, script(append(tt.frames, ok())))
			tree := with(tagBinary, wire.Memory(content))
			tree.Props.Set(tagObject, sized{Memory: wire.Memory(content), size: tt.size})
			job, _ := transformJob(t, tree)
			checkFault(t, l, l.Run(within(t), job), tt.want, tt.text, tt.breaks)
		})
	}
}

// TestTransformParts has a plugin take parts of a value, decoded.
func TestTransformParts(t *testing.T) {
	t.Parallel()
	l := raw(t, Options{}, script(frames{put(referred(&pluginv1.Ref{Blob: 1, Offset: 2, Length: 4, Transform: pluginv1.Transform_TRANSFORM_BASE64_LINE})), ok()}))
	job, got := transformJob(t, with(tagBinary, wire.Memory(content)))
	if err := l.Run(within(t), job); err != nil {
		t.Fatal(err)
	}
	if b, err := got().Props.Bytes(tagBinary, 100); string(b) != "MjM0NQ==" || err != nil {
		t.Errorf("got %q, %v", b, err)
	}
}

// TestProbe asks plugins about files.
func TestProbe(t *testing.T) {
	t.Parallel()
	prober := func(f sdk.Probe) sdk.Plugin {
		p := importer(func(context.Context, *sdk.Job, transfer.Input) (*mapi.Message, error) { return nil, errors.New("x") })
		p.Formats[0].Probe = f
		return p
	}
	begins := prober(func(_ context.Context, src transfer.Input) (bool, error) {
		at, _, err := src.Find(0, src.Size(), []byte("needle"))
		return at >= 0, err
	})
	far := string(pattern(1<<20)) + "needle"
	tests := []struct {
		name, file string
		p          sdk.Plugin
		want       bool
		err        error
	}{
		{"yes", "a needle", begins, true, nil},
		{"far in the file", far, begins, true, nil},
		{"no", "hay", begins, false, nil},
		{"empty", "", begins, false, nil},
		{"panic", "", prober(func(context.Context, transfer.Input) (bool, error) { panic("x") }), false, ErrPlugin},
		{"none", "", importer(nil), false, sdk.ErrUnsupported},
	}
	for _, tt := range tests {
		everywhere(t, func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			job := importJob(t, []byte(tt.file))
			job.Direction = session.Probe
			if err := do(tt.p, job); !errors.Is(err, tt.err) || job.Matched != tt.want {
				t.Errorf("%s: got %v, %v", tt.name, job.Matched, err)
			}
		})
	}
}

// TestPluginRestsWhileItsMessageIsTaken: what the host does with a message after the
// plugin is done with it, such as have others transform it, is not on its clock.
func TestPluginRestsWhileItsMessageIsTaken(t *testing.T) {
	t.Parallel()
	p := importer(func(context.Context, *sdk.Job, transfer.Input) (*mapi.Message, error) { return with(tagText, "x"), nil })
	bubble(t, p, Options{}, func(t *testing.T, l *Lane) {
		job := importJob(t, []byte("file"))
		job.Prepare = func(m *mapi.Message) error {
			<-time.After(time.Hour)
			return nil
		}
		if err := l.Run(t.Context(), job); err != nil || l.Err() != nil {
			t.Errorf("Run() = %v, the lane %v", err, l.Err())
		}
	})
}
