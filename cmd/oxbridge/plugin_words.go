package main

import (
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/registry"
)

// directions says what a plugin does with a format.
func directions(f registry.Format) string {
	switch {
	case f.Imports && f.Exports:
		return "reads and writes"
	case f.Imports:
		return "reads"
	}
	return "writes"
}

// formatDetails are the extensions and the media type of a format.
func formatDetails(f registry.Format) string {
	var words []string
	words = append(words, f.Extensions...)
	if f.MediaType != "" {
		words = append(words, f.MediaType)
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + printable(strings.Join(words, ", ")) + ")"
}

// doings says in one line what a plugin does.
func doings(r *registry.Record) string {
	var words []string
	for _, f := range r.Formats {
		words = append(words, directions(f)+" "+f.Name)
	}
	if r.Transforms {
		words = append(words, "changes messages")
	}
	return strings.Join(words, ", ")
}

// optionDetails are the values that an option takes, and its default.
func optionDetails(o registry.Option) string {
	text := "text"
	switch {
	case o.Kind == "bool":
		text = "true or false"
	case o.Kind == "number" && o.Max != 0:
		text = fmt.Sprintf("a number from %d to %d", o.Min, o.Max)
	case o.Kind == "number":
		text = fmt.Sprintf("a number from %d on", o.Min)
	case len(o.Choices) > 0:
		text = strings.Join(o.Choices, ", ")
	}
	value := o.Default
	switch {
	case value == "" && o.Kind == "bool":
		value = "false"
	case value == "" && o.Kind == "number":
		value = "0"
	case value == "":
		value = "nothing"
	}
	return printable(text + "; default " + value)
}
