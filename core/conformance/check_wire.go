package conformance

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// wireChecks look at what all jobs have shown, so they come last.
var wireChecks = []Check{
	{"wire/frames", "keeps the limits of frames: 256 KiB of Data and of a Read, 512 patterns, 4 KiB of text in Done", "§5",
		"cut what is long into several frames", ofRule(ruleFrames)},
	{"wire/refs", "names blobs that it was given, and bytes of them that are there", "§4, Ref",
		"use the ids and sizes of Begin and Snapshot; -1 stands for all that follows", ofRule(ruleRefs)},
	{"wire/objects", "sends objects that make a message: ids in order, below what has come, values of their types", "§4, Object, Prop",
		"number objects 1, 2, 3 … in the order sent; object 1 is the message", ofRule(ruleObjects)},
	{"wire/end", "ends each stream by last before Done, and each job by one Done with a result, after which nothing comes", "§3, Data, Done",
		"send an empty Data frame with last when nothing is left to send, then Done, and drop what comes later", ofRule(ruleEnd)},
	{"wire/problems", "reports problems with a dotted code and a severity", "Problem",
		"give every kind of loss a stable code such as NAME.attachment.dropped", ofRule(ruleProblems)},
	{"log/flood", "prints no more than 1,000 lines in a second", "§2",
		"log what an operator wants to know, once", checkFlood},
	{"log/private", "prints nothing of the contents of messages, but at level debug", "§2",
		"log sizes, counts and codes; subjects, names, addresses and text belong to level debug at most", checkPrivate},
}

// ofRule makes a check of a rule.
func ofRule(r rule) func(context.Context, *bench) error {
	return func(ctx context.Context, b *bench) error {
		if err := b.exercise(ctx); err != nil {
			return err
		}
		if found := b.breaches.of(r); len(found) > 0 {
			return errors.New(strings.Join(found, "; "))
		}
		jobs, refs, puts := b.breaches.counts()
		switch {
		case r == ruleRefs && refs == 0:
			return skip("it places nothing by reference")
		case r == ruleObjects && puts == 0:
			return skip("it has read no message")
		case r == ruleRefs:
			return pass("%d references", refs)
		case r == ruleObjects:
			return pass("%d messages", puts)
		}
		return pass("%d jobs", jobs)
	}
}

// exercise does a few ordinary jobs, unless there were many.
func (b *bench) exercise(ctx context.Context) error {
	const enough = 10
	if jobs, _, _ := b.breaches.counts(); jobs >= enough {
		return nil
	}
	for _, f := range b.exports() {
		for _, m := range []*mapi.Message{plain(), large(), nested(1)} {
			if _, err := b.run(ctx, export(f, m)); err != nil {
				return fmt.Errorf("export of %s: %w", f, err)
			}
		}
	}
	if b.transforms() {
		for _, m := range []*mapi.Message{plain(), large(), nested(1)} {
			if _, err := b.run(ctx, transform(m)); err != nil {
				return fmt.Errorf("transformation: %w", err)
			}
		}
	}
	for _, f := range b.imports() {
		data, err := b.sampleOf(ctx, f)
		if err != nil {
			return err
		}
		if _, err := b.run(ctx, imports(f, data)); err != nil {
			return fmt.Errorf("import of %s: %w", f, err)
		}
	}
	for _, f := range b.probes() {
		if _, err := b.run(ctx, probe(f, bytesOf(1000))); err != nil {
			return fmt.Errorf("probe for %s: %w", f, err)
		}
	}
	return nil
}

func checkFlood(ctx context.Context, b *bench) error {
	if err := b.exercise(ctx); err != nil {
		return err
	}
	b.stop() // now all that was printed is there
	if b.log.flooded() {
		return errors.New("lines were dropped")
	}
	return nil
}

func checkPrivate(ctx context.Context, b *bench) error {
	if err := b.exercise(ctx); err != nil {
		return err
	}
	b.stop()
	if leak := b.log.leaked(); leak != "" {
		return errors.New(leak)
	}
	return nil
}
