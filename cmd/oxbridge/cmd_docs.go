package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

func newDocsCommand(stdout io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "docs",
		Short: "Print reference pages made from the tables that the program works by",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "mapping",
		Short: "Print which property goes to which header field, and back",
		Long: `Mapping prints, in Markdown, the table by which header fields of Internet
messages and properties of Outlook messages are made from each other: the field,
the properties, the rule, and the sections of [MS-OXCMAIL] that ask for it, for
writing .eml and for reading it. A dash stands for what is practice or is not
done.`,
		Example: `  oxbridge docs mapping > mapping.md`,
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return printMapping(stdout) },
	})
	cmd.AddCommand(newManCommand(stdout))
	return cmd
}

// printMapping prints the table of header fields.
func printMapping(w io.Writer) error {
	rows := [][]string{{"Header field", "Property", "Rule", "Writing", "Reading"}}
	for _, m := range builtinMappings() {
		rows = append(rows, []string{m.Field, m.Property, m.Rule, m.Writing, m.Reading})
	}
	others := [][]string{{"Header field", "Read as"}}
	for _, n := range builtinOtherNames() {
		others = append(others, n[:])
	}
	_, err := fmt.Fprintf(w, "# Header fields and properties\n\nSections are those of [MS-OXCMAIL].\n\n%s\n"+
		"# Header fields that are read as others\n\nThey count where the other one is missing.\n\n%s", markdownTable(rows), markdownTable(others))
	return err
}

// markdownTable lays out a table; the first row is its head.
func markdownTable(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(markdownCell(cell))))
		}
	}
	var b strings.Builder
	for n, row := range rows {
		for i, cell := range row {
			fmt.Fprintf(&b, "| %-*s ", widths[i], markdownCell(cell))
		}
		b.WriteString("|\n")
		if n == 0 {
			for _, width := range widths {
				b.WriteString("|" + strings.Repeat("-", width+2))
			}
			b.WriteString("|\n")
		}
	}
	return b.String()
}

// markdownCell writes text for a cell.
func markdownCell(s string) string {
	if s == "" {
		return "-"
	}
	return strings.ReplaceAll(s, "|", `\|`)
}
