package hostsvc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// places are where a plugin runs. What it meets must be the same in all of them.
var places = map[string]func(t *testing.T, p sdk.Plugin) func(context.Context, *session.Job) error{
	"in process": func(_ *testing.T, p sdk.Plugin) func(context.Context, *session.Job) error {
		return InProcess(p).Convert
	},
	"over the wire": func(t *testing.T, p sdk.Plugin) func(context.Context, *session.Job) error {
		return connect(t, p, Options{}).Run
	},
}

// TestConformance runs every case in every place.
func TestConformance(t *testing.T) {
	t.Parallel()
	for _, c := range append(exportCases(), importCases()...) {
		for place, start := range places {
			t.Run(c.name+"/"+place, func(t *testing.T) {
				t.Parallel()
				c.run(t, func(p sdk.Plugin, job *session.Job) error { return start(t, p)(within(t), job) })
			})
		}
	}
}

// A conformCase runs jobs by do and looks at what came of them.
type conformCase struct {
	name string
	run  func(t *testing.T, do func(sdk.Plugin, *session.Job) error)
}

// everyType is a message with a value of each property type, a named property,
// recipients, attachments and a message inside.
func everyType() *mapi.Message {
	m := &mapi.Message{}
	guid := mapi.PSETIDCommon
	for i, v := range []struct {
		t mapi.Type
		v mapi.Value
	}{
		{mapi.PtypNull, nil}, {mapi.PtypInteger16, int16(-2)}, {mapi.PtypInteger32, int32(-3)}, {mapi.PtypInteger64, int64(-1 << 62)},
		{mapi.PtypFloating32, float32(1.5)}, {mapi.PtypFloating64, 2.5}, {mapi.PtypCurrency, mapi.Currency(12345)},
		{mapi.PtypFloatingTime, mapi.FloatingTime(40000.25)}, {mapi.PtypErrorCode, mapi.ErrNotFound}, {mapi.PtypBoolean, true},
		{mapi.PtypString, "größer"}, {mapi.PtypString8, "text"}, {mapi.PtypTime, mapi.Filetime(1 << 60)}, {mapi.PtypGuid, guid},
		{mapi.PtypBinary, []byte{0, 1, 255}}, {mapi.PtypServerID, []byte{7}},
		{mapi.PtypMultipleInteger16, []int16{1, -1}}, {mapi.PtypMultipleInteger32, []int32{1, -1}}, {mapi.PtypMultipleInteger64, []int64{1, -1}},
		{mapi.PtypMultipleFloating32, []float32{1, -1}}, {mapi.PtypMultipleFloating64, []float64{1, -1}},
		{mapi.PtypMultipleCurrency, []mapi.Currency{1, -1}}, {mapi.PtypMultipleFloatingTime, []mapi.FloatingTime{1}},
		{mapi.PtypMultipleString, []string{"a", ""}}, {mapi.PtypMultipleTime, []mapi.Filetime{1, 2}},
		{mapi.PtypMultipleGuid, []mapi.GUID{guid, {}}}, {mapi.PtypMultipleBinary, [][]byte{{1}, {}}},
	} {
		m.Props.Set(mapi.NewTag(uint16(0x6100+i), v.t), v.v)
	}
	m.Props.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{"x"})
	m.Recipients = []mapi.Props{{{Tag: tagText, Value: "to"}}, {{Tag: tagText, Value: "cc"}}}
	m.Attachments = []*mapi.Attachment{
		{Props: mapi.Props{{Tag: tagBinary, Value: []byte("content")}}},
		{Props: mapi.Props{{Tag: tagText, Value: "inner"}}, Embedded: with(tagText, "deep")},
	}
	return m
}

func exportCases() []conformCase {
	large := pattern(2*wire.ChunkSize + 7)
	return []conformCase{
		{"an export sees every type", func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			job, _ := exportJob(t, everyType())
			var got *mapi.Message
			err := do(exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, _ transfer.Output) error {
				got = src
				return nil
			}), job)
			if diff := cmp.Diff(everyType(), got); diff != "" || err != nil {
				t.Errorf("%v, -stored +seen:\n%s", err, diff)
			}
		}},
		{"a large value is read and placed", func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			job, out := exportJob(t, with(tagBinary, wire.Memory(large)))
			err := do(exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
				b, err := src.Props.Bytes(tagBinary, 1<<30)
				if err != nil {
					return err
				}
				v, _ := src.Props.Get(tagBinary)
				_, werr := dst.Write(b)
				return errors.Join(werr, dst.Ref(v.(mapi.Large), transfer.Raw))
			}), job)
			if want := append(bytes.Clone(large), large...); err != nil || !bytes.Equal(out.Bytes(), want) {
				t.Errorf("%d bytes, %v; want %d", out.Len(), err, len(want))
			}
		}},
		{"problems come in order", func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			job, _ := exportJob(t, &mapi.Message{})
			var said problem.List
			job.Report = said.Add
			want := problem.List{
				{Code: "a.b", Severity: problem.Loss, Object: "attachment 1", Tag: tagText, Part: "p", Detail: "d"},
				{Code: "c.d", Severity: problem.Info},
			}
			err := do(exporter(func(_ context.Context, j *sdk.Job, _ *mapi.Message, _ transfer.Output) error {
				for _, p := range want {
					j.Report(p)
				}
				return nil
			}), job)
			if diff := cmp.Diff(want, said); diff != "" || err != nil {
				t.Errorf("%v, -said +heard:\n%s", err, diff)
			}
		}},
		{"the kind of an error is kept", func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			for _, tt := range []struct{ give, want error }{
				{sdk.ErrBadInput, sdk.ErrBadInput}, {sdk.ErrUnsupported, sdk.ErrUnsupported}, {errors.New("else"), ErrPlugin},
			} {
				job, _ := exportJob(t, &mapi.Message{})
				err := do(exporter(func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error {
					return fmt.Errorf("%w: because of rain", tt.give)
				}), job)
				if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), "because of rain") {
					t.Errorf("%v becomes %v", tt.give, err)
				}
			}
		}},
		{"a panic costs the job", func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			job, _ := exportJob(t, &mapi.Message{})
			err := do(exporter(func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error { panic("boom") }), job)
			if !errors.Is(err, ErrPlugin) || !strings.Contains(err.Error(), "panic: boom") {
				t.Errorf("got %v", err)
			}
		}},
		{"the output has its limit", func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			job, _ := exportJob(t, with(tagBinary, wire.Memory(large)))
			job.MaxOutput = int64(len(large))
			err := do(exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
				v, _ := src.Props.Get(tagBinary)
				return dst.Ref(v.(mapi.Large), transfer.Base64)
			}), job)
			if !errors.Is(err, ErrOutputLimit) {
				t.Errorf("got %v", err)
			}
		}},
		{"what is kept past the job is dead", func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			job, _ := exportJob(t, with(tagBinary, wire.Memory(large)))
			var value mapi.Large
			var out transfer.Output
			err := do(exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
				v, _ := src.Props.Get(tagBinary)
				value, out = v.(mapi.Large), dst
				return nil
			}), job)
			if err != nil {
				t.Fatal(err)
			}
			_, readErr := mapi.ReadValue(value, 1<<30)
			_, writeErr := io.WriteString(out, "late")
			for what, err := range map[string]error{"a value": readErr, "the output": writeErr, "a reference": out.Ref(value, transfer.Raw)} {
				if !errors.Is(err, mapi.ErrInvalidObject) {
					t.Errorf("%s: %v", what, err)
				}
			}
		}},
		{"a closed session fails the job", func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			job, _ := exportJob(t, with(tagBinary, wire.Memory(large)))
			err := do(exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, _ transfer.Output) error {
				job.Message.Session().Close()
				_, err := src.Props.Bytes(tagBinary, 1<<30)
				return err
			}), job)
			if !errors.Is(err, mapi.ErrInvalidObject) {
				t.Errorf("got %v", err)
			}
		}},
	}
}

func importCases() []conformCase {
	data := pattern(3*wire.ChunkSize + 11)
	return []conformCase{
		{"an import stores every type", func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			job := importJob(t, data)
			err := do(importer(func(context.Context, *sdk.Job, transfer.Input) (*mapi.Message, error) { return everyType(), nil }), job)
			if err != nil {
				t.Fatal(err)
			}
			got, err := job.Message.Snapshot()
			if diff := cmp.Diff(everyType(), got); diff != "" || err != nil {
				t.Errorf("%v, -given +stored:\n%s", err, diff)
			}
		}},
		{"values are pieces of the input or bytes of the plugin", func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			job := importJob(t, data)
			err := do(importer(func(_ context.Context, _ *sdk.Job, src transfer.Input) (*mapi.Message, error) {
				m := with(tagBinary, src.Range(5, src.Size()-5, transfer.Raw))
				m.Props.Set(tagObject, wire.Memory(data[1:]))
				return m, nil
			}), job)
			if err != nil {
				t.Fatal(err)
			}
			m, err := job.Message.Snapshot()
			if err != nil {
				t.Fatal(err)
			}
			for tag, want := range map[mapi.Tag][]byte{tagBinary: data[5:], tagObject: data[1:]} {
				if b, err := m.Props.Bytes(tag, 1<<30); err != nil || !bytes.Equal(b, want) {
					t.Errorf("%v: %d bytes, %v; want %d", tag, len(b), err, len(want))
				}
			}
		}},
		{"the input is read and searched", func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			err := do(importer(func(_ context.Context, _ *sdk.Job, src transfer.Input) (*mapi.Message, error) {
				b := make([]byte, 100)
				n, rerr := src.ReadAt(b, src.Size()-40)
				at, which, ferr := src.Find(10, src.Size(), []byte("nowhere in it"), data[wire.ChunkSize:wire.ChunkSize+32])
				if n != 40 || !errors.Is(rerr, io.EOF) || !bytes.Equal(b[:40], data[len(data)-40:]) || at != wire.ChunkSize || which != 1 || ferr != nil {
					return nil, fmt.Errorf("read %d, %w; found %d, %d, %w", n, rerr, at, which, ferr)
				}
				return &mapi.Message{}, nil
			}), importJob(t, data))
			if err != nil {
				t.Error(err)
			}
		}},
		{"no message and no error is a fault", func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			err := do(importer(func(context.Context, *sdk.Job, transfer.Input) (*mapi.Message, error) { return nil, nil }), importJob(t, data))
			if !errors.Is(err, ErrPlugin) {
				t.Errorf("got %v", err)
			}
		}},
		{"an input kept past the job is dead", func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			var kept transfer.Input
			err := do(importer(func(_ context.Context, _ *sdk.Job, src transfer.Input) (*mapi.Message, error) {
				kept = src
				return &mapi.Message{}, nil
			}), importJob(t, data))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := kept.ReadAt(make([]byte, 1), 0); !errors.Is(err, mapi.ErrInvalidObject) {
				t.Errorf("ReadAt: %v", err)
			}
		}},
		{"a format that is not there", func(t *testing.T, do func(sdk.Plugin, *session.Job) error) {
			if err := do(exporter(nil), importJob(t, data)); !errors.Is(err, sdk.ErrUnsupported) {
				t.Errorf("got %v", err)
			}
		}},
	}
}
