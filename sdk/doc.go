// Package sdk is for writing plugins for oxbridge: programs that turn messages
// into files of some format, such files into messages, or messages into other
// messages.
//
// # From nothing to a plugin
//
// A plugin is a program of its own. Make a module for it:
//
//	mkdir oxbridge-plugin-subjects && cd oxbridge-plugin-subjects
//	go mod init example.org/oxbridge-plugin-subjects
//	go get github.com/oxbridge-mail/oxbridge
//
// and put this into main.go:
//
//	package main
//
//	import (
//		"context"
//		"fmt"
//
//		"github.com/oxbridge-mail/oxbridge/sdk"
//		"github.com/oxbridge-mail/oxbridge/sdk/mapi"
//		"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
//		"github.com/oxbridge-mail/oxbridge/sdk/transfer"
//	)
//
//	var plugin = sdk.Plugin{
//		Name:    "subjects",
//		Version: "1.0.0",
//		Formats: []sdk.Format{{
//			Name:       "subject",
//			Extensions: []string{".txt"},
//			Exporter:   sdk.ExportFunc(export),
//		}},
//	}
//
//	func main() { sdk.Main(plugin) }
//
//	func export(ctx context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
//		_, err := fmt.Fprintln(dst, prop.Subject.Of(src.Props))
//		return err
//	}
//
// That is all. Build it and use it:
//
//	go build
//	oxbridge convert --plugin ./oxbridge-plugin-subjects --to subject --out out mail.msg
//
// Every output name, retry, report and the right order of things on disk is the
// host's business. The plugin never sees a path, and should count on neither files
// nor network: a sandbox has none.
//
// # Messages
//
// A [mapi.Message] is a tree: properties, recipients, attachments, and in an
// attachment perhaps another message. Package
// [github.com/oxbridge-mail/oxbridge/sdk/mapi/prop] has a key for each property
// that the specification defines, which knows its Go type:
//
//	subject := prop.Subject.Of(src.Props)              // "" if there is none
//	sent, ok := prop.ClientSubmitTime.Get(src.Props)   // a mapi.Filetime
//	for i, r := range src.RecipientsOf(mapi.RecipientTo) {
//		fmt.Fprintln(dst, i, prop.DisplayName.Of(r))
//	}
//	for i, a := range src.Attached() {
//		fmt.Fprintln(dst, i, prop.AttachLongFilename.Of(a.Props), a.Embedded != nil)
//	}
//
// The message has come with the job, in one piece: none of this asks the host for
// anything. What is in it may come from anybody. A subject may have line breaks
// and a megabyte, a name may be ../../x, and what should be there may be missing.
//
// # Large values
//
// A value above 64 KiB has not come along, nor has the data of an attachment above
// 8 KiB: it is a [mapi.Large], which stays with the host. Read it as a stream, or whole up to a limit:
//
//	r, err := prop.Body.Open(src.Props)             // an io.ReadCloser
//	html, err := prop.Html.Read(src.Props, 16<<20)  // mapi.ErrTooBig if there is more
//
// Both work for values of any size. Better still, do not read it. An exporter says
// where a value goes, and the host moves the bytes, so that an attachment of a
// gigabyte costs the plugin as much as one of a kilobyte:
//
//	content, err := a.Content()
//	...
//	err = dst.Ref(content, transfer.Base64)
//
// An importer says where one is:
//
//	prop.AttachDataBinary.SetLarge(&a.Props, src.Range(from, length, transfer.Unbase64))
//
// A message, an input and an output belong to one call. Afterwards their methods
// fail with [mapi.ErrInvalidObject].
//
// # Reading files
//
// An [Importer] gets the file as a [transfer.Input], which has ReadAt, and Find for
// what one is looking for. So that users need not say which format their files have,
// declare a [Magic], or give a [Probe] where the first bytes do not tell:
//
//	sdk.Format{Name: "tar", Magic: []sdk.Magic{{Offset: 257, Bytes: "ustar"}}, Importer: ...}
//
// Then "oxbridge convert --plugin ./oxbridge-plugin-tar --to msg" takes the files
// that are of the format, and skips others.
//
// # Changing messages
//
// A [Transformer] changes its own copy of a message on the way between any two
// formats:
//
//	func transform(ctx context.Context, job *sdk.Job, m *mapi.Message) error {
//		for at, inner := range m.All() { // and the messages in it
//			if prop.Body.Delete(&inner.Props) {
//				job.Info("quiet.body.removed", at, "the text was taken out")
//			}
//		}
//		return nil
//	}
//
// It is used by "oxbridge convert --transform ./oxbridge-plugin-quiet --to eml ...",
// and several of them one after the other. examples/redact is a whole one.
//
// # Options
//
// A plugin declares the settings that it takes:
//
//	Options: []sdk.Option{{Name: "width", Kind: sdk.OptionNumber, Default: "72", Max: 998, Help: "cut lines here"}},
//
// Users give them as --set width=40, those of a transformer as --set quiet.width=40.
// The host shows them and refuses wrong values before anything is converted, and
// job.Number("width") is the number.
//
// # When something is wrong
//
// What a file cannot carry, or had to be repaired, is a problem with a code: say
// so, and go on. Codes are stable, because people count them:
//
//	job.Loss("subjects.recipient.lost", problem.Recipient(i), "the format has no place for Bcc")
//
// If there is nothing to be made of the input at all, return an error that wraps
// [ErrBadInput]: the message is at fault, and the host does not try it again. Any
// other error is taken as a fault of the plugin. A panic costs the one message.
//
// The host has a deadline for each message and cancels ctx when it has passed;
// soon after, it ends the process. Loops that may take long look at ctx.
//
// Functions are called concurrently unless [Plugin].Jobs is 1. What they make may
// depend on the message and the options alone: outputs are made again and compared.
// When the files that a plugin makes change, its version has to change.
//
// What a plugin prints ends up in the host's log; [Job].Log is the better way.
//
// # Tests
//
// Package [github.com/oxbridge-mail/oxbridge/sdk/plugintest] runs a plugin over
// a real connection inside a test, without a host:
//
//	func TestSubject(t *testing.T) {
//		m := &mapi.Message{}
//		prop.Subject.Set(&m.Props, "Lunch")
//		file, problems := plugintest.Export(t, plugin, "subject", m)
//		plugintest.Golden(t, "testdata/lunch.txt", file) // go test -update makes it
//		if len(problems) > 0 {
//			t.Error(problems)
//		}
//	}
//
//	func TestSurvive(t *testing.T) { plugintest.Survive(t, plugin) }
//
// The second one gives the plugin what it will meet in the world. The program itself
// prints what it can do when it is started with the argument describe, and
//
//	oxbridge plugin test ./oxbridge-plugin-subjects
//
// checks it over the wire: how it starts and ends, and what it makes of messages that
// are hostile or huge.
package sdk
