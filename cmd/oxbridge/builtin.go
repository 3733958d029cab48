package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/cmd/internal/launch"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/plugins/eml"
	"github.com/oxbridge-mail/oxbridge/plugins/json"
	"github.com/oxbridge-mail/oxbridge/plugins/mbox"
	"github.com/oxbridge-mail/oxbridge/plugins/text"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/look"
)

// serveCommand makes this program a built-in plugin. It is not for people: the
// host starts itself with it.
const serveCommand = "serve-plugin"

// launchCommand makes this program build the walls of a sandbox around itself and
// become a plugin.
const launchCommand = launch.Command

// builtins are the plugins inside this program, by name.
var builtins = map[string]func() sdk.Plugin{
	"eml":  eml.New,
	"json": json.New,
	"mbox": mbox.New,
	"text": text.New,
}

// formatHelp says what the formats are that outputs can have without a plugin by
// others.
var formatHelp = map[string]string{
	"eml":  "Internet messages",
	"json": "all of a message",
	"mbox": "a mailbox for each message",
	"msg":  "Outlook messages",
	"same": "the format of each input, written anew",
	"text": "text to read and to search",
}

// builtinOptions are the options of the built-in plugins. Those that several have
// under one name take the same values, and stand here once; what they do in each
// is in the help.
func builtinOptions() []sdk.Option {
	var all []sdk.Option
	for _, name := range slices.Sorted(maps.Keys(builtins)) {
		for _, o := range builtins[name]().Options {
			i := slices.IndexFunc(all, func(p sdk.Option) bool { return p.Name == o.Name })
			switch {
			case i < 0:
				all = append(all, o)
			case !strings.Contains(all[i].Help, o.Help):
				all[i].Help += "; to " + name + ": " + o.Help
			}
		}
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

// richText reads bodies in RTF for the commands that look into messages.
var richText look.RichText = eml.Rich

// servePlugin runs the built-in plugin of that name until its host is gone.
func servePlugin(name string, stderr io.Writer) int {
	builtin, ok := builtins[name]
	if !ok {
		fmt.Fprintf(stderr, "oxbridge: no built-in plugin %q\n", name)
		return exitUsage
	}
	makeHeadroom()
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
