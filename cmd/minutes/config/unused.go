package config

import (
	"fmt"
	"slices"
	"strings"
)

// unused says whether a key is understood and does nothing in this version. What it names comes later;
// a config that is written for it stays right.
func (c *Config) unused(path string) bool {
	switch path = strip(path); path {
	case "brief.language":
		return c.Brief.Language != "en"
	case "runtime.model.embed_model":
		return true
	}
	table, _, _ := strings.Cut(path, ".")
	return slices.Contains([]string{"schedule", "screen", "hooks", "mcp"}, table)
}

// NotYet lists the keys of the file that are understood and not used by this version, a line each.
func (c *Config) NotYet() []string {
	lines := map[int]string{}
	for path, line := range c.text.lines {
		if c.Path != "" && strings.Contains(path, ".") && c.unused(path) && (lines[line] == "" || len(path) < len(lines[line])) {
			lines[line] = path
		}
	}
	var at []int
	for line := range lines {
		at = append(at, line)
	}
	slices.Sort(at)
	var out []string
	for _, line := range at {
		out = append(out, fmt.Sprintf("line %d: %s is not used by this version yet", line, strip(lines[line])))
	}
	return out
}
