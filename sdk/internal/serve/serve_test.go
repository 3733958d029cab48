package serve_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/plugintest"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

type (
	exportFunc = func(ctx context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error
	importFunc = func(ctx context.Context, job *sdk.Job, src transfer.Input) (*mapi.Message, error)
)

// testOptions are what the plugins of tests are told what to do by.
var testOptions = []sdk.Option{
	{Name: "panic", Help: "panic if it is set"},
	{Name: "n", Kind: sdk.OptionNumber, Help: "number to write"},
}

// exporter returns a plugin that exports the format "x".
func exporter(f exportFunc) sdk.Plugin {
	return sdk.Plugin{Name: "test", Options: testOptions, Formats: []sdk.Format{{Name: "x", Exporter: sdk.ExportFunc(f)}}}
}

// importer returns a plugin that imports the format "x".
func importer(f importFunc) sdk.Plugin {
	return sdk.Plugin{Name: "test", Formats: []sdk.Format{{Name: "x", Importer: sdk.ImportFunc(f)}}}
}

var (
	tagText   = mapi.NewTag(0x6001, mapi.PtypString)
	tagBinary = mapi.NewTag(0x6002, mapi.PtypBinary)
	tagBlob   = mapi.NewTag(0x6003, mapi.PtypObject)
)

// with returns a message with one property.
func with(tag mapi.Tag, v mapi.Value) *mapi.Message {
	return &mapi.Message{Props: mapi.Props{{Tag: tag, Value: v}}}
}

// noise returns n bytes that differ from each other.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	return b
}

// sized is a Memory that tells another size.
type sized struct {
	wire.Memory
	size int64
}

func (s sized) Size() int64 { return s.size }

func failure(t *testing.T, err error) *plugintest.Failure {
	t.Helper()
	var f *plugintest.Failure
	if !errors.As(err, &f) {
		t.Fatalf("the job ended with %v, want a *plugintest.Failure", err)
	}
	return f
}

func TestResults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		want pluginv1.Result
	}{
		{"bad input", fmt.Errorf("line 3: %w", sdk.ErrBadInput), pluginv1.Result_RESULT_BAD_INPUT},
		{"unsupported", fmt.Errorf("no such thing: %w", sdk.ErrUnsupported), pluginv1.Result_RESULT_UNSUPPORTED},
		{"a fault of the plugin", errors.New("oops"), pluginv1.Result_RESULT_INTERNAL},
		{"cancelled by nobody", context.Canceled, pluginv1.Result_RESULT_INTERNAL},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := plugintest.Start(t, exporter(func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error { return tt.err })).
				Export("x", &mapi.Message{}, nil)
			if f := failure(t, r.Err); f.Result != tt.want || f.Text != tt.err.Error() {
				t.Errorf("got %v, want %v: %v", f, tt.want, tt.err)
			}
		})
	}
}

func TestWhatWasNotOffered(t *testing.T) {
	t.Parallel()
	h := plugintest.Start(t, exporter(func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error { return nil }))
	for name, r := range map[string]plugintest.Result{
		"format":    h.Export("y", &mapi.Message{}, nil),
		"direction": h.Import("x", []byte{}, nil),
	} {
		if f := failure(t, r.Err); f.Result != pluginv1.Result_RESULT_UNSUPPORTED {
			t.Errorf("%s: %v", name, f)
		}
	}
}

func TestPanicCostsOneJob(t *testing.T) {
	t.Parallel()
	h := plugintest.Start(t, exporter(func(_ context.Context, job *sdk.Job, _ *mapi.Message, dst transfer.Output) error {
		_, _ = io.WriteString(dst, "half")
		if job.Options["panic"] != "" {
			panic("boom")
		}
		return nil
	}))
	f := failure(t, h.Export("x", &mapi.Message{}, map[string]string{"panic": "yes"}).Err)
	if f.Result != pluginv1.Result_RESULT_INTERNAL || !strings.Contains(f.Text, "panic: boom") || !strings.Contains(f.Text, "serve_test.go") {
		t.Errorf("got %v, want the panic with its place", f)
	}
	if r := h.Export("x", &mapi.Message{}, nil); r.Err != nil || string(r.Output) != "half" {
		t.Errorf("the next job gives %q, %v", r.Output, r.Err)
	}
}

func TestOptionsAndProblems(t *testing.T) {
	t.Parallel()
	p := problem.Problem{Code: "a.b", Severity: problem.Loss, Detail: "gone"}
	got, problems := plugintest.Export(t, exporter(func(_ context.Context, job *sdk.Job, _ *mapi.Message, dst transfer.Output) error {
		job.Report(p)
		job.Log.Info("here")
		job.Options["own"] = "copy" // never nil
		_, err := io.WriteString(dst, job.Format)
		return err
	}), "x", &mapi.Message{})
	if string(got) != "x" || len(problems) != 1 || problems[0] != p {
		t.Errorf("got %q and %v", got, problems)
	}
}

func TestLargeValues(t *testing.T) {
	t.Parallel()
	p := exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		v, _ := src.Props.Get(tagBlob)
		r, err := v.(mapi.Large).Open()
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(dst, r)
		return err
	})
	h := plugintest.Start(t, p)
	for _, n := range []int{0, 1, wire.ChunkSize - 1, wire.ChunkSize, wire.ChunkSize + 1, 4 * wire.ChunkSize, 20<<20 + 5} {
		b := noise(n)
		for _, size := range []int64{int64(n), -1} {
			r := h.Export("x", with(tagBlob, sized{b, size}), nil)
			if r.Err != nil || !bytes.Equal(r.Output, b) {
				t.Errorf("%d bytes, said to be %d: %d bytes came, %v", n, size, len(r.Output), r.Err)
			}
		}
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("Zm9v\r\n", 40_000)
	for _, tr := range []transfer.Transform{transfer.Raw, transfer.Base64, transfer.Unbase64, transfer.Unquote} {
		var want bytes.Buffer
		want.WriteString("before ")
		for range 2 {
			if _, err := transfer.Copy(&want, strings.NewReader(content), tr); err != nil {
				t.Fatal(err)
			}
		}
		want.WriteString(" after")
		got, _ := plugintest.Export(t, exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
			v, _ := src.Props.Get(tagText)
			_, e1 := io.WriteString(dst, "before ")
			e2 := dst.Ref(v.(mapi.Large), tr)               // the host's
			e3 := dst.Ref(wire.Memory([]byte(content)), tr) // the plugin's own
			_, e4 := io.WriteString(dst, " after")
			return errors.Join(e1, e2, e3, e4)
		}), "x", with(tagText, content))
		if !bytes.Equal(got, want.Bytes()) {
			t.Errorf("transform %d: %d bytes, want %d", tr, len(got), want.Len())
		}
	}
	r := plugintest.Start(t, exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		v, _ := src.Props.Get(tagText)
		return dst.Ref(v.(mapi.Large), 77)
	})).Export("x", with(tagText, content), nil)
	if f := failure(t, r.Err); !strings.Contains(f.Text, transfer.ErrTransform.Error()) {
		t.Errorf("unknown transform: %v", f)
	}
}

func TestKeptHandlesAreDead(t *testing.T) {
	t.Parallel()
	var value mapi.Large
	var out transfer.Output
	h := plugintest.Start(t, exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		v, _ := src.Props.Get(tagBlob)
		if value == nil {
			value, out = v.(mapi.Large), dst
			return nil
		}
		_, read := mapi.ReadValue(value, 1<<20)
		_, write := out.Write([]byte("late"))
		ref := dst.Ref(value, transfer.Raw)
		if !errors.Is(read, mapi.ErrInvalidObject) || !errors.Is(write, mapi.ErrInvalidObject) || !errors.Is(ref, mapi.ErrInvalidObject) {
			return fmt.Errorf("read: %w, write: %w, ref: %w", read, write, ref)
		}
		_, err := mapi.ReadValue(v, 1<<20) // the new one is alive
		return err
	}))
	for i := range 2 {
		if r := h.Export("x", with(tagBlob, wire.Memory("secret")), nil); r.Err != nil {
			t.Errorf("job %d: %v", i, r.Err)
		}
	}
	if n := h.Refused(); n != 2 {
		t.Errorf("the host refused %d requests, want 2", n)
	}
}

func TestJobsArePipelined(t *testing.T) {
	t.Parallel()
	const jobs = 4
	var all sync.WaitGroup
	all.Add(jobs)
	h := plugintest.Start(t, exporter(func(_ context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		all.Done()
		all.Wait() // none ends before all have begun
		v, _ := src.Props.Get(tagBlob)
		return dst.Ref(wire.Memory(job.Options["n"]+":"+fmt.Sprint(v.(mapi.Large).Size())), transfer.Raw)
	}))
	var wg sync.WaitGroup
	for i := range jobs {
		wg.Go(func() {
			r := h.Export("x", with(tagBlob, wire.Memory(noise(i))), map[string]string{"n": fmt.Sprint(i)})
			if want := fmt.Sprintf("%d:%d", i, i); r.Err != nil || string(r.Output) != want {
				t.Errorf("job %d gives %q, %v", i, r.Output, r.Err)
			}
		})
	}
	wg.Wait()
}

func TestSnapshotOfManyFrames(t *testing.T) {
	t.Parallel()
	m := &mapi.Message{}
	for range 50 {
		a := &mapi.Attachment{}
		a.Props.Set(tagBinary, noise(wire.InlineLimit))
		m.Attachments = append(m.Attachments, a)
	}
	got, _ := plugintest.Export(t, exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		for _, a := range src.Attachments {
			if _, err := dst.Write(a.Props.Binary(tagBinary)); err != nil {
				return err
			}
		}
		return nil
	}), "x", m)
	if want := bytes.Repeat(noise(wire.InlineLimit), 50); !bytes.Equal(got, want) {
		t.Errorf("%d bytes came, want %d", len(got), len(want))
	}
}

func TestImportedTree(t *testing.T) {
	t.Parallel()
	data := noise(3 * wire.ChunkSize)
	long := strings.Repeat("long text ", 20_000)
	got, _ := plugintest.Import(t, importer(func(_ context.Context, _ *sdk.Job, src transfer.Input) (*mapi.Message, error) {
		m := with(tagText, long)
		m.Props.Set(tagBinary, src.Range(100, wire.ChunkSize, transfer.Raw))
		m.Props.Set(tagBlob, src.Range(0, 10, transfer.Base64))
		m.Attachments = []*mapi.Attachment{{Embedded: with(tagBinary, sized{wire.Memory(data), -1})}, {Props: with(tagBinary, wire.Memory{}).Props}}
		return m, nil
	}), "x", data)
	var encoded bytes.Buffer
	if _, err := transfer.Copy(&encoded, bytes.NewReader(data[:10]), transfer.Base64); err != nil {
		t.Fatal(err)
	}
	blob, _ := got.Props.Get(tagBlob)
	for name, ok := range map[string]bool{
		"string":            got.Props.String(tagText) == long,
		"range":             bytes.Equal(got.Props.Binary(tagBinary), data[100:100+wire.ChunkSize]),
		"range transformed": bytes.Equal(blob.(wire.Memory), encoded.Bytes()),
		"stream":            bytes.Equal(got.Attachments[0].Embedded.Props.Binary(tagBinary), data),
		"empty stream":      len(got.Attachments[1].Props.Binary(tagBinary)) == 0,
	} {
		if !ok {
			t.Errorf("%s did not come as it was given", name)
		}
	}
}

// TestInputIsTheFile compares reads and searches with the file itself.
func TestInputIsTheFile(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 1000, wire.ChunkSize, 5*wire.ChunkSize + 77} {
		data := noise(size)
		ref := transfer.NewBytesInput(data)
		plugintest.Import(t, importer(func(_ context.Context, _ *sdk.Job, src transfer.Input) (*mapi.Message, error) {
			rnd := rand.New(rand.NewPCG(uint64(size), 1))
			at := int64(0)
			for i := range 400 {
				if i%3 == 0 {
					at = rnd.Int64N(int64(size) + 10)
				}
				if err := sameRead(src, ref, at, rnd.IntN(100<<10>>(rnd.IntN(12)))); err != nil {
					return nil, err
				}
				if err := sameFind(src, ref, at, data, rnd); err != nil {
					return nil, err
				}
				at += int64(rnd.IntN(50 << 10))
			}
			return &mapi.Message{}, sameRead(src, ref, 0, size+1)
		}), "x", data)
	}
}

func sameRead(got, want transfer.Input, at int64, n int) error {
	a, b := make([]byte, n), make([]byte, n)
	i, e1 := got.ReadAt(a, at)
	j, e2 := want.ReadAt(b, at)
	if i != j || !bytes.Equal(a, b) || (!errors.Is(e1, e2) && n > 0) {
		return fmt.Errorf("%d bytes at %d: got %d, %w, want %d, %w", n, at, i, e1, j, e2)
	}
	return nil
}

func sameFind(got, want transfer.Input, at int64, data []byte, rnd *rand.Rand) error {
	pattern := []byte("nowhere to be found")
	if len(data) > 8 && rnd.IntN(2) == 0 {
		k := rnd.IntN(len(data) - 4)
		pattern = data[k : k+4]
	}
	to := at + int64(rnd.IntN(len(data)+10))
	i, w, e1 := got.Find(at, to, pattern, []byte("x"), nil)
	j, v, e2 := want.Find(at, to, pattern, []byte("x"), nil)
	if i != j || w != v || e1 != nil || e2 != nil {
		return fmt.Errorf("find in [%d, %d): got %d, %d, %w, want %d, %d, %w", at, to, i, w, e1, j, v, e2)
	}
	return nil
}

func TestInputRefuses(t *testing.T) {
	t.Parallel()
	var kept transfer.Input
	h := plugintest.Start(t, importer(func(_ context.Context, _ *sdk.Job, src transfer.Input) (*mapi.Message, error) {
		if kept != nil {
			_, read := kept.ReadAt(make([]byte, 1), 0)
			if !errors.Is(read, mapi.ErrInvalidObject) {
				return nil, fmt.Errorf("read after the end: %w", read)
			}
			return &mapi.Message{}, nil
		}
		kept = src
		_, e1 := src.ReadAt(make([]byte, 1), -1)
		_, _, e2 := src.Find(-1, 5, []byte("x"))
		_, _, e3 := src.Find(0, 5, make([]byte, wire.MaxPattern+1))
		if e1 == nil || e2 == nil || !errors.Is(e3, wire.ErrTooLarge) {
			return nil, fmt.Errorf("negative offsets: %w, %w, long pattern: %w", e1, e2, e3)
		}
		return &mapi.Message{}, nil
	}))
	for range 2 {
		if r := h.Import("x", []byte("0123456789"), nil); r.Err != nil {
			t.Error(r.Err)
		}
	}
	if n := h.Refused(); n != 1 {
		t.Errorf("the host refused %d requests, want 1", n)
	}
}

func TestImportOfNothing(t *testing.T) {
	t.Parallel()
	r := plugintest.Start(t, importer(func(context.Context, *sdk.Job, transfer.Input) (*mapi.Message, error) { return nil, nil })).
		Import("x", nil, nil)
	if f := failure(t, r.Err); f.Result != pluginv1.Result_RESULT_INTERNAL {
		t.Errorf("got %v", f)
	}
}

// broken is a value that its storage cannot deliver.
type broken struct{ wire.Memory }

func (broken) Open() (io.ReadCloser, error) { return nil, mapi.ErrCorruptData }

func TestDamagedStorageIsNotThePluginsFault(t *testing.T) {
	t.Parallel()
	r := plugintest.Start(t, exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, _ transfer.Output) error {
		_, err := src.Props.Bytes(tagBlob, 1<<20)
		return err
	})).Export("x", with(tagBlob, broken{}), nil)
	if f := failure(t, r.Err); f.Result != pluginv1.Result_RESULT_BAD_INPUT {
		t.Errorf("got %v", f)
	}
}
