package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// whyLines are the parts of a score, which sum to it.
func whyLines(s minutes.Scored, t theme) []string {
	lines := []string{t.heading.Render("Why it stands here"), s.Title.Line().String(), ""}
	for _, p := range s.Why {
		style := t.good
		if p.Delta < 0 {
			style = t.bad
		}
		lines = append(lines, fmt.Sprintf("  %s  %s", style.Render(fmt.Sprintf("%+.2f", p.Delta)), p.Label.Line()))
	}
	return append(lines, "  ─────", fmt.Sprintf("  %5.2f", s.Score), "", t.dim.Render("any key closes"))
}

// helpLines are made of the key map.
func helpLines(t theme) []string {
	lines := []string{t.heading.Render("Keys"), ""}
	for _, b := range bindings() {
		lines = append(lines, fmt.Sprintf("  %-20s %s", strings.Join(b.keys, " "), b.does))
	}
	return append(lines, "", t.dim.Render("any key closes"))
}

func verdictWord(verb string) string {
	switch verb {
	case "up":
		return "more like:"
	case "down":
		return "less like:"
	}
	return "taken back:"
}

// age is a span in the largest unit that says enough.
func age(d time.Duration) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
