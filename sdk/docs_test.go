package sdk_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// documented are the packages that authors of plugins use, and whether each of
// their functions and types has to have an example.
var documented = map[string]bool{
	".": true, "plugintest": true, "transfer": true, "problem": true,
	"mapi": true, "mapi/prop": false, "mapi/proptag": true, "mapi/propname": true, "mapi/codepage": true,
	"mapi/lzfu": true, "mapi/entryid": true, "wire": false, "limits": false, "look": false, "mailbox": true,
}

// TestDocs fails for a public name without a doc comment or an example.
func TestDocs(t *testing.T) {
	t.Parallel()
	for dir, examples := range documented {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			checkDocs(t, parsePackage(t, dir), examples)
		})
	}
}

// TestAllAreDocumented fails for a package that authors can import and that the
// table above does not have. Generated code is described in its .proto file.
func TestAllAreDocumented(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(os.DirFS("."), "*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	deeper, err := fs.Glob(os.DirFS("."), "*/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(files, deeper...) {
		dir := path.Dir(f)
		if _, ok := documented[dir]; !ok && dir != "pluginv1" && !strings.HasPrefix(dir, "internal/") {
			t.Errorf("%s is not in the table", dir)
		}
	}
}

// parsePackage reads a package with its tests, in which examples are.
func parsePackage(t *testing.T, dir string) *doc.Package {
	t.Helper()
	fset := token.NewFileSet()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".go" {
			continue
		}
		f, err := parser.ParseFile(fset, filepath.Join(dir, e.Name()), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(fset, files, "github.com/oxbridge-mail/oxbridge/sdk/"+dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func checkDocs(t *testing.T, p *doc.Package, examples bool) {
	if strings.TrimSpace(p.Doc) == "" {
		t.Errorf("package %s has no comment", p.Name)
	}
	function := func(f *doc.Func, owner *doc.Type) {
		name, lacking := f.Name, examples && len(f.Examples) == 0
		if owner != nil {
			name, lacking = owner.Name+"."+f.Name, false
		}
		checkName(t, name, f.Doc, lacking)
	}
	for _, f := range p.Funcs {
		function(f, nil)
	}
	for _, typ := range p.Types {
		some := len(typ.Examples) > 0
		for _, m := range typ.Methods {
			some = some || len(m.Examples) > 0
			function(m, typ)
		}
		checkName(t, typ.Name, typ.Doc, examples && !some)
		for _, f := range typ.Funcs { // they make values of the type
			function(f, nil)
		}
		checkValues(t, typ.Consts)
		checkValues(t, typ.Vars)
	}
	checkValues(t, p.Consts)
	checkValues(t, p.Vars)
}

func checkName(t *testing.T, name, text string, noExample bool) {
	t.Helper()
	if strings.TrimSpace(text) == "" {
		t.Errorf("%s has no doc comment", name)
	}
	if noExample {
		t.Errorf("%s has no example", name)
	}
}

// checkValues fails for a constant or variable that neither has a comment nor
// stands in a group that has one.
func checkValues(t *testing.T, values []*doc.Value) {
	t.Helper()
	for _, v := range values {
		for _, s := range v.Decl.Specs {
			spec := s.(*ast.ValueSpec)
			if v.Doc != "" || spec.Doc.Text() != "" || spec.Comment.Text() != "" {
				continue
			}
			for _, n := range spec.Names {
				if n.IsExported() {
					t.Errorf("%s has no doc comment", n.Name)
				}
			}
		}
	}
}
