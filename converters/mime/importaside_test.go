package mime

import (
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// TestImportSaysWhatStandsBesideTheParts: text of a multipart that stands in no
// part is no property, and does not go without a word.
func TestImportSaysWhatStandsBesideTheParts(t *testing.T) {
	t.Parallel()
	const head = "Content-Type: multipart/mixed; boundary=b\n\n"
	const part = "--b\n\na\n--b--\n"
	signed := strings.Replace(head, "mixed;", "signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256;", 1) +
		"Hello\n--b\n\na\n--b\nContent-Type: application/pkcs7-signature\n\nAAAA\n--b--\n"
	tests := []struct {
		name, in, code string
		severity       problem.Severity
		keep           bool
	}{
		{name: "nothing", in: head + part},
		{name: "blank lines", in: head + "\n \n" + part + "\n\n"},
		{name: "signs", in: head + "-- \n" + part + "> \n"},
		{name: "the usual note", in: head + "This is a multi-part message in MIME format.\n" + part, code: "mime.preamble", severity: problem.Info},
		{name: "a text before", in: head + "Dear Ada,\n" + part, code: "mime.preamble", severity: problem.Loss},
		{name: "a text behind", in: head + part + "Unsubscribe here\n", code: "mime.epilogue", severity: problem.Loss},
		{name: "a text of another script", in: head + part + "привет\n", code: "mime.epilogue", severity: problem.Loss},
		{name: "a long text that speaks of MIME", in: head + part + strings.Repeat("MIME ", 1000), code: "mime.epilogue", severity: problem.Loss},
		{name: "a long run of blanks with a word behind", in: head + part + strings.Repeat(" \n", maxAside) + "x", code: "mime.epilogue", severity: problem.Loss},
		{name: "beside an inner part", in: head + "--b\nContent-Type: multipart/mixed; boundary=c\n\nHello\n--c\n\na\n--c--\n--b--\n", code: "mime.preamble", severity: problem.Loss},
		{name: "the whole file is kept", in: head + "Hello\n" + part, keep: true},
		{name: "the signed entity is kept", in: signed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, said := importBytes(t, tt.in, ImportOptions{KeepSource: tt.keep})
			if got := problemCodes(said); got != tt.code {
				t.Fatalf("problems are %q, want %q", got, tt.code)
			}
			if len(said) > 0 && said[0].Severity != tt.severity {
				t.Errorf("%v, want %v", said[0], tt.severity)
			}
		})
	}
}
