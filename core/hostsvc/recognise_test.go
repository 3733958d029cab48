package hostsvc

import (
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
)

// TestRecognise has a row for each way in which a file may be told, or not.
func TestRecognise(t *testing.T) {
	t.Parallel()
	d := Description{Features: []string{"probe"}, Formats: []Format{
		{Name: "short", Imports: true, Magic: []sdk.Magic{{Bytes: "AB"}}},
		{Name: "long", Imports: true, Magic: []sdk.Magic{{Bytes: "ABC"}, {Offset: 4, Bytes: "XY"}}},
		{Name: "written", Exports: true, Magic: []sdk.Magic{{Bytes: "ABCD"}}, Extensions: []string{".w"}},
		{Name: "asked", Imports: true, Probes: true, Extensions: []string{".q"}},
		{Name: "named", Imports: true, Extensions: []string{".n", ".m"}},
	}}
	for head, want := range map[string]string{"ABC": "long", "AB": "short", "ABCD": "long", "1234XY": "long", "1234X": "", "A": "", "": "", "abc": ""} {
		if got := d.ByMagic([]byte(head)); got != want {
			t.Errorf("ByMagic(%q) = %q, want %q", head, got, want)
		}
	}
	for ext, want := range map[string]string{".n": "named", ".M": "named", ".q": "", ".w": "", "": "", "n": ""} {
		if got := d.ByExtension(ext); got != want {
			t.Errorf("ByExtension(%q) = %q, want %q", ext, got, want)
		}
	}
	if d.Can(session.Transform, "") || d.Can(session.Probe, "named") || !d.Can(session.Probe, "asked") {
		t.Error("Can() takes no notice of features")
	}
	d.Features = []string{"transform"}
	if !d.Can(session.Transform, "") || d.Can(session.Probe, "asked") {
		t.Error("Can() takes no notice of features")
	}
}
