package conformance

import (
	"context"
	"fmt"
	"os"

	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

const (
	mebi = 1 << 20
	// hugeFile is the attachment of large/attachment and large/input.
	hugeFile = 96 * mebi
	// hugeText is the body of large/text.
	hugeText = 12 * mebi
	// maxGrowth is how much memory a process may take more for hugeFile than
	// for a small message.
	maxGrowth = 64 * mebi
	// maxMemory is how much a process may take at all.
	maxMemory = 512 * mebi
)

var largeChecks = []Check{
	{"large/attachment", "writes a message with an attachment of 96 MiB in no more than 64 MiB more memory", "§4, Ref",
		"place the value by Ref, or read it piece by piece and send each piece on", checkLargeAttachment},
	{"large/input", "reads a file with an attachment of 96 MiB in no more than 64 MiB more memory", "§3, Ref",
		"give the value as a Ref into blob 0; look for its end by Find", checkLargeInput},
	{"large/text", "has an answer to a body of 12 MiB", "§4",
		"read the body with a bound, and end the job with BAD_INPUT, or report the loss, above it", checkLargeText},
	{"large/memory", "never takes more than 512 MiB of memory", "§5",
		"hold no whole files and values in memory", checkMemory},
}

// growth does a job in a process of its own, and returns by how much the peak of
// its memory is above that after a small job; 0 where the system does not tell.
func (b *bench) growth(ctx context.Context, s spec) (*result, int64, error) {
	if _, err := b.fresh(ctx); err != nil {
		return nil, 0, err
	}
	if _, _, err := b.good(ctx); err != nil {
		return nil, 0, err
	}
	before := b.measure()
	res, err := b.run(ctx, s)
	return res, b.measure() - before, err
}

// bounded returns an error when a job took too much.
func bounded(res *result, grown int64, err error) error {
	if err := answered(res, err); err != nil {
		return err
	}
	if grown > maxGrowth {
		return fmt.Errorf("took %d MiB more", grown/mebi)
	}
	return nil
}

func checkLargeAttachment(ctx context.Context, b *bench) error {
	if len(b.exports()) == 0 {
		return skip("it writes no format")
	}
	most := int64(0)
	err := each(b.exports(), func(format string) error {
		for _, options := range b.settings() {
			s := export(format, huge(hugeFile))
			s.options = options
			res, grown, err := b.growth(ctx, s)
			most = max(most, grown)
			if err := bounded(res, grown, err); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return measured(most)
}

// measured says by how much memory has grown.
func measured(most int64) error {
	if peakMemory(os.Getpid()) == 0 {
		return pass("this system does not tell how much memory it took")
	}
	return pass("%d MiB more", most/mebi)
}

func checkLargeInput(ctx context.Context, b *bench) error {
	tried, most := 0, int64(0)
	err := each(b.imports(), func(format string) error {
		if !b.writes(format) {
			return nil
		}
		grown, err := b.largeInput(ctx, format)
		tried, most = tried+1, max(most, grown)
		return err
	})
	switch {
	case err != nil:
		return err
	case tried == 0:
		return skip("there is no format that it both writes and reads")
	}
	return measured(most)
}

// largeInput has the plugin read a large file that it has written.
func (b *bench) largeInput(ctx context.Context, format string) (int64, error) {
	f, err := os.CreateTemp("", "oxbridge-conformance-")
	if err != nil {
		return 0, err
	}
	defer func() {
		f.Close()
		_ = os.Remove(f.Name()) // the system's folder for temporary files is cleaned by others, too
	}()
	s := export(format, huge(hugeFile))
	s.file = f
	res, err := b.run(ctx, s)
	if err != nil || !res.ok() {
		return 0, answered(res, err)
	}
	in := spec{direction: importing, format: format, input: transfer.NewInput(f, res.size), head: true}
	res, grown, err := b.growth(ctx, in)
	return grown, bounded(res, grown, err)
}

func checkLargeText(ctx context.Context, b *bench) error {
	if len(b.exports()) == 0 {
		return skip("it writes no format")
	}
	return each(b.exports(), func(format string) error {
		return answered(b.run(ctx, export(format, longText(hugeText))))
	})
}

func checkMemory(ctx context.Context, b *bench) error {
	if _, _, err := b.good(ctx); err != nil {
		return err
	}
	b.measure()
	switch {
	case b.peak == 0:
		return skip("this system does not tell")
	case b.peak > maxMemory:
		return fmt.Errorf("took %d MiB", b.peak/mebi)
	}
	return pass("%d MiB at most", b.peak/mebi)
}
