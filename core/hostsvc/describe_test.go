package hostsvc

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// described is a client that knows one answer.
type described struct {
	pluginv1.ConverterClient
	d   *pluginv1.Description
	err error
}

func (c described) Describe(context.Context, *pluginv1.DescribeRequest, ...grpc.CallOption) (*pluginv1.Description, error) {
	return c.d, c.err
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	var many []*pluginv1.Format
	for i := range maxFormats + 1 {
		many = append(many, &pluginv1.Format{Name: fmt.Sprint("f", i)})
	}
	broken := errors.New("connection lost")
	tests := []struct {
		name   string
		client described
		want   Description // without a name: an error
	}{
		{"all", described{d: &pluginv1.Description{Name: "a-1", Version: "2\x1b[0m\nx", MaxLanes: 3, Pipeline: 99, Formats: []*pluginv1.Format{
			{Name: "eml", MediaType: "message/rfc822", Extensions: []string{".eml"}, Imports: true},
		}}}, Description{Name: "a-1", Version: "2 [0m", Lanes: 3, Pipeline: maxPipeline, Formats: []Format{
			{Name: "eml", MediaType: "message/rfc822", Extensions: []string{".eml"}, Imports: true},
		}}},
		{"next to nothing", described{d: &pluginv1.Description{Name: "a"}}, Description{Name: "a", Lanes: 1, Pipeline: 1}},
		{"options", described{d: &pluginv1.Description{Name: "a", Options: []*pluginv1.Option{
			{Name: "wrap", Kind: pluginv1.OptionKind_OPTION_KIND_NUMBER, Default: "3", Min: 1, Max: 9, Help: "a\nb"},
			{Name: "form", Choices: []string{"x", "y"}},
			{Name: "later", Kind: 99},
			{Name: "-no name"},
		}}}, Description{Name: "a", Lanes: 1, Pipeline: 1, Options: []sdk.Option{
			{Name: "wrap", Kind: sdk.OptionNumber, Default: "3", Min: 1, Max: 9, Help: "a"},
			{Name: "form", Choices: []string{"x", "y"}},
		}}},
		{"features", described{d: &pluginv1.Description{Name: "a", Features: []string{"x-later", "probe", "transform", "probe"}, Formats: []*pluginv1.Format{
			{Name: "x", Imports: true, Probes: true, Magic: []*pluginv1.Magic{
				{Offset: 257, Bytes: []byte("ustar")}, {Bytes: nil}, {Offset: maxMagicOffset, Bytes: []byte("x")}, {Bytes: make([]byte, maxMagicBytes+1)},
			}},
		}}}, Description{Name: "a", Lanes: 1, Pipeline: 1, Features: []string{"transform", "probe"}, Formats: []Format{
			{Name: "x", Imports: true, Probes: true, Magic: []sdk.Magic{{Offset: 257, Bytes: "ustar"}}},
		}}},
		{"no name", described{d: &pluginv1.Description{}}, Description{}},
		{"a name with a path", described{d: &pluginv1.Description{Name: "../x"}}, Description{}},
		{"a format without a name", described{d: &pluginv1.Description{Name: "a", Formats: []*pluginv1.Format{{}}}}, Description{}},
		{"too many formats", described{d: &pluginv1.Description{Name: "a", Formats: many}}, Description{}},
		{"no answer", described{err: broken}, Description{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Describe(t.Context(), tt.client)
			if (err != nil) != (tt.want.Name == "") {
				t.Errorf("Describe() = %v", err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
