package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"runtime/debug"
	"slices"

	"github.com/oxbridge-mail/oxbridge/core/look"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/plugins/eml"
	"github.com/oxbridge-mail/oxbridge/plugins/json"
	"github.com/oxbridge-mail/oxbridge/sdk"
)

// serveCommand makes this program a built-in plugin. It is not for people: the
// host starts itself with it.
const serveCommand = "serve-plugin"

// launchCommand makes this program build the walls of a sandbox around itself and
// become a plugin.
const launchCommand = "launch-plugin"

// builtins are the plugins inside this program, by name.
var builtins = map[string]func() sdk.Plugin{
	"eml":  eml.New,
	"json": json.New,
}

// builtinOptions are the options of the built-in plugins.
func builtinOptions() []sdk.Option {
	var all []sdk.Option
	for _, name := range slices.Sorted(maps.Keys(builtins)) {
		all = append(all, builtins[name]().Options...)
	}
	return all
}

// builtinMappings is the table of header fields and properties of the plugin for
// mail, builtinOtherNames the fields that it reads as others.
var (
	builtinMappings   = eml.Mappings
	builtinOtherNames = eml.OtherNames
)

// builtinMemory is from how many bytes on a built-in plugin collects garbage
// before it takes more memory. It is no limit: what is in use may be more.
const builtinMemory = 160 << 20

// servePlugin runs the built-in plugin of that name until its host is gone.
func servePlugin(name string, stderr io.Writer) int {
	builtin, ok := builtins[name]
	if !ok {
		fmt.Fprintf(stderr, "oxbridge: no built-in plugin %q\n", name)
		return exitUsage
	}
	if debug.SetMemoryLimit(-1) > builtinMemory {
		debug.SetMemoryLimit(builtinMemory)
	}
	sdk.Main(builtin())
	return exitOK
}

// builtinCommand says how to start a built-in plugin as a process.
func builtinCommand(name string) (pluginhost.Command, error) {
	self, err := os.Executable()
	if err != nil {
		return pluginhost.Command{}, err
	}
	return pluginhost.Command{Name: name, Path: self, Args: []string{serveCommand, name}}, nil
}

// richText reads bodies in RTF for the commands that look into messages.
func richText(rtf []byte) (look.Rich, error) {
	html, text, native, err := eml.Rich(rtf)
	return look.Rich{HTML: html, Text: text, Native: native}, err
}
