package main

import (
	"cmp"
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/sandbox"
)

// addSandboxFlag adds the flag for the walls around plugins.
func addSandboxFlag(f *pflag.FlagSet, mode *string) {
	f.StringVar(mode, "sandbox", string(sandbox.Best), "keep plugins from files, network and other programs: `strict` (or do not start), best (as far as the system can) or off")
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
