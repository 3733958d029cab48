package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/sdk"
)

// runOptions say which inputs become which outputs: what convert and plan have
// in common.
type runOptions struct {
	to        string
	from      string // of inputs that become .msg files; "" is eml
	outDir    string
	plugin    string
	dev       []string // plugins under development
	chosen    *choice  // set by choose
	filesFrom string
	newer     string
	onLoss    string
	naming    string
	layout    string
	sel       batch.Selection
	addresses string
	attached  string // how attached messages are written: eml or msg
	sandbox   string
	// transforms are the plugins that change messages between reading and writing.
	transforms []string
	settings   settings
}

// formats are the values of --to.
var formats = slices.Sorted(maps.Keys(formatHelp))

// sources are the values of --from.
var sources = []string{"eml", "json"}

func (o *runOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.to, "to", "", "output `format`: eml, msg, json (all of a message, without loss), mbox (a mailbox for each message), text (to read and to search), same (that of each input, written anew), or one of another plugin (required)")
	f.StringVar(&o.from, "from", "", "with --to msg, input `format`: eml (also the messages of mailboxes), json, or one of another plugin (json where all PATHs are .json files, else eml)")
	f.StringVar(&o.outDir, "out", "", "write results under `dir` (required)")
	o.addPluginFlags(f)
	f.StringVar(&o.filesFrom, "files-from", "", "read more paths from `file`, one a line or ended by zero bytes; - is standard input")
	f.StringArrayVar(&o.sel.Include, "include", nil, "take only files that match `pattern` (*, **, ?, {a,b}); may be given again")
	f.StringArrayVar(&o.sel.Exclude, "exclude", nil, "leave out files and folders that match `pattern`; may be given again")
	f.StringVar(&o.newer, "newer-than", "", "take only files changed after `time`: 2024-03-31, 2024-03-31T12:00:00Z, or an age such as 36h or 7d")
	f.BoolVar(&o.sel.FollowLinks, "follow-links", false, "go on behind symbolic links")
	f.StringVar(&o.naming, "name-template", "", "name outputs by `template`, such as '{year}/{date} {from} {subject}'")
	f.StringVar(&o.layout, "layout", "tree", "how outputs lie: tree, as the inputs do, or maildir")
	f.StringVar(&o.onLoss, "on-loss", "report", "what to do with a message that cannot be carried over whole: report or fail")
	f.StringVar(&o.addresses, "addresses", "", "take Internet addresses of Exchange users from the CSV `file`: legacyExchangeDN,SMTP")
	f.StringVar(&o.attached, "attached-messages", "eml", "in .eml files, messages attached to messages are `eml` (message/rfc822) or msg (.msg files, which become messages again on the way back)")
	addTransformFlag(f, &o.transforms)
	addSandboxFlag(f, &o.sandbox)
	o.settings = settings{}
	o.settings.addFlags(f, builtinOptions())
}

// check returns a usage error, if there is one.
func (o *runOptions) check(paths []string) error {
	usage := func(format string, args ...any) error {
		return &exitError{code: exitUsage, err: fmt.Errorf(format, args...)}
	}
	switch {
	case o.from != "" && o.to != "msg":
		return usage("--from %s: only --to msg has a choice of inputs; every other format is made of .msg files, but for same, which takes all messages", o.from)
	case o.from == "mbox" && o.plugin == "":
		return &exitError{code: exitUsage, err: errors.New("--from mbox: mailboxes need no --from"), hint: "with --to msg alone, each message of a mailbox becomes a file"}
	case o.attached != "eml" && o.attached != "msg":
		return &exitError{code: exitUsage, err: fmt.Errorf("--attached-messages %s: no such form", o.attached), hint: "use eml or msg"}
	case o.outDir == "":
		return usage("--out must name a folder")
	case o.onLoss != "report" && o.onLoss != batch.LossFails:
		return usage("--on-loss %s: must be report or fail", o.onLoss)
	case o.layout != "tree" && o.layout != batch.LayoutMaildir:
		return usage("--layout %s: must be tree or maildir", o.layout)
	case o.layout != "tree" && (o.to != "eml" || o.naming != ""):
		return usage("--layout %s is for --to eml, without --name-template", o.layout)
	case len(paths) == 0 && o.filesFrom == "":
		return &exitError{code: exitUsage, err: errors.New("no inputs"), hint: "name files or folders, or a list of them with --files-from"}
	}
	if o.from == "" && o.to == "msg" && o.plugin == "" && o.filesFrom == "" && allJSON(paths) {
		o.from = "json"
	}
	if info, err := os.Stat(o.outDir); err == nil && !info.IsDir() {
		return usage("--out %s: is not a folder", o.outDir)
	}
	if err := o.sel.Check(); err != nil {
		return usage("--include, --exclude: %w", err)
	}
	if o.naming != "" {
		if err := batch.CheckTemplate(o.naming); err != nil {
			return usage("--name-template: %w", err)
		}
	}
	if _, err := o.choose(); err != nil {
		return err
	}
	if o.newer != "" {
		t, err := parseSince(o.newer, time.Now())
		if err != nil {
			return usage("--newer-than %s: %w", o.newer, err)
		}
		o.sel.NewerThan, o.sel.NewerText = t, o.newer
	}
	return nil
}

// batch returns the options of the run, for outputs by a plugin.
func (o *runOptions) batch(pool *pluginhost.Pool, ts transformers) (batch.Options, error) {
	folder, err := os.Getwd()
	if err != nil {
		return batch.Options{}, err
	}
	d := pool.Description()
	opt := batch.Options{
		To: o.to, FromFormat: o.from, FromExtensions: extensionsOf(d, o.from), Extension: extensionOf(d, o.to), OutDir: o.outDir,
		Settings: o.settings.of(""), Plugin: o.key(d), Program: version(),
		Select: o.sel, Naming: o.naming, Folder: folder,
	}
	opt.MessagesAsFiles, opt.Transforms = o.attached == "msg", ts.transforms()
	opt.Recogniser = recogniser(pool, o.to, o.from)
	if o.addresses != "" {
		if opt.Prepared, opt.Prepare, err = prepareAddresses(o.addresses); err != nil {
			return opt, err
		}
	}
	if _, err := sdk.Settle(d.Options, opt.Settings); err != nil {
		return opt, &exitError{code: exitUsage, err: fmt.Errorf("plugin %s: %w", d.Name, err)}
	}
	if o.layout != "tree" {
		opt.Layout = o.layout
	}
	if o.onLoss == batch.LossFails {
		opt.OnLoss = batch.LossFails
	}
	return opt, nil
}

// errName is an error for a plugin that calls itself otherwise than it is called.
func errName(pool *pluginhost.Pool, c choice) error {
	if d := pool.Description(); c.name != "" && d.Name != c.name {
		return &exitError{code: exitAborted, err: fmt.Errorf("plugin %s (%s) calls itself %s", c.name, c.command.Path, d.Name)}
	}
	return nil
}
