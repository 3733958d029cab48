package report

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var codePattern = regexp.MustCompile(`^[a-z]+(\.[a-z-]+){1,3}$`)

// reporters are the names of functions whose first argument is a code.
var reporters = []string{"say", "problem", "note"}

// TestEveryCodeIsExplained finds the codes that the sources report, and the
// strings that stand in them at all.
func TestEveryCodeIsExplained(t *testing.T) {
	t.Parallel()
	used, mentioned := map[string]string{}, map[string]bool{}
	for _, room := range []string{"converters", "core", "plugins", "sdk"} {
		err := filepath.WalkDir(filepath.Join("..", "..", room), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || d.Name() == "explain.go" {
				return err
			}
			return codesIn(path, used, mentioned)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(used) < 30 {
		t.Fatalf("only %d codes were found", len(used))
	}
	for code, where := range used {
		if _, ok := Explain(code); !ok {
			t.Errorf("%s (in %s) has no explanation in explain.go", code, where)
		}
	}
	for _, e := range explanations {
		if !mentioned[e.Code] {
			t.Errorf("%s is explained and reported nowhere", e.Code)
		}
		for _, text := range []string{e.What, e.Why, e.Do} {
			if !strings.HasSuffix(text, ".") {
				t.Errorf("%s: %q is no sentence", e.Code, text)
			}
		}
	}
	if !slices.IsSortedFunc(explanations, func(a, b Explanation) int { return strings.Compare(a.Code, b.Code) }) {
		t.Error("the explanations are not in order")
	}
}

// codesIn adds the codes that a file reports: the field Code of a Problem, and
// the first argument of the functions that make one.
func codesIn(path string, used map[string]string, mentioned map[string]bool) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return err
	}
	add := func(e ast.Expr) {
		if code := literal(e); codePattern.MatchString(code) {
			used[code] = path
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			mentioned[literal(n)] = true
		case *ast.CompositeLit:
			sel, ok := n.Type.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Problem" {
				break
			}
			for _, elt := range n.Elts {
				if kv, ok := elt.(*ast.KeyValueExpr); ok {
					if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Code" {
						add(kv.Value)
					}
				}
			}
		case *ast.CallExpr:
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok && slices.Contains(reporters, sel.Sel.Name) && len(n.Args) > 1 {
				add(n.Args[0])
			}
		}
		return true
	})
	return nil
}

func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}
