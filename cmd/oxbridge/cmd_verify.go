package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

type verifyOptions struct {
	json  bool
	rules bool
}

func newVerifyCommand(stdout, stderr io.Writer) *cobra.Command {
	var opts verifyOptions
	cmd := &cobra.Command{
		Use:   "verify FILE...",
		Short: "Say whether .msg files are right, rule by rule",
		Long: `Verify checks .msg files against [MS-CFB] and [MS-OXMSG] and prints "FILE: ok",
or a line for each fault: the rule, the storage or stream concerned, what was
found, and the section of the document. Nothing is forgiven: files that convert
without a problem can have faults.

Exit status: 0 all right, 2 wrong usage, 3 some wrong.`,
		Example: `  oxbridge verify mail.msg
  oxbridge verify --json *.msg | jq -r 'select(.ok|not) | .file'
  oxbridge verify --rules`,
		Args: func(cmd *cobra.Command, args []string) error {
			if opts.rules {
				return cobra.NoArgs(cmd, args)
			}
			return cobra.MinimumNArgs(1)(cmd, args)
		},
		RunE: action(func(ctx context.Context, paths []string) error {
			if opts.rules {
				return printRules(stdout, opts.json)
			}
			return runVerify(ctx, opts, paths, stdout, stderr)
		}),
	}
	cmd.Flags().BoolVar(&opts.json, "json", false, "print one JSON object for each file")
	cmd.Flags().BoolVar(&opts.rules, "rules", false, "print the rules instead, with the sections they come from")
	return cmd
}

func runVerify(ctx context.Context, opts verifyOptions, paths []string, stdout, stderr io.Writer) error {
	wrong := false
	for _, path := range paths {
		if ctx.Err() != nil {
			return &exitError{code: exitAborted, err: errors.New("interrupted")}
		}
		faults, err := verifyFile(path)
		if err != nil {
			fmt.Fprintf(stderr, "oxbridge: %v\n", err)
			wrong = true
			continue
		}
		wrong = wrong || len(faults) > 0
		if err := printFaults(stdout, opts.json, path, faults); err != nil {
			return &exitError{code: exitAborted, err: fmt.Errorf("write results: %w", err)}
		}
	}
	if wrong {
		return &exitError{code: exitPartial}
	}
	return nil
}

// verifyFile returns the faults of a file.
func verifyFile(path string) ([]cfb.Fault, error) {
	src, err := store.OpenSource(path)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	faults, err := msg.Verify(src, src.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return faults, nil
}

// verifiedFile is a line of JSON output.
type verifiedFile struct {
	Type   string      `json:"type"` // "file"
	File   string      `json:"file"`
	OK     bool        `json:"ok"`
	Faults []faultView `json:"faults"`
}

// faultView is a fault in JSON.
type faultView struct {
	Rule    string `json:"rule"`
	Section string `json:"section"`
	Path    string `json:"path"`
	Offset  *int64 `json:"offset,omitempty"`
	Detail  string `json:"detail"`
}

// printFaults prints the outcome for a file.
func printFaults(w io.Writer, asJSON bool, path string, faults []cfb.Fault) error {
	if asJSON {
		line := verifiedFile{Type: "file", File: path, OK: len(faults) == 0, Faults: []faultView{}}
		for _, f := range faults {
			v := faultView{Rule: f.Rule, Section: f.Section, Path: f.Path, Detail: f.Detail}
			if f.Offset >= 0 {
				v.Offset = &f.Offset
			}
			line.Faults = append(line.Faults, v)
		}
		return lineEncoder(w).Encode(line)
	}
	if len(faults) == 0 {
		_, err := fmt.Fprintf(w, "%s: ok\n", path)
		return err
	}
	for _, f := range faults {
		if _, err := fmt.Fprintf(w, "%s: %s\n", path, printable(f.String())); err != nil {
			return err
		}
	}
	return nil
}

// printable replaces control characters, which names in damaged files can have.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// printRules prints the rules that verify knows.
func printRules(w io.Writer, asJSON bool) error {
	for _, r := range msg.VerifyRules() {
		var err error
		if asJSON {
			err = lineEncoder(w).Encode(struct {
				Type    string `json:"type"`
				Rule    string `json:"rule"`
				Section string `json:"section"`
				Text    string `json:"text"`
			}{"rule", r.Code, r.Section, r.Text})
		} else {
			_, err = fmt.Fprintf(w, "%-25s %-22s %s\n", r.Code, r.Section, r.Text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lineEncoder returns an encoder that writes an object per line.
func lineEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc
}
