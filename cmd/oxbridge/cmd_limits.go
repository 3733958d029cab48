package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

func newLimitsCommand(stdout io.Writer) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "limits [NAME...]",
		Short: "Print the bounds on sizes, depths, counts and times",
		Long: `Limits prints the bounds that keep hostile or damaged input from costing more
than it should: what each bounds, its value, and what becomes of the rest.

Every command takes --limit NAME=VALUE to change one, and the variable
` + limits.Env + ` holds a list of them. Sizes may end in K, M or G, times are
written as 90s or 5m. A run that is begun with other bounds is another run, where
outputs depend on them.

Exit status: 0, 2 no such limit.`,
		Example: `  oxbridge limits
  oxbridge limits mime.depth
  oxbridge convert --limit mime.body=64M --to msg --out MSG MAIL`,
		RunE: action(func(_ context.Context, names []string) error {
			list, err := limitsNamed(names)
			if err != nil {
				return err
			}
			if asJSON {
				return printLimitsJSON(list, stdout)
			}
			return printLimits(list, stdout)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object for each limit")
	return cmd
}

func limitsNamed(names []string) ([]*limits.Limit, error) {
	if len(names) == 0 {
		return limits.All(), nil
	}
	var list []*limits.Limit
	for _, name := range names {
		l := limits.Find(name)
		if l == nil {
			return nil, &exitError{code: exitUsage, err: fmt.Errorf("%w: %q", limits.ErrUnknown, name), hint: "oxbridge limits lists them"}
		}
		list = append(list, l)
	}
	return list, nil
}

func printLimits(list []*limits.Limit, w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tVALUE\tBOUNDS\tBEYOND IT")
	for _, l := range list {
		value := l.Format(l.Get())
		if l.Get() != l.Default() {
			value += " (default " + l.Format(l.Default()) + ")"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", l.Name(), value, l.Bounds(), l.Beyond())
	}
	return t.Flush()
}

func printLimitsJSON(list []*limits.Limit, w io.Writer) error {
	type row struct {
		Name    string `json:"name"`
		Unit    string `json:"unit"`
		Value   int64  `json:"value"` // durations in nanoseconds
		Default int64  `json:"default"`
		Most    int64  `json:"most"`
		Bounds  string `json:"bounds"`
		Beyond  string `json:"beyond"`
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, l := range list {
		if err := enc.Encode(row{l.Name(), l.Unit().String(), l.Get(), l.Default(), l.Most(), l.Bounds(), l.Beyond()}); err != nil {
			return err
		}
	}
	return nil
}

// addLimitFlag gives all commands --limit, and makes what it and the environment
// say hold before any of them begins.
func addLimitFlag(root *cobra.Command) {
	var changed []string
	root.PersistentFlags().StringArrayVar(&changed, "limit", nil, "change a bound, as `name=value`; see oxbridge limits")
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		for _, list := range append([]string{os.Getenv(limits.Env)}, changed...) {
			if err := setLimits(list); err != nil {
				return err
			}
		}
		return nil
	}
}

// setLimits changes the bounds of a list.
func setLimits(list string) error {
	if err := limits.SetList(list); err != nil {
		return &exitError{code: exitUsage, err: err, hint: "oxbridge limits lists them"}
	}
	return nil
}
