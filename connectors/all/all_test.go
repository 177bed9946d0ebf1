package all

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryConnectorIsListedOnce walks the folders: a connector that was written and not listed
// would be missing from the program without a word.
func TestEveryConnectorIsListedOnce(t *testing.T) {
	var listed []string
	for _, s := range Specs() {
		if slices.Contains(listed, s.Kind) {
			t.Errorf("two connectors are of kind %s", s.Kind)
		}
		listed = append(listed, s.Kind)
		for name := range s.Parsers {
			if name != s.Kind && !strings.HasPrefix(name, s.Kind+".") {
				t.Errorf("parser %q of %s is not named after it: two kinds could share a name", name, s.Kind)
			}
		}
		for _, file := range []string{s.Kind + ".go", "parse.go", "README.md", "sample.toml", "testdata"} {
			if _, err := os.Stat(filepath.Join("..", s.Kind, file)); err != nil {
				t.Errorf("%s: all connectors look alike: %v", s.Kind, err)
			}
		}
	}
	found := folders(t)
	if len(found) < 5 {
		t.Fatalf("only %v found: the walk is broken", found)
	}
	for _, kind := range found {
		if !slices.Contains(listed, kind) {
			t.Errorf("connectors/%s has a Spec and is not listed in all.go", kind)
		}
	}
}

// folders are the neighbours whose code has a Spec.
func folders(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		dir := filepath.Base(filepath.Dir(f))
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "\nfunc Spec() connectors.Spec {") && !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	return out
}

func TestParsersAreAllOfThem(t *testing.T) {
	all := Parsers()
	n := 0
	for _, s := range Specs() {
		n += len(s.Parsers)
		for name := range s.Parsers {
			if all[name] == nil {
				t.Errorf("%s is missing", name)
			}
		}
	}
	if n != len(all) {
		t.Errorf("%d parsers share %d names", n, len(all))
	}
}
