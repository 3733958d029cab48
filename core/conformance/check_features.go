package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

var transformChecks = []Check{
	{"transform/message", "makes a message of an ordinary one, with something in it", "§3",
		"put all that the message is to have, what is unchanged by Ref; a message that needs no change is put as it is", checkTransform},
	{"transform/hostile", "ends each job with OK, BAD_INPUT or UNSUPPORTED, whatever stands in the message", "§6", hostileHint, checkHostileTransform},
}

var probeChecks = []Check{
	{"probe/own", "says yes of a file that it has written, with its head and without", "Match",
		"look at the bytes that every file of the format has; ask by Read for what Begin.head does not have", checkProbeOwn},
	{"probe/others", "says no of an empty file and of random bytes", "Match",
		"say yes only of what no other format has; a file that is not of the format is MATCH_NO with OK", checkProbeOthers},
}

func checkTransform(ctx context.Context, b *bench) error {
	if !b.transforms() {
		return skip("it does not transform messages")
	}
	res, err := b.run(ctx, transform(plain()))
	switch {
	case err != nil:
		return err
	case !res.ok():
		return fmt.Errorf("ends with %s", res)
	case res.message != nil && len(res.message.Props) == 0: // without one wire/objects says what is wrong
		return errors.New("ends with OK, and the message is empty")
	}
	return nil
}

func checkHostileTransform(ctx context.Context, b *bench) error {
	if !b.transforms() {
		return skip("it does not transform messages")
	}
	for _, options := range b.settings() {
		for _, h := range hostileMessages {
			s := transform(h.make())
			s.options = options
			if err := answered(b.run(ctx, s)); err != nil {
				return fmt.Errorf("%s: %w", h.name, err)
			}
		}
	}
	return pass("%d jobs", len(b.settings())*len(hostileMessages))
}

// probes are the names of the formats for which the plugin probes.
func (b *bench) probes() []string {
	if !slices.Contains(b.desc.GetFeatures(), wire.FeatureProbe) {
		return nil
	}
	return b.formats(func(f *pluginv1.Format) bool { return f.GetProbes() })
}

// probed has the plugin probe a file, whose head comes with Begin and does not.
func (b *bench) probed(ctx context.Context, format string, data []byte, want pluginv1.Match) error {
	s := probe(format, data)
	for _, s.head = range []bool{true, false} {
		res, err := b.run(ctx, s)
		switch {
		case err != nil:
			return err
		case !res.ok():
			return fmt.Errorf("ends with %s", res)
		case (res.match == pluginv1.Match_MATCH_YES) != (want == pluginv1.Match_MATCH_YES):
			return fmt.Errorf("the answer is %v, head %v", res.match, s.head)
		}
	}
	return nil
}

func checkProbeOwn(ctx context.Context, b *bench) error {
	tried := 0
	err := each(b.probes(), func(format string) error {
		if _, given := b.opt.Samples[format]; !given && !b.writes(format) {
			return nil
		}
		tried++
		data, err := b.sampleOf(ctx, format)
		if err != nil {
			return err
		}
		return b.probed(ctx, format, data, pluginv1.Match_MATCH_YES)
	})
	if err == nil && tried == 0 {
		return skip("there is no format for which it probes and of which there is a file")
	}
	return err
}

func checkProbeOthers(ctx context.Context, b *bench) error {
	if len(b.probes()) == 0 {
		return skip("it does not probe")
	}
	return each(b.probes(), func(format string) error {
		for _, data := range [][]byte{nil, bytesOf(100_000)} {
			if err := b.probed(ctx, format, data, pluginv1.Match_MATCH_NO); err != nil {
				return fmt.Errorf("%d bytes: %w", len(data), err)
			}
		}
		return nil
	})
}
