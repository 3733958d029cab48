package extract

import (
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/store"
)

func TestFileName(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"ordinary", "Preise für März.csv", "Preise für März.csv"},
		{"path", "../../etc/passwd", "_.._.._etc_passwd"},
		{"path of Windows", `C:\Windows\x.dll`, "C__Windows_x.dll"},
		{"parent", "..", "fallback"},
		{"dots and blanks", " . . ", "fallback"},
		{"nothing", "", "fallback"},
		{"hidden", ".bashrc", "_.bashrc"},
		{"device", "CON", "_CON"},
		{"device with an extension", "com1.txt", "_com1.txt"},
		{"device with a superscript digit", "LPT².doc", "_LPT².doc"},
		{"no device", "console.txt", "console.txt"},
		{"control characters", "a\x00b\nc\x1b.txt", "a_b_c_.txt"},
		{"direction", "invoice\u202Efdp.exe", "invoice_fdp.exe"},
		{"what Windows drops", "report.txt. . ", "report.txt"},
		{"stream of Windows", "a.txt:hidden", "a.txt_hidden"},
		{"wildcards", `a*b?"<>|`, "a_b_____"},
		{"no UTF-8", "a\xff.txt", "a_.txt"},
		{"long", strings.Repeat("ä", 300) + ".docx", strings.Repeat("ä", 97) + ".docx"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := FileName(tt.in, "fallback")
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzFileName(f *testing.F) {
	f.Add("../a")
	f.Add("nul.")
	f.Fuzz(func(t *testing.T, s string) {
		name := FileName(s, "x")
		if name == "" || name == "." || name == ".." || len(name) > store.MaxName || strings.ContainsAny(name, "/\\:\x00") {
			t.Errorf("%q became %q", s, name)
		}
		if again := FileName(name, "x"); again != name {
			t.Errorf("%q became %q, then %q", s, name, again)
		}
	})
}

func TestFolderNames(t *testing.T) {
	t.Parallel()
	names := folderNames{}
	var got []string
	for _, n := range []string{"a.txt", "A.TXT", "a (2).txt", "a.txt", "b"} {
		got = append(got, names.claim(n))
	}
	if want := "a.txt A (2).TXT a (2) (2).txt a (3).txt b"; strings.Join(got, " ") != want {
		t.Errorf("%q, want %q", got, want)
	}
}
