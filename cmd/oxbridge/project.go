package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"text/template"

	"github.com/oxbridge-mail/oxbridge/core/registry"
)

// sdkModule is the module that plugins in Go import.
const sdkModule = "github.com/oxbridge-mail/oxbridge"

// projectFiles are the templates of projects for plugins.
//
//go:embed project
var projectFiles embed.FS

// A projectFile is a file of a new project.
type projectFile struct {
	name     string // a template, with slashes
	from     string // in projectFiles
	program  bool
	verbatim bool
}

// projects are the files of a project, by language.
var projects = map[string][]projectFile{
	"go": {
		{name: "go.mod", from: "go/go.mod.tmpl"},
		{name: "main.go", from: "go/main.go.tmpl"},
		{name: "export.go", from: "go/export.go.tmpl"},
		{name: "export_test.go", from: "go/export_test.go.tmpl"},
		{name: "testdata/lunch.golden", from: "lunch.golden", verbatim: true},
		{name: "README.md", from: "go/README.md.tmpl"},
		{name: ".gitignore", from: "go/gitignore.tmpl"},
	},
	"python": {
		{name: "{{.PythonModule}}.py", from: "python/plugin.py.tmpl", program: true},
		{name: "test_{{.PythonModule}}.py", from: "python/test.py.tmpl"},
		{name: "lunch.golden", from: "lunch.golden", verbatim: true},
		{name: "README.md", from: "python/README.md.tmpl"},
		{name: ".gitignore", from: "python/gitignore.tmpl"},
	},
}

// A project is a plugin to be: what its templates are filled with.
type project struct {
	Name         string   // of the plugin and its format
	Program      string   // file name of the program, and module path in Go
	PythonModule string   // a word that Python takes for a module
	Module       string   // of the SDK
	SDK          string   // absolute path of a checkout to build with, or ""
	Go           string   // language version, such as 1.26.0
	Requires     []string // "path version", for go.mod
	sums         []byte   // go.sum, with SDK
}

// newProject returns what a project is made from. sdk is a checkout of oxbridge or
// "".
func newProject(name, sdk string) (*project, error) {
	p := &project{
		Name: name, Program: registry.Prefix + name, PythonModule: strings.ReplaceAll(name, "-", "_"),
		Module: sdkModule, Go: goVersion(),
	}
	if slices.Contains(pythonWords, p.PythonModule) {
		p.PythonModule += "_plugin"
	}
	if v := version(); releases.MatchString(v) {
		p.Requires = []string{sdkModule + " " + v}
	}
	if sdk == "" {
		return p, nil
	}
	return p, p.useCheckout(sdk)
}

// pythonWords are names of modules that Python has itself, and words that are none.
var pythonWords = []string{"and", "as", "assert", "async", "await", "break", "class", "continue", "csv", "def", "del", "elif",
	"else", "email", "except", "finally", "for", "from", "global", "html", "if", "import", "in", "io", "is", "json", "lambda",
	"mailbox", "nonlocal", "not", "or", "pass", "raise", "re", "return", "string", "test", "try", "while", "with", "xml", "yield", "zipfile"}

// releases are versions that can be got from where modules come from.
var releases = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`)

// goVersion is the language that this program is written in.
func goVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "1.26.0"
	}
	parts := strings.SplitN(strings.TrimPrefix(info.GoVersion, "go"), ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".") + ".0"
}

// goModLines finds the lines of go.mod that matter here.
var goModLines = regexp.MustCompile(`(?m)^(?:go ([0-9.]+)|module (\S+)|(?:require )?\t?([a-z]\S*/\S+) (v\S+).*)$`)

// useCheckout has the project use the SDK in a folder, without a network: with the
// modules that the checkout needs, and their sums.
func (p *project) useCheckout(sdk string) error {
	abs, err := filepath.Abs(sdk)
	if err != nil {
		return err
	}
	mod, err := os.ReadFile(filepath.Join(abs, "go.mod"))
	if err != nil {
		return err
	}
	if p.sums, err = os.ReadFile(filepath.Join(abs, "go.sum")); err != nil {
		return err
	}
	p.SDK, p.Requires = abs, []string{sdkModule + " v0.0.0"}
	ours := false
	for _, m := range goModLines.FindAllStringSubmatch(string(mod), -1) {
		switch {
		case m[1] != "":
			p.Go = m[1]
		case m[2] != "":
			ours = m[2] == sdkModule
		default:
			p.Requires = append(p.Requires, m[3]+" "+m[4]+" // indirect")
		}
	}
	if !ours {
		return fmt.Errorf("%s: is not a checkout of oxbridge", sdk)
	}
	if strings.ContainsFunc(abs, func(r rune) bool { return r <= ' ' || r == '"' || r == '`' || r == '\'' }) {
		return fmt.Errorf("%s: go.mod takes no path with blanks or quotes", abs)
	}
	return nil
}

// write makes the files of the project in a folder that is new or empty, and
// returns their names.
func (p *project) write(dir, language string) ([]string, error) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return nil, fmt.Errorf("%s: is not empty", dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, f := range projects[language] {
		name, err := p.fill(f.name)
		if err != nil {
			return names, err
		}
		text, err := p.contents(f)
		if err != nil {
			return names, err
		}
		mode := fs.FileMode(0o644)
		if f.program {
			mode = 0o755
		}
		if err := create(filepath.Join(dir, filepath.FromSlash(name)), text, mode); err != nil {
			return names, err
		}
		names = append(names, name)
	}
	if language == "go" && p.sums != nil {
		names = append(names, "go.sum")
		return names, create(filepath.Join(dir, "go.sum"), p.sums, 0o644)
	}
	return names, nil
}

// contents returns a file of the project.
func (p *project) contents(f projectFile) ([]byte, error) {
	b, err := projectFiles.ReadFile("project/" + f.from)
	if err != nil || f.verbatim {
		return b, err
	}
	text, err := p.fill(string(b))
	return []byte(text), err
}

// fill fills a template.
func (p *project) fill(text string) (string, error) {
	t, err := template.New("").Option("missingkey=error").Parse(text)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = t.Execute(&b, p)
	return b.String(), err
}

// create makes a file that was not there.
func create(path string, contents []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(contents)
	return errors.Join(err, f.Close())
}
