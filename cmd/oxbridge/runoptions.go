package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/oxbridge-mail/oxbridge/core/addressbook"
	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
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
	f.StringVar(&o.to, "to", "", "output `format`: eml, msg, json (all of a message, without loss), mbox (a mailbox for each message), text (to read and to search), or one of another plugin (required)")
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
		return usage("--from %s: only --to msg has a choice of inputs; every other format is made of .msg files", o.from)
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

// allJSON reports whether the user has named nothing but .json files.
func allJSON(paths []string) bool {
	return !slices.ContainsFunc(paths, func(p string) bool {
		info, err := os.Stat(p)
		return !strings.EqualFold(filepath.Ext(p), ".json") || err == nil && info.IsDir()
	})
}

// parseSince reads a day, a time or an age.
func parseSince(text string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	age := text
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n int
		if _, err := fmt.Sscanf(days+";", "%d;", &n); err == nil && n >= 0 && n < 100_000 {
			age = fmt.Sprintf("%dh", 24*n)
		}
	}
	if d, err := time.ParseDuration(age); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	return time.Time{}, errors.New("is no day, time or age")
}

// roots returns what the command line and the list of files name.
func (o *runOptions) roots(paths []string) ([]batch.Root, error) {
	roots := batch.Roots(paths)
	if o.filesFrom == "" {
		return roots, nil
	}
	var in io.Reader = os.Stdin
	if o.filesFrom != "-" {
		f, err := os.Open(o.filesFrom)
		if err != nil {
			return nil, &exitError{code: exitUsage, err: fmt.Errorf("--files-from: %w", err)}
		}
		defer f.Close()
		in = f
	}
	listed, err := readList(in)
	if err != nil {
		return nil, fmt.Errorf("--files-from %s: %w", o.filesFrom, err)
	}
	return append(roots, listed...), nil
}

// maxPath bounds a line of a list of files, in bytes.
const maxPath = 64 << 10

// readList reads paths that are ended by zero bytes, when there are some, or
// stand one a line.
func readList(in io.Reader) ([]batch.Root, error) {
	buf := bufio.NewReaderSize(in, maxPath)
	head, _ := buf.Peek(maxPath)
	end := byte('\n')
	if strings.IndexByte(string(head), 0) >= 0 {
		end = 0
	}
	var roots []batch.Root
	for {
		line, err := buf.ReadSlice(end)
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, fmt.Errorf("a path is longer than %d bytes", maxPath)
		}
		path := strings.TrimSuffix(string(line), string(end))
		if end == '\n' {
			path = strings.TrimSuffix(path, "\r")
		}
		if path != "" {
			roots = append(roots, batch.ListedRoot(path))
		}
		if errors.Is(err, io.EOF) {
			return roots, nil
		}
		if err != nil {
			return nil, err
		}
	}
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

// recogniser returns what tells the inputs of a plugin that reads other formats than
// mail, nil for one that does not.
// The user can also say what they are.
func recogniser(pool *pluginhost.Pool, to, from string) *batch.Recogniser {
	if from != "" {
		return nil
	}
	d := pool.Description()
	dir, mail := batch.Needs(to, "")
	others := slices.ContainsFunc(d.Formats, func(f hostsvc.Format) bool { return f.Imports && f.Name != mail })
	if dir != session.Import || !others {
		return nil
	}
	return &batch.Recogniser{Recognise: pool.Recognise, Mail: d.Can(dir, mail)}
}

// extensions are those that outputs get as the plugin wants it.
var extensions = regexp.MustCompile(`^\.[A-Za-z0-9][A-Za-z0-9-]{0,15}$`)

// extensionOf returns the extension of outputs in a format that a plugin writes,
// "" for that of the same name.
func extensionOf(d hostsvc.Description, to string) string {
	for _, f := range d.Formats {
		if f.Name == to && len(f.Extensions) > 0 && extensions.MatchString(f.Extensions[0]) {
			return f.Extensions[0]
		}
	}
	return ""
}

// extensionsOf returns the extensions of inputs in a format that a plugin reads.
func extensionsOf(d hostsvc.Description, from string) (list []string) {
	for _, f := range d.Formats {
		for _, e := range f.Extensions {
			if f.Name == from && extensions.MatchString(e) {
				list = append(list, e)
			}
		}
	}
	return list
}

// addressesTag begins Options.Prepared for a run with a list of addresses; the
// SHA-256 of the list and its path follow.
const addressesTag = "addresses "

// prepareAddresses returns what is done to every message on its way with a list
// of addresses, and how plans call it.
func prepareAddresses(path string) (tag string, prepare func(*mapi.Message) error, err error) {
	book, err := addressbook.Open(path)
	if err != nil {
		return "", nil, &exitError{code: exitUsage, err: fmt.Errorf("--addresses: %w", err),
			hint: "each line is a legacyExchangeDN, a comma and an SMTP address"}
	}
	d, err := store.DigestFile(path)
	if err != nil {
		return "", nil, err
	}
	abs, err := filepath.Abs(path)
	return addressesTag + d.SHA256 + " " + abs, book.Prepare, err
}

// prepareAgain returns what a plan or a ledger says is done to every message.
func prepareAgain(tag string) (func(*mapi.Message) error, error) {
	rest, ok := strings.CutPrefix(tag, addressesTag)
	if !ok {
		return nil, nil
	}
	_, path, _ := strings.Cut(rest, " ")
	now, prepare, err := prepareAddresses(path)
	if err == nil && now != tag {
		err = &exitError{code: exitUsage, err: fmt.Errorf("%s: the addresses are not those of the run", path)}
	}
	return prepare, err
}

// errCannot is a usage error for a plugin that does not do what it is to.
func errCannot(pool *pluginhost.Pool, to, from string) error {
	dir, format := batch.Needs(to, from)
	if d := pool.Description(); !d.Can(dir, format) && recogniser(pool, to, from) == nil {
		what := "convert to " + to
		if dir == session.Import {
			what = "read " + format
		}
		return &exitError{code: exitAborted, err: fmt.Errorf("plugin %s does not %s", d.Name, what),
			hint: "the program shows what it can do when it is started with the argument describe"}
	}
	return nil
}

// errName is an error for a plugin that calls itself otherwise than it is called.
func errName(pool *pluginhost.Pool, c choice) error {
	if d := pool.Description(); c.name != "" && d.Name != c.name {
		return &exitError{code: exitAborted, err: fmt.Errorf("plugin %s (%s) calls itself %s", c.name, c.command.Path, d.Name)}
	}
	return nil
}
