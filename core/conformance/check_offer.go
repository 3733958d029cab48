package conformance

import (
	"context"
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// offerChecks are about jobs that the plugin never offered to do.
var offerChecks = []Check{
	{"jobs/unsupported", "ends a job that it never offered with UNSUPPORTED", "§6, Result",
		"answer Done{UNSUPPORTED} for formats and directions that the description does not have", checkUnsupported},
	{"jobs/options", "refuses a value that an option does not take, with UNSUPPORTED or BAD_INPUT and a reason", "§3, Begin",
		"check Begin.options before the job begins; the error belongs in Done", checkWrongOptions},
}

func checkUnsupported(ctx context.Context, b *bench) error {
	return b.between(ctx, func(spec) error {
		const nowhere = "x-no-such-format"
		jobs := []spec{export(nowhere, plain()), imports(nowhere, []byte("x"))}
		if !b.transforms() {
			jobs = append(jobs, transform(plain()))
		}
		for _, f := range b.desc.GetFormats() {
			if !f.GetExports() {
				jobs = append(jobs, export(f.GetName(), plain()))
			}
			if !f.GetImports() {
				jobs = append(jobs, imports(f.GetName(), []byte("x")))
			}
		}
		for _, s := range jobs {
			res, err := b.run(ctx, s)
			switch {
			case err != nil:
				return err
			case res.code != pluginv1.Result_RESULT_UNSUPPORTED:
				return fmt.Errorf("%v of %s ends with %s", s.direction, s.format, res)
			}
		}
		return nil
	})
}

// wrongValues are values that an option does not take.
func wrongValues(o *pluginv1.Option) []string {
	var wrong []string
	for _, v := range []string{"no such value", "-99999999999", "99999999999999999999", "1e3", "TRUE "} {
		if asOption(o).Accept(v) != nil {
			wrong = append(wrong, v)
		}
	}
	return wrong
}

func checkWrongOptions(ctx context.Context, b *bench) error {
	return b.between(ctx, func(s spec) error {
		tried := 0
		for _, o := range b.desc.GetOptions() {
			for _, v := range wrongValues(o) {
				s.options = map[string]string{o.GetName(): v}
				res, err := b.run(ctx, s)
				tried++
				switch {
				case err != nil:
					return fmt.Errorf("%s=%s: %w", o.GetName(), v, err)
				case res.code != pluginv1.Result_RESULT_UNSUPPORTED && res.code != pluginv1.Result_RESULT_BAD_INPUT || res.text == "":
					return fmt.Errorf("with %s=%s, a job ends with %s", o.GetName(), v, res)
				}
			}
		}
		if tried == 0 {
			return skip("it declares no options, or takes any value")
		}
		return nil
	})
}
