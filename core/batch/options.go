package batch

import (
	"cmp"
	"context"
	"runtime"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// Options say what a run does.
type Options struct {
	// To is the format of the outputs: "msg", one that the converter writes, such as
	// "eml", or Same.
	To string
	// FromFormat is the format of inputs that become .msg files, "" for mail. It
	// means nothing to other outputs, which are made of .msg files. FromExtensions
	// are those of such inputs, with the dot, where contents do not tell them.
	FromFormat     string
	FromExtensions []string
	// Settings are passed to the plugin.
	Settings map[string]string
	// Plugin is the name and version of the converter, Program the version of
	// oxbridge: outputs may depend on both.
	Plugin, Program string
	// Recogniser, if not nil, tells the inputs of a plugin that reads formats of its
	// own into .msg files.
	Recogniser *Recogniser
	// Select says which files are inputs.
	Select Selection
	// Naming is a template for the names of outputs; "" mirrors those of inputs.
	Naming string
	// Layout is LayoutMaildir, or "" for a tree of files. A layout names outputs by
	// itself.
	Layout string
	// MessagesAsFiles says that messages attached to messages are .msg files
	// outside of .msg files, both ways; see package prepare.
	MessagesAsFiles bool
	// Prepare, if not nil, changes each message for the converter; see
	// session.Job. Prepared says what it does, as outputs depend on it.
	Prepare  func(*mapi.Message) error
	Prepared string
	// Transforms change each message, after Prepare, one after the other.
	Transforms []Transform
	// OnLoss is LossFails or "".
	OnLoss string
	// Folder is where relative paths of inputs start; "" means the working
	// folder.
	Folder string
	// Extension is that of the outputs, with the dot; "" stands for To. With Same
	// it is that of outputs which are not .msg files, and "" stands for ".eml".
	Extension string
	// OutDir is the folder for the outputs.
	OutDir string
	// In and Out are where inputs come from and outputs go to; nil means the
	// file system, and the folder OutDir.
	In, Out store.Storage
	// Packed unpacks compressed archives, for planning and for the run; nil means
	// that each does it for itself.
	Packed *Unpacker
	// Overwrite allows outputs to replace files.
	Overwrite bool
	// Again makes planning forget what was done before.
	Again bool
	// Jobs is how many messages are in hand at once; 0 means
	// JobsPerCPU for each CPU.
	Jobs int
	// SessionMessages is how many messages a session takes before it is closed
	// and the next one opened; 0 means 256.
	SessionMessages int
	// SessionBytes is how many bytes of input a session takes; 0 means 1 GiB.
	SessionBytes int64
	// SessionMemory is the memory budget of a session in bytes; 0 means 256 MiB.
	SessionMemory int64
	// LargeBytes is from what size on a message is large: no more than half of
	// the jobs are large ones, so that small ones get on; 0 means 16 MiB.
	LargeBytes int64
	// ShardItems and ShardBytes bound a shard; 0 means 1000 and 1 GiB.
	ShardItems int
	ShardBytes int64
	// Timeout bounds one job; 0 leaves it to the Converter.
	Timeout time.Duration
	// StopOnError ends the run at the first message that fails.
	StopOnError bool
	// Quarantine, if not "", is a folder that gets a copy of each input that
	// failed, and beside it the reason.
	Quarantine string
	// Durable makes sure of the order in which things reach the disk; see the
	// package's comment.
	Durable bool
	// Memory, if not nil, is asked in planning what is done already.
	Memory Memory
	// Drain, if not nil, ends the run when it is closed, after the messages in
	// hand.
	Drain <-chan struct{}
	// Found, if not nil, is told each item in planning, and Planned the whole plan,
	// whose error ends the run; messages may be in hand by then.
	Found   func(Item)
	Planned func(Header) error
	// Started, if not nil, is told that a message is taken in hand, and by which
	// plugin, "" for none. Done is told each result when its output has its name.
	// They are not called concurrently, but with Found and Planned.
	Started func(input, plugin string)
	Done    func(report.Result)
	// Record, if not nil, is told results when nothing can undo them any more.
	// It is not called concurrently. An error ends the run.
	Record func([]report.Result) error
	// Now is the clock of results; nil means time.Now.
	Now func() time.Time

	template *template // of Naming
}

// JobsPerCPU is how many messages are in hand for each CPU unless somebody says
// otherwise: enough that neither the host nor a plugin falls asleep between two
// messages, as waking costs more than a small message does.
const JobsPerCPU = 4

func (o Options) withDefaults() Options {
	setInt := func(p *int, value int) {
		if *p <= 0 {
			*p = value
		}
	}
	setBytes := func(p *int64, value int64) {
		if *p <= 0 {
			*p = value
		}
	}
	setInt(&o.Jobs, JobsPerCPU*runtime.GOMAXPROCS(0))
	setInt(&o.SessionMessages, limits.RunSession.Int())
	setInt(&o.ShardItems, limits.RunShard.Int())
	setBytes(&o.SessionBytes, limits.RunSessionBytes.Get())
	setBytes(&o.SessionMemory, limits.RunSessionMemory.Get())
	setBytes(&o.LargeBytes, limits.RunLarge.Get())
	setBytes(&o.ShardBytes, limits.RunShardBytes.Get())
	if o.In == nil {
		o.In = store.Dir{Folder: o.Folder, FollowLinks: o.Select.FollowLinks}
	}
	if o.Out == nil {
		o.Out = store.Dir{Root: o.OutDir}
	}
	if o.template == nil && o.Naming != "" {
		o.template, _ = parseTemplate(o.Naming)
	}
	return o
}

func (o Options) now() time.Time {
	if o.Now != nil {
		return o.Now()
	}
	return time.Now()
}

// planned tells that the plan is complete.
func (o Options) planned(h Header) error {
	if o.Planned == nil {
		return nil
	}
	return o.Planned(h)
}

// untilDrained returns a context that ends when the run is asked to.
func (o Options) untilDrained(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	if o.Drain != nil {
		go func() {
			select {
			case <-o.Drain:
				cancel(ErrDrained)
			case <-ctx.Done():
			}
		}()
	}
	return ctx, func() { cancel(nil) }
}

// extension returns that of the outputs without the dot.
func (o Options) extension() string {
	return cmp.Or(strings.TrimPrefix(o.Extension, "."), o.To)
}

// Identity returns what the outputs of a run over these paths depend on.
func (o Options) Identity(roots []Root) Identity {
	id := Identity{
		To: o.To, From: o.FromFormat, Program: o.Program, Plugin: o.Plugin, Settings: o.Settings, Folder: o.Folder,
		Select: o.Select, Naming: o.Naming, Layout: o.Layout, OnLoss: o.OnLoss, Roots: roots,
		MessagesAsFiles: o.MessagesAsFiles, Prepared: o.Prepared, Transforms: o.Transforms, Limits: limits.ListOutputs(),
	}
	if len(roots) > maxIdentityRoots {
		id.Roots = nil
		id.RootsHash = hashRoots(roots)
	}
	return id
}

// From returns the options with what a plan says about a run.
func (o Options) From(p *Plan) Options {
	o.To, o.FromFormat, o.Settings, o.Plugin, o.Program = p.To, p.From, p.Settings, p.Plugin, p.Program
	o.Select, o.Naming, o.Layout, o.OnLoss, o.Folder = p.Select, p.Naming, p.Layout, p.OnLoss, p.Folder
	o.MessagesAsFiles, o.Prepared, o.Transforms = p.MessagesAsFiles, p.Prepared, p.Transforms
	return o
}
