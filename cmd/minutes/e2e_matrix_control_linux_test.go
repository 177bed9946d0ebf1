package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestE2EFaultMatrixControl builds the suite with a protection taken out: cells that this concerns have to
// be found wrong, for that reason.
func TestE2EFaultMatrixControl(t *testing.T) {
	if !long() || os.Getenv("MINUTES_CELLS") != "" {
		t.Skip("skipped: builds mutants; MINUTES_E2E=1 runs it")
	}
	t.Parallel()
	red := 0
	for _, c := range []struct {
		name    string
		cells   string
		changes []change
		says    []string
	}{
		{"a source that fails ends the run", "imap/401 feed/404",
			[]change{{"agent/fetch.go", "\t\tif err != nil {\n\t\t\tfailed = errors.Join(failed, err)", "\t\tif err = errors.Join(err, f.err); err != nil {\n\t\t\tfailed = errors.Join(failed, err)"}},
			[]string{"imap × 401: exit 1, want 3", "feed × 404: exit 1, want 3"}},
		{"no deadline of the source, no age of what is kept", "feed/stall-outer feed/404",
			[]change{{"agent/fetch.go", "return a.Settings.Deadline\n", "return time.Hour\n"}, {"agent/fetch.go", "FetchedAt: was.FetchedAt, FailedAt", "FailedAt"}},
			[]string{`feed × stall-outer: its error does not say "not done within`, "feed × 404: read 0001"}},
	} {
		bin := filepath.Join(t.TempDir(), "suite")
		build := exec.CommandContext(t.Context(), "go", "test", "-c", "-overlay", overlay(t, c.changes...), "-tags", "grpcnotrace", "-o", bin, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		suite := exec.CommandContext(t.Context(), bin, "-test.run", "TestE2EFaultMatrix$", "-test.v")
		suite.Env = append(os.Environ(), "MINUTES_CELLS="+c.cells)
		out, err := suite.CombinedOutput()
		if err == nil {
			t.Errorf("%s: the suite stays green", c.name)
		}
		for _, words := range c.says {
			if strings.Contains(string(out), words) {
				red++
			} else {
				t.Errorf("%s: not found: %s\n%s", c.name, words, tail(string(out), 3000))
			}
		}
	}
	t.Logf("fault matrix: control: %d of 4 wrong with a protection taken out", red)
}
