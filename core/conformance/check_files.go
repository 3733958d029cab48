package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

const hostileHint = "a message or file that cannot be converted is BAD_INPUT with a reason; what can is converted, and each loss reported"

var exportChecks = []Check{
	{"export/output", "writes a file for an ordinary message, with something in it", "§3",
		"Done{OK} means that the file is there; what cannot be written is BAD_INPUT or UNSUPPORTED", checkOutput},
	{"export/hostile", "ends each job with OK, BAD_INPUT or UNSUPPORTED, whatever stands in the message", "§6", hostileHint, checkHostileMessages},
}

var importChecks = []Check{
	{"import/head", "makes the same of a file whose beginning comes with Begin, and of one whose does not", "Begin",
		"Begin.head may be empty or shorter than the input: ask for the rest by Read", checkHead},
	{"import/hostile", "ends each job with OK, BAD_INPUT or UNSUPPORTED, whatever stands in the file", "§6", hostileHint, checkHostileFiles},
	{"import/round-trip", "reads back what it writes: subject, people, text and files, or reports what is lost", "§4, Problem",
		"report a problem of severity LOSS for each thing that the format or the importer leaves out", checkRoundTrip},
}

func checkOutput(ctx context.Context, b *bench) error {
	if len(b.exports()) == 0 {
		return skip("it writes no format")
	}
	return each(b.exports(), func(format string) error {
		res, err := b.run(ctx, export(format, plain()))
		switch {
		case err != nil:
			return err
		case !res.ok():
			return fmt.Errorf("ends with %s", res)
		case res.size == 0:
			return errors.New("ends with OK, and the file is empty")
		}
		return nil
	})
}

// answered returns an error unless a job has ended as a healthy plugin ends it.
func answered(res *result, err error) error {
	switch {
	case err != nil:
		return err
	case res.code == pluginv1.Result_RESULT_OK || res.code == pluginv1.Result_RESULT_BAD_INPUT || res.code == pluginv1.Result_RESULT_UNSUPPORTED:
		return nil
	}
	return fmt.Errorf("ends with %s", res)
}

func checkHostileMessages(ctx context.Context, b *bench) error {
	if len(b.exports()) == 0 {
		return skip("it writes no format")
	}
	count := 0
	err := each(b.exports(), func(format string) error {
		for _, options := range b.settings() {
			for _, h := range hostileMessages {
				s := export(format, h.make())
				s.options = options
				count++
				res, err := b.run(ctx, s)
				if err := answered(res, err); err != nil {
					return fmt.Errorf("%s: %w", h.name, err)
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return pass("%d jobs", count)
}

func checkHead(ctx context.Context, b *bench) error {
	if len(b.imports()) == 0 {
		return skip("it reads no format")
	}
	return each(b.imports(), func(format string) error {
		data, err := b.sampleOf(ctx, format)
		if err != nil {
			return err
		}
		s := imports(format, data)
		want, err := b.run(ctx, s)
		if err != nil {
			return err
		}
		s.head = false
		if err := b.again(ctx, s, want, "without it"); err != nil {
			return err
		}
		const little = 10
		s.head = true
		s.change = func(f *pluginv1.HostFrame) {
			if h := f.GetBegin().GetHead(); len(h) > little {
				f.GetBegin().Head = h[:little]
			}
		}
		return b.again(ctx, s, want, "with 10 bytes of it")
	})
}

// A hostileFile is one that no friend would send.
type hostileFile struct {
	name string
	data []byte
}

// hostileFiles are given to importers of a format; good is a file of it.
func hostileFiles(good []byte) []hostileFile {
	const long = 1 << 20
	all := []hostileFile{
		{"an empty file", nil},
		{"a NUL", []byte{0}},
		{"random bytes", bytesOf(100_000)},
		{"one long line", bytesLike('A', long)},
		{"nothing but line ends", bytes.Repeat([]byte("\r\n"), long/2)},
		{"opening brackets", bytesLike('[', long)},
		{"opening braces", bytes.Repeat([]byte(`{"a":`), long/5)},
		{"opening tags", bytes.Repeat([]byte("<a>"), long/3)},
		{"header fields", bytes.Repeat([]byte("A: b\r\n"), long/6)},
		{"the file twice", append(append([]byte{}, good...), good...)},
		{"the file after random bytes", append(bytesOf(1000), good...)},
	}
	const cuts, flips = 16, 48
	for i := range cuts {
		n := len(good) * i / cuts
		all = append(all, hostileFile{fmt.Sprintf("the first %d bytes of a file", n), good[:n]})
	}
	chance := rand.New(rand.NewPCG(1, 2))
	for range flips {
		if len(good) == 0 {
			break
		}
		bad, at, bit := append([]byte{}, good...), chance.IntN(len(good)), chance.IntN(8)
		bad[at] ^= 1 << bit
		all = append(all, hostileFile{fmt.Sprintf("a file with bit %d of byte %d changed", bit, at), bad})
	}
	return all
}

func checkHostileFiles(ctx context.Context, b *bench) error {
	if len(b.imports()) == 0 {
		return skip("it reads no format")
	}
	count := 0
	err := each(b.imports(), func(format string) error {
		good, err := b.sampleOf(ctx, format)
		if err != nil {
			return err
		}
		for _, h := range hostileFiles(good) {
			count++
			res, err := b.run(ctx, imports(format, h.data))
			if err := answered(res, err); err != nil {
				return fmt.Errorf("%s: %w", h.name, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return pass("%d jobs", count)
}

func checkRoundTrip(ctx context.Context, b *bench) error {
	tried := 0
	err := each(b.imports(), func(format string) error {
		if !b.writes(format) {
			return nil
		}
		tried++
		return b.roundTrip(ctx, format)
	})
	if err == nil && tried == 0 {
		return skip("there is no format that it both writes and reads")
	}
	return err
}

// roundTrip exports a message and imports the file.
func (b *bench) roundTrip(ctx context.Context, format string) error {
	m := plain()
	out, err := b.run(ctx, export(format, m))
	switch {
	case err != nil:
		return err
	case !out.ok():
		return fmt.Errorf("the export ends with %s", out)
	case int64(len(out.out)) < out.size:
		return pass("a file of %d bytes is too large to compare", out.size)
	}
	s := spec{direction: importing, format: format, input: transfer.NewBytesInput(out.out), head: true}
	back, err := b.run(ctx, s)
	switch {
	case err != nil:
		return err
	case !back.ok():
		return fmt.Errorf("the import ends with %s", back)
	case back.message == nil:
		return nil // wire/objects says what is wrong
	}
	lost := compare(m, back.message)
	switch {
	case len(lost) == 0:
		return nil
	case out.lost() || back.lost():
		return pass("a loss was reported: %v", lost[0])
	}
	return fmt.Errorf("%w, and no loss was reported", errors.Join(lost...))
}
