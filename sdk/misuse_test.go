package sdk_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/plugintest"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// TestMisuseDoesNotCompile has a row for each mistake that the compiler finds.
func TestMisuseDoesNotCompile(t *testing.T) {
	t.Parallel()
	const head = `package p
import (
	"context"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)
var _ context.Context
var _ sdk.Job
var _ transfer.Output
func f(m *mapi.Message, out transfer.Output, in transfer.Input) {
	_, _ = prop.Subject, out
`
	tests := []struct {
		name, code string
		want       string // in the error; "" for none
	}{
		{"nothing wrong", `var s string = prop.Subject.Of(m.Props); _ = s`, ""},
		{"reading a number as text", `var s string = prop.Importance.Of(m.Props); _ = s`, "cannot use"},
		{"storing a number in a text", `prop.Subject.Set(&m.Props, 7)`, "cannot use"},
		{"storing a time of Go", `prop.ClientSubmitTime.Set(&m.Props, "2024")`, "cannot use"},
		{"a bag in place of its address", `prop.Subject.Set(m.Props, "x")`, "cannot use"},
		{"placing bytes", `out.Ref([]byte("x"), transfer.Base64)`, "cannot use"},
		{"an import without a message", `var _ sdk.Importer = sdk.ImportFunc(func(context.Context, *sdk.Job, transfer.Input) error { return nil })`, "cannot convert"},
		{"an import without a return", `var _ = sdk.ImportFunc(func(context.Context, *sdk.Job, transfer.Input) (*mapi.Message, error) { })`, "missing return"},
		{"an exporter as an importer", `var _ = sdk.Format{Importer: sdk.ExportFunc(nil)}`, "cannot use"},
		{"writing to an input", `in.Write(nil)`, "in.Write undefined"},
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", exported(t))
	for _, tt := range tests {
		file, err := parser.ParseFile(fset, "p.go", head+tt.code+"\n}", 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = (&types.Config{Importer: imports}).Check("p", fset, []*ast.File{file}, nil)
		if (err != nil) != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q in it", tt.name, err, tt.want)
		}
	}
}

// TestTutorial compiles the plugin that the package comment begins with.
func TestTutorial(t *testing.T) {
	t.Parallel()
	comment := parsePackage(t, ".").Doc
	_, code, _ := strings.Cut(comment, "\tpackage main\n")
	code, _, _ = strings.Cut("\tpackage main\n"+code, "\n\nThat is all.")
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "main.go", strings.ReplaceAll(code, "\n\t", "\n"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Decls) != 4 {
		t.Fatalf("the comment has a program of %d declarations, want imports, plugin, main and export:\n%s", len(file.Decls), code)
	}
	conf := &types.Config{Importer: importer.ForCompiler(fset, "gc", exported(t))}
	if _, err := conf.Check("main", fset, []*ast.File{file}, nil); err != nil {
		t.Error(err)
	}
}

// exported returns what the compiler has exported of the SDK, and of all that it
// stands on.
func exported(t *testing.T) importer.Lookup {
	t.Helper()
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err) // the test was built elsewhere
	}
	out, err := exec.Command(tool, "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[path] = file
	}
	return func(path string) (io.ReadCloser, error) { return os.Open(files[path]) }
}

// kept is what authors keep that they must not.
type kept struct {
	out   transfer.Output
	in    transfer.Input
	value mapi.Large
	open  io.ReadCloser
}

// TestDeadHandles: what belongs to a job is dead when it has ended, and says so.
func TestDeadHandles(t *testing.T) {
	t.Parallel()
	var k kept
	keep := func(m *mapi.Message) error {
		v, err := prop.Body.Large(m.Props)
		if err == nil {
			k.value = v
			k.open, err = v.Open()
		}
		return err
	}
	p := sdk.Plugin{Name: "keeper", Formats: []sdk.Format{{
		Name: "x",
		Exporter: sdk.ExportFunc(func(_ context.Context, _ *sdk.Job, m *mapi.Message, out transfer.Output) error {
			k.out = out
			return keep(m)
		}),
		Importer: sdk.ImportFunc(func(_ context.Context, _ *sdk.Job, in transfer.Input) (*mapi.Message, error) {
			k.in = in
			return &mapi.Message{}, nil
		}),
	}}, Transformer: sdk.TransformFunc(func(_ context.Context, _ *sdk.Job, m *mapi.Message) error { return keep(m) })}
	h := plugintest.Start(t, p)
	m := &mapi.Message{}
	prop.Body.Set(&m.Props, strings.Repeat("x", 1<<20))
	dead := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, mapi.ErrInvalidObject) {
			t.Errorf("%s after the job gives %v, want %v", what, err, mapi.ErrInvalidObject)
		}
	}
	read := func() error {
		r, err := k.value.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = r.Read(make([]byte, 1))
		return err
	}

	if r := h.Export("x", m, nil); r.Err != nil {
		t.Fatal(r.Err)
	}
	_, err := k.out.Write([]byte("x"))
	dead("writing", err)
	dead("placing", k.out.Ref(k.value, transfer.Raw))
	dead("reading a value", read())
	if err := k.open.Close(); err != nil {
		t.Errorf("closing an open value after the job: %v", err)
	}
	if _, err := k.open.Read(make([]byte, 1)); err == nil {
		t.Error("reading after Close succeeds")
	}

	if r := h.Transform(m, nil); r.Err != nil {
		t.Fatal(r.Err)
	}
	dead("reading a value of a transformation", read())
	_ = k.open.Close()

	if r := h.Import("x", make([]byte, 1<<20), nil); r.Err != nil {
		t.Fatal(r.Err)
	}
	_, err = k.in.ReadAt(make([]byte, 1), 1<<19)
	dead("reading the input", err)
}

// TestMisuseIsExplained has a row for each mistake that shows when the plugin runs:
// the error says what is wrong, and where.
func TestMisuseIsExplained(t *testing.T) {
	t.Parallel()
	importing := func(m *mapi.Message) sdk.Plugin {
		return sdk.Plugin{Name: "wrong", Formats: []sdk.Format{{Name: "x", Importer: sdk.ImportFunc(
			func(context.Context, *sdk.Job, transfer.Input) (*mapi.Message, error) { return m, nil },
		)}}}
	}
	wrongType := &mapi.Message{Attachments: []*mapi.Attachment{{}, {}}}
	wrongType.Attachments[1].Props.Set(proptag.AttachLongFilename, 7)
	endless := &mapi.Message{Attachments: []*mapi.Attachment{{}}}
	endless.Attachments[0].Embedded = endless
	foreign := &mapi.Message{}
	prop.Body.SetLarge(&foreign.Props, broken{})
	outside := &mapi.Message{}
	prop.Body.SetLarge(&outside.Props, transfer.NewBytesInput([]byte("short")).Range(0, 5, 99))
	tests := []struct {
		name string
		m    *mapi.Message
		want string
	}{
		{"no message and no error", nil, "neither a message nor an error"},
		{"a value of the wrong type", wrongType, "attachment 1: wire: bad property value: property 0x3707001F: int is no value of PtypString"},
		{"a message inside itself", endless, "more than 128 deep"},
		{"a value that cannot be read", foreign, "the disk is on fire"},
		{"a transform that nobody knows", outside, "unknown transform 99"},
	}
	for _, tt := range tests {
		r := plugintest.Start(t, importing(tt.m)).Import("x", []byte("file"), nil)
		if r.Err == nil || !strings.Contains(r.Err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q in it", tt.name, r.Err, tt.want)
		}
	}
}

type broken struct{}

func (broken) Size() int64                  { return 1 }
func (broken) Open() (io.ReadCloser, error) { return nil, fmt.Errorf("the disk is on fire") }
