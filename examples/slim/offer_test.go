package slim

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/examples/internal/host"
	"github.com/oxbridge-mail/oxbridge/examples/internal/python"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// tryPlugin does what its option do says, and its probe what the file says.
const tryPlugin = `
import time
from oxbridge_plugin import Attachment, Format, Message, Option, Plugin, Properties

kept = []

def transform(job, m):
    exec(job.options["do"], {**globals(), "job": job, "m": m})
    if job.options["do"].startswith("other"):
        return Message({"PidTagSubject": "another"})
    if job.options["do"].startswith("text"):
        return "a text"

def probe(file):
    return {b"Y": True, b"N": False}.get(file.read(), None)

Plugin("try", transformer=transform, options=[Option("do", "what to do")],
       formats=[Format("try", importer=lambda job, file: Message(), probe=probe, magic=[(4, b"TRY!")])]).main()
`

func write(t *testing.T, text string) string {
	t.Helper()
	script := filepath.Join(t.TempDir(), "oxbridge-plugin-try.py")
	if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return script
}

// TestTransform has a plugin use what a message offers, rightly and wrongly: a fault
// costs the one message, and says what it is.
func TestTransform(t *testing.T) {
	t.Parallel()
	pool := python.Start(t, write(t, tryPlugin))
	if d := pool.Description(); !d.Can(session.Probe, "try") || len(d.Formats) != 1 || len(d.Formats[0].Magic) != 1 {
		t.Errorf("described as %+v", d)
	}
	for _, tt := range []struct{ do, subject, fault string }{
		{do: "pass", subject: "large"},
		{do: "other = 1", subject: "another"},
		{do: "del m['PidTagSubject']", subject: ""},
		{do: "m.discard('PidTagSubject', 'PidTagBody', 'PidTagImportance')", subject: ""},
		{do: "for name in m: del m[name]", subject: ""},
		{do: "for name in m: m[name] = m[name]", subject: "large"},
		{do: "m['PidTagSubject'] = m['PidTagBody']; m.recipients.clear()", subject: strings.Repeat("b", 100_000)},
		{do: "m.recipients.append(Properties()); m.attachments.insert(0, Attachment()); m.attachments[1].embedded = Message()", subject: "large"},
		{do: "m['PidTagSubject'] = 's' * 70000", subject: strings.Repeat("s", 70_000)},

		{do: "del m['PidTagImportance']", fault: "KeyError: 'PidTagImportance'"},
		{do: "m['PidTagSubjekt'] = ''", fault: "did you mean PidTagSubject?"},
		{do: "text = 1", fault: "the transformer returned str, not a Message"},
		{do: "m['PidTagSubject'] = None", fault: "property 0x0037001F: None is no value of type 0x001F: None has no type; del takes a property out"},
		{do: "m['PidTagSubject'] = 7", fault: "7 is no value of type 0x001F"},
		{do: "m['PidTagImportance'] = 1 << 40", fault: "more than 32 bits"},
		{do: "m['PidNameKeywords'] = 'word'", fault: "it has several values, in a list"},
		{do: "m['PidNameKeywords'] = ['word' * 1000] * 1000", fault: "is too long"},
		{do: "m.recipients.append({'PidTagDisplayName': 'Ada'})", fault: "dict stands where Properties is needed"},
		{do: "m.attachments.append(Message())", fault: "Message stands where Attachment is needed"},
		{do: "m.attachments[0].embedded = m", fault: "more than 128 deep"},
		{do: "m.recipients += [Properties({'PidTagDisplayName': 'x' * 70000})] * 5000", fault: "more than 4096 values above 65536 bytes"},
		{do: "kept.append(m['PidTagBody'])", subject: "large"},
		{do: "m['PidTagSubject'] = kept[0]", fault: "it belongs to another message"},
		{do: "kept[0].read()", fault: "the job has ended"},
	} {
		m := &mapi.Message{Recipients: make([]mapi.Props, 1), Attachments: []*mapi.Attachment{{}}}
		prop.Subject.Set(&m.Props, "large")
		prop.Body.Set(&m.Props, strings.Repeat("b", 100_000))
		m.Props.Set(mapi.NewTag(0x6001, mapi.PtypMultipleInteger32), []int32{})
		m.Props.Set(mapi.NewTag(0x6002, mapi.PtypServerID), []byte("id"))
		m.Props.Set(mapi.NewTag(0x6003, mapi.PtypInteger32), int32(-1<<31))
		got, _, err := transform(t, pool, m, map[string]string{"do": tt.do})
		switch {
		case tt.fault == "" && err != nil:
			t.Errorf("%s: %v", tt.do, err)
		case tt.fault == "":
			if subject, _ := got.Props.Text(proptag.Subject, 1<<20); subject != tt.subject {
				t.Errorf("%s: the subject is %.60q", tt.do, subject)
			}
		case !errors.Is(err, hostsvc.ErrPlugin) || !strings.Contains(err.Error(), tt.fault):
			t.Errorf("%s: %v, want %q", tt.do, err, tt.fault)
		}
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	pool := python.Start(t, write(t, tryPlugin))
	for file, want := range map[string]bool{"Y": true, "N": false} {
		if yes, err := pool.Probe(t.Context(), "try", transfer.NewBytesInput([]byte(file))); err != nil || yes != want {
			t.Errorf("%s: %v, %v", file, yes, err)
		}
	}
	if _, err := pool.Probe(t.Context(), "try", transfer.NewBytesInput([]byte("?"))); err == nil || !strings.Contains(err.Error(), "the probe returned None, not True or False") {
		t.Errorf("got %v", err)
	}
}

// TestCancel stops a transformation that looks whether it is to stop, in time for
// its process to be used again.
func TestCancel(t *testing.T) {
	t.Parallel()
	pool := python.Start(t, write(t, tryPlugin))
	m := host.Message(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	take := func(*mapi.Message) error { return errors.New("a message has come") }
	job := &session.Job{Direction: session.Transform, Message: m, Take: take, Options: map[string]string{
		"do": "kept.append('here'); job.report('try.begun', '', severity='info')\nwhile True: job.check(); time.sleep(0.001)",
	}}
	job.Report = func(problem.Problem) { cancel() }
	if err := pool.Convert(ctx, job); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, _, err := transform(t, pool, &mapi.Message{}, map[string]string{"do": "assert kept == ['here']"}); err != nil {
		t.Errorf("another process does the next job: %v", err)
	}
}

// TestDeclarations has programs that declare what makes no sense.
func TestDeclarations(t *testing.T) {
	t.Parallel()
	for declared, want := range map[string]string{
		`Plugin("try")`:                          "plugin try has no formats and no transformer",
		`Plugin("try", transformer="transform")`: "the transformer of plugin try is 'transform', not a function",
		`Plugin("try", formats=[Format("try", exporter=print, probe=print)])`:                   "format try has a probe and no importer",
		`Plugin("try", formats=[Format("try", importer=print, probe=True)])`:                    "the probe of format try is True, not a function",
		`Plugin("try", formats=[Format("try", importer=print, magic=[(4096, b"x")])])`:          "needs 1 to 256 bytes below 4096",
		`Plugin("try", formats=[Format("try", importer=print), Format("try", importer=print)])`: "format try is there twice",
		`Plugin("try", transformer=print, options=[Option("a", ""), Option("a", "")])`:          "option a is there twice",
	} {
		c := python.Command(t, write(t, "from oxbridge_plugin import *\n"+declared+".main()\n"))
		cmd := exec.CommandContext(t.Context(), c.Path, c.Args...)
		cmd.Env = append(os.Environ(), c.Env...)
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v, %s", declared, err, out)
		}
	}
}

// wholePlugin is the examples in one: it reads, writes, knows its files and changes
// messages.
const wholePlugin = `
import runpy
from oxbridge_plugin import Plugin

main, made = Plugin.main, []
Plugin.main = lambda self: made.append(self)
for path in MARKDOWN, SLIM:
    runpy.run_path(path, run_name="__main__")
Plugin.main = main
Plugin("whole", "1.0.0", made[0].formats, made[0].options + made[1].options, made[1].transformer).main()
`

// TestWhole holds a plugin that does all there is against all rules of the wire.
func TestWhole(t *testing.T) {
	t.Parallel()
	text := wholePlugin
	for name, path := range map[string]string{"MARKDOWN": "../markdown/oxbridge-plugin-markdown.py", "SLIM": script} {
		abs, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		text = strings.Replace(text, name, strconv.Quote(abs), 1)
	}
	python.Conform(t, write(t, text), "describe", "jobs", "export", "import", "transform", "probe", "large", "wire")
}

// TestUnchanged has a transformer set every property to what it is: the message is
// the same afterwards, whatever the types.
func TestUnchanged(t *testing.T) {
	t.Parallel()
	pool := python.Start(t, write(t, tryPlugin))
	values := []struct {
		kind  mapi.Type
		value mapi.Value
	}{
		{mapi.PtypInteger16, int16(-1 << 15)}, {mapi.PtypInteger32, int32(1<<31 - 1)}, {mapi.PtypInteger64, int64(-1 << 63)},
		{mapi.PtypFloating32, float32(0.1)}, {mapi.PtypFloating64, 1e300}, {mapi.PtypFloatingTime, mapi.FloatingTime(2.5)},
		{mapi.PtypCurrency, mapi.Currency(-1)}, {mapi.PtypErrorCode, mapi.ErrNotFound}, {mapi.PtypBoolean, true},
		{mapi.PtypTime, mapi.Filetime(1<<63 - 1)}, {mapi.PtypGuid, mapi.GUID{1, 2}}, {mapi.PtypNull, nil},
		{mapi.PtypString, ""}, {mapi.PtypString, strings.Repeat("ä", 20_000)}, {mapi.PtypString8, "größer"},
		{mapi.PtypBinary, []byte{}}, {mapi.PtypServerID, []byte("id")}, {mapi.PtypMultipleInteger32, []int32{-1, 1}},
		{mapi.PtypMultipleFloating64, []float64{0.5}}, {mapi.PtypMultipleTime, []mapi.Filetime{}}, {mapi.PtypMultipleString, []string{}},
		{mapi.PtypMultipleString8, []string{"a", ""}}, {mapi.PtypMultipleGuid, []mapi.GUID{{3}}}, {mapi.PtypMultipleBinary, [][]byte{{0}, {}}},
	}
	before := &mapi.Message{}
	for i, v := range values {
		before.Props.Set(mapi.NewTag(uint16(0x6700+i), v.kind), v.value)
		before.Props.SetNamed(mapi.Name{Set: mapi.GUID{9}, Text: fmt.Sprint("value ", i)}, v.kind, v.value)
	}
	before.Props.SetNamed(mapi.Name{Set: mapi.GUID{9}, ID: 7}, mapi.PtypBoolean, false)
	after, _, err := transform(t, pool, before, map[string]string{"do": "for name in m: m[name] = m[name]"})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(after.Props, before.Props) {
		t.Errorf("got %v, want %v", after.Props, before.Props)
	}
}
