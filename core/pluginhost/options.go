package pluginhost

import (
	"cmp"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/sandbox"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// A Command says how to start a plugin.
type Command struct {
	Name string // for messages and the log
	Path string // of the program
	// Program is the program, opened, or nil. On Linux it is run instead of what
	// has its Path when a process is started, so that what was checked is what
	// runs. It has to stay open as long as processes are started.
	Program *os.File
	Args    []string // without the program's name
	Env     []string // NAME=value, beside the few variables that every plugin gets
	// Read are files and folders that the program may read in a sandbox, beside
	// what it needs to start.
	Read []string
}

// Options set the limits of a pool. A zero field means the default.
type Options struct {
	// Processes is how many processes work at once; by default as many as have
	// one lane more in all than there are CPUs, and never more than CPUs: one,
	// for a plugin that takes the lanes. Those of ConvertAlone come on top, as
	// many again, or two.
	Processes int
	// LanesPerProcess is how many lanes a process has; by default one more than
	// there are CPUs, and at most 8. A plugin may want fewer.
	LanesPerProcess int
	// StartTimeout is how long a process may take to its handshake; default
	// limits.PluginStart, long, as a busy machine is no fault of the plugin.
	StartTimeout time.Duration
	// IdleTimeout is how long a job may go without a sign of life; default limits.PluginIdle.
	IdleTimeout time.Duration
	// JobTimeout is how long a job may take that does not say so itself, and
	// apart from the time for its size; default limits.PluginJob.
	JobTimeout time.Duration
	// Grace is how long a job that was told to end may take to do so; default
	// limits.PluginGrace.
	Grace time.Duration
	// Recycle is after how many jobs a process is replaced; default limits.PluginRecycle.
	Recycle int
	// Sandbox says behind which walls plugins run; the zero value is sandbox.Off.
	Sandbox sandbox.Mode
	// Launcher is the program, with its first arguments, that calls
	// sandbox.Launch with its last. Needed unless Sandbox is off.
	Launcher []string
	// Memory bounds the data of a plugin process in a sandbox, in bytes; default
	// that of package sandbox. A process that has taken three fifths of it is
	// replaced between jobs, in a sandbox or not, where the system tells.
	Memory uint64
	// Log takes what the plugin prints, and the life and death of its
	// processes; nil drops it.
	Log *slog.Logger

	shared bool // as where the system has no namespaces
}

func (o Options) withDefaults() Options {
	o.LanesPerProcess = max(1, cmp.Or(o.LanesPerProcess, min(runtime.NumCPU()+1, maxLanes)))
	o.StartTimeout = cmp.Or(o.StartTimeout, limits.PluginStart.Duration())
	o.Recycle = max(1, cmp.Or(o.Recycle, limits.PluginRecycle.Int()))
	o.Memory = cmp.Or(o.Memory, uint64(limits.PluginMemory.Get()))
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// maxLanes is how many lanes a process has by default at most: they share a
// connection.
const maxLanes = 8

// processes is how many processes work at once of a plugin that takes so many
// lanes in each.
func (o Options) processes(lanes, cpus int) int {
	return max(1, cmp.Or(o.Processes, min(cpus, (cpus+lanes)/lanes)))
}

// lane returns the options of a lane; the defaults of the others are hostsvc's.
func (o Options) lane(pipeline int) hostsvc.Options {
	return hostsvc.Options{Pipeline: pipeline, Idle: o.IdleTimeout, Timeout: o.JobTimeout, Grace: o.Grace}
}

// passed are the variables that a plugin gets of the host's environment, besides
// LC_*. Everything else may be a secret.
var passed = []string{"PATH", "HOME", "TMPDIR", "LANG", "TZ", "SYSTEMROOT", "GOMAXPROCS"}

// cleanEnv returns what a plugin gets of the environment env.
func cleanEnv(env []string) []string {
	var out []string
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		name = strings.ToUpper(name)
		ok := strings.HasPrefix(name, "LC_")
		for _, p := range passed {
			ok = ok || name == p
		}
		if ok {
			out = append(out, e)
		}
	}
	return out
}

// environ is the environment of the command's process, without what go-plugin
// adds.
func (c Command) environ() []string {
	env := cleanEnv(os.Environ())
	if changed := limits.List(); changed != "" {
		env = append(env, limits.Env+"="+changed)
	}
	return append(env, c.Env...)
}
