package sdk_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

var (
	export    = sdk.ExportFunc(func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error { return nil })
	transform = sdk.TransformFunc(func(context.Context, *sdk.Job, *mapi.Message) error { return nil })
	probe     = sdk.Probe(func(context.Context, transfer.Input) (bool, error) { return true, nil })
	valid     = sdk.Format{Name: "x", Extensions: []string{".x"}, Exporter: export}
)

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   sdk.Plugin
		want string // in the error; "" for none
	}{
		{"valid", sdk.Plugin{Name: "a-1", Formats: []sdk.Format{valid}}, ""},
		{"no name", sdk.Plugin{Formats: []sdk.Format{valid}}, "plugin name"},
		{"path as a name", sdk.Plugin{Name: "../x", Formats: []sdk.Format{valid}}, "plugin name"},
		{"name too long", sdk.Plugin{Name: strings.Repeat("a", 33), Formats: []sdk.Format{valid}}, "plugin name"},
		{"no formats", sdk.Plugin{Name: "a"}, "no formats"},
		{"negative jobs", sdk.Plugin{Name: "a", Jobs: -1, Formats: []sdk.Format{valid}}, "-1 jobs"},
		{"format without a name", sdk.Plugin{Name: "a", Formats: []sdk.Format{{Exporter: export}}}, "format name"},
		{"format that does nothing", sdk.Plugin{Name: "a", Formats: []sdk.Format{{Name: "x"}}}, "neither"},
		{"format twice", sdk.Plugin{Name: "a", Formats: []sdk.Format{valid, valid}}, "twice"},
		{"extension without a dot", sdk.Plugin{Name: "a", Formats: []sdk.Format{{Name: "x", Extensions: []string{"x"}, Exporter: export}}}, "extension"},
		{"a transformer alone", sdk.Plugin{Name: "a", Transformer: transform}, ""},
		{"magic", sdk.Plugin{Name: "a", Formats: []sdk.Format{{Name: "x", Magic: []sdk.Magic{{Offset: 4095, Bytes: "x"}}, Exporter: export}}}, ""},
		{"magic of nothing", sdk.Plugin{Name: "a", Formats: []sdk.Format{{Name: "x", Magic: []sdk.Magic{{}}, Exporter: export}}}, "magic of 0 bytes"},
		{"magic too far", sdk.Plugin{Name: "a", Formats: []sdk.Format{{Name: "x", Magic: []sdk.Magic{{Offset: 4096, Bytes: "x"}}, Exporter: export}}}, "below 4096"},
		{"magic before the file", sdk.Plugin{Name: "a", Formats: []sdk.Format{{Name: "x", Magic: []sdk.Magic{{Offset: -1, Bytes: "x"}}, Exporter: export}}}, "at -1"},
		{"magic too long", sdk.Plugin{Name: "a", Formats: []sdk.Format{{Name: "x", Magic: []sdk.Magic{{Bytes: strings.Repeat("x", 257)}}, Exporter: export}}}, "257 bytes"},
		{"a probe for what is not read", sdk.Plugin{Name: "a", Formats: []sdk.Format{{Name: "x", Probe: probe, Exporter: export}}}, "no Importer"},
		{"extension with a path", sdk.Plugin{Name: "a", Formats: []sdk.Format{{Name: "x", Extensions: []string{"./x"}, Exporter: export}}}, "extension"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.in.Check()
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Check() = %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestServeChecks(t *testing.T) {
	t.Parallel()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := sdk.Serve(t.Context(), lis, sdk.Plugin{}); err == nil {
		t.Error("Serve() of an empty plugin succeeds")
	}
	if _, err := lis.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener is left: %v", err)
	}
}
