package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

const (
	exporting    = pluginv1.Direction_DIRECTION_EXPORT
	importing    = pluginv1.Direction_DIRECTION_IMPORT
	transforming = pluginv1.Direction_DIRECTION_TRANSFORM
	probing      = pluginv1.Direction_DIRECTION_PROBE
)

// export is a job that exports m.
func export(format string, m *mapi.Message) spec {
	return spec{direction: exporting, format: format, message: m}
}

// imports is a job that imports a file.
func imports(format string, data []byte) spec {
	return spec{direction: importing, format: format, input: transfer.NewBytesInput(data), head: true}
}

// transform is a job that transforms m.
func transform(m *mapi.Message) spec { return spec{direction: transforming, message: m} }

// probe is a job that asks whether a file is of a format.
func probe(format string, data []byte) spec {
	s := imports(format, data)
	s.direction = probing
	return s
}

// transforms reports whether the plugin transforms messages.
func (b *bench) transforms() bool {
	return slices.Contains(b.desc.GetFeatures(), wire.FeatureTransform)
}

// sample returns a job that the plugin ought to do well: an export, or else an
// import of a sample, or else a transformation.
func (b *bench) sample(ctx context.Context) (spec, error) {
	return b.job(ctx, plain)
}

// job is sample with the message of an export or a transformation.
func (b *bench) job(ctx context.Context, m func() *mapi.Message) (spec, error) {
	if formats := b.exports(); len(formats) > 0 {
		return export(formats[0], m()), nil
	}
	formats := b.imports()
	if len(formats) == 0 && b.transforms() {
		return transform(m()), nil
	}
	if len(formats) == 0 {
		return spec{}, skip("the plugin has no format")
	}
	data, err := b.sampleOf(ctx, formats[0])
	if err != nil {
		return spec{}, err
	}
	return imports(formats[0], data), nil
}

// sampleOf returns a file of a format: one that was given, or one that the plugin
// writes itself. Without either it is some text: any plugin has an answer to that.
func (b *bench) sampleOf(ctx context.Context, format string) ([]byte, error) {
	if data, ok := b.opt.Samples[format]; ok {
		return data, nil
	}
	if data, ok := b.files[format]; ok {
		return data, nil
	}
	if !b.writes(format) {
		return []byte("Subject: a sample\r\nTo: nobody\r\n\r\nThis is some text.\r\n"), nil
	}
	m := plain()
	m.Attachments = m.Attachments[:1]
	res, err := b.run(ctx, export(format, m))
	switch {
	case err != nil:
		return nil, err
	case !res.ok():
		return nil, fmt.Errorf("export of a sample as %s: %s", format, res)
	}
	b.files[format] = res.out
	return res.out, nil
}

// writes reports whether the plugin writes a format.
func (b *bench) writes(format string) bool {
	for _, f := range b.desc.GetFormats() {
		if f.GetName() == format && f.GetExports() {
			return true
		}
	}
	return false
}

// again does a job and compares its result with that of want.
func (b *bench) again(ctx context.Context, s spec, want *result, after string) error {
	got, err := b.run(ctx, s)
	if err == nil {
		err = got.same(want)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", after, err)
	}
	return nil
}

// good does a sample job, which has to succeed if the plugin can know how.
func (b *bench) good(ctx context.Context) (spec, *result, error) {
	s, err := b.sample(ctx)
	if err != nil {
		return s, nil, err
	}
	res, err := b.run(ctx, s)
	if err == nil && s.direction == exporting && !res.ok() {
		err = fmt.Errorf("export of a sample: %s", res)
	}
	return s, res, err
}

// between does a sample job, then f, which is given it, and then the job again:
// nothing that f does may change that.
func (b *bench) between(ctx context.Context, f func(sample spec) error) error {
	s, want, err := b.good(ctx)
	if err == nil {
		err = f(s)
	}
	if err != nil {
		return err
	}
	return b.again(ctx, s, want, "the next job")
}

// settings are the options to do a job with: none, and if it declares switches,
// all of them set to what is not the default.
func (b *bench) settings() []map[string]string {
	all := []map[string]string{nil}
	turned := map[string]string{}
	for _, o := range b.desc.GetOptions() {
		if o.GetKind() == pluginv1.OptionKind_OPTION_KIND_BOOL {
			turned[o.GetName()] = strconv.FormatBool(o.GetDefault() != "true")
		}
	}
	if len(turned) > 0 {
		all = append(all, turned)
	}
	return all
}

// each calls f for every format. It joins what fails, with the name of the format,
// or else what f has to say.
func each(formats []string, f func(format string) error) error {
	var errs []error
	var notes []string
	for _, name := range formats {
		switch err := f(name); {
		case isVerdict(err):
			notes = append(notes, name+": "+err.Error())
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	if len(errs) == 0 && len(notes) > 0 {
		return pass("%s", strings.Join(notes, "; "))
	}
	return errors.Join(errs...)
}
