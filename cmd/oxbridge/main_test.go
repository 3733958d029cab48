package main

import (
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

var update = flag.Bool("update", false, "rewrite the files that tests compare with")

// asProgram is the variable that makes the test binary the program, for tests
// that kill it.
const asProgram = "OXBRIDGE_TEST_PROGRAM"

// asSlowPlugin makes it a plugin that is never done.
const asSlowPlugin = "OXBRIDGE_TEST_SLOW"

var slowPlugin = sdk.Plugin{
	Name: "slow",
	Formats: []sdk.Format{{Name: "eml", Exporter: sdk.ExportFunc(
		func(ctx context.Context, _ *sdk.Job, _ *mapi.Message, _ transfer.Output) error {
			fmt.Fprintln(os.Stderr, "in hand")
			<-ctx.Done()
			return ctx.Err()
		},
	)}},
}

// tellPeak notes what memory the program used, where a test asks for it and the
// system tells.
var tellPeak = func() {}

// TestMain lets the test binary stand in for the program: as the command
// oxbridge of the scripts, and as the plugin process that it starts.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && (os.Args[1] == serveCommand || os.Args[1] == launchCommand) {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	if os.Getenv(asProgram) != "" {
		code := run(os.Args[1:], os.Stdout, os.Stderr)
		tellPeak()
		os.Exit(code)
	}
	if os.Getenv(asSlowPlugin) != "" {
		sdk.Main(slowPlugin)
		os.Exit(0)
	}
	testscript.Main(m, map[string]func(){"oxbridge": main, "otherplugin": func() { sdk.Main(otherPlugin) }})
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
	)}},
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
