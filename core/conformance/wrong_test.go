package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// processMark is different in each process: behind walls, all of them may be number 1.
var processMark = rand.Uint32()

// before has f run before each export; its error ends the job.
func before(f func(ctx context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error) func(*sdk.Plugin) {
	return func(p *sdk.Plugin) {
		good := p.Formats[0].Exporter
		p.Formats[0].Exporter = sdk.ExportFunc(func(ctx context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
			if err := f(ctx, job, src, dst); err != nil {
				return err
			}
			return good.Export(ctx, job, src, dst)
		})
	}
}

// around has f make another message, or an error, of what an import returns.
func around(f func(src transfer.Input, m *mapi.Message, err error) (*mapi.Message, error)) func(*sdk.Plugin) {
	return func(p *sdk.Plugin) {
		good := p.Formats[0].Importer
		p.Formats[0].Importer = sdk.ImportFunc(func(ctx context.Context, job *sdk.Job, src transfer.Input) (*mapi.Message, error) {
			m, err := good.Import(ctx, job, src)
			return f(src, m, err)
		})
	}
}

// braced says that what begins with a brace is of the format.
func braced(_ context.Context, src transfer.Input) (bool, error) {
	if src.Size() == 0 {
		return false, nil
	}
	var first [1]byte
	_, err := src.ReadAt(first[:], 0)
	return first[0] == '{', err
}

// shout changes one property, reads a large value and leaves the rest as it is.
func shout(_ context.Context, _ *sdk.Job, m *mapi.Message) error {
	const most = 16 << 20
	text, err := m.Props.Text(proptag.Body, most)
	if err != nil && !errors.Is(err, mapi.ErrNotFound) {
		return err
	}
	m.Props.Set(proptag.Subject, strings.ToUpper(m.Props.String(proptag.Subject)))
	m.Props.Set(proptag.NormalizedSubject, fmt.Sprint(len(text)))
	return nil
}

var errStrict = status.Error(codes.InvalidArgument, "not known here")

// hold keeps memory from being freed.
var hold []byte

// takes holds so many bytes, touched.
func takes(n int64) {
	hold = make([]byte, n)
	for i := 0; i < len(hold); i += 4096 {
		hold[i] = 1
	}
}

// textSize is the length of the body that is not inline.
func textSize(m *mapi.Message) int64 {
	v, _ := m.Props.Get(proptag.Body)
	if l, ok := v.(mapi.Large); ok {
		return l.Size()
	}
	return 0
}

// onLast changes the frame that ends an output.
func onLast(f func(*pluginv1.PluginFrame) []*pluginv1.PluginFrame) func(*traffic, *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
	return func(w *traffic, g *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if g.GetData().GetLast() && w.begun(g.GetJob()).GetDirection() == exporting {
			return f(g)
		}
		return []*pluginv1.PluginFrame{g}
	}
}

// onMatch puts a frame before the answer of a probe.
func onMatch(f func(done *pluginv1.PluginFrame) *pluginv1.PluginFrame) func(*traffic, *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
	return func(w *traffic, g *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if g.GetDone() != nil && w.begun(g.GetJob()).GetDirection() == probing {
			return []*pluginv1.PluginFrame{f(g), g}
		}
		return []*pluginv1.PluginFrame{g}
	}
}

// wrongPlugins are plugins with one fault each.
var wrongPlugins = []struct {
	name  string
	check string // that fails, and no other
	text  string // in the reason
	only  string // the checks that are made; "": all that are quick
	wrong
}{
	{"a banner", "start/handshake", `printed "Welcome"`, "", wrong{first: func() { fmt.Println("Welcome") }}},
	{"dies at once", "start/handshake", "exit status 3", "", wrong{first: func() { os.Exit(3) }}},
	{"says nothing to people", "start/person", "says nothing", "", wrong{person: func() { os.Exit(1) }}},
	{"succeeds for people", "start/person", "exit status 0", "", wrong{person: func() { os.Exit(0) }}},
	{"no description", "describe/answer", "not known here", "", wrong{describe: func(*pluginv1.DescribeRequest, *pluginv1.Description) error { return errStrict }}},
	{"an extension without a dot", "describe/complete", `the extension "json"`, "", wrong{describe: func(_ *pluginv1.DescribeRequest, d *pluginv1.Description) error {
		d.Formats[0].Extensions = []string{"json"}
		return nil
	}}},
	{"a default that is none", "describe/options", "level", "", wrong{describe: func(_ *pluginv1.DescribeRequest, d *pluginv1.Description) error {
		d.Options[1].Default = "11"
		return nil
	}}},
	{"another name each time", "describe/stable", "in another process", "", wrong{describe: func(_ *pluginv1.DescribeRequest, d *pluginv1.Description) error {
		d.Version = fmt.Sprint(processMark)
		return nil
	}}},
	{"no unknown features", "grease/describe", "not known here", "", wrong{describe: func(r *pluginv1.DescribeRequest, _ *pluginv1.Description) error {
		if len(r.GetFeatures()) > 0 {
			return errStrict
		}
		return nil
	}}},
	{"no unknown fields", "grease/fields", "not known here", "", wrong{down: func(_ *traffic, f *pluginv1.HostFrame) (*pluginv1.HostFrame, error) {
		if f.GetKind() != nil && len(f.ProtoReflect().GetUnknown()) > 0 {
			return nil, errStrict
		}
		return f, nil
	}}},
	{"no unknown frames", "grease/frames", "not known here", "", wrong{down: func(_ *traffic, f *pluginv1.HostFrame) (*pluginv1.HostFrame, error) {
		if f.GetKind() == nil {
			return nil, errStrict
		}
		return f, nil
	}}},
	{"no unknown objects", "grease/objects", "not known here", "", wrong{down: func(_ *traffic, f *pluginv1.HostFrame) (*pluginv1.HostFrame, error) {
		for _, o := range objectsOf(f) {
			if o.GetKind() > pluginv1.ObjectKind_OBJECT_KIND_ATTACHMENT {
				return nil, errStrict
			}
		}
		return f, nil
	}}},
	{"any direction is an export", "grease/direction", "ends with RESULT_OK", "", wrong{down: func(_ *traffic, f *pluginv1.HostFrame) (*pluginv1.HostFrame, error) {
		if b := f.GetBegin(); b.GetDirection() > importing {
			b.Direction = exporting
		}
		return f, nil
	}}},
	{"writes its process number", "jobs/deterministic", "in another process: the output is another one", "", wrong{plugin: before(
		func(_ context.Context, _ *sdk.Job, _ *mapi.Message, dst transfer.Output) error {
			_, err := io.WriteString(dst, strings.NewReplacer("0", " ", "1", "\t").Replace(fmt.Sprintf("%032b", processMark)))
			return err
		})}},
	{"mixes up jobs", "jobs/concurrent", "the output is another one", "", wrong{up: func(w *traffic, f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if d := f.GetData(); d.GetLast() && w.lanes.Load() > 3 && w.begun(f.GetJob()).GetDirection() == exporting {
			d.Payload = append(d.Payload, ' ')
		}
		return []*pluginv1.PluginFrame{f}
	}}},
	{"is not to be cancelled", "jobs/cancel", "ends with RESULT_OK", "", wrong{down: func(w *traffic, f *pluginv1.HostFrame) (*pluginv1.HostFrame, error) {
		if f.GetCancel() != nil && w.begun(f.GetJob()) != nil {
			return nil, nil
		}
		return f, nil
	}}},
	{"stumbles over late frames", "jobs/late", "not known here", "", wrong{down: func(w *traffic, f *pluginv1.HostFrame) (*pluginv1.HostFrame, error) {
		if f.GetCancel() != nil && w.begun(f.GetJob()) == nil {
			return nil, errStrict
		}
		return f, nil
	}}},
	{"dies when refused", "jobs/closed-handle", "exit status 5", "", wrong{down: func(w *traffic, f *pluginv1.HostFrame) (*pluginv1.HostFrame, error) {
		if f.GetRefused() != nil && w.begun(f.GetJob()) != nil {
			os.Exit(5)
		}
		return f, nil
	}}},
	{"fails at what it does not know", "jobs/unsupported", "ends with RESULT_INTERNAL", "", wrong{up: func(w *traffic, f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if f.GetDone() != nil && strings.HasPrefix(w.begun(f.GetJob()).GetFormat(), "x-") {
			f.GetDone().Result = pluginv1.Result_RESULT_INTERNAL
		}
		return []*pluginv1.PluginFrame{f}
	}}},
	{"takes any value", "jobs/options", "pretty=no such value", "", wrong{down: func(_ *traffic, f *pluginv1.HostFrame) (*pluginv1.HostFrame, error) {
		if f.GetBegin() != nil {
			f.GetBegin().Options = nil
		}
		return f, nil
	}}},
	{"writes nothing", "export/output", "the file is empty", "", wrong{plugin: func(p *sdk.Plugin) {
		p.Formats[0].Importer = nil
		p.Formats[0].Exporter = sdk.ExportFunc(func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error { return nil })
	}}},
	{"panics at a NUL", "export/hostile", "NUL and control characters in text: ends with RESULT_INTERNAL: panic: NUL", "", wrong{plugin: before(
		func(_ context.Context, _ *sdk.Job, m *mapi.Message, _ transfer.Output) error {
			if strings.Contains(m.Props.String(proptag.Subject), "\x00") {
				panic("NUL")
			}
			return nil
		})}},
	{"dies at many recipients", "export/hostile", "1,000 recipients: the process ended: exit status 6", "", wrong{plugin: before(
		func(_ context.Context, _ *sdk.Job, m *mapi.Message, _ transfer.Output) error {
			if len(m.Recipients) > 500 {
				os.Exit(6)
			}
			return nil
		})}},
	{"counts on the head", "import/head", "without it", "", wrong{down: func(_ *traffic, f *pluginv1.HostFrame) (*pluginv1.HostFrame, error) {
		if b := f.GetBegin(); b.GetDirection() == importing && len(b.GetHead()) == 0 {
			b.InputSize = 0
		}
		return f, nil
	}}},
	{"has faults for bad files", "import/hostile", "a NUL: ends with RESULT_INTERNAL", "", wrong{plugin: around(
		func(src transfer.Input, m *mapi.Message, err error) (*mapi.Message, error) {
			if first := make([]byte, 1); err != nil && src.Size() == 1 {
				_, _ = src.ReadAt(first, 0)
				return nil, fmt.Errorf("byte %d", first[0])
			}
			return m, err
		})}},
	{"forgets people", "import/round-trip", "and no loss was reported", "", wrong{plugin: around(
		func(_ transfer.Input, m *mapi.Message, err error) (*mapi.Message, error) {
			if m != nil {
				m.Recipients = nil
			}
			return m, err
		})}},
	{"holds attachments", "large/attachment", "MiB more", large64, wrong{plugin: before(
		func(_ context.Context, _ *sdk.Job, m *mapi.Message, _ transfer.Output) error {
			for _, a := range m.Attachments {
				if v, ok := a.Props.Get(proptag.AttachDataBinary); ok {
					if l, ok := v.(mapi.Large); ok {
						takes(l.Size())
					}
				}
			}
			return nil
		})}},
	{"holds files", "large/input", "MiB more", large64, wrong{plugin: around(
		func(src transfer.Input, m *mapi.Message, err error) (*mapi.Message, error) {
			takes(src.Size())
			return m, err
		})}},
	{"has faults for long texts", "large/text", "too long", large64, wrong{plugin: before(
		func(_ context.Context, _ *sdk.Job, m *mapi.Message, _ transfer.Output) error {
			if textSize(m) > 10*mebi {
				return errors.New("too long")
			}
			return nil
		})}},
	{"takes all there is", "large/memory", "MiB", large64, wrong{plugin: before(
		func(_ context.Context, _ *sdk.Job, m *mapi.Message, _ transfer.Output) error {
			if textSize(m) > 10*mebi {
				takes(maxMemory)
			}
			return nil
		})}},
	{"dies with a lane", "life/lane", "the process ended", "", wrong{broken: func(w *traffic) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.open) > 0 {
			os.Exit(4)
		}
	}}},
	{"lives on", "life/stdin", "idle, it is still there", slowly, wrong{lifeline: func() {}}},
	{"does not end", "life/shutdown", "idle, it is still there", slowly, wrong{shutdown: func() {}}},
	{"ignores signals", "life/sigterm", "idle, it is still there", slowly, wrong{first: func() { signal.Ignore(syscall.SIGTERM) }}},
	{"has much to say at the end", "wire/frames", "the text of a Done has 5000 bytes", "", wrong{up: func(_ *traffic, f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if d := f.GetDone(); d.GetResult() == pluginv1.Result_RESULT_OK {
			d.Error = strings.Repeat("x", 5000)
		}
		return []*pluginv1.PluginFrame{f}
	}}},
	{"reads what is not there", "wire/refs", "a Read names blob 999", "", wrong{up: func(_ *traffic, f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		all := []*pluginv1.PluginFrame{f}
		if f.GetData().GetLast() {
			all = slices.Insert(all, 0, &pluginv1.PluginFrame{Job: f.GetJob(), Kind: &pluginv1.PluginFrame_Read{Read: &pluginv1.Read{Id: 1 << 30, Blob: 999, Length: 1}}})
		}
		return all
	}}},
	{"numbers objects as it likes", "wire/objects", "bad object tree", "", wrong{up: func(_ *traffic, f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if p := f.GetPut(); p != nil {
			p.Objects[0].Id = 77
		}
		return []*pluginv1.PluginFrame{f}
	}}},
	{"does not end its output", "wire/end", "stream 0 has not ended", "", wrong{up: func(_ *traffic, f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if d := f.GetData(); d != nil && d.GetId() == 0 {
			d.Last = false
		}
		return []*pluginv1.PluginFrame{f}
	}}},
	{"long frames", "wire/frames", "a Data frame has 262145 bytes", frames, wrong{up: onLast(func(f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		f.GetData().Payload = append(f.GetData().Payload, bytes.Repeat([]byte{' '}, wire.ChunkSize+1-len(f.GetData().Payload))...)
		return []*pluginv1.PluginFrame{f}
	})}},
	{"long reads", "wire/frames", "a Read asks for 262145 bytes", frames, wrong{up: func(_ *traffic, f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if r := f.GetRead(); r != nil {
			return []*pluginv1.PluginFrame{{Job: f.GetJob(), Kind: &pluginv1.PluginFrame_Read{Read: &pluginv1.Read{Id: 1 << 30, Blob: r.GetBlob(), Length: wire.ChunkSize + 1}}}, f}
		}
		return []*pluginv1.PluginFrame{f}
	}}},
	{"a reference past the end", "wire/refs", "a reference is to 1 bytes at 200000 of 200000", frames, wrong{up: func(_ *traffic, f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if r := f.GetRef(); r != nil {
			r.Offset, r.Length = 200_000, 1
		}
		return []*pluginv1.PluginFrame{f}
	}}},
	{"a transform that is none", "wire/refs", "a reference has transform 99", frames, wrong{up: func(_ *traffic, f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if r := f.GetRef(); r != nil {
			r.Transform = 99
		}
		return []*pluginv1.PluginFrame{f}
	}}},
	{"goes on after the end", "wire/end", "1 bytes come after the end of the output", frames, wrong{up: onLast(func(f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		return []*pluginv1.PluginFrame{f, wire.PluginData(f.GetJob(), 0, false, []byte("x"))}
	})}},
	{"data for nothing", "wire/end", "an export sends data for stream 7", frames, wrong{up: onLast(func(f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		return []*pluginv1.PluginFrame{wire.PluginData(f.GetJob(), 7, false, []byte("x")), f}
	})}},
	{"objects of an export", "wire/objects", "an export sends Put", frames, wrong{up: onLast(func(f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		return []*pluginv1.PluginFrame{{Job: f.GetJob(), Kind: &pluginv1.PluginFrame_Put{Put: &pluginv1.Put{}}}, f}
	})}},
	{"no message", "wire/objects", "no message came", frames, wrong{up: func(_ *traffic, f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if f.GetPut() != nil {
			return nil
		}
		return []*pluginv1.PluginFrame{f}
	}}},
	{"no result", "wire/end", "a Done has no result", frames, wrong{up: func(w *traffic, f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if d := f.GetDone(); d != nil && w.begun(f.GetJob()).GetDirection() == importing {
			d.Result = pluginv1.Result_RESULT_UNSPECIFIED
		}
		return []*pluginv1.PluginFrame{f}
	}}},
	{"ends twice", "wire/end", "a Done for job", "", wrong{up: func(_ *traffic, f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if f.GetDone() != nil {
			return []*pluginv1.PluginFrame{f, f}
		}
		return []*pluginv1.PluginFrame{f}
	}}},
	{"makes nothing of a message", "transform/message", "the message is empty", "", wrong{plugin: func(p *sdk.Plugin) {
		p.Transformer = sdk.TransformFunc(func(_ context.Context, _ *sdk.Job, m *mapi.Message) error {
			*m = mapi.Message{}
			return nil
		})
	}}},
	{"knows one kind of message", "transform/hostile", "an empty message: ends with RESULT_INTERNAL", "", wrong{plugin: func(p *sdk.Plugin) {
		p.Transformer = sdk.TransformFunc(func(_ context.Context, _ *sdk.Job, m *mapi.Message) error {
			_ = m.Recipients[0]
			return nil
		})
	}}},
	{"does not know its own", "probe/own", "the answer is MATCH_NO, head false", "", wrong{plugin: func(p *sdk.Plugin) { p.Formats[0].Probe = braced }, up: func(w *traffic, f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if d := f.GetDone(); d != nil && len(w.begun(f.GetJob()).GetHead()) == 0 {
			d.Match = min(d.Match, pluginv1.Match_MATCH_NO) // it looks at the head, and no further
		}
		return []*pluginv1.PluginFrame{f}
	}}},
	{"knows everything", "probe/others", "0 bytes: the answer is MATCH_YES", "", wrong{plugin: func(p *sdk.Plugin) {
		p.Formats[0].Probe = func(context.Context, transfer.Input) (bool, error) { return true, nil }
	}}},
	{"answers a probe by bytes", "wire/end", "a probe sends data", frames, wrong{plugin: func(p *sdk.Plugin) { p.Formats[0].Probe = braced }, up: onMatch(func(f *pluginv1.PluginFrame) *pluginv1.PluginFrame {
		return wire.PluginData(f.GetJob(), 0, true, []byte("yes"))
	})}},
	{"answers a probe by a message", "wire/objects", "a probe sends Put", frames, wrong{plugin: func(p *sdk.Plugin) { p.Formats[0].Probe = braced }, up: onMatch(func(f *pluginv1.PluginFrame) *pluginv1.PluginFrame {
		return &pluginv1.PluginFrame{Job: f.GetJob(), Kind: &pluginv1.PluginFrame_Put{Put: &pluginv1.Put{}}}
	})}},
	{"transforms into nothing", "wire/objects", "no message came", frames, wrong{plugin: func(p *sdk.Plugin) { p.Transformer = sdk.TransformFunc(shout) }, up: func(w *traffic, f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if f.GetPut() != nil && w.begun(f.GetJob()).GetDirection() == transforming {
			return nil
		}
		return []*pluginv1.PluginFrame{f}
	}}},
	{"problems without a code", "wire/problems", `the code "oops"`, "", wrong{plugin: before(
		func(_ context.Context, job *sdk.Job, _ *mapi.Message, _ transfer.Output) error {
			job.Report(problem.Problem{Code: "oops", Severity: problem.Info})
			return nil
		})}},
	{"talks", "log/flood", "lines were dropped", "", wrong{first: func() {
		_, _ = os.Stderr.WriteString(strings.Repeat("here I am\n", 20_000))
	}}},
	{"talks about people", "log/private", secret, "", wrong{plugin: before(
		func(_ context.Context, job *sdk.Job, m *mapi.Message, _ transfer.Output) error {
			slog.New(slog.NewJSONHandler(os.Stderr, nil)).Info("export", "subject", m.Props.String(proptag.Subject))
			return nil
		})}},
}

// quick are the checks that take no time, large64 those of memory, frames those of single frames. Where a check
// fails because nothing happens, slowly says that little is to be waited for.
const (
	quick   = `^(start|describe|grease|jobs|export|import|transform|probe|wire|log|life)/`
	large64 = `^(start|describe|large)/`
	slowly  = `^(start|describe|life)/`
	frames  = `^(start|describe|wire)/`
)

func init() {
	roles["good"] = wrong{noise: true, plugin: func(p *sdk.Plugin) {
		p.Transformer, p.Formats[0].Probe = sdk.TransformFunc(shout), braced
	}}.play
	roles["formless"] = wrong{plugin: func(p *sdk.Plugin) { p.Formats, p.Transformer = nil, sdk.TransformFunc(shout) }}.play
	roles["never done"] = wrong{up: func(_ *traffic, f *pluginv1.PluginFrame) []*pluginv1.PluginFrame {
		if f.GetDone() != nil {
			return nil
		}
		return []*pluginv1.PluginFrame{f}
	}}.play
	for _, w := range wrongPlugins {
		roles[w.name] = w.play
	}
}
