// Package sdk is for writing plugins for oxbridge: programs that turn messages
// into files of some format, or such files into messages.
//
// # A whole plugin
//
// A plugin is a program named oxbridge-plugin-NAME. Its main function is one
// line:
//
//	func main() { sdk.Main(plugin) }
//
// and the variable says what it can do:
//
//	var plugin = sdk.Plugin{
//		Name: "subjects",
//		Formats: []sdk.Format{{
//			Name:       "subject",
//			Extensions: []string{".txt"},
//			Exporter:   sdk.ExportFunc(export),
//		}},
//	}
//
// What is left is a function:
//
//	func export(ctx context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
//		_, err := fmt.Fprintln(dst, src.Props.String(proptag.Subject))
//		return err
//	}
//
// examples/subjects in the source of oxbridge is this plugin, complete.
//
// # Messages
//
// A message is a tree of property bags, [mapi.Message]. Everything in it is
// here already, except values above 64 KiB: those are a [mapi.Large], which
// stays with the host until it is opened. Most converters need not open them.
// An exporter says where such a value goes:
//
//	err = dst.Ref(value, transfer.Base64)
//
// and an importer says where one is:
//
//	m.Props.Set(proptag.AttachDataBinary, src.Range(from, length, transfer.Unbase64))
//
// The host then moves the bytes itself, and an attachment of a gigabyte costs
// the plugin as much as one of a kilobyte.
//
// A message, an input and an output belong to one call of Export or Import.
// Afterwards their methods fail with [mapi.ErrInvalidObject].
//
// # Options
//
// A plugin declares the settings that it takes:
//
//	Options: []sdk.Option{{Name: "width", Kind: sdk.OptionNumber, Default: "72", Max: 998, Help: "cut lines here"}},
//
// Users give them as --set width=40; the host shows them and refuses wrong values,
// and job.Number("width") is the number.
//
// # When something is wrong
//
// What a file cannot carry, or had to be repaired, is a [problem.Problem]; give
// it to [Job.Report] and go on. If there is nothing to be made of the input at
// all, return an error that wraps [ErrBadInput]: the message is at fault, and
// the host does not try it again. Any other error is taken as a fault of the
// plugin. A panic costs the one message.
//
// The host has a deadline for each message and cancels ctx when it has passed;
// soon after, it ends the process. Loops that may take long look at ctx.
//
// Messages and files come through the host, so a plugin needs neither files nor
// network, and should not count on having them. What it prints ends up in the
// host's log; [Job].Log is the better way.
//
// # Tests
//
// Package [github.com/oxbridge-mail/oxbridge/sdk/plugintest] runs a plugin over
// a real connection inside a test:
//
//	got, problems := plugintest.Export(t, plugin, "subject", message)
//
// The program itself prints what it can do when it is started with the argument
// describe, and
//
//	oxbridge plugin test ./oxbridge-plugin-subjects
//
// checks the program over the wire: how it starts and ends, and what it makes of
// messages that are hostile or huge.
package sdk
