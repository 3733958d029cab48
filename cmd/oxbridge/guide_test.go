//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// guideSection returns the commands of a section of sdk/GUIDE.md as one script.
// Blocks that need a network are left out: the test has done what they do.
func guideSection(t *testing.T, section string) string {
	t.Helper()
	guide, err := os.ReadFile(filepath.Join("..", "..", "sdk", "GUIDE.md"))
	if err != nil {
		t.Fatal(err)
	}
	var script, block strings.Builder
	inside, fenced := false, false
	for line := range strings.Lines(string(guide)) {
		switch {
		case fenced && line == "```\n":
			if fenced = false; inside && !strings.Contains(block.String(), "pip install") {
				script.WriteString(block.String())
			}
			block.Reset()
		case fenced:
			block.WriteString(line)
		case line == "```sh\n":
			fenced = true
		case strings.HasPrefix(line, "## "):
			inside = line == "## "+section+"\n"
		}
	}
	if script.Len() == 0 {
		t.Fatalf("the guide has no section %s", section)
	}
	return script.String()
}

// typeGuide types a section of the guide, as a newcomer does, in a folder that has
// what it names, and returns what was printed.
func typeGuide(t *testing.T, section string, env ...string) (dir, out string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	self, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	sdk, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\n%s=1 exec %s \"$@\"\n", asProgram, self)
	if err := os.WriteFile(filepath.Join(dir, "bin", "oxbridge"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	writeMsg(t, filepath.Join(dir, "mail.msg"), newsletter())
	cmd := exec.CommandContext(t.Context(), "sh", "-ex", "-c", guideSection(t, section))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), append([]string{"SDK=" + sdk, "GOPROXY=off", "GOFLAGS=-mod=readonly", "GOWORK=off",
		"OXBRIDGE_PLUGIN_DIR=" + filepath.Join(dir, "plugins"),
		"PATH=" + filepath.Join(dir, "bin") + string(os.PathListSeparator) + os.Getenv("PATH")}, env...)...)
	b, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return dir, string(b)
}

// checkGuide looks at what came of the guide's plugin.
func checkGuide(t *testing.T, dir, project, out string) {
	t.Helper()
	read := func(path ...string) string {
		b, err := os.ReadFile(filepath.Join(append([]string{dir, project}, path...)...))
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(b)
	}
	if first := read("out", "mail.txt"); !strings.HasPrefix(first, "Subject: Rundbrief Nr. 7: Grüße aus Zürich – 春の便り\nFrom: Ada Lovelace <ada@example.org>\nTo: ") {
		t.Errorf("the new project writes %q", first)
	}
	note := read("notes", "mail.md")
	if !strings.HasPrefix(note, "# Rundbrief Nr. 7: Grüße aus Zürich – 春の便り\n\n- From: Ada Lovelace\n- To: ") ||
		!strings.Contains(note, "\n## logo.png\n\n```base64\niVBORw0KGgo") {
		t.Errorf("the guide's plugin writes %q", note)
	}
	for _, want := range []string{"installed markdown 0.2.0", "description  as recorded", "removed markdown"} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing says %q in\n%s", want, out)
		}
	}
}

// TestGuideGo makes the guide's plugin in Go: the template builds outside of this
// repository, passes its tests, and runs in the host; and so does what the guide
// makes of it.
func TestGuideGo(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	dir, out := typeGuide(t, "In Go")
	checkGuide(t, dir, "oxbridge-plugin-markdown", out)
	if !strings.Contains(out, "for development: its lock is not applied") {
		t.Errorf("--plugin-dev is silent:\n%s", out)
	}
}

// TestGuidePython is the same in Python.
func TestGuidePython(t *testing.T) {
	t.Parallel()
	venv := pythonEnvironment(t)
	dir, out := typeGuide(t, "In Python", "PATH="+filepath.Join(venv, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	checkGuide(t, dir, "markdown", out)
	slim, err := os.ReadFile(filepath.Join(dir, "markdown", "slim", "mail.eml"))
	if err != nil || strings.Contains(string(slim), "iVBORw0KGgo") || !strings.Contains(string(slim), "slimmed") {
		t.Errorf("the plugin for messages on their way: %v, %.2000s", err, slim)
	}
}

// pythonEnvironment makes what the guide makes with venv and pip, out of an
// interpreter that has grpcio.
func pythonEnvironment(t *testing.T) string {
	t.Helper()
	installed, err := filepath.Abs("../../.bin/python/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	const where = "import os, grpc, google.protobuf; print(os.path.dirname(os.path.dirname(grpc.__file__)))"
	for _, p := range []string{os.Getenv("OXBRIDGE_PYTHON"), installed, "python3"} {
		if p == "" {
			continue
		}
		packages, err := exec.CommandContext(t.Context(), p, "-c", where).Output()
		if err != nil {
			continue
		}
		venv := filepath.Join(t.TempDir(), ".venv")
		script := `"$1" -m venv --without-pip "$2"
site=$("$2/bin/python3" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
cp -R "$3/grpc" "$3/google" "$4" "$site"
if [ -e "$3/typing_extensions.py" ]; then cp "$3/typing_extensions.py" "$site"; fi`
		out, err := exec.CommandContext(t.Context(), "sh", "-ec", script, "sh", p, venv, strings.TrimSpace(string(packages)),
			filepath.Join("..", "..", "sdk", "python", "oxbridge_plugin")).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return venv
	}
	t.Skip("no Python with grpcio: make python installs one")
	return ""
}
