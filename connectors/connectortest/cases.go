package connectortest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// Cases runs f in a subtest for each folder of dir ("testdata"): a new case needs no Go.
func Cases(t *testing.T, dir string, f func(t *testing.T, dir string)) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if e.IsDir() && e.Name() != "fuzz" { // where the Go tool keeps what it found
			n++
			t.Run(e.Name(), func(t *testing.T) { f(t, filepath.Join(dir, e.Name())) })
		}
	}
	if n == 0 {
		t.Errorf("no cases in %s", dir)
	}
}

// ParseCases runs every folder of testdata through a parser of spec, in the jail. A folder holds
// input.EXT, the document; optionally parser.txt, the parser's name (else spec has one alone) and
// args.json, its Args; and want.json, what came out, which -update writes.
func ParseCases(t *testing.T, spec connectors.Spec, o Options) {
	t.Helper()
	Cases(t, "testdata", func(t *testing.T, dir string) {
		env := Env(t, o)
		inputs, err := filepath.Glob(filepath.Join(dir, "input.*"))
		if err != nil || len(inputs) != 1 {
			t.Fatalf("want one input.* in %s, got %v (%v)", dir, inputs, err)
		}
		doc := connectors.Document{Data: Read(t, inputs[0])}
		if b, err := os.ReadFile(filepath.Join(dir, "parser.txt")); err == nil {
			doc.Parser = strings.TrimSpace(string(b))
		} else if len(spec.Parsers) == 1 {
			for doc.Parser = range spec.Parsers {
			}
		}
		if b, err := os.ReadFile(filepath.Join(dir, "args.json")); err == nil {
			doc.Args = b
		}
		got, err := env.Parse(t.Context(), doc)
		want := struct {
			Error    string              `json:"error,omitempty"`
			Hint     string              `json:"hint,omitempty"`
			Items    []minutes.Item      `json:"items,omitempty"`
			Rejected []minutes.Rejection `json:"rejected,omitempty"`
			Facts    map[string]string   `json:"facts,omitempty"`
		}{Items: got.Items, Rejected: got.Rejected, Facts: got.Facts}
		if err != nil {
			want.Error, want.Hint = err.Error(), minutes.Hint(err)
		}
		GoldenJSON(t, filepath.Join(dir, "want.json"), want)
	})
}

// Golden compares got with the file at path; -update writes it instead.
func Golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if updating() {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run it once with -update and read what it wrote", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got); if it is right, run with -update:\n%s", path, diff)
	}
}

// GoldenJSON is Golden of v, indented.
func GoldenJSON(t *testing.T, path string, v any) {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	Golden(t, path, b.Bytes())
}

// Corpus lists the files under the corpus's folder sub, or skips the test and says so where the
// corpus is not: it is not part of the repository. MINUTES_SHARED says where it is, if it is not
// in ../shared.
func Corpus(t *testing.T, sub string) []string {
	t.Helper()
	if testing.Short() {
		t.Skipf("skipped: the corpus %s is read in the long form of the tests, not under the race detector", sub)
	}
	dir := filepath.Join(shared(t), "corpus", filepath.FromSlash(sub))
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != "SOURCES.md" && filepath.Ext(d.Name()) != ".tsv" {
			out = append(out, p)
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("skipped: the corpus %s is not on this machine (MINUTES_SHARED says where)", sub)
	}
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func shared(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("MINUTES_SHARED"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "..", "shared")
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = up
	}
}

// maxRead caps what Read inflates: the corpus holds bombs.
const maxRead = 64 << 20

// Read is the file's content, inflated if its name ends in .gz, cut at 64 MiB.
func Read(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	b, err := io.ReadAll(io.LimitReader(r, maxRead))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return b
}
