package main

import (
	"iter"
	"slices"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/registry"
)

// messageFiles are the extensions of files with messages.
var messageFiles = []string{"msg", "eml", "oft", "json"}

// completeMessages completes the names of files with messages, for at most n
// arguments; 0 is any number.
func completeMessages(n int) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if n > 0 && len(args) >= n {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return messageFiles, cobra.ShellCompDirectiveFilterFileExt
	}
}

// completeInputs completes files with messages of a format that --to can be made
// of; without --to, of any.
func completeInputs(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	to, _ := cmd.Flags().GetString("to")
	from, _ := cmd.Flags().GetString("from")
	switch {
	case to == "":
		return messageFiles, cobra.ShellCompDirectiveFilterFileExt
	case to != "msg":
		return []cobra.Completion{"msg", "oft"}, cobra.ShellCompDirectiveFilterFileExt
	case from == "":
		return []cobra.Completion{"eml", "json"}, cobra.ShellCompDirectiveFilterFileExt
	}
	return []cobra.Completion{from}, cobra.ShellCompDirectiveFilterFileExt
}

// completeWords completes the value of a flag that is one of a few words.
func completeWords(cmd *cobra.Command, flag string, words ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// formatCompletions returns the formats of outputs, each with what it is.
func formatCompletions() (list []string) {
	for _, name := range formats {
		list = append(list, name+"\t"+formatHelp[name])
	}
	return list
}

// completeFormats completes a format: one of the words, or one that an installed
// plugin has and that serves.
func completeFormats(known, words []string, serves func(registry.Format) bool) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		all, seen := slices.Clone(words), slices.Clone(known)
		for r := range installedRecords() {
			for _, f := range r.Formats {
				if serves(f) && !slices.Contains(seen, f.Name) {
					seen, all = append(seen, f.Name), append(all, f.Name+"\tby plugin "+r.Name)
				}
			}
		}
		return all, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeTransformers completes the value of --transform: an installed plugin that
// changes messages, or the path of a program.
func completeTransformers(*cobra.Command, []string, string) (all []cobra.Completion, _ cobra.ShellCompDirective) {
	for r := range installedRecords() {
		if r.Transforms {
			all = append(all, r.Name)
		}
	}
	return all, cobra.ShellCompDirectiveDefault
}

// installedRecords are those of the installed plugins that are found by name.
func installedRecords() iter.Seq[*registry.Record] {
	return func(yield func(*registry.Record) bool) {
		installed, _ := scanPlugins() // what cannot be read completes nothing
		for _, p := range installed {
			if p.Record != nil && !p.Hidden() && !yield(p.Record) {
				return
			}
		}
	}
}

// addCompletions tells shells what the flags and arguments of the commands can
// be, for those that do not say so themselves.
func addCompletions(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		if cmd.Flags().Lookup("color") != nil {
			completeWords(cmd, "color", "auto", "always", "never")
		}
		if cmd.Flags().Lookup("plugin") != nil {
			_ = cmd.RegisterFlagCompletionFunc("plugin", completePluginOrPath)
		}
		if cmd.Flags().Lookup("transform") != nil {
			_ = cmd.RegisterFlagCompletionFunc("transform", completeTransformers)
		}
		switch cmd.Name() {
		case "convert":
			cmd.ValidArgsFunction = completeInputs
			_ = cmd.RegisterFlagCompletionFunc("to", completeFormats(formats, formatCompletions(), func(f registry.Format) bool { return f.Exports }))
			_ = cmd.RegisterFlagCompletionFunc("from", completeFormats(sources, sources, func(f registry.Format) bool { return f.Imports }))
			_ = cmd.RegisterFlagCompletionFunc("help-plugin", completePlugins(true))
			_ = cmd.MarkFlagDirname("out")
			for _, o := range builtinOptions() {
				if len(o.Choices) > 0 {
					completeWords(cmd, o.Name, o.Choices...)
				}
			}
		case "verify":
			cmd.ValidArgsFunction = completeMessages(0)
		case "repair":
			cmd.ValidArgsFunction = completeMessages(1)
		}
	}
}
