package sdk_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/sdk"
)

func TestSettle(t *testing.T) {
	t.Parallel()
	declared := []sdk.Option{
		{Name: "charset", Help: "text"},
		{Name: "form", Default: "a", Choices: []string{"a", "b"}, Help: "choice"},
		{Name: "wrap", Kind: sdk.OptionNumber, Default: "72", Max: 998, Help: "number"},
		{Name: "depth", Kind: sdk.OptionNumber, Min: 1, Help: "number"},
		{Name: "quick", Kind: sdk.OptionBool, Help: "switch"},
	}
	defaults := map[string]string{"charset": "", "form": "a", "wrap": "72", "depth": "", "quick": ""}
	with := func(name, value string) map[string]string {
		m := map[string]string{}
		for k, v := range defaults {
			m[k] = v
		}
		m[name] = value
		return m
	}
	tests := []struct {
		name, option, value string
		want                map[string]string
		err                 string
	}{
		{"text", "charset", "koi8-r", with("charset", "koi8-r"), ""},
		{"two lines", "charset", "a\r\nBcc: b", nil, "one line"},
		{"too long", "charset", strings.Repeat("x", 5000), nil, "at most 4096"},
		{"choice", "form", "b", with("form", "b"), ""},
		{"no choice", "form", "c", nil, "it takes a, b"},
		{"number", "wrap", "998", with("wrap", "998"), ""},
		{"too great", "wrap", "999", nil, "from 0 to 998"},
		{"no number", "wrap", "wide", nil, "from 0 to 998"},
		{"open end", "depth", "100000", with("depth", "100000"), ""},
		{"too small", "depth", "0", nil, "from 1 on"},
		{"switch", "quick", "true", with("quick", "true"), ""},
		{"no switch", "quick", "yes", nil, "true or false"},
		{"not declared", "speed", "1", nil, `no option "speed"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := sdk.Settle(declared, map[string]string{tt.option: tt.value})
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("Settle() = %v, want an error with %q", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestJobReadsOptions(t *testing.T) {
	t.Parallel()
	j := sdk.Job{Options: map[string]string{"a": "x", "b": "true", "n": "12", "off": ""}}
	if j.Text("a") != "x" || !j.Bool("b") || j.Bool("off") || j.Number("n") != 12 || j.Number("off") != 0 {
		t.Errorf("read %q %v %v %d %d", j.Text("a"), j.Bool("b"), j.Bool("off"), j.Number("n"), j.Number("off"))
	}
}
