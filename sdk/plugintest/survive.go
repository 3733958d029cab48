package plugintest

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// Survive has p do all that it does with what it will meet in the world: exporters
// and the Transformer with [Samples], importers and probes with files that are not
// of their format or broken off. Each job is done twice.
//
// A plugin may refuse what it is given, by [sdk.ErrBadInput]. The test fails when it
// panics, fails in another way, does not end, or makes something else the second
// time: outputs have to depend on the input and the options alone.
func Survive(t testing.TB, p sdk.Plugin) {
	t.Helper()
	h := Start(t, p)
	check := func(what string, do func() Result) {
		t.Helper()
		first := do()
		var f *Failure
		if first.Err != nil && (!errors.As(first.Err, &f) || f.Result != pluginv1.Result_RESULT_BAD_INPUT) {
			t.Errorf("%s: %v", what, first.Err)
			return
		}
		if second := do(); !same(first, second) {
			t.Errorf("%s: the second time something else came of it", what)
		}
	}
	for _, s := range Samples() {
		for _, f := range p.Formats {
			if f.Exporter != nil {
				check("export to "+f.Name+": "+s.Name, func() Result { return h.Export(f.Name, s.Message, nil) })
			}
		}
		if p.Transformer != nil {
			check("transform: "+s.Name, func() Result { return h.Transform(s.Message, nil) })
		}
	}
	for _, f := range p.Formats {
		for name, data := range files(f) {
			if f.Importer != nil {
				check("import of "+f.Name+": "+name, func() Result { return h.Import(f.Name, data, nil) })
			}
			if f.Probe != nil {
				check("probe for "+f.Name+": "+name, func() Result { return h.Probe(f.Name, data) })
			}
		}
	}
}

// same compares what came of two jobs.
func same(a, b Result) bool {
	return bytes.Equal(a.Output, b.Output) && a.Matched == b.Matched && fmt.Sprint(a.Err) == fmt.Sprint(b.Err) &&
		reflect.DeepEqual(a.Problems, b.Problems) && sameMessage(a.Message, b.Message)
}

func sameMessage(a, b *mapi.Message) bool {
	return (a == nil) == (b == nil) && (a == nil || reflect.DeepEqual(a, b))
}

// files returns files that are not of the format or broken, by what they are.
func files(f sdk.Format) map[string][]byte {
	all := map[string][]byte{
		"an empty file":       {},
		"a zero byte":         {0},
		"a byte order mark":   []byte("\xEF\xBB\xBF"),
		"300 KiB of zeros":    make([]byte, 300<<10),
		"a line of 300 KiB":   bytes.Repeat([]byte("x"), 300<<10),
		"100,000 empty lines": bytes.Repeat([]byte("\r\n"), 100_000),
		"100,000 brackets":    bytes.Repeat([]byte("{[(<"), 25_000),
		"text that is none":   bytes.Repeat([]byte("\xFF\xC0\x80"), 1000),
	}
	for i, m := range f.Magic {
		head := append(make([]byte, m.Offset), m.Bytes...)
		all[fmt.Sprintf("magic %d alone", i)] = head
		all[fmt.Sprintf("magic %d and nonsense", i)] = append(bytes.Clone(head), bytes.Repeat([]byte("\x00\xFF nonsense\r\n"), 5000)...)
	}
	return all
}
