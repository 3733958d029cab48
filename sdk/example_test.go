package sdk_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// A plugin that writes the subject of a message, with what is needed around it.
func ExampleMain() {
	export := func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		_, err := fmt.Fprintln(dst, prop.Subject.Of(src.Props))
		return err
	}
	sdk.Main(sdk.Plugin{
		Name: "subjects",
		Formats: []sdk.Format{{
			Name:       "subject",
			Extensions: []string{".txt"},
			Exporter:   sdk.ExportFunc(export),
		}},
	})
}

// notes is a format of files that begin with "NOTE\n".
var notes = sdk.Format{
	Name:       "note",
	MediaType:  "text/x-note",
	Extensions: []string{".note"},
	Magic:      []sdk.Magic{{Bytes: "NOTE\n"}},
	Importer: sdk.ImportFunc(func(_ context.Context, _ *sdk.Job, src transfer.Input) (*mapi.Message, error) {
		m := &mapi.Message{}
		prop.MessageClass.Set(&m.Props, "IPM.StickyNote")
		prop.Body.SetLarge(&m.Props, src.Range(5, max(0, src.Size()-5), transfer.Raw))
		return m, nil
	}),
}

// What is wrong with a plugin is said before it is used.
func ExamplePlugin() {
	fmt.Println(sdk.Plugin{Name: "notes", Formats: []sdk.Format{notes}}.Check())
	fmt.Println(sdk.Plugin{Name: "My Notes", Formats: []sdk.Format{notes}}.Check())
	fmt.Println(sdk.Plugin{Name: "notes"}.Check())
	// Output:
	// <nil>
	// sdk: plugin name "My Notes" is not [a-z][a-z0-9-]{0,31}
	// sdk: plugin notes has no formats and no Transformer
}

func ExampleFormat() {
	m, err := notes.Importer.Import(context.Background(), &sdk.Job{}, transfer.NewBytesInput([]byte("NOTE\nBuy milk.\n")))
	if err != nil {
		fmt.Println(err)
		return
	}
	body, err := prop.Body.Read(m.Props, 1000)
	fmt.Printf("%s: %q %v\n", prop.MessageClass.Of(m.Props), body, err)
	// Output: IPM.StickyNote: "Buy milk.\n" <nil>
}

// A tar archive says what it is behind its first header.
func ExampleMagic() {
	format := sdk.Format{Name: "tar", Magic: []sdk.Magic{{Offset: 257, Bytes: "ustar"}}, Importer: notes.Importer}
	fmt.Println(sdk.Plugin{Name: "tar", Formats: []sdk.Format{format}}.Check())
	// Output: <nil>
}

// A calendar may have a long preface, so its beginning decides nothing.
func ExampleProbe() {
	var probe sdk.Probe = func(_ context.Context, src transfer.Input) (bool, error) {
		at, _, err := src.Find(0, min(src.Size(), 1<<20), []byte("BEGIN:VCALENDAR"))
		return at >= 0, err
	}
	for _, file := range []string{"\n\nBEGIN:VCALENDAR\n", "Dear Ada,\n"} {
		yes, err := probe(context.Background(), transfer.NewBytesInput([]byte(file)))
		fmt.Println(yes, err)
	}
	// Output:
	// true <nil>
	// false <nil>
}

// An exporter that places attachments without looking at them.
func ExampleExportFunc() {
	attachments := sdk.ExportFunc(func(_ context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		for i, a := range src.Attached() {
			content, err := a.Content()
			if err != nil {
				job.Loss("example.attachment.empty", problem.Attachment(i), "the attachment has no content")
				continue
			}
			if err := dst.Ref(content, transfer.Base64); err != nil {
				return err
			}
		}
		return nil
	})

	var file bytes.Buffer
	job := &sdk.Job{Reporter: func(p problem.Problem) { fmt.Println(p) }}
	m := &mapi.Message{Attachments: []*mapi.Attachment{{}, {}}}
	prop.AttachDataBinary.Set(&m.Attachments[1].Props, []byte("hello"))
	err := attachments.Export(context.Background(), job, m, transfer.NewOutput(&file))
	fmt.Printf("%q %v\n", file.String(), err)
	// Output:
	// loss example.attachment.empty at attachment 0: the attachment has no content
	// "aGVsbG8=\r\n" <nil>
}

// lines is an Exporter with a state of its own.
type lines struct{ prefix string }

// Export writes the body line by line, as a stream: it may be of any length.
func (l lines) Export(ctx context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
	body, err := prop.Body.Open(src.Props)
	if err != nil {
		return fmt.Errorf("no body: %w", sdk.ErrBadInput)
	}
	defer body.Close()
	for s := bufio.NewScanner(body); s.Scan() && ctx.Err() == nil; {
		if _, err := fmt.Fprintln(dst, l.prefix+s.Text()); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func ExampleExporter() {
	var e sdk.Exporter = lines{prefix: "> "}
	m := &mapi.Message{}
	prop.Body.Set(&m.Props, "Lunch?\nAt noon.")
	fmt.Println(e.Export(context.Background(), &sdk.Job{}, m, transfer.NewOutput(os.Stdout)))
	fmt.Println(e.Export(context.Background(), &sdk.Job{}, &mapi.Message{}, transfer.NewOutput(os.Stdout)))
	// Output:
	// > Lunch?
	// > At noon.
	// <nil>
	// no body: sdk: bad input
}

// An importer of files that are a line of subject, and then an attachment.
func ExampleImportFunc() {
	read := sdk.ImportFunc(func(_ context.Context, _ *sdk.Job, src transfer.Input) (*mapi.Message, error) {
		end, _, err := src.Find(0, src.Size(), []byte("\n"))
		if err != nil {
			return nil, err
		}
		if end < 0 {
			return nil, fmt.Errorf("no first line: %w", sdk.ErrBadInput)
		}
		line := make([]byte, min(end, 1000))
		if _, err := src.ReadAt(line, 0); err != nil {
			return nil, err
		}
		m := &mapi.Message{}
		prop.Subject.Set(&m.Props, string(line))
		a := &mapi.Attachment{}
		prop.AttachMethod.Set(&a.Props, mapi.AttachByValue)
		prop.AttachDataBinary.SetLarge(&a.Props, src.Range(end+1, src.Size()-end-1, transfer.Raw))
		m.Attachments = append(m.Attachments, a)
		return m, nil
	})

	m, err := read.Import(context.Background(), &sdk.Job{}, transfer.NewBytesInput([]byte("Lunch\nsoup\n")))
	content, _ := prop.AttachDataBinary.Read(m.Attachments[0].Props, 100)
	fmt.Printf("%s: %q %v\n", prop.Subject.Of(m.Props), content, err)
	// Output:
	// Lunch: "soup\n" <nil>
}

func ExampleImporter() {
	m, err := notes.Importer.Import(context.Background(), &sdk.Job{}, transfer.NewBytesInput([]byte("NOTE\n")))
	fmt.Println(prop.MessageClass.Of(m.Props), err)
	// Output: IPM.StickyNote <nil>
}

// A transformer that moves everybody to another domain.
func ExampleTransformFunc() {
	move := sdk.TransformFunc(func(_ context.Context, job *sdk.Job, m *mapi.Message) error {
		for i, r := range m.RecipientsOf() {
			local, domain, ok := strings.Cut(prop.SmtpAddress.Of(r), "@")
			if ok && domain == job.Text("from") {
				prop.SmtpAddress.Set(&m.Recipients[i], local+"@"+job.Text("to"))
			}
		}
		return nil
	})

	m := &mapi.Message{Recipients: make([]mapi.Props, 1)}
	prop.SmtpAddress.Set(&m.Recipients[0], "ada@old.example")
	job := &sdk.Job{Options: map[string]string{"from": "old.example", "to": "new.example"}}
	err := move.Transform(context.Background(), job, m)
	fmt.Println(prop.SmtpAddress.Of(m.Recipients[0]), err)
	// Output: ada@new.example <nil>
}

// A plugin that transforms messages needs no format.
func ExampleTransformer() {
	var t sdk.Transformer = sdk.TransformFunc(func(_ context.Context, _ *sdk.Job, m *mapi.Message) error {
		m.Attachments = nil
		return nil
	})
	p := sdk.Plugin{Name: "detach", Transformer: t}
	fmt.Println(p.Check(), p.Features())
	// Output: <nil> [transform]
}

func ExampleJob() {
	job := &sdk.Job{
		Format:   "note",
		Options:  map[string]string{"width": "72", "upper": "true", "font": "Courier"},
		Log:      slog.New(slog.DiscardHandler),
		Reporter: func(p problem.Problem) { fmt.Println(p) },
	}
	fmt.Println(job.Number("width"), job.Bool("upper"), job.Text("font"))
	job.Log.Info("one more note")
	job.Loss("notes.colour.lost", "", "notes here have no colour")
	job.Info("notes.date.guessed", problem.Attachment(0), "the date is that of the message")
	// Output:
	// 72 true Courier
	// loss notes.colour.lost: notes here have no colour
	// info notes.date.guessed at attachment 0: the date is that of the message
}

func ExampleOption() {
	width := sdk.Option{Name: "width", Kind: sdk.OptionNumber, Default: "72", Min: 20, Max: 998, Help: "cut lines here"}
	fmt.Println(width.Accept("40"))
	fmt.Println(width.Accept("wide"))
	// Output:
	// <nil>
	// width is "wide"; it takes a number from 20 to 998
}

func ExampleOptionKind() {
	for _, o := range []sdk.Option{
		{Name: "font", Kind: sdk.OptionText, Choices: []string{"serif", "mono"}},
		{Name: "upper", Kind: sdk.OptionBool},
		{Name: "width", Kind: sdk.OptionNumber},
	} {
		fmt.Println(o.Accept("comic"))
	}
	// Output:
	// font is "comic"; it takes serif, mono
	// upper is "comic"; it takes true or false
	// width is "comic"; it takes a number from 0 on
}

func ExampleSettle() {
	declared := []sdk.Option{{Name: "width", Kind: sdk.OptionNumber, Default: "72"}, {Name: "font"}}
	fmt.Println(sdk.Settle(declared, map[string]string{"font": "Courier"}))
	fmt.Println(sdk.Settle(declared, map[string]string{"fnot": "Courier"}))
	// Output:
	// map[font:Courier width:72] <nil>
	// map[] no option "fnot"
}

// A host that brings its own transport serves a plugin by itself.
func ExampleServe() {
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // the host has no work
	fmt.Println(sdk.Serve(ctx, lis, sdk.Plugin{Name: "notes", Formats: []sdk.Format{notes}}))
	// Output: <nil>
}
