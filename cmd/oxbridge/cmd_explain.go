package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/core/report"
)

func newExplainCommand(stdout io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [CODE...]",
		Short: "Say what a problem code means, and what to do about it",
		Long: `Explain says what the codes mean that runs report, and those of "oxbridge
verify". Without a code it lists them all.

Exit status: 0, 2 a code is not known.`,
		Example: `  oxbridge explain mime.class`,
		RunE: action(func(_ context.Context, codes []string) error {
			if len(codes) == 0 {
				return listCodes(stdout)
			}
			for _, code := range codes {
				if err := explainCode(code, stdout); err != nil {
					return err
				}
			}
			return nil
		}),
	}
}

func listCodes(w io.Writer) error {
	for _, e := range report.Explanations() {
		if _, err := fmt.Fprintf(w, "%-26s %s\n", e.Code, e.What); err != nil {
			return err
		}
	}
	return nil
}

func explainCode(code string, w io.Writer) error {
	e, known := report.Explain(code)
	if known {
		if _, err := fmt.Fprintf(w, "%s\n  %s\n  Why: %s\n  What to do: %s\n", e.Code, e.What, e.Why, e.Do); err != nil {
			return err
		}
	}
	for _, r := range msg.VerifyRules() {
		if r.Code == code {
			_, err := fmt.Fprintf(w, "%s (a rule of oxbridge verify)\n  %s: %s\n", r.Code, r.Section, r.Text)
			return err
		}
	}
	if known {
		return nil
	}
	hint := "oxbridge explain lists the codes"
	for _, e := range report.Explanations() {
		if strings.Contains(e.Code, code) {
			hint = "did you mean " + e.Code + "?"
			break
		}
	}
	return &exitError{code: exitUsage, err: fmt.Errorf("%s: no such code", code), hint: hint}
}
