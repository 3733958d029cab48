package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/sandbox"
)

// addSandboxFlag adds the flag for the walls around plugins.
func addSandboxFlag(f *pflag.FlagSet, mode *string) {
	f.StringVar(mode, "sandbox", string(sandbox.Best), "keep plugins from files, network and other programs: `strict` (or do not start), best (as far as the system can) or off")
}

// pluginLimits are what plugins may take of time and memory. They change no
// output. Zero values are the defaults of package pluginhost.
type pluginLimits struct {
	message, idle time.Duration
	memory        string
}

func (l *pluginLimits) addFlags(f *pflag.FlagSet) {
	f.DurationVar(&l.message, "message-timeout", 0, "let a plugin take `time` for a message, and a second more for each MiB (default 10m)")
	f.DurationVar(&l.idle, "idle-timeout", 0, "give a plugin up that shows no sign of life for `time` (default 1m)")
	f.StringVar(&l.memory, "plugin-memory", "", "let a plugin's process have `size` of memory, where there is a sandbox (default 1G)")
}

// apply sets the limits in o, or returns a usage error.
func (l *pluginLimits) apply(o *pluginhost.Options) error {
	if l.message < 0 || l.idle < 0 {
		return &exitError{code: exitUsage, err: errors.New("--message-timeout and --idle-timeout must not be negative")}
	}
	memory, err := parseSize(l.memory)
	if err != nil {
		return &exitError{code: exitUsage, err: fmt.Errorf("--plugin-memory %s: %w", l.memory, err)}
	}
	o.JobTimeout, o.IdleTimeout, o.Memory = l.message, l.idle, uint64(memory)
	return nil
}

// pluginOptions returns the options by which plugins are started; "" is the
// default mode. Where this system has no walls at all, best is off.
func pluginOptions(mode string) (pluginhost.Options, error) {
	m, err := sandbox.ParseMode(cmp.Or(mode, string(sandbox.Best)))
	if err != nil {
		return pluginhost.Options{}, &exitError{code: exitUsage, err: fmt.Errorf("--sandbox %w", err)}
	}
	if m == sandbox.Best && len(sandbox.Available()) == 0 {
		m = sandbox.Off
	}
	if err := (sandbox.Policy{Mode: m}).Check(); err != nil {
		return pluginhost.Options{}, &exitError{code: exitAborted, err: fmt.Errorf("--sandbox strict: %w", err), hint: "--sandbox best starts plugins behind the walls that there are"}
	}
	self, err := os.Executable()
	if err != nil {
		return pluginhost.Options{}, err
	}
	return pluginhost.Options{Sandbox: m, Launcher: []string{self, launchCommand}}, nil
}
