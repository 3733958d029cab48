package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/registry"
	"github.com/oxbridge-mail/oxbridge/core/sandbox"
)

// probeCommand makes this program try to get out of a sandbox.
const probeCommand = "probe-sandbox"

type doctorOptions struct {
	json    bool
	sandbox string
}

func newPluginDoctorCommand(stdout, stderr io.Writer) *cobra.Command {
	var opts doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor [NAME]",
		Short: "Prove the walls around plugins, and check the plugins",
		Long: `Doctor climbs every wall: it starts itself behind the walls that plugins get, and
tries to read and write files, to connect, to start programs, to reach other
processes and to use more than it may. Each attempt is listed with the wall
concerned, what the wall is made of, and how it was answered: held, BREACHED, or
no wall where this system has none. What is held and marked "proven" succeeds
without walls.

Then it checks the plugins: who may write the program, its hash, its start with
handshake and description, how long that takes, and whether the description is
the recorded one. With a name, only that plugin.

Exit status: 0 nothing is wrong, 2 there is no such plugin, 3 something is wrong,
4 it could not be found out. A wall that this system lacks is wrong only with
--sandbox strict.`,
		Example: `  oxbridge plugin doctor
  oxbridge plugin doctor markdown
  oxbridge plugin doctor --json | jq -r 'select(.ok|not)'`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completePlugins(true),
		RunE: action(func(ctx context.Context, args []string) error {
			return runPluginDoctor(ctx, opts, args, stdout, stderr)
		}),
	}
	cmd.Flags().BoolVar(&opts.json, "json", false, "print one JSON object for each wall, attempt and check")
	addSandboxFlag(cmd.Flags(), &opts.sandbox)
	return cmd
}

// A doctorLine is one thing that was looked at.
type doctorLine struct {
	Type   string `json:"type"` // wall, escape or check
	Plugin string `json:"plugin,omitempty"`
	What   string `json:"what"` // the wall, the way out, or what was checked
	Wall   string `json:"wall,omitempty"`
	By     string `json:"by,omitempty"`
	OK     bool   `json:"ok"`
	Result string `json:"result"`
	Detail string `json:"detail,omitempty"`
	Proven bool   `json:"proven,omitempty"`
}

// A doctor collects what it finds.
type doctor struct {
	opts   doctorOptions
	strict bool
	lines  []doctorLine
}

func (d *doctor) add(l doctorLine) { d.lines = append(d.lines, l) }

func runPluginDoctor(ctx context.Context, opts doctorOptions, names []string, stdout, stderr io.Writer) error {
	mode, err := sandbox.ParseMode(opts.sandbox)
	if err != nil {
		return &exitError{code: exitUsage, err: fmt.Errorf("--sandbox %w", err)}
	}
	d := &doctor{opts: opts, strict: mode == sandbox.Strict}
	if len(names) == 0 {
		if err := d.walls(ctx, mode); err != nil {
			return &exitError{code: exitAborted, err: err}
		}
	}
	lines, err := pluginLines()
	if err != nil {
		return err
	}
	if len(names) > 0 {
		if _, err := findLine(names[0]); err != nil {
			return err
		}
	}
	installed, err := scanPlugins()
	if err != nil {
		return err
	}
	for _, l := range lines {
		if len(names) > 0 && l.Name != names[0] || l.State == registry.Hidden {
			continue
		}
		d.plugin(ctx, l, installed)
	}
	if err := d.print(stdout); err != nil {
		return written(err)
	}
	return d.end(stderr)
}

// walls says what this system has for each wall, and tries to get out.
func (d *doctor) walls(ctx context.Context, mode sandbox.Mode) error {
	for _, f := range sandbox.Facts() {
		l := doctorLine{Type: "wall", What: string(f.Wall), OK: f.There || !d.strict, Result: "there", Detail: f.Detail}
		if !f.There {
			l.Result = string(sandbox.NoWall)
		}
		d.add(l)
	}
	if mode == sandbox.Off {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	found, err := sandbox.Probe(ctx, []string{self, launchCommand}, []string{self, probeCommand})
	for _, f := range found {
		d.add(doctorLine{Type: "escape", What: f.Name, Wall: string(f.Wall), By: f.By, Result: string(f.Outcome), Detail: f.Answer, Proven: f.Proven,
			OK: f.Outcome == sandbox.Held || f.Outcome == sandbox.NoWall && !d.strict})
	}
	return err
}

// plugin checks one plugin.
func (d *doctor) plugin(ctx context.Context, l pluginLine, installed []*registry.Plugin) {
	check := func(what, result string, err error) bool {
		c := doctorLine{Type: "check", Plugin: l.Name, What: what, OK: err == nil, Result: result}
		if err != nil {
			c.Result, c.Detail = "wrong", err.Error()
		}
		d.add(c)
		return err == nil
	}
	if l.Where == "builtin" {
		command, err := builtinCommand(l.Name)
		if err != nil {
			check("start", "", err)
			return
		}
		a, err := ask(ctx, command, d.opts.sandbox)
		check("start", startTime(a.start), err)
		return
	}
	var plugin *registry.Plugin
	for _, p := range installed {
		if p.Name == l.Name && p.Path == l.Path {
			plugin = p
		}
	}
	if plugin == nil {
		check("program", "", errors.New("went away meanwhile"))
		return
	}
	prog, err := plugin.Open()
	if !check("program", "trusted, and as locked", err) {
		return
	}
	defer prog.File.Close()
	began := time.Now()
	r, err := describeProgram(ctx, prog, l.Name, prog.Path, d.opts.sandbox)
	if !check("start", startTime(time.Since(began)), err) {
		return
	}
	r.Source = plugin.Record.Source
	if !reflect.DeepEqual(r, plugin.Record) {
		err = errors.New("what it says of itself is not what was recorded; oxbridge plugin install --force PATH records it")
	}
	check("description", "as recorded", err)
}

// startTime says how long a start took, until the plugin had said what it is, and
// had ended.
func startTime(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }

func (d *doctor) print(w io.Writer) error {
	if d.opts.json {
		for _, l := range d.lines {
			if err := lineEncoder(w).Encode(l); err != nil {
				return err
			}
		}
		return nil
	}
	heads := map[string]string{
		"wall":   "WALL\tHERE\tMADE OF",
		"escape": "ATTEMPT\tWALL\tMADE OF\tRESULT\tANSWER",
		"check":  "PLUGIN\tCHECK\tRESULT\tDETAIL",
	}
	last := ""
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, l := range d.lines {
		if l.Type != last {
			if last != "" {
				if err := table.Flush(); err != nil {
					return err
				}
				fmt.Fprintln(w)
			}
			fmt.Fprintln(table, heads[l.Type])
			last = l.Type
		}
		result := l.Result
		if l.Proven {
			result += ", proven"
		}
		switch l.Type {
		case "wall":
			fmt.Fprintf(table, "%s\t%s\t%s\n", l.What, result, l.Detail)
		case "escape":
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", l.What, l.Wall, l.By, result, printable(l.Detail))
		case "check":
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", l.Plugin, l.What, result, printable(l.Detail))
		}
	}
	return table.Flush()
}

// end says how it was, and returns the exit status.
func (d *doctor) end(stderr io.Writer) error {
	attempts, held, wrong := 0, 0, 0
	for _, l := range d.lines {
		if l.Type == "escape" {
			attempts++
			if l.Result == string(sandbox.Held) {
				held++
			}
		}
		if !l.OK {
			wrong++
		}
	}
	if attempts > 0 {
		fmt.Fprintf(stderr, "oxbridge: %d attempts to get out, %d held\n", attempts, held)
	}
	if wrong > 0 {
		fmt.Fprintf(stderr, "oxbridge: %d wrong, %d right\n", wrong, len(d.lines)-wrong)
		return &exitError{code: exitPartial}
	}
	return nil
}
