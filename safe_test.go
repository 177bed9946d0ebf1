package minutes

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Outside this folder the compiler holds it: the field has no name there. Here it is counted.
func TestOnlyCleanMakesSafeText(t *testing.T) {
	makers := map[string]int{}
	eachGoFile(t, 0, func(folder, file string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, is := sel.X.(*ast.Ident); is && pkg.Name == "unsafe" && sel.Sel.Name != "Sizeof" {
				t.Errorf("%s: unsafe.%s makes anything of anything", file, sel.Sel.Name)
			}
			return true
		})
		if folder != "" || strings.HasSuffix(file, "_test.go") {
			return
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CompositeLit:
					if id, ok := n.Type.(*ast.Ident); ok && id.Name == "Safe" && len(n.Elts) > 0 {
						makers[fn.Name.Name]++
					}
				case *ast.AssignStmt:
					for _, l := range n.Lhs {
						if sel, ok := l.(*ast.SelectorExpr); ok && sel.Sel.Name == "s" {
							t.Errorf("%s writes into a Safe", fn.Name.Name)
						}
					}
				}
				return true
			})
		}
	})
	if want := map[string]int{"Clean": 2, "Line": 3, "Cut": 1}; fmt.Sprint(makers) != fmt.Sprint(want) {
		t.Errorf("Safe is made in %v, want %v: Line and Cut make clean text of clean text", makers, want)
	}
}

// A speaker is a package that prints, with its types.
type speaker struct {
	path  string
	fset  *token.FileSet
	files []*ast.File
	info  *types.Info
}

// speakers are the packages below cmd/minutes and the screen, without their tests.
func speakers(t *testing.T) []speaker {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-tags", "grpcnotrace", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}\t{{.Dir}}", "./cmd/minutes/...", "./tui")
	list.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	exports, dirs := map[string]string{}, map[string]string{}
	for l := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSpace(l), "\t")
		exports[f[0]] = f[1]
		if strings.HasPrefix(f[0], module+"/cmd/minutes") || f[0] == module+"/tui" {
			dirs[f[0]] = f[len(f)-1]
		}
	}
	var all []speaker
	for path, dir := range dirs {
		s := speaker{path: strings.TrimPrefix(path, module+"/"), fset: token.NewFileSet(), info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}}
		names, _ := filepath.Glob(dir + "/*.go")
		for _, n := range names {
			if ok, err := build.Default.MatchFile(dir, filepath.Base(n)); err != nil || !ok || strings.HasSuffix(n, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(s.fset, n, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			s.files = append(s.files, f)
		}
		conf := types.Config{Importer: importer.ForCompiler(s.fset, "gc", func(p string) (io.ReadCloser, error) { return os.Open(exports[p]) })}
		if _, err := conf.Check(path, s.fset, s.files, s.info); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// outside holds for an expression that is a word from outside: a field of a noun of this package that
// is a string and no Safe, or the text of an error.
func (s speaker) outside(e ast.Expr) string {
	if tv := s.info.Types[e]; tv.Type == nil || tv.Value != nil {
		return ""
	} else if b, ok := tv.Type.Underlying().(*types.Basic); !ok || b.Info()&types.IsString == 0 {
		return ""
	}
	if call, ok := e.(*ast.CallExpr); ok {
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Error" && len(call.Args) == 0 {
			return "an error's text"
		}
		return ""
	}
	if ix, ok := e.(*ast.IndexExpr); ok {
		e = ix.X
	}
	if sel, ok := e.(*ast.SelectorExpr); ok {
		if f, ok := s.info.Uses[sel.Sel].(*types.Var); ok && f.IsField() && f.Pkg() != nil && f.Pkg().Path() == module {
			return sel.Sel.Name
		}
	}
	return ""
}

// cleaners take words from outside and give text that is clean, or a link that is one.
func cleaners() []string {
	return []string{"minutes.Clean", "minutes.CleanLine", "minutes.WebURL", "text", "title", "Host", "render.Host", "address", "anchor", "link"}
}

// lookups take words from outside to find something by them.
func lookups() []string {
	return []string{"len", "Number", "mark", "time.Parse", "time.LoadLocation", "errors.Is"}
}

// excused are words that go on as they came, by file, and why they may.
func excused() map[string]string {
	return map[string]string{
		"tui/model.go Verb": "compared only: marks and verdictWord", "tui/model.go Item": "a key of marks", "tui/rows.go Verdict": "compared only", "tui/rows.go URL": "WebURL sees it before it is opened",
		"tui/rows.go Items": "a key", "tui/rows.go ID": "a key of a row", "tui/rows.go Item": "a key of a row", "tui/rows.go Name": "a key of a row",
		"render/render.go ID": "JSON, which is made inert", "render/render.go Verdict": "JSON, which is made inert", "render/schema.go an error's text": "of a check of our own output",
	}
}

// quiet holds where a word from outside is used and not said: compared, looked up, measured, handed to
// a cleaner.
func (s speaker) quiet(e ast.Expr, above []ast.Node) bool {
	for i := len(above) - 1; i >= 0; i-- {
		switch n := above[i].(type) {
		case *ast.BinaryExpr:
			if n.Op != token.ADD {
				return true
			}
		case *ast.IndexExpr:
			if n.Index == e {
				return true
			}
		case *ast.SwitchStmt, *ast.CaseClause:
			return true
		case *ast.CallExpr:
			name := called(n)
			if slices.Contains(cleaners(), name) || slices.Contains(lookups(), name) {
				return true
			}
			if tv := s.info.Types[n.Fun]; !tv.IsType() && name != "fmt.Sprintf" { // these change nothing
				return false
			}
		case *ast.ParenExpr:
		default:
			return false
		}
		if x, ok := above[i].(ast.Expr); ok {
			e = x
		}
	}
	return false
}

// called is the name of a function, with its package's; of a method, its name alone.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if pkg, ok := f.X.(*ast.Ident); ok && slices.Contains([]string{"minutes", "render", "time", "errors", "fmt", "strings", "ansi"}, pkg.Name) {
			return pkg.Name + "." + f.Sel.Name
		}
		if f.Sel.Name != "text" { // the layouter's, which cleans nothing
			return f.Sel.Name
		}
	}
	return ""
}

// printed are the arguments of the calls that write for people: fmt's, after the writer.
func printed(call *ast.CallExpr) []ast.Expr {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	if pkg, ok := sel.X.(*ast.Ident); !ok || pkg.Name != "fmt" || !strings.HasPrefix(sel.Sel.Name, "Fprint") {
		return nil
	}
	if u, ok := call.Args[0].(*ast.UnaryExpr); ok && u.Op == token.AND {
		return nil // into a builder, whose text is looked at where it is printed
	}
	return call.Args[1:]
}

// fit says that an argument can be printed: a constant, a figure, a Safe, or a word that is not from
// outside by the look of it.
func (s speaker) fit(e ast.Expr) bool {
	tv := s.info.Types[e]
	if tv.Value != nil || tv.Type == nil {
		return true
	}
	switch u := tv.Type.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString == 0 || s.own(e)
	case *types.Interface:
		return false // an error, or anything
	}
	return tv.Type.String() == module+".Safe"
}

// own are words of the program's: calls of what formats figures, and variables that are listed by name.
func (s speaker) own(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.CallExpr:
		return slices.Contains([]string{"Format", "String", "strings.Repeat", "ansi.Truncate", "liveLine", "amount"}, called(e))
	case *ast.Ident:
		return slices.Contains([]string{"verb", "mark", "version", "link", "s", "n", "line", "bar"}, e.Name)
	case *ast.BinaryExpr:
		return s.fit(e.X) && s.fit(e.Y)
	}
	return false
}

// TestWhatIsPrintedIsSafe reads every line of the packages that speak to people. A word from outside
// is said by none of them before it was cleaned; what is handed to fmt for printing is Safe, a
// constant or a figure.
func TestWhatIsPrintedIsSafe(t *testing.T) {
	words, calls := 0, 0
	for _, s := range speakers(t) {
		layout := s.path == "tui" || strings.HasSuffix(s.path, "/render") // these lay out strings
		for _, f := range s.files {
			var above []ast.Node
			ast.Inspect(f, func(n ast.Node) bool {
				if n == nil {
					above = above[:len(above)-1]
					return true
				}
				if e, ok := n.(ast.Expr); ok && layout {
					if word := s.outside(e); word != "" {
						at := s.fset.Position(e.Pos())
						place := strings.TrimPrefix(s.path, "cmd/minutes/") + "/" + filepath.Base(at.Filename) + " " + word
						if words++; excused()[place] == "" && !s.quiet(e, above) {
							t.Errorf("%s: %s goes on as it came", at, word)
						}
					}
				}
				if call, ok := n.(*ast.CallExpr); ok && !layout {
					for _, a := range printed(call) {
						if calls++; !s.fit(a) {
							t.Errorf("%s: this is neither Safe, a figure, nor a word of the program: print minutes.CleanLine of it", s.fset.Position(a.Pos()))
						}
					}
				}
				above = append(above, n)
				return true
			})
		}
	}
	if words < 30 || calls < 60 {
		t.Errorf("%d words and %d printed arguments were looked at", words, calls)
	}
}
