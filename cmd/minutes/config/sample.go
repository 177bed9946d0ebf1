package config

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed sample_top.toml
var sampleTop string

//go:embed sample_end.toml
var sampleEnd string

// Sample is the text of config.example.toml: every key with its default, and each connector's own
// sample in the order of the documentation. Lines without # are what must be given.
func Sample(kinds []Kind) string {
	var b strings.Builder
	b.WriteString(sampleTop)
	for _, k := range ordered(kinds) {
		b.WriteString("\n" + strings.TrimSpace(k.Sample) + "\n")
	}
	b.WriteString("\n" + sampleEnd)
	return b.String()
}

// keyless holds for the kinds that the default config asks: they need no account.
func keyless(kind string) bool {
	return slices.Contains([]string{"hackernews", "feed", "weather", "market"}, kind)
}

// ordered are the kinds in the order people meet them; unknown ones come last.
func ordered(kinds []Kind) []Kind {
	order := []string{"imap", "gmail", "ics", "caldav", "gcal", "graph", "hackernews", "feed", "weather", "market", "mcp"}
	rank := func(k Kind) int {
		if i := slices.Index(order, k.Name); i >= 0 {
			return i
		}
		return len(order)
	}
	out := slices.Clone(kinds)
	slices.SortStableFunc(out, func(a, b Kind) int { return rank(a) - rank(b) })
	return out
}

// commented puts "# " before every line that is not yet a comment.
func commented(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if t := strings.TrimSpace(l); t != "" && !strings.HasPrefix(t, "#") {
			lines[i] = "# " + l
		}
	}
	return strings.Join(lines, "\n")
}
