package sdk

import (
	"context"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// TestDescribe compares what the program prints about itself.
func TestDescribe(t *testing.T) {
	t.Parallel()
	p := Plugin{
		Name: "all", Version: "1", Jobs: 2,
		Formats: []Format{{
			Name: "x", MediaType: "text/x", Extensions: []string{".x"}, Magic: []Magic{{Offset: 3, Bytes: "abc"}},
			Probe:    func(context.Context, transfer.Input) (bool, error) { return true, nil },
			Importer: ImportFunc(func(context.Context, *Job, transfer.Input) (*mapi.Message, error) { return nil, nil }),
		}},
		Transformer: TransformFunc(func(context.Context, *Job, *mapi.Message) error { return nil }),
		Options: []Option{
			{Name: "a", Choices: []string{"b"}, Help: "text"},
			{Name: "c", Kind: OptionNumber, Default: "2", Min: 1, Max: 3, Help: "number"},
			{Name: "d", Kind: OptionBool, Help: "bool"},
		},
	}
	const want = `{"name":"all","version":"1","formats":[{"name":"x","media_type":"text/x","extensions":[".x"],` +
		`"magic":[{"offset":3,"bytes":"YWJj"}],"probes":true,"imports":true,"exports":false}],"transforms":true,` +
		`"options":[{"name":"a","kind":"text","choices":["b"],"help":"text"},{"name":"c","kind":"number","default":"2","min":1,"max":3,"help":"number"},` +
		`{"name":"d","kind":"bool","help":"bool"}],"features":["transform","probe"],"jobs":2}` + "\n"
	var got strings.Builder
	if status := describe(p, &got); status != 0 || got.String() != want {
		t.Errorf("status %d, got\n%swant\n%s", status, &got, want)
	}
	got.Reset()
	if describe(Plugin{Name: "least", Transformer: p.Transformer}, &got); got.String() != `{"name":"least","formats":[],"transforms":true,"features":["transform"]}`+"\n" {
		t.Errorf("got %s", &got)
	}
}
