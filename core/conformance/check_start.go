package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// The checks without which nothing else can be tested.
const (
	handshakeCheck = "start/handshake"
	answerCheck    = "describe/answer"
)

const (
	startTime    = 30 * time.Second
	describeTime = 2 * time.Second
	// personTime is how long a program may take that a person has started.
	personTime = 10 * time.Second
)

var startChecks = []Check{
	{handshakeCheck, "prints one handshake line within 30 s and nothing before it, and listens where the line says", "§1",
		"print nothing before 1|1|unix|PATH|grpc, flush it, and make the socket in PLUGIN_UNIX_SOCKET_DIR", checkHandshake},
	{"start/person", "started without OXBRIDGE_PLUGIN, says what it is and exits with 1", "§1",
		"look at the variable OXBRIDGE_PLUGIN before anything else", checkPerson},
}

var describeChecks = []Check{
	{answerCheck, "answers Describe within 2 s", "§3",
		"do no work in Describe; load what is slow when a job needs it", checkAnswer},
	{"describe/complete", "has a valid name, and formats with valid names that it reads or writes, or the feature transform", "§3, Description",
		"names are [a-z][a-z0-9-]{0,31}, extensions begin with a dot, every format imports or exports", checkDescription},
	{"describe/options", "declares options with a name, a kind, one line of help and a default that it takes itself", "Option",
		"see the comment of Option in plugin.proto; an empty default stands for false and 0", checkOptions},
	{"describe/stable", "describes itself alike when asked again, and in another process", "§3",
		"do not let the description depend on time, chance or the order of a map", checkStable},
}

func checkHandshake(ctx context.Context, b *bench) error {
	p, err := b.fresh(ctx)
	if err != nil {
		var failed *pluginhost.Error
		if errors.As(err, &failed) {
			return errors.New(strings.TrimPrefix(failed.Error(), "plugin "+failed.Plugin+" "))
		}
		return err
	}
	b.took = p.Took()
	return pass("in %v", b.took.Round(time.Millisecond))
}

func checkPerson(ctx context.Context, b *bench) error {
	ctx, cancel := context.WithTimeoutCause(ctx, b.within(personTime), fmt.Errorf("still running after %v", b.within(personTime)))
	defer cancel()
	status, output, err := pluginhost.RunAsPerson(ctx, b.command, b.opt.Host)
	switch {
	case err != nil:
		return err
	case status != "exit status 1":
		return fmt.Errorf("ends with %s%s", status, lastWords(output))
	case strings.TrimSpace(output) == "":
		return errors.New("says nothing")
	}
	return nil
}

// ask asks the plugin what it is.
func (b *bench) ask(ctx context.Context, r *pluginv1.DescribeRequest) (*pluginv1.Description, error) {
	p, err := b.process(ctx)
	if err != nil {
		return nil, err
	}
	limit := b.within(describeTime)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	d, err := p.Client().Describe(ctx, r)
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("no answer within %v", limit)
	}
	if err != nil {
		return nil, b.gone(err)
	}
	return d, nil
}

func checkAnswer(ctx context.Context, b *bench) (err error) {
	b.desc, err = b.ask(ctx, &pluginv1.DescribeRequest{HostVersion: "conformance"})
	return err
}

var names = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

func checkDescription(_ context.Context, b *bench) error {
	d := b.desc
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !names.MatchString(d.GetName()) {
		bad("its name is %.80q", d.GetName())
	}
	if len(d.GetFormats()) == 0 && !b.transforms() {
		bad("it has no formats, and does not transform messages")
	}
	seen := map[string]bool{}
	for _, f := range d.GetFormats() {
		switch {
		case !names.MatchString(f.GetName()):
			bad("a format is named %.80q", f.GetName())
		case seen[f.GetName()]:
			bad("format %s is there twice", f.GetName())
		case !f.GetImports() && !f.GetExports():
			bad("format %s is neither read nor written", f.GetName())
		case f.GetExports() && len(f.GetExtensions()) == 0:
			bad("format %s is written, but has no extension for the files", f.GetName())
		}
		seen[f.GetName()] = true
		for _, e := range f.GetExtensions() {
			if len(e) < 2 || e[0] != '.' || strings.ContainsAny(e, "/\\\r\n\x00") {
				bad("format %s has the extension %.80q", f.GetName(), e)
			}
		}
	}
	return errors.Join(errs...)
}

func checkOptions(_ context.Context, b *bench) error {
	known := slices.DeleteFunc(slices.Clone(b.desc.GetOptions()), unknownKind)
	if len(known) == 0 {
		return skip("it declares no options")
	}
	var errs []error
	for i, o := range known {
		if err := wrongOption(o); err != nil {
			errs = append(errs, err)
		}
		if slices.ContainsFunc(known[:i], func(p *pluginv1.Option) bool { return p.GetName() == o.GetName() }) {
			errs = append(errs, fmt.Errorf("option %.80q is there twice", o.GetName()))
		}
	}
	return errors.Join(errs...)
}

// unknownKind reports whether an option is of a later version, or grease.
func unknownKind(o *pluginv1.Option) bool {
	return o.GetKind() < 0 || o.GetKind() > pluginv1.OptionKind(sdk.OptionNumber)
}

// wrongOption says what is wrong with a declaration.
func wrongOption(o *pluginv1.Option) error {
	name := o.GetName()
	switch {
	case !names.MatchString(name):
		return fmt.Errorf("an option is named %.80q", name)
	case o.GetHelp() == "" || strings.ContainsAny(o.GetHelp(), "\r\n"):
		return fmt.Errorf("the help of option %s is not one line: %.80q", name, o.GetHelp())
	case o.GetMax() != 0 && o.GetMin() > o.GetMax():
		return fmt.Errorf("option %s takes numbers from %d to %d", name, o.GetMin(), o.GetMax())
	case o.GetDefault() != "":
		if err := asOption(o).Accept(o.GetDefault()); err != nil {
			return fmt.Errorf("the default of option %w", err)
		}
	}
	return nil
}

// asOption is an option as the host checks it.
func asOption(o *pluginv1.Option) sdk.Option {
	return sdk.Option{Name: o.GetName(), Kind: sdk.OptionKind(o.GetKind()), Default: o.GetDefault(), Choices: o.GetChoices(), Min: o.GetMin(), Max: o.GetMax()}
}

func checkStable(ctx context.Context, b *bench) error {
	for _, where := range []string{"asked again", "in another process"} {
		d, err := b.ask(ctx, &pluginv1.DescribeRequest{HostVersion: "conformance"})
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", where, err)
		case !equal(d, b.desc):
			return fmt.Errorf("%s, it is another one", where)
		}
		b.stop()
	}
	return nil
}

// equal reports whether two messages have the same bytes.
func equal(a, c proto.Message) bool {
	o := proto.MarshalOptions{Deterministic: true}
	x, errX := o.Marshal(a)
	y, errY := o.Marshal(c)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
