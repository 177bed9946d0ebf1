package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// size is how much of a suite runs: in the quick tests, in CI (MINUTES_E2E=1), and in `make soak`
// (MINUTES_SOAK=1 as well).
func size(quick, ci, soak int) int {
	switch {
	case long() && os.Getenv("MINUTES_SOAK") != "":
		return soak
	case long():
		return ci
	}
	return quick
}

// A change is a line of the product's source and what a mutant has in its place. It has to occur once.
type change struct{ file, old, new string } // file is relative to the root of the tree

// mutant builds the program with some of its source changed, for a positive control: with a protection
// taken out, the suite that proves it must go red. The tree is not touched (go build -overlay).
func mutant(t testing.TB, changes ...change) (bin string) {
	t.Helper()
	list := overlay(t, changes...)
	bin = filepath.Join(filepath.Dir(list), "minutes")
	build := exec.CommandContext(t.Context(), "go", "build", "-overlay", list, "-tags", "grpcnotrace", "-o", bin, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the mutant: %v\n%s", err, out)
	}
	return bin
}

// overlay writes the changed sources beside a list of them, as the go command takes it.
func overlay(t testing.TB, changes ...change) (list string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	sources := map[string]string{}
	for _, c := range changes {
		path := filepath.Join(root, c.file)
		text, ok := sources[path]
		if !ok {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text = string(b)
		}
		if strings.Count(text, c.old) != 1 {
			t.Fatalf("%s has %q %d times, want once: the control needs another line", c.file, c.old, strings.Count(text, c.old))
		}
		sources[path] = strings.Replace(text, c.old, c.new, 1)
	}
	replaced := struct{ Replace map[string]string }{map[string]string{}}
	for path, text := range sources {
		changed := filepath.Join(dir, strings.ReplaceAll(strings.TrimPrefix(path, root+"/"), "/", "_"))
		if err := os.WriteFile(changed, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replaced.Replace[path] = changed
	}
	list = filepath.Join(dir, "overlay.json")
	b, err := json.Marshal(replaced)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(list, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return list
}
