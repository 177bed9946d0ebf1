package rrule_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSemanticsOfRules counts how many of dateutil's answers are ours: to the rules of its own tests,
// where the corpus is here, and to 600 put together at random.
func TestSemanticsOfRules(t *testing.T) {
	right, all := 0, 0
	for _, path := range []string{filepath.Join(shared(), "corpus", "more", "rrule", "dateutil_rules.jsonl"), filepath.Join("testdata", "dateutil.jsonl")} {
		f, err := os.Open(path)
		if err != nil {
			t.Logf("skipped the rules of %s: they are not here", filepath.Base(path))
			continue
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var c struct {
				Start, Rule string
				First       []string
				All         bool
				Total       *int `json:"total_if_finite"`
			}
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			if start, rule, both := strings.Cut(c.Rule, "\n"); both {
				c.Start, c.Rule = strings.TrimPrefix(start, "DTSTART:"), strings.TrimPrefix(rule, "RRULE:")
			}
			limit := len(c.First)
			if c.All || c.Total != nil {
				limit++ // one more than there are, to see it end
			}
			all++
			if got, err := first(t, c.Rule, c.Start, limit, 30_000_000); err == nil && strings.Join(got, " ") == strings.Join(c.First, " ") {
				right++
			}
		}
	}
	t.Logf("semantics: rrule %d of %d", right, all)
	if right != all || all < 600 {
		t.Errorf("%d of %d answers are dateutil's", right, all)
	}
}
