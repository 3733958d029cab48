package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/oxbridge-mail/oxbridge/core/registry"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

var update = flag.Bool("update", false, "rewrite the files that tests compare with")

// asProgram is the variable that makes the test binary the program, for tests
// that kill it.
const asProgram = "OXBRIDGE_TEST_PROGRAM"

// tellPeak notes what memory the program used, where a test asks for it and the
// system tells.
var tellPeak = func() {}

// TestMain lets the test binary stand in for the program: as the command
// oxbridge of the scripts, and as the plugin process that it starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && (os.Args[1] == serveCommand || os.Args[1] == probeCommand) {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	if role, ok := strings.CutPrefix(filepath.Base(os.Args[0]), torturePrefix); ok {
		torture(role)
		os.Exit(0)
	}
	if p, ok := appendedPlugin(); ok {
		sdk.Main(p)
	}
	if strings.Contains(filepath.Base(os.Args[0]), ".test") { // and not a command of the scripts
		// The tests are about no plugins that whoever runs them has installed.
		if err := os.Setenv(registry.DirVariable, filepath.Join(os.TempDir(), "oxbridge-test-no-plugins")); err != nil {
			panic(err)
		}
	}
	if os.Getenv(asProgram) != "" {
		code := runAll(os.Args[1:])
		tellPeak()
		os.Exit(code)
	}
	testscript.Main(m, map[string]func(){"oxbridge": main, "otherplugin": func() { sdk.Main(otherPlugin) }, "markplugin": func() { sdk.Main(markPlugin) }})
}

// otherPlugin is a plugin that has nothing to do with mail.
var otherPlugin = sdk.Plugin{
	Name:    "other",
	Options: []sdk.Option{{Name: "mark", Default: "-", Help: "what stands before the subject"}},
	Formats: []sdk.Format{{Name: "other", Extensions: []string{".txt"}, Exporter: sdk.ExportFunc(
		func(_ context.Context, job *sdk.Job, m *mapi.Message, dst transfer.Output) error {
			_, err := fmt.Fprintln(dst, job.Text("mark"), m.Props.String(proptag.Subject))
			return err
		},
	)}, {Name: "note", Extensions: []string{".note"}, Importer: sdk.ImportFunc(
		func(_ context.Context, _ *sdk.Job, in transfer.Input) (*mapi.Message, error) {
			m := &mapi.Message{}
			m.Props.Set(proptag.Body, in.Range(0, in.Size(), transfer.Raw))
			return m, nil
		},
	)}},
}

// rivalPlugin is a plugin for formats that others write, too.
var rivalPlugin = sdk.Plugin{Name: "rival", Formats: []sdk.Format{otherPlugin.Formats[0], {Name: "eml", Exporter: otherPlugin.Formats[0].Exporter}}}

// formlessPlugin changes messages, and has no format.
var formlessPlugin = sdk.Plugin{Name: "formless", Options: markPlugin.Options, Transformer: markPlugin.Transformer}

// appendedPlugin returns the plugin whose name was appended to a copy of the test
// binary, as "plugin NAME": a program that is installed has no argument and no
// variable to say what it is.
func appendedPlugin() (p sdk.Plugin, ok bool) {
	self, err := os.Executable()
	if err != nil {
		return p, false
	}
	f, err := os.Open(self)
	if err != nil {
		return p, false
	}
	defer f.Close()
	end := make([]byte, 64)
	info, err := f.Stat()
	if err != nil {
		return p, false
	}
	if _, err := f.ReadAt(end, info.Size()-int64(len(end))); err != nil {
		return p, false
	}
	for _, p := range []sdk.Plugin{otherPlugin, rivalPlugin, formlessPlugin} {
		if bytes.Contains(end, []byte("plugin "+p.Name+"\n")) {
			return p, true
		}
	}
	return p, false
}

// TestScripts runs testdata/script/*.txtar, the specification of the command
// line. "status N COMMAND" runs a command and compares its exit status, "unhex
// FILE DIGITS" makes a file of bytes, "poke FILE OFFSET DIGITS" overwrites some
// and "loop FILE" damages a .msg file.
func TestScripts(t *testing.T) {
	samples, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("SAMPLES", samples)
			return nil
		},
		UpdateScripts: *update,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"unhex": func(ts *testscript.TestScript, neg bool, args []string) {
				if neg || len(args) != 2 {
					ts.Fatalf("usage: unhex FILE DIGITS")
				}
				b, err := hex.DecodeString(args[1])
				ts.Check(err)
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o644))
			},
			"poke": poke,
			"loop": loop,
			"status": func(ts *testscript.TestScript, neg bool, args []string) {
				if neg || len(args) < 2 {
					ts.Fatalf("usage: status N oxbridge ARG...")
				}
				want, err := strconv.Atoi(args[0])
				ts.Check(err)
				err = ts.Exec(args[1], args[2:]...)
				if got := exitStatus(err); got != want {
					ts.Fatalf("exit status %d, want %d", got, want)
				}
			},
		},
	})
}

// exitStatus is the status of a finished command, -1 if it did not run.
func exitStatus(err error) int {
	type coder interface{ ExitCode() int }
	if err == nil {
		return 0
	}
	if c, ok := err.(coder); ok {
		return c.ExitCode()
	}
	return -1
}
