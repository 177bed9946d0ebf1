// Package agenttest holds sixteen mornings of our own invention, each with what its reader must come
// to know, written down before a brief of it was seen, and the measure of a brief against them.
// Tests of agent and its subfolders use it, and `make eval`.
package agenttest

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

//go:embed mornings/*.txt
var files embed.FS

// A Morning is a world at one moment: what every source holds, what was known before, and what a
// brief of it must and must not say.
type Morning struct {
	Name    string
	About   string
	Morning minutes.Morning
	Items   []minutes.Item // of all sources, sent mail included, with bodies
	Open    []minutes.Action
	Before  *minutes.Brief // nil on a first day
	Sources []minutes.SourceStatus
	Rules   []Rule
}

// All are the mornings, by name.
func All() ([]Morning, error) {
	names, err := fs.Glob(files, "mornings/*.txt")
	if err != nil {
		return nil, fmt.Errorf("list the mornings: %w", err)
	}
	slices.Sort(names)
	var out []Morning
	for _, n := range names {
		b, err := files.ReadFile(n)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", n, err)
		}
		m, err := parse(strings.TrimSuffix(path.Base(n), ".txt"), string(b))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n, err)
		}
		out = append(out, m)
	}
	return out, nil
}

// BySource are the items by the source that brings them.
func (m Morning) BySource() map[string][]minutes.Item {
	out := map[string][]minutes.Item{}
	for _, it := range m.Items {
		out[it.Source] = append(out[it.Source], it)
	}
	return out
}

// Candidates are the items without the mail I sent, Sent is that mail: as agent hands them over.
func (m Morning) Candidates() (candidates, sent []minutes.Item) {
	for _, it := range m.Items {
		if it.Mail != nil && it.Mail.FromMe {
			sent = append(sent, it)
		} else {
			candidates = append(candidates, it)
		}
	}
	return candidates, sent
}

// ByID are all items by their id.
func (m Morning) ByID() map[string]minutes.Item {
	out := map[string]minutes.Item{}
	for _, it := range m.Items {
		out[it.ID] = it
	}
	return out
}
