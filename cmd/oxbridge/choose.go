package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/registry"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// devVariable holds development overrides as --plugin-dev takes them, with
// commas between them.
const devVariable = "OXBRIDGE_PLUGIN_DEV"

// addPluginFlags adds the flags that say which plugin to use.
func (o *runOptions) addPluginFlags(f *pflag.FlagSet) {
	f.StringVar(&o.plugin, "plugin", "", "use this plugin: the `name` of one that is built in or installed, or the path of a program (with a /)")
	f.StringArrayVar(&o.dev, "plugin-dev", nil, "run a program that is being worked on as a plugin, `name=path`, without its lock")
}

// A choice is the plugin that a run uses.
type choice struct {
	name    string // that it has to give itself; "" for a program named by its path
	command pluginhost.Command
	sha256  string // of the program; "" for a built-in
	warning string // what the user has to know, or ""
}

// choose returns the plugin for the run, by its name, its path, or the format of
// the outputs. It starts none.
func (o *runOptions) choose() (choice, error) {
	if o.chosen != nil {
		return *o.chosen, nil
	}
	devs, err := developed(o.dev, os.Getenv(devVariable))
	if err != nil {
		return choice{}, err
	}
	var c choice
	switch {
	case o.plugin != "":
		c, err = chooseNamed(o.plugin, devs)
	case len(o.dev) == 1:
		name, _, _ := strings.Cut(o.dev[0], "=")
		c, err = chooseName(name, devs)
	default:
		var name string
		if name, err = o.nameFor(); err == nil {
			c, err = chooseName(name, devs)
		}
	}
	if err == nil {
		o.chosen = &c
	}
	return c, err
}

// key is what the identity of a run says about its plugin: outputs depend on it.
func (o *runOptions) key(d hostsvc.Description) string {
	if o.chosen == nil {
		return choice{}.key(d)
	}
	return o.chosen.key(d)
}

// key is what the identity of a run says about a plugin that was chosen.
func (c choice) key(d hostsvc.Description) string {
	key := d.Name + " " + d.Version
	if c.sha256 != "" {
		return strings.TrimSpace(key) + " sha256:" + c.sha256
	}
	return key
}

// chooseNamed returns the plugin that the user names, by a name or a path.
func chooseNamed(plugin string, devs map[string]string) (choice, error) {
	if isPath(plugin) {
		return choosePath(plugin)
	}
	return chooseName(plugin, devs)
}

// isPath reports whether --plugin names a program and not a plugin. What is in
// the folder at hand is run only when that is said, as in ./plugin.
func isPath(plugin string) bool {
	return strings.ContainsRune(plugin, '/') || strings.ContainsRune(plugin, filepath.Separator)
}

// choosePath returns the plugin whose program the user names.
func choosePath(plugin string) (choice, error) {
	path, err := filepath.Abs(plugin)
	if err != nil {
		return choice{}, err
	}
	d, err := store.DigestFile(path)
	if err != nil {
		return choice{}, &exitError{code: exitUsage, err: fmt.Errorf("plugin %s: no such program: %w", plugin, err)}
	}
	return choice{command: pluginhost.Command{Name: filepath.Base(path), Path: path}, sha256: d.SHA256}, nil
}

// chooseName returns the plugin of a name: one under development, built in or
// installed.
func chooseName(name string, devs map[string]string) (choice, error) {
	if err := registry.CheckName(name); err != nil {
		return choice{}, &exitError{code: exitUsage, err: fmt.Errorf("plugin: %w", err), hint: "a program is named by its path, with a / in it"}
	}
	if path, ok := devs[name]; ok {
		c, err := choosePath(path)
		c.name, c.command.Name = name, name
		c.warning = fmt.Sprintf("plugin %s is %s, for development: its lock is not applied", name, c.command.Path)
		return c, err
	}
	if _, ok := builtins[name]; ok {
		command, err := builtinCommand(name)
		return choice{name: name, command: command}, err
	}
	installed, err := registry.Scan(registry.Folders(), builtinNames()...)
	if err != nil {
		return choice{}, &exitError{code: exitAborted, err: err}
	}
	for _, p := range installed {
		if p.Name == name && !p.Hidden() {
			return chooseInstalled(p)
		}
	}
	hint := "oxbridge plugin list shows those that there are"
	if _, err := os.Stat(name); err == nil {
		hint = "./" + name + " is the program in the folder at hand"
	}
	return choice{}, &exitError{code: exitUsage, err: fmt.Errorf("no plugin %s is installed", name), hint: hint}
}

// chooseInstalled returns an installed plugin, when its program is the one that
// was locked.
func chooseInstalled(p *registry.Plugin) (choice, error) {
	prog, err := p.Open()
	if err != nil {
		return choice{}, refused(err)
	}
	return choice{name: p.Name, command: commandOf(prog), sha256: prog.Digest.SHA256}, nil
}

// commandOf runs what was opened. The file stays open as long as the command is
// in use.
func commandOf(prog *registry.Program) pluginhost.Command {
	return pluginhost.Command{Name: prog.Name, Path: prog.Path, Program: prog.File}
}

// refused gives an error of the registry its exit status and hint.
func refused(err error) error {
	e := &exitError{code: exitAborted, err: err}
	var r *registry.Refusal
	if errors.As(err, &r) {
		e.hint = r.Hint
	}
	return e
}

// nameFor returns the plugin that makes the outputs in question. Two of them are
// an error: which one is meant is for the user to say.
func (o *runOptions) nameFor() (string, error) {
	needs := batch.Needs(o.to, o.from)
	can := func(r *registry.Record) bool {
		return !slices.ContainsFunc(needs, func(n batch.Need) bool {
			return n.Direction == session.Export && !r.Exports(n.Format) || n.Direction == session.Import && !r.Imports(n.Format)
		})
	}
	var found, shown []string
	all := slices.Clone(formats)
	for _, name := range builtinNames() {
		if r := builtinRecord(name); can(r) {
			found, shown = append(found, name), append(shown, name+" (built in)")
		}
	}
	installed, err := registry.Scan(registry.Folders(), builtinNames()...)
	if err != nil && len(found) == 0 {
		return "", &exitError{code: exitAborted, err: err}
	}
	for _, p := range installed {
		if p.Record == nil || p.Hidden() {
			continue
		}
		for _, f := range p.Record.Formats {
			if f.Exports && !slices.Contains(all, f.Name) {
				all = append(all, f.Name)
			}
		}
		if can(p.Record) {
			found, shown = append(found, p.Name), append(shown, p.Name+" ("+p.Path+")")
		}
	}
	switch len(found) {
	case 0:
		flag := "--to " + o.to
		if o.from != "" {
			flag = "--from " + o.from
		}
		return "", &exitError{code: exitUsage, err: fmt.Errorf("%s: no such format", flag),
			hint: "formats are " + strings.Join(all, ", ") + "; oxbridge plugin list shows plugins and why one may not be used"}
	case 1:
		return found[0], nil
	}
	return "", &exitError{code: exitUsage, err: fmt.Errorf("--to %s: more than one plugin does that: %s", o.to, strings.Join(shown, ", ")),
		hint: "choose one: --plugin " + strings.Join(found, ", or --plugin ")}
}

// developed returns the programs under development by the names of their plugins;
// flags win over the environment.
func developed(flags []string, variable string) (map[string]string, error) {
	devs := map[string]string{}
	var all []string
	if variable != "" {
		all = strings.Split(variable, ",")
	}
	for i, pair := range append(all, flags...) {
		from := "--plugin-dev"
		if i < len(all) {
			from = devVariable
		}
		name, path, ok := strings.Cut(pair, "=")
		if !ok || path == "" || registry.CheckName(name) != nil {
			return nil, &exitError{code: exitUsage, err: fmt.Errorf("%s: %q is not name=path", from, pair)}
		}
		if i < len(all) && !filepath.IsAbs(path) {
			return nil, &exitError{code: exitUsage, err: fmt.Errorf("%s: %s is not an absolute path", from, path)}
		}
		devs[name] = path
	}
	return devs, nil
}

// plannedPlugin returns the plugin for work that was planned with the plugin of
// that key: what the user says, else the same by its name. A program that was
// named by its path has to be named again.
func plannedPlugin(flag, key string) string {
	name, _, _ := strings.Cut(key, " ")
	if flag != "" {
		return flag
	}
	if _, ok := builtins[name]; ok {
		return name
	}
	installed, err := registry.Scan(registry.Folders(), builtinNames()...)
	if err == nil && slices.ContainsFunc(installed, func(p *registry.Plugin) bool { return p.Name == name }) {
		return name
	}
	return ""
}
