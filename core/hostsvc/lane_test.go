package hostsvc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// spell writes all that a plugin sees of a message of strings and bytes.
func spell(w io.Writer, m *mapi.Message) error {
	bags := append([]mapi.Props{m.Props}, m.Recipients...)
	for _, a := range m.Attachments {
		bags = append(bags, a.Props)
	}
	for _, ps := range bags {
		for _, p := range ps {
			b, err := mapi.ReadValue(p.Value, 1<<30)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "%v: %d bytes, sum %x\n", p.Tag, len(b), sum(b))
		}
	}
	for _, a := range m.Attachments {
		if a.Embedded != nil {
			if err := spell(w, a.Embedded); err != nil {
				return err
			}
		}
	}
	return nil
}

func sum(b []byte) (s uint32) {
	for _, c := range b {
		s = s*31 + uint32(c)
	}
	return s
}

// TestExport has a plugin spell messages: it sees all of them.
func TestExport(t *testing.T) {
	t.Parallel()
	big := pattern(3*wire.ChunkSize + 5)
	tree := with(tagText, "subject")
	tree.Recipients = []mapi.Props{{{Tag: tagText, Value: "to"}}, nil}
	tree.Attachments = []*mapi.Attachment{
		{Props: mapi.Props{{Tag: tagBinary, Value: wire.Memory(big)}}},
		{Embedded: with(tagBinary, pattern(wire.InlineLimit+1))},
	}
	many := &mapi.Message{}
	for i := range 40_000 {
		many.Recipients = append(many.Recipients, mapi.Props{{Tag: tagText, Value: fmt.Sprint(i)}})
	}
	l := connect(t, exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		return spell(dst, src)
	}), Options{})
	for name, m := range map[string]*mapi.Message{
		"empty":                       {},
		"of all kinds":                tree,
		"in many frames":              many,
		"long text":                   with(tagText, strings.Repeat("ö", wire.InlineLimit)),
		"exactly the inline limit":    with(tagBinary, make([]byte, wire.InlineLimit)),
		"large, of unknown size":      with(tagObject, sized{Memory: big, size: -1}),
		"large, a multiple of chunks": with(tagObject, wire.Memory(pattern(2*wire.ChunkSize))),
		"large, empty":                with(tagObject, wire.Memory(nil)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var want bytes.Buffer
			if err := spell(&want, m); err != nil {
				t.Fatal(err)
			}
			job, out := exportJob(t, m)
			if err := l.Run(within(t), job); err != nil {
				t.Fatal(err)
			}
			if out.String() != want.String() {
				t.Errorf("got %.300s, want %.300s", out, &want)
			}
		})
	}
}

// TestExportRefs places values between written bytes.
func TestExportRefs(t *testing.T) {
	t.Parallel()
	content := pattern(100_000)
	encoded := func(tr transfer.Transform, b []byte) string {
		var out bytes.Buffer
		if _, err := transfer.Copy(&out, bytes.NewReader(b), tr); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	base64 := []byte(encoded(transfer.Base64, content))
	tests := []struct {
		name      string
		value     mapi.Large
		transform transfer.Transform
		want      string
	}{
		{"raw", wire.Memory(content), transfer.Raw, string(content)},
		{"base64", wire.Memory(content), transfer.Base64, string(base64)},
		{"unbase64", wire.Memory(base64), transfer.Unbase64, string(content)},
		{"unquote", wire.Memory("a=3Db=\r\nc"), transfer.Unquote, "a=bc"},
		{"of unknown size", sized{Memory: content, size: -1}, transfer.Raw, string(content)},
		{"empty", wire.Memory(nil), transfer.Base64, ""},
	}
	l := connect(t, exporter(func(_ context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		v, _ := src.Props.Get(tagObject)
		_, _ = io.WriteString(dst, "<")
		for tr, name := range []string{"raw", "base64", "unbase64", "unquote"} {
			if name == job.Options["transform"] {
				if err := dst.Ref(v.(mapi.Large), transfer.Transform(tr)); err != nil {
					return err
				}
			}
		}
		_, err := io.WriteString(dst, ">")
		return err
	}), Options{Pipeline: 4})
	names := []string{"raw", "base64", "unbase64", "unquote"}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			job, out := exportJob(t, with(tagObject, tt.value))
			job.Options = map[string]string{"transform": names[tt.transform]}
			if err := l.Run(within(t), job); err != nil || out.String() != "<"+tt.want+">" {
				t.Errorf("got %d bytes, %v, want %d", out.Len(), err, len(tt.want)+2)
			}
		})
	}
}

// TestImport makes messages of all kinds of values.
func TestImport(t *testing.T) {
	t.Parallel()
	data := pattern(5 << 20)
	copy(data[4<<20-3:], "needle") // across two steps of a search
	l := connect(t, importer(func(_ context.Context, _ *sdk.Job, src transfer.Input) (*mapi.Message, error) {
		at, _, err := src.Find(0, src.Size(), []byte("need"), []byte("needle"), []byte("xxxxxxxx"))
		if err != nil {
			return nil, err
		}
		head := make([]byte, 300_000)
		if _, err := src.ReadAt(head, 1_000_000); err != nil {
			return nil, err
		}
		m := with(tagText, fmt.Sprint(at))
		m.Props.Set(tagBinary, head) // comes as a stream
		m.Recipients = []mapi.Props{{{Tag: tagText, Value: "to"}}}
		m.Attachments = []*mapi.Attachment{
			{Props: mapi.Props{{Tag: tagObject, Value: src.Range(at, 6, transfer.Raw)}}},
			{Props: mapi.Props{{Tag: tagBinary, Value: src.Range(0, src.Size(), transfer.Base64)}}, Embedded: with(tagText, "inner")},
		}
		return m, nil
	}), Options{})
	job := importJob(t, data)
	if err := l.Run(within(t), job); err != nil {
		t.Fatal(err)
	}
	m, err := job.Message.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Props.String(tagText); got != fmt.Sprint(4<<20-3) {
		t.Errorf("found at %s", got)
	}
	if b, err := m.Props.Bytes(tagBinary, 1<<20); err != nil || !bytes.Equal(b, data[1_000_000:1_300_000]) {
		t.Errorf("stream of %d bytes, %v", len(b), err)
	}
	if b, err := m.Attachments[0].Props.Bytes(tagObject, 1<<20); err != nil || string(b) != "needle" {
		t.Errorf("range %q, %v", b, err)
	}
	if b, err := m.Attachments[1].Props.Bytes(tagBinary, 1<<30); err != nil || len(b) != (len(data)+56)/57*78-(76-(len(data)%57+2)/3*4) {
		t.Errorf("encoded range of %d bytes, %v", len(b), err)
	}
	if len(m.Recipients) != 1 || m.Attachments[1].Embedded.Props.String(tagText) != "inner" {
		t.Errorf("got %v", m)
	}
}

// TestImportOfManyFiles: attachments that an importer holds are inline up to
// [wire.InlineLimit], so that their number is not bounded by that of streams.
func TestImportOfManyFiles(t *testing.T) {
	t.Parallel()
	many := limits.PluginStreams.Int() + 1
	l := connect(t, importer(func(context.Context, *sdk.Job, transfer.Input) (*mapi.Message, error) {
		m, data := &mapi.Message{}, pattern(wire.InlineData+1)
		for range many {
			m.Attachments = append(m.Attachments, &mapi.Attachment{Props: mapi.Props{{Tag: proptag.AttachDataBinary, Value: data}}})
		}
		return m, nil
	}), Options{})
	job := importJob(t, nil)
	if err := l.Run(within(t), job); err != nil {
		t.Fatal(err)
	}
	if m, err := job.Message.Snapshot(); err != nil || len(m.Attachments) != many {
		t.Errorf("%d attachments of %d, %v", len(m.Attachments), many, err)
	}
}

// TestPipelining runs jobs that wait for each other on one lane.
func TestPipelining(t *testing.T) {
	t.Parallel()
	const width = 4
	var meet sync.WaitGroup
	meet.Add(width)
	l := connect(t, exporter(func(_ context.Context, job *sdk.Job, _ *mapi.Message, dst transfer.Output) error {
		meet.Done()
		meet.Wait()
		_, err := io.WriteString(dst, job.Options["n"])
		return err
	}), Options{Pipeline: width})
	var jobs sync.WaitGroup
	for i := range width {
		jobs.Go(func() {
			job, out := exportJob(t, &mapi.Message{})
			job.Options = map[string]string{"n": fmt.Sprint(i)}
			if err := l.Run(within(t), job); err != nil || out.String() != fmt.Sprint(i) {
				t.Errorf("got %q, %v", out, err)
			}
		})
	}
	jobs.Wait()
}

// TestSlowNeighbour fills the queue of a job whose output is stuck.
func TestSlowNeighbour(t *testing.T) {
	t.Parallel()
	l := connect(t, exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		_, err := dst.Write(make([]byte, 8<<20))
		return err
	}), Options{Pipeline: 2})
	gate := make(chan struct{})
	slow, _ := exportJob(t, &mapi.Message{})
	slow.Output = writerFunc(func(p []byte) (int, error) { <-gate; return len(p), nil })
	fast, out := exportJob(t, &mapi.Message{})
	results := make(chan error, 2)
	for _, job := range []*session.Job{slow, fast} {
		go func() { results <- l.Run(within(t), job) }()
	}
	close(gate)
	if err := errors.Join(<-results, <-results); err != nil || out.Len() != 8<<20 {
		t.Errorf("got %d bytes, %v", out.Len(), err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// TestResults has jobs that end in all ways.
func TestResults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		is   error
		text string
	}{
		{"bad input", fmt.Errorf("line 3: %w", sdk.ErrBadInput), sdk.ErrBadInput, "line 3: bad input"},
		{"unsupported", fmt.Errorf("no such thing: %w", sdk.ErrUnsupported), sdk.ErrUnsupported, "no such thing: not supported"},
		{"fault", errors.New("oops\nand more\x1b"), ErrPlugin, "plugin fault: oops"},
		{"cancelled by nobody", context.Canceled, ErrPlugin, "plugin fault: context canceled"},
	}
	for _, tt := range tests {
		for kind, run := range map[string]func(*testing.T, sdk.Plugin) func(context.Context, *session.Job) error{
			"wire": func(t *testing.T, p sdk.Plugin) func(context.Context, *session.Job) error {
				return connect(t, p, Options{}).Run
			},
			"direct": func(_ *testing.T, p sdk.Plugin) func(context.Context, *session.Job) error {
				return InProcess(p).Convert
			},
		} {
			t.Run(tt.name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				job, _ := exportJob(t, &mapi.Message{})
				err := run(t, exporter(func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error { return tt.err }))(within(t), job)
				var failed *JobError
				if !errors.As(err, &failed) || !errors.Is(err, tt.is) || err.Error() != tt.text {
					t.Errorf("got %T %v, want %q", err, err, tt.text)
				}
			})
		}
	}
}

// TestPanic has the first line of a panic in the error, and the stack beside it.
func TestPanic(t *testing.T) {
	t.Parallel()
	p := exporter(func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error { panic("boom") })
	l := connect(t, p, Options{})
	for name, run := range map[string]func(context.Context, *session.Job) error{"wire": l.Run, "direct": InProcess(p).Convert} {
		job, _ := exportJob(t, &mapi.Message{})
		var failed *JobError
		if err := run(within(t), job); !errors.As(err, &failed) || err.Error() != "plugin fault: panic: boom" || !strings.Contains(failed.Text, "lane_test.go") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := l.Err(); err != nil {
		t.Errorf("the lane is broken: %v", err)
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	want := problem.List{
		{Code: "wire.property.skipped", Severity: problem.Loss, Object: "recipient 0", Tag: tagText},
		{Code: "a.b", Severity: problem.Info, Detail: "gone"},
	}
	l := connect(t, exporter(func(_ context.Context, job *sdk.Job, _ *mapi.Message, _ transfer.Output) error {
		job.Report(want[1])
		return nil
	}), Options{})
	job, _ := exportJob(t, &mapi.Message{Recipients: []mapi.Props{{{Tag: tagText, Value: 7}}}})
	var got problem.List
	job.Report = got.Add
	if err := l.Run(within(t), job); err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if got[i].Code == want[0].Code {
			got[i].Detail = ""
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestUnreadableValue has a value that the host cannot read: the message is at
// fault, whether the plugin pulls the value or places it.
func TestUnreadableValue(t *testing.T) {
	t.Parallel()
	l := connect(t, exporter(func(_ context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		v, _ := src.Props.Get(tagObject)
		if job.Options["place"] != "" {
			return dst.Ref(v.(mapi.Large), transfer.Raw)
		}
		_, err := mapi.ReadValue(v, 1<<20)
		return err
	}), Options{Pipeline: 2})
	for _, place := range []string{"", "yes"} {
		job, _ := exportJob(t, with(tagObject, sized{size: 10, err: errStorage}))
		job.Options = map[string]string{"place": place}
		if err := l.Run(within(t), job); !errors.Is(err, sdk.ErrBadInput) || !errors.Is(err, errStorage) || !strings.Contains(err.Error(), errStorage.Error()) {
			t.Errorf("place %q: got %v", place, err)
		}
	}
	if err := l.Err(); err != nil {
		t.Errorf("the lane is broken: %v", err)
	}
}

// TestHostErrors has the host's own files fail: the error comes back as it is.
func TestHostErrors(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	p := exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		for range 100 {
			if _, err := dst.Write(make([]byte, 1<<20)); err != nil {
				return err
			}
		}
		return nil
	})
	l := connect(t, p, Options{Grace: patience})
	for name, run := range map[string]func(context.Context, *session.Job) error{"wire": l.Run, "direct": InProcess(p).Convert} {
		job, _ := exportJob(t, &mapi.Message{})
		job.Output = writerFunc(func([]byte) (int, error) { return 0, full })
		if err := run(within(t), job); !errors.Is(err, full) {
			t.Errorf("%s: got %v", name, err)
		}
		limited, out := exportJob(t, &mapi.Message{})
		limited.MaxOutput = 1 << 20
		if err := run(within(t), limited); !errors.Is(err, ErrOutputLimit) || out.Len() > 1<<20 {
			t.Errorf("%s: got %v after %d bytes", name, err, out.Len())
		}
	}
	if err := l.Err(); err != nil {
		t.Errorf("the lane is broken: %v", err)
	}
}

// TestLimitHoldsForRefs places a value that is longer than the output may be.
func TestLimitHoldsForRefs(t *testing.T) {
	t.Parallel()
	l := connect(t, exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		v, _ := src.Props.Get(tagObject)
		return dst.Ref(v.(mapi.Large), transfer.Base64)
	}), Options{Grace: patience})
	job, out := exportJob(t, with(tagObject, wire.Memory(pattern(1<<20))))
	job.MaxOutput = 1 << 20
	if err := l.Run(within(t), job); !errors.Is(err, ErrOutputLimit) || out.Len() > 1<<20 {
		t.Errorf("got %v after %d bytes", err, out.Len())
	}
}

// keep is a plugin that gives its value to somebody else and ends.
func keep(kept chan<- mapi.Large) sdk.Plugin {
	return exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, _ transfer.Output) error {
		v, _ := src.Props.Get(tagObject)
		kept <- v.(mapi.Large)
		return nil
	})
}

func TestHandleKeptPastJobIsInvalidObject(t *testing.T) {
	t.Parallel()
	kept := make(chan mapi.Large, 1)
	l := connect(t, keep(kept), Options{})
	job, _ := exportJob(t, with(tagObject, wire.Memory("content")))
	if err := l.Run(within(t), job); err != nil {
		t.Fatal(err)
	}
	if _, err := mapi.ReadValue(<-kept, 1<<20); !errors.Is(err, mapi.ErrInvalidObject) {
		t.Errorf("the plugin reads a value of a job that is over: %v", err)
	}
	if n := l.Refused(); n != 1 {
		t.Errorf("%d refused", n)
	}
	if err := l.Err(); err != nil {
		t.Errorf("the lane is broken: %v", err)
	}
}

// TestHandleKeptPastSessionCloseIsInvalidObject keeps a blob handle in the
// plugin, closes the session, and uses the handle over the wire.
func TestHandleKeptPastSessionCloseIsInvalidObject(t *testing.T) {
	t.Parallel()
	kept := make(chan mapi.Large, 1)
	l := connect(t, keep(kept), Options{})
	job, _ := exportJob(t, with(tagObject, wire.Memory("content")))
	if err := l.Run(within(t), job); err != nil {
		t.Fatal(err)
	}
	job.Message.Session().Close()
	if _, err := mapi.ReadValue(<-kept, 1<<20); !errors.Is(err, mapi.ErrInvalidObject) {
		t.Errorf("the plugin reads a value of a closed session: %v", err)
	}
	if n := l.Refused(); n != 1 {
		t.Errorf("%d refused", n)
	}
}

// TestSessionClosedDuringJob closes the session while the plugin works. Its next
// request is refused, and the job fails with the same code.
func TestSessionClosedDuringJob(t *testing.T) {
	t.Parallel()
	there, proceed, seen := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	tests := map[string]exportFunc{
		"read": func(_ context.Context, _ *sdk.Job, src *mapi.Message, _ transfer.Output) error {
			v, _ := src.Props.Get(tagObject)
			_, err := mapi.ReadValue(v, 1<<20)
			return err
		},
		"place": func(ctx context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
			v, _ := src.Props.Get(tagObject)
			if err := dst.Ref(v.(mapi.Large), transfer.Raw); err != nil {
				return err
			}
			<-ctx.Done()
			return context.Cause(ctx)
		},
		"write": func(ctx context.Context, _ *sdk.Job, _ *mapi.Message, dst transfer.Output) error {
			if _, err := dst.Write(make([]byte, wire.ChunkSize)); err != nil {
				return err
			}
			<-ctx.Done()
			return context.Cause(ctx)
		},
	}
	for _, name := range []string{"read", "place", "write"} {
		t.Run(name, func(t *testing.T) {
			l := connect(t, exporter(func(ctx context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
				there <- struct{}{}
				<-proceed
				err := tests[name](ctx, job, src, dst)
				seen <- err
				return err
			}), Options{Grace: patience})
			job, _ := exportJob(t, with(tagObject, wire.Memory("content")))
			result := make(chan error, 1)
			go func() { result <- l.Run(within(t), job) }()
			<-there
			job.Message.Session().Close()
			proceed <- struct{}{}
			if err := <-seen; !errors.Is(err, mapi.ErrInvalidObject) {
				t.Errorf("the plugin gets %v", err)
			}
			if err := <-result; !errors.Is(err, mapi.ErrInvalidObject) {
				t.Errorf("Run() = %v", err)
			}
		})
	}
}

// TestInputKeptPastJobIsInvalidObject keeps the input of an import.
func TestInputKeptPastJobIsInvalidObject(t *testing.T) {
	t.Parallel()
	kept := make(chan transfer.Input, 1)
	l := connect(t, importer(func(_ context.Context, _ *sdk.Job, src transfer.Input) (*mapi.Message, error) {
		kept <- src
		return &mapi.Message{}, nil
	}), Options{})
	if err := l.Run(within(t), importJob(t, pattern(1<<20))); err != nil {
		t.Fatal(err)
	}
	in := <-kept
	if _, err := in.ReadAt(make([]byte, 10), 0); !errors.Is(err, mapi.ErrInvalidObject) {
		t.Errorf("ReadAt() = %v", err)
	}
	if n := l.Refused(); n != 1 {
		t.Errorf("%d refused", n)
	}
}

func TestRunInClosedSession(t *testing.T) {
	t.Parallel()
	l := connect(t, exporter(nil), Options{})
	job, _ := exportJob(t, &mapi.Message{})
	job.Message.Session().Close()
	if err := l.Run(within(t), job); !errors.Is(err, mapi.ErrInvalidObject) {
		t.Errorf("Run() = %v", err)
	}
}

func TestRunWithoutParts(t *testing.T) {
	t.Parallel()
	l := connect(t, exporter(nil), Options{})
	m := newMessage(t, &mapi.Message{})
	for _, job := range []*session.Job{
		{}, {Message: m}, {Direction: session.Export, Message: m}, {Direction: session.Import, Message: m},
	} {
		if err := l.Run(within(t), job); !errors.Is(err, mapi.ErrInvalidParameter) {
			t.Errorf("Run(%+v) = %v", job, err)
		}
	}
}
