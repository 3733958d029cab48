package hostsvc

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

type frames = []*pluginv1.PluginFrame

func ref(r *pluginv1.Ref) *pluginv1.PluginFrame {
	return &pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Ref{Ref: r}}
}

func put(objects ...*pluginv1.Object) *pluginv1.PluginFrame {
	return &pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Put{Put: &pluginv1.Put{Objects: objects}}}
}

// object is the message with one property.
func object(p *pluginv1.Prop) *pluginv1.Object {
	p.Tag = uint32(tagBinary)
	return &pluginv1.Object{Id: 1, Kind: pluginv1.ObjectKind_OBJECT_KIND_MESSAGE, Props: []*pluginv1.Prop{p}}
}

func streamed(id uint32) *pluginv1.Object {
	p := &pluginv1.Prop{}
	wire.SetStream(p, id)
	return object(p)
}

func referred(r *pluginv1.Ref) *pluginv1.Object {
	return object(&pluginv1.Prop{Value: &pluginv1.Prop_Ref{Ref: r}})
}

func data(stream uint32, last bool, payload string) *pluginv1.PluginFrame {
	return wire.PluginData(0, stream, last, []byte(payload))
}

func ok() *pluginv1.PluginFrame {
	return &pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Done{Done: &pluginv1.Done{Result: pluginv1.Result_RESULT_OK}}}
}

// strange is a frame of a kind that does not exist.
func strange() *pluginv1.PluginFrame {
	f := &pluginv1.PluginFrame{}
	f.ProtoReflect().SetUnknown([]byte{0xA2, 0x06, 0x01, 0x00}) // field 100
	return f
}

// script is a plugin that answers each Begin with the same frames, and ends the
// job when the host refuses or cancels.
func script(fs frames) func(rawLane) error {
	return func(r rawLane) error {
		for f := r.next(); f != nil; f = r.next() {
			switch {
			case f.GetBegin() != nil:
				for _, g := range fs {
					g.Job = f.GetJob()
					if r.Send(g) != nil {
						return nil
					}
				}
			case f.GetRefused().GetId() == 0 && f.GetRefused() != nil, f.GetCancel() != nil:
				r.done(f.GetJob(), pluginv1.Result_RESULT_CANCELLED, "told to")
			}
		}
		return nil
	}
}

const content = "0123456789"

// TestHostileExport has plugins that export in ways the protocol does not allow.
func TestHostileExport(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		frames frames
		want   error  // nil: ErrPlugin
		text   string // in the error
		breaks bool   // the lane
	}{
		{"reference past the end", frames{ref(&pluginv1.Ref{Blob: 1, Offset: 11, Length: -1})}, mapi.ErrInvalidParameter, "11 of 10", false},
		{"reference that is too long", frames{ref(&pluginv1.Ref{Blob: 1, Offset: 5, Length: 6})}, mapi.ErrInvalidParameter, "6 bytes at 5 of 10", false},
		{"reference of negative length", frames{ref(&pluginv1.Ref{Blob: 1, Length: -2})}, mapi.ErrInvalidParameter, "", false},
		{"reference at a huge offset", frames{ref(&pluginv1.Ref{Blob: 1, Offset: 1 << 63})}, mapi.ErrInvalidParameter, "", false},
		{"unknown transform", frames{ref(&pluginv1.Ref{Blob: 1, Length: -1, Transform: 9})}, mapi.ErrInvalidParameter, "transform", false},
		{"long reference to a value of unknown size", frames{ref(&pluginv1.Ref{Blob: 2, Length: 11})}, mapi.ErrInvalidParameter, "1 of them past the end", false},
		{"far reference to a value of unknown size", frames{ref(&pluginv1.Ref{Blob: 2, Offset: 11, Length: -1})}, mapi.ErrInvalidParameter, "", false},
		{"blob that was not granted", frames{ref(&pluginv1.Ref{Blob: 3, Length: -1})}, mapi.ErrInvalidObject, "no blob 3", false},
		{"the input of an export", frames{ref(&pluginv1.Ref{Blob: 0, Length: -1})}, mapi.ErrInvalidObject, "no blob 0", false},
		{"data for another stream", frames{data(7, false, "x")}, nil, "stream 7", true},
		{"data after the end", frames{data(0, true, "x"), data(0, true, "y")}, nil, "after the end", true},
		{"reference after the end", frames{data(0, true, "x"), ref(&pluginv1.Ref{Blob: 1, Length: -1})}, nil, "no output is due", true},
		{"too much data in a frame", frames{data(0, false, strings.Repeat("x", wire.ChunkSize+1))}, nil, "one frame", true},
		{"objects", frames{put(streamed(1))}, nil, "export", true},
		{"no output", frames{ok()}, nil, "stream 0 has no end", true},
		{"output without an end", frames{data(0, false, "x"), ok()}, nil, "stream 0 has no end", true},
		{"reference without an end", frames{ref(&pluginv1.Ref{Blob: 1, Length: -1}), ok()}, nil, "stream 0 has no end", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := raw(t, Options{Grace: patience}, script(append(tt.frames, strange())))
			tree := with(tagBinary, wire.Memory(content))
			tree.Props.Set(tagObject, sized{Memory: wire.Memory(content), size: -1})
			job, _ := exportJob(t, tree)
			checkFault(t, l, l.Run(within(t), job), tt.want, tt.text, tt.breaks)
		})
	}
}

// TestHostileImport has plugins that import in ways the protocol does not allow.
func TestHostileImport(t *testing.T) {
	t.Parallel()
	bad := object(&pluginv1.Prop{Value: &pluginv1.Prop_Text{Text: "not binary"}})
	blob := &pluginv1.Prop{}
	wire.SetBlob(blob, 1, 1)
	tests := []struct {
		name   string
		frames frames
		want   error
		text   string
		breaks bool
	}{
		{"a property of a wrong type", frames{put(bad)}, nil, "property", true},
		{"an object without a parent", frames{put(&pluginv1.Object{Id: 1, Kind: pluginv1.ObjectKind_OBJECT_KIND_RECIPIENT})}, nil, "parent", true},
		{"no message", frames{ok()}, nil, "no message", true},
		{"a blob from the plugin", frames{put(object(blob))}, nil, "refused", true},
		{"reference past the input", frames{put(referred(&pluginv1.Ref{Offset: 4, Length: 7}))}, mapi.ErrInvalidParameter, "7 bytes at 4 of 10", false},
		{"reference to another blob", frames{put(referred(&pluginv1.Ref{Blob: 1, Length: -1}))}, mapi.ErrInvalidObject, "no blob 1", false},
		{"a stream without an end", frames{put(streamed(1)), data(1, false, "x"), ok()}, nil, "stream 1 has no end", true},
		{"a stream that is not there", frames{put(streamed(1)), data(2, true, "x")}, nil, "stream 2", true},
		{"data after the end", frames{put(streamed(1)), data(1, true, "x"), data(1, true, "x")}, nil, "after the end", true},
		{"a stream twice", frames{put(streamed(1)), put(streamed(1))}, nil, "property", true},
		{"output", frames{ref(&pluginv1.Ref{Length: -1})}, nil, "no output is due", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := raw(t, Options{Grace: patience}, script(append(tt.frames, strange())))
			checkFault(t, l, l.Run(within(t), importJob(t, []byte(content))), tt.want, tt.text, tt.breaks)
		})
	}
}

// checkFault checks that a job failed for a fault of the plugin, and whether the
// lane is still good.
func checkFault(t *testing.T, l *Lane, err, want error, text string, breaks bool) {
	t.Helper()
	var broke *ProtocolError
	var failed *JobError
	switch {
	case breaks && !errors.As(err, &broke):
		t.Errorf("got %v, want a *ProtocolError", err)
	case !breaks && (!errors.As(err, &failed) || !errors.Is(err, want)):
		t.Errorf("got %v, want a *JobError for %v", err, want)
	case !strings.Contains(err.Error(), text):
		t.Errorf("got %v, want %q in it", err, text)
	}
	if (l.Err() != nil) != breaks {
		t.Errorf("the lane: %v", l.Err())
	}
}

// TestRanges places parts of values, in all transforms.
func TestRanges(t *testing.T) {
	t.Parallel()
	long := pattern(200_000)
	for _, tr := range []transfer.Transform{transfer.Raw, transfer.Base64, transfer.Unbase64, transfer.Unquote} {
		for _, r := range [][2]int64{{0, -1}, {0, 0}, {0, 100}, {57, 57}, {100_000, -1}, {1, 199_999}, {200_000, 0}, {200_000, -1}} {
			for blob := uint32(1); blob <= 2; blob++ {
				t.Run(fmt.Sprint(tr, r, blob), func(t *testing.T) {
					t.Parallel()
					l := raw(t, Options{}, script(frames{
						data(0, false, "<"),
						ref(&pluginv1.Ref{Blob: blob, Offset: uint64(r[0]), Length: r[1], Transform: pluginv1.Transform(tr)}),
						strange(), data(0, true, ">"), ok(),
					}))
					tree := with(tagBinary, wire.Memory(long))
					tree.Props.Set(tagObject, sized{Memory: long, size: -1})
					job, out := exportJob(t, tree)
					if err := l.Run(within(t), job); err != nil {
						t.Fatal(err)
					}
					part := long[r[0]:]
					if r[1] >= 0 {
						part = part[:r[1]]
					}
					want := bytes.NewBufferString("<")
					if _, err := transfer.Copy(want, bytes.NewReader(part), tr); err != nil {
						t.Fatal(err)
					}
					want.WriteString(">")
					if !bytes.Equal(out.Bytes(), want.Bytes()) {
						t.Errorf("got %d bytes, want %d", out.Len(), want.Len())
					}
				})
			}
		}
	}
}

// ask is a plugin that sends one request for each job and tells what comes back.
func ask(f *pluginv1.PluginFrame, answer chan<- *pluginv1.HostFrame) func(rawLane) error {
	return func(r rawLane) error {
		for h := r.next(); h != nil; h = r.next() {
			if h.GetBegin() != nil {
				f.Job = h.GetJob()
				_ = r.Send(f)
				continue
			}
			answer <- h
			r.done(h.GetJob(), pluginv1.Result_RESULT_BAD_INPUT, "")
		}
		return nil
	}
}

// TestRead reads parts of values.
func TestRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		blob   uint32 // 0: of an import
		off    uint64
		length uint32
		want   string
		last   bool
		code   mapi.Code
	}{
		{"the beginning", 1, 0, 4, "0123", false, 0},
		{"the middle", 1, 4, 4, "4567", false, 0},
		{"the end", 1, 4, 6, "456789", true, 0},
		{"more than there is", 1, 4, 7, "456789", true, 0},
		{"past the end", 1, 10, 1, "", true, 0},
		{"nothing", 1, 1, 0, "", false, 0},
		{"a huge offset", 1, 1 << 63, 1, "", true, 0},
		{"too much", 1, 0, wire.ChunkSize + 1, "", false, mapi.ErrInvalidParameter},
		{"size unknown: the beginning", 2, 0, 4, "0123", false, 0},
		{"size unknown: the end", 2, 4, 7, "456789", true, 0},
		{"size unknown: past the end", 2, 11, 1, "", true, 0},
		{"unreadable", 3, 0, 1, "", false, mapi.ErrDisk},
		{"corrupt", 4, 0, 1, "", false, mapi.ErrCorruptData},
		{"not granted", 5, 0, 1, "", false, mapi.ErrInvalidObject},
		{"input: the middle", 0, 4, 4, "4567", false, 0},
		{"input: the end", 0, 4, 6, "456789", true, 0},
		{"input: more than there is", 0, 4, 7, "456789", true, 0},
		{"input: past the end", 0, 10, 1, "", true, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answer := make(chan *pluginv1.HostFrame, 1)
			l := raw(t, Options{}, ask(&pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Read{
				Read: &pluginv1.Read{Id: 77, Blob: tt.blob, Offset: tt.off, Length: tt.length},
			}}, answer))
			if err := l.Run(within(t), granted(t, tt.blob)); !errors.Is(err, sdk.ErrBadInput) {
				t.Errorf("Run() = %v", err)
			}
			f := <-answer
			if tt.code != 0 {
				if r := f.GetRefused(); r.GetId() != 77 || mapi.Code(r.GetCode()) != tt.code {
					t.Errorf("got %v, want %v", f, tt.code)
				}
				return
			}
			if d := f.GetData(); d.GetId() != 77 || string(d.GetPayload()) != tt.want || d.GetLast() != tt.last {
				t.Errorf("got %v, want %q, last %v", f, tt.want, tt.last)
			}
		})
	}
}

// granted makes an export with the blobs 1 to 4, or an import for blob 0.
func granted(t *testing.T, blob uint32) *session.Job {
	t.Helper()
	if blob == 0 {
		return importJob(t, []byte(content))
	}
	tree := with(tagBinary, wire.Memory(content))
	tree.Props.Set(tagObject, sized{Memory: wire.Memory(content), size: -1})
	tree.Recipients = []mapi.Props{
		{{Tag: tagObject, Value: sized{size: 10, err: errStorage}}},
		{{Tag: tagObject, Value: sized{size: 10, err: fmt.Errorf("property: %w", mapi.ErrCorruptData)}}},
	}
	job, _ := exportJob(t, tree)
	return job
}

// TestReadersOfOneValue reads a value from several places in turn.
func TestReadersOfOneValue(t *testing.T) {
	t.Parallel()
	long := pattern(1 << 20)
	offsets := []int{0, 500_000, 0, 100, 500_100, 100, 900_000, 250_000, 750_000, 125_000, 200, 900_100, 1<<20 - 50}
	got := make(chan []byte, len(offsets))
	l := raw(t, Options{}, func(r rawLane) error {
		begin := r.next()
		for i, off := range offsets {
			_ = r.Send(&pluginv1.PluginFrame{Job: begin.GetJob(), Kind: &pluginv1.PluginFrame_Read{
				Read: &pluginv1.Read{Id: uint32(i + 1), Blob: 1, Offset: uint64(off), Length: 100},
			}})
		}
		for range offsets {
			got <- r.next().GetData().GetPayload()
		}
		r.exported(begin.GetJob())
		_ = r.next()
		return nil
	})
	job, _ := exportJob(t, with(tagBinary, sized{Memory: long, size: -1}))
	if err := l.Run(within(t), job); err != nil {
		t.Fatal(err)
	}
	for _, off := range offsets {
		if b := <-got; !bytes.Equal(b, long[off:min(off+100, len(long))]) {
			t.Errorf("wrong bytes at %d", off)
		}
	}
}

// TestFind looks for patterns in inputs and values.
func TestFind(t *testing.T) {
	t.Parallel()
	long := make([]byte, 9<<20)
	copy(long[findStep-2:], "abcd")
	copy(long[2*findStep-1:], "xyz")
	many := make([][]byte, wire.MaxPatterns+1)
	tests := []struct {
		name     string
		from, to uint64
		patterns []string
		at       int64
		which    int32
		refused  bool
	}{
		{"across a step", 0, 9 << 20, []string{"abcd"}, findStep - 2, 0, false},
		{"the longest of those that begin there", 0, 9 << 20, []string{"ab", "abcd", "abc"}, findStep - 2, 1, false},
		{"the first", 0, 9 << 20, []string{"xyz", "bcd"}, findStep - 1, 1, false},
		{"after another", findStep, 9 << 20, []string{"xyz", "abcd"}, 2*findStep - 1, 0, false},
		{"not whole in the range", 0, findStep + 1, []string{"abcd"}, -1, 0, false},
		{"nowhere", 0, 1 << 63, []string{"nothing"}, -1, 0, false},
		{"nothing", 0, 9 << 20, nil, -1, 0, false},
		{"an empty range", 10, 5, []string{"abcd"}, -1, 0, false},
		{"a pattern that is too long", 0, 10, []string{strings.Repeat("a", wire.MaxPattern+1)}, 0, 0, true},
		{"too many patterns", 0, 10, make([]string, len(many)), 0, 0, true},
	}
	for _, tt := range tests {
		for kind, blob := range map[string]uint32{"input": 0, "value": 1} {
			t.Run(tt.name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				find := &pluginv1.Find{Id: 7, Blob: blob, From: tt.from, To: tt.to}
				for _, p := range tt.patterns {
					find.Patterns = append(find.Patterns, []byte(p))
				}
				answer := make(chan *pluginv1.HostFrame, 1)
				l := raw(t, Options{}, ask(&pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Find{Find: find}}, answer))
				job := importJob(t, long)
				if blob != 0 {
					job, _ = exportJob(t, with(tagBinary, wire.Memory(long)))
				}
				if err := l.Run(within(t), job); !errors.Is(err, sdk.ErrBadInput) {
					t.Errorf("Run() = %v", err)
				}
				f := <-answer
				if r := f.GetRefused(); (r != nil) != tt.refused {
					t.Errorf("got %v", f)
				}
				if !tt.refused && (f.GetFound().GetId() != 7 || f.GetFound().GetAt() != tt.at || f.GetFound().GetPattern() != tt.which) {
					t.Errorf("got %v, want pattern %d at %d", f, tt.which, tt.at)
				}
			})
		}
	}
}

// TestDeadHandles sends frames for jobs that never were, and for one that is
// over. Each is refused, and the next job is none the worse for it.
func TestDeadHandles(t *testing.T) {
	t.Parallel()
	const count = 10
	refused := make(chan *pluginv1.Refused, count)
	l := raw(t, Options{}, func(r rawLane) error {
		begin := r.next()
		r.exported(begin.GetJob())
		for i := range count {
			f := data(0, false, "late")
			if i%2 > 0 {
				f = &pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Read{Read: &pluginv1.Read{Id: uint32(i), Blob: 1, Length: 1}}}
			}
			f.Job = begin.GetJob() + uint64(i%3)
			_ = r.Send(f)
			refused <- r.next().GetRefused()
		}
		return script(frames{data(0, true, "fine"), ok()})(r)
	})
	job, out := exportJob(t, with(tagBinary, wire.Memory(content)))
	if err := l.Run(within(t), job); err != nil || out.Len() > 0 {
		t.Errorf("got %q, %v", out, err)
	}
	for i := range count {
		if r := <-refused; mapi.Code(r.GetCode()) != mapi.ErrInvalidObject || r.GetId() != uint32(i%2*i) {
			t.Errorf("frame %d: %v", i, r)
		}
	}
	if n := l.Refused(); n != count {
		t.Errorf("%d refused", n)
	}
	job, out = exportJob(t, &mapi.Message{})
	if err := l.Run(within(t), job); err != nil || out.String() != "fine" {
		t.Errorf("the next job: %q, %v", out, err)
	}
}

func TestTooManyDeadHandles(t *testing.T) {
	t.Parallel()
	l := raw(t, Options{}, func(r rawLane) error {
		go func() {
			for r.next() != nil {
				continue
			}
		}()
		for r.Send(&pluginv1.PluginFrame{Job: 99, Kind: &pluginv1.PluginFrame_Progress{Progress: &pluginv1.Progress{}}}) == nil {
			continue
		}
		return nil
	})
	<-l.Broken()
	job, _ := exportJob(t, &mapi.Message{})
	err := l.Run(within(t), job)
	var lost *LaneError
	var broke *ProtocolError
	if !errors.As(err, &lost) || !errors.As(err, &broke) || !strings.Contains(err.Error(), "dead handles") {
		t.Errorf("got %v", err)
	}
}

// TestTooManyProblems reports more problems than the host records.
func TestTooManyProblems(t *testing.T) {
	t.Parallel()
	const more = 50
	p := wire.ProblemToProto(problem.Problem{Code: "a.b", Detail: strings.Repeat("x", 100)})
	fs := frames{}
	for range limits.PluginProblems.Int() + more {
		fs = append(fs, &pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Problem{Problem: p}})
	}
	l := raw(t, Options{}, script(append(fs, data(0, true, ""), ok())))
	job, _ := exportJob(t, &mapi.Message{})
	var got problem.List
	job.Report = got.Add
	if err := l.Run(within(t), job); err != nil {
		t.Fatal(err)
	}
	if last := got[len(got)-1]; len(got) != limits.PluginProblems.Int()+1 || last.Code != "wire.problems.withheld" || !strings.HasPrefix(last.Detail, "50 more") {
		t.Errorf("%d problems, the last is %v", len(got), last)
	}
}

// TestLaneEnds has plugins that end the lane with jobs in hand.
func TestLaneEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]error{"well": nil, "badly": errors.New("no more")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := raw(t, Options{Pipeline: 2}, func(r rawLane) error {
				_, _ = r.next(), r.next()
				return end
			})
			results := make(chan error, 2)
			for range 2 {
				job, _ := exportJob(t, &mapi.Message{})
				go func() { results <- l.Run(within(t), job) }()
			}
			for range 2 {
				var lost *LaneError
				if err := <-results; !errors.As(err, &lost) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}

// TestResultBeforeTheEnd has a plugin die right after a job. The job counts.
func TestResultBeforeTheEnd(t *testing.T) {
	t.Parallel()
	l := raw(t, Options{}, func(r rawLane) error {
		r.exported(r.next().GetJob())
		return nil
	})
	job, _ := exportJob(t, &mapi.Message{})
	if err := l.Run(within(t), job); err != nil {
		t.Error(err)
	}
	<-l.Broken()
}

// TestStrangeResults has results that nobody knows.
func TestStrangeResults(t *testing.T) {
	t.Parallel()
	for _, result := range []pluginv1.Result{pluginv1.Result_RESULT_UNSPECIFIED, pluginv1.Result_RESULT_CANCELLED, 99} {
		l := raw(t, Options{}, func(r rawLane) error {
			r.done(r.next().GetJob(), result, "so there")
			_ = r.next()
			return nil
		})
		job, _ := exportJob(t, &mapi.Message{})
		if err := l.Run(within(t), job); !errors.Is(err, ErrPlugin) || !strings.Contains(err.Error(), "so there") {
			t.Errorf("%v: %v", result, err)
		}
	}
}
