package core

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/oxbridge-mail/oxbridge/"

// allowed lists which other top-level folders the code in a folder may import.
// It is the diagram of ARCHITECTURE.md in a form that fails the build.
var allowed = map[string][]string{
	"sdk":        {},
	"converters": {"sdk"},
	"plugins":    {"sdk", "converters"},
	"core":       {"sdk"},
	"cmd":        {"core", "sdk", "plugins"},
	"examples":   {"sdk", "core"},
}

// inside lists which other rooms of core a room may import.
var inside = map[string][]string{
	"addressbook": {},
	"cfb":         {},
	"msg":         {"cfb"},
	"store":       {},
	"session":     {"msg"},
	"hostsvc":     {"session"},
	"sandbox":     {},
	"registry":    {"store"},
	"pluginhost":  {"session", "hostsvc", "sandbox"},
	"conformance": {"pluginhost"},
	"report":      {},
	"extract":     {"store"},
	"diff":        {},
	"prepare":     {"cfb", "msg", "session", "store"},
	"batch":       {"session", "store", "report", "prepare"},
	"ledger":      {"report"},
	"audit":       {"batch", "session", "store", "report"},
}

// transport lists the rooms that may know go-plugin and gRPC.
var transport = []string{"sdk/internal/serve", "sdk/pluginv1", "sdk/wire", "sdk/plugintest", "core/hostsvc", "core/pluginhost", "core/conformance"}

func TestImportArrows(t *testing.T) {
	t.Parallel()
	for from, may := range allowed {
		eachImport(t, from, func(dir, file, imp string) {
			rest, ours := strings.CutPrefix(imp, module)
			to, _, _ := strings.Cut(rest, "/")
			switch {
			case ours && to != from && !slices.Contains(may, to):
				t.Errorf("%s imports %s: %s may import only %v", file, imp, from, may)
			case ours && to == "plugins" && from == "cmd" && filepath.Base(file) != "builtin.go":
				t.Errorf("%s imports %s: only builtin.go may", file, imp)
			case ours && rest == "core/pluginhost/roletest":
				t.Errorf("%s imports %s: only tests may", file, imp)
			case ours && to == "core" && from == "core":
				room, other := roomOf(dir), roomOf(rest)
				if room != other && !slices.Contains(inside[room], other) {
					t.Errorf("%s imports %s: core/%s may import only %v of core", file, imp, room, inside[room])
				}
			case strings.HasPrefix(imp, "google.golang.org/grpc") || strings.HasPrefix(imp, "github.com/hashicorp/go-plugin"):
				if !slices.Contains(transport, dir) {
					t.Errorf("%s imports %s: only %v know the transport", file, imp, transport)
				}
			}
		})
	}
}

// roomOf returns the second part of core/ROOM/...
func roomOf(path string) string {
	_, rest, _ := strings.Cut(path, "/")
	room, _, _ := strings.Cut(rest, "/")
	return room
}

// eachImport calls f for every import of the code below a top-level folder,
// tests left out.
func eachImport(t *testing.T, top string, f func(dir, file, imp string)) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join("..", top), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(path, ".."+string(filepath.Separator)))
		for _, spec := range file.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f(filepath.ToSlash(filepath.Dir(rel)), rel, imp)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
