package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
)

// A transformer is a plugin that changes messages between reading and writing, with
// its processes.
type transformer struct {
	pool *pluginhost.Pool
	batch.Transform
}

// transformers are those of a run, in their order.
type transformers []transformer

// close ends their processes.
func (ts transformers) close() error {
	var errs []error
	for _, t := range ts {
		errs = append(errs, t.pool.Close())
	}
	return errors.Join(errs...)
}

// transforms returns them as a run knows them.
func (ts transformers) transforms() []batch.Transform {
	var all []batch.Transform
	for _, t := range ts {
		all = append(all, t.Transform)
	}
	return all
}

func addTransformFlag(f *pflag.FlagSet, names *[]string) {
	f.StringSliceVar(names, "transform", nil, "have `plugin`s change each message between reading and writing, one after the other: names, or paths of programs; --set name.option=value sets their options")
}

// closing closes plugins, and keeps what went wrong in that if nothing else did.
func closing(err *error, end func() error) {
	if cerr := end(); *err == nil {
		*err = cerr
	}
}

// startTransformers starts the plugins that --transform names, and checks that they
// are what they are to be and take their settings. The caller closes them.
func (o *runOptions) startTransformers(ctx context.Context, watch *watcher) (ts transformers, err error) {
	defer func() {
		if err != nil {
			_ = ts.close()
			ts = nil
		}
	}()
	devs, err := developed(o.dev, os.Getenv(devVariable))
	if err != nil {
		return ts, err
	}
	for _, name := range o.transforms {
		chosen, err := chooseNamed(name, devs)
		if err != nil {
			return ts, err
		}
		if chosen.warning != "" {
			watch.warn(chosen.warning)
		}
		popt, err := pluginOptions(o.sandbox)
		if err != nil {
			return ts, err
		}
		popt.Log = watch.log
		pool, err := pluginhost.Start(ctx, chosen.command, popt)
		if err != nil {
			return ts, &exitError{code: exitAborted, err: err}
		}
		d := pool.Description()
		t := transformer{pool, batch.Transform{Plugin: chosen.key(d), Settings: o.settings.of(d.Name), Converter: pool}}
		ts = append(ts, t)
		if !d.Can(session.Transform, "") {
			return ts, &exitError{code: exitAborted, err: fmt.Errorf("plugin %s does not transform messages", d.Name),
				hint: "the program shows what it can do when it is started with the argument describe"}
		}
		if _, err := sdk.Settle(d.Options, t.Settings); err != nil {
			return ts, &exitError{code: exitUsage, err: fmt.Errorf("plugin %s: %w", d.Name, err)}
		}
	}
	return ts, o.settings.checkOwners(ts)
}

// startTransformersAgain starts the transformers of a run that was planned, which
// must be the ones that --transform names.
func (o *runOptions) startTransformersAgain(ctx context.Context, planned []batch.Transform, watch *watcher) (transformers, error) {
	ts, err := o.startTransformers(ctx, watch)
	if err != nil {
		return nil, err
	}
	same := slices.EqualFunc(ts, planned, func(t transformer, p batch.Transform) bool { return t.Plugin == p.Plugin })
	if !same {
		_ = ts.close()
		return nil, &exitError{code: exitUsage, err: fmt.Errorf("the messages of the run are transformed by [%s], not by [%s]", pluginList(planned), pluginList(ts.transforms())),
			hint: "name the same plugins by --transform"}
	}
	for i := range ts {
		ts[i].Settings = planned[i].Settings
	}
	return ts, nil
}

func pluginList(ts []batch.Transform) string {
	var names []string
	for _, t := range ts {
		names = append(names, t.Plugin)
	}
	return strings.Join(names, ", ")
}

// of returns the settings for the options of one plugin: those that --set gives as
// plugin.option, or for "" those without a plugin, which are the converter's.
func (s settings) of(plugin string) map[string]string {
	own := map[string]string{}
	for name, value := range s {
		owner, option, ok := strings.Cut(name, ".")
		if !ok {
			owner, option = "", name
		}
		if owner == plugin {
			own[option] = value
		}
	}
	if len(own) == 0 {
		return nil
	}
	return own
}

// checkOwners returns a usage error for a setting of a plugin that is not there.
func (s settings) checkOwners(ts transformers) error {
	for _, name := range slices.Sorted(maps.Keys(s)) {
		owner, _, ok := strings.Cut(name, ".")
		known := slices.ContainsFunc(ts, func(t transformer) bool { return t.pool.Description().Name == owner })
		if ok && !known {
			return &exitError{code: exitUsage, err: fmt.Errorf("--set %s: no plugin of --transform is named %q", name, owner)}
		}
	}
	return nil
}
