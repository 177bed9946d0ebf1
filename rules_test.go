package minutes

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const module = "github.com/dailyminutes/minutes"

// eachGoFile parses every Go file of the tree and hands it over with its folder ("" for the root).
func eachGoFile(t *testing.T, mode parser.Mode, visit func(folder, file string, f *ast.File)) {
	t.Helper()
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if n := d.Name(); p != "." && (strings.HasPrefix(n, ".") || n == "testdata" || n == "bin") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		f, err := parser.ParseFile(fset, p, nil, mode)
		if err != nil {
			return err
		}
		folder := path.Dir(filepath.ToSlash(p))
		if folder == "." {
			folder = ""
		}
		visit(folder, filepath.ToSlash(p), f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// allowed is the one rule: a folder imports the root, its parents and its own subfolders.
func allowed(folder, file, imported string) bool {
	test := strings.HasSuffix(file, "_test.go")
	within := func(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }
	switch {
	case imported == "":
		return true
	case folder == "":
		return false
	case within(imported, folder), within(folder, imported):
		return true
	case folder == "cmd/minutes":
		return true // it alone wires
	case folder == "connectors/all":
		return path.Dir(imported) == "connectors" // a list of its siblings and nothing more
	case test && strings.HasSuffix(imported, "test") && within(folder, path.Dir(imported)):
		return true // the suite all siblings pass: connectors/connectortest
	case test && within(folder, "agent") && (imported == "feedback" || imported == "rag"):
		return true // a brief is judged as it is ranked and merged
	}
	return false
}

func TestAFolderImportsTheRootItsParentsAndItsOwnSubfolders(t *testing.T) {
	seen := 0
	eachGoFile(t, parser.ImportsOnly, func(folder, file string, f *ast.File) {
		for _, im := range f.Imports {
			p := strings.Trim(im.Path.Value, `"`)
			if folder == "" && p != module && strings.Contains(strings.Split(p, "/")[0], ".") && !strings.HasSuffix(file, "_test.go") {
				t.Errorf("%s imports %s: the root imports only the standard library", file, p)
			}
			rest, ours := strings.CutPrefix(p, module)
			if !ours {
				continue
			}
			seen++
			if imported := strings.TrimPrefix(rest, "/"); !allowed(folder, file, imported) {
				t.Errorf("%s imports %s: a folder imports the root, its parents and its own subfolders", file, imported)
			}
		}
	})
	if seen < 10 {
		t.Fatalf("only %d imports of our own seen: the walk is broken", seen)
	}
	for _, bad := range [][3]string{
		{"feedback", "feedback/rank.go", "rag"}, {"connectors/feed", "connectors/feed/feed.go", "connectors/web"},
		{"tui", "tui/app.go", "agent"}, {"", "item.go", "rag"}, {"agent", "agent/preload.go", "feedback"},
	} {
		if allowed(bad[0], bad[1], bad[2]) {
			t.Errorf("the rule lets %s import %s", bad[1], bad[2])
		}
	}
}

func TestOnlyTheStoreImportsDatabaseSQL(t *testing.T) {
	eachGoFile(t, parser.ImportsOnly, func(folder, file string, f *ast.File) {
		for _, im := range f.Imports {
			if im.Path.Value == `"database/sql"` && folder != "rag/sqlite" {
				t.Errorf("%s imports database/sql; only rag/sqlite does", file)
			}
		}
	})
}

func TestEveryPackageHasItsSentence(t *testing.T) {
	doc := map[string]bool{}
	eachGoFile(t, parser.ParseComments|parser.PackageClauseOnly, func(folder, file string, f *ast.File) {
		if strings.HasSuffix(file, "_test.go") {
			return
		}
		ok := f.Doc != nil && (strings.HasPrefix(f.Doc.Text(), "Package "+f.Name.Name+" ") ||
			f.Name.Name == "main" && strings.HasPrefix(f.Doc.Text(), "Command "))
		doc[folder] = doc[folder] || ok
	})
	for folder, ok := range doc {
		if !ok {
			t.Errorf("package in %q has no sentence that begins %q", folder, "Package NAME")
		}
	}
}

func TestNoInitAndNoSharedRooms(t *testing.T) {
	eachGoFile(t, parser.SkipObjectResolution, func(folder, file string, f *ast.File) {
		switch f.Name.Name {
		case "util", "utils", "common", "helpers", "shared", "types":
			t.Errorf("%s: a package called %s says nothing", file, f.Name.Name)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "init" && fn.Recv == nil {
				t.Errorf("%s: init() runs in every process start; return a value instead", file)
			}
		}
	})
}

// pathLike finds `folder/file.ext` and `folder/` in documents.
var pathLike = regexp.MustCompile("`([a-zA-Z0-9_.-]+(?:/[a-zA-Z0-9_.-]+)*/?)`")

func TestEveryPathNamedInADocumentExists(t *testing.T) {
	tops := map[string]bool{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		tops[e.Name()] = true
	}
	seen := 0
	for _, doc := range []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"} {
		b, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pathLike.FindAllStringSubmatch(string(b), -1) {
			p := m[1]
			first, _, nested := strings.Cut(p, "/")
			if !nested && !strings.HasSuffix(p, ".md") && !strings.HasSuffix(p, ".toml") && !strings.HasSuffix(p, ".go") {
				continue
			}
			if nested && !tops[first] {
				continue // a MIME type, a URL's path: not of this tree
			}
			seen++
			if p == "bin/minutes" || first == "bin" {
				continue
			}
			if _, err := os.Stat(p); err != nil {
				t.Errorf("%s names %s, which does not exist", doc, p)
			}
		}
	}
	if seen < 20 {
		t.Fatalf("only %d paths seen in the documents: the pattern is broken", seen)
	}
}
