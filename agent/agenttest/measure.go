package agenttest

import (
	"fmt"
	"strings"

	"github.com/dailyminutes/minutes"
)

// A Measure is how a brief of a morning did.
type Measure struct {
	Must, Met   int      // things to say, and said
	Broken      []string // rules not kept
	FalseUrgent int      // lines that press without cause
	Repeats     int      // lines of TL;DR, summary and insights that tell the same twice
	TooLong     int      // of those, lines over thirty-five words
	Words       int
	Seconds     int
	Dropped     int
}

// Take measures b.
func (m Morning) Take(b minutes.Brief) Measure {
	out := Measure{Seconds: b.ReadingSeconds, Words: b.ReadingSeconds * 238 / 60, Dropped: b.Verification.Dropped}
	for _, r := range m.Rules {
		met := r.Met(b)
		if !r.Never {
			out.Must++
			if met {
				out.Met++
			}
		}
		if !met {
			out.Broken = append(out.Broken, r.String())
		}
		if r.Never && !met && (r.Where == "tldr1" || r.Where == "top") {
			out.FalseUrgent++
		}
	}
	lines := entries(b, "top")
	for i, e := range lines {
		if strings.Contains(strings.ToLower(e.text), "urgent") && e.text != "No urgent mail today" {
			out.FalseUrgent++
		}
		if len(strings.Fields(e.text)) > 35 {
			out.TooLong++
			out.Broken = append(out.Broken, fmt.Sprintf("%d words: %s", len(strings.Fields(e.text)), e.text))
		}
		for _, o := range lines[:i] {
			if alike(e.text, o.text) {
				out.Repeats++
				out.Broken = append(out.Broken, "twice: "+e.text+" // "+o.text)
			}
		}
	}
	return out
}

// alike holds for two lines with most of their longer words in common.
func alike(a, b string) bool {
	x, y := content(a), content(b)
	n := 0
	for w := range x {
		if y[w] {
			n++
		}
	}
	least := min(len(x), len(y))
	return least > 2 && n*10 >= least*8
}

func content(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(" ,.;:!?“”\"'’()", r) }) {
		if len(w) > 3 {
			out[w] = true
		}
	}
	return out
}
