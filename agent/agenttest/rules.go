package agenttest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// A Rule is one thing that a brief of the morning must say (or, Never, must not). Where is tldr,
// tldr1 to tldr3, summary, insights, top (those three), agenda, actions, sections or any; All must
// hold of one entry there. A fragment is an item's id or words of the text, in either case
// with alternatives parted by "/".
type Rule struct {
	Never bool
	Where string
	All   []string
}

func (w *world) ruleLine(r []string) error {
	where, never := strings.CutPrefix(r[0], "never ")
	switch where {
	case "tldr", "tldr1", "tldr2", "tldr3", "summary", "insights", "top", "agenda", "actions", "sections", "any":
	default:
		return fmt.Errorf("no place called %q", where)
	}
	w.Rules = append(w.Rules, Rule{Never: never, Where: where, All: list(r[1])})
	return nil
}

// String is the rule as it was written.
func (r Rule) String() string {
	s := r.Where + " | " + strings.Join(r.All, ", ")
	if r.Never {
		return "never " + s
	}
	return s
}

// entry is one thing a reader meets, whatever list it stands in.
type entry struct {
	text  string
	items []string
}

func (e entry) has(fragment string) bool {
	for alt := range strings.SplitSeq(fragment, "/") {
		alt = strings.TrimSpace(alt)
		if ids := idsIn(alt); len(ids) > 0 {
			if slices.Contains(e.items, ids[0]) {
				return true
			}
		} else if strings.Contains(strings.ToLower(e.text), strings.ToLower(alt)) {
			return true
		}
	}
	return false
}

// idsIn are the fragment's alternatives that are ids of items.
func idsIn(fragment string) []string {
	var out []string
	for alt := range strings.SplitSeq(fragment, "/") {
		alt = strings.TrimSpace(alt)
		kind, _, ok := strings.Cut(alt, ":")
		if ok && slices.Contains([]string{"mail", "event", "hn", "feed", "quote", "forecast"}, kind) {
			out = append(out, alt)
		}
	}
	return out
}

// Met says whether the brief keeps the rule.
func (r Rule) Met(b minutes.Brief) bool {
	found := slices.ContainsFunc(entries(b, r.Where), func(e entry) bool {
		return !slices.ContainsFunc(r.All, func(f string) bool { return !e.has(f) })
	})
	return found != r.Never
}

func entries(b minutes.Brief, where string) []entry {
	var out []entry
	claims := func(cs []minutes.Claim) {
		for _, c := range cs {
			out = append(out, entry{c.Text.String(), c.Items})
		}
	}
	in := func(names ...string) bool { return slices.Contains(names, where) }
	if in("tldr", "top", "any") {
		claims(b.TLDR)
	}
	for i, n := range []string{"tldr1", "tldr2", "tldr3"} {
		if where == n && i < len(b.TLDR) {
			claims(b.TLDR[i : i+1])
		}
	}
	if in("summary", "top", "any") {
		claims(b.Summary)
	}
	if in("insights", "top", "any") {
		claims(b.Insights)
	}
	if in("agenda", "any") {
		for _, a := range b.Agenda {
			e := entry{a.Start.Format("15:04 ") + a.Title.String() + " " + a.Location.String(), append([]string{a.Item}, a.Conflicts...)}
			if len(a.Conflicts) > 0 {
				e.text += " conflict"
			}
			if a.Prepare != nil {
				e.text += " prepare " + a.Prepare.Text.String()
				e.items = append(e.items, a.Prepare.Items...)
			}
			out = append(out, e)
		}
	}
	if in("actions", "any") {
		for _, a := range b.Actions {
			e := entry{a.Status + " " + a.Owner + ": " + a.Text.String() + " " + a.Who.String(), []string{a.Item}}
			if a.Due != nil {
				e.text += a.Due.Format(" due 2006-01-02 15:04")
			}
			out = append(out, e)
		}
	}
	if in("sections", "any") {
		for _, s := range b.Sections {
			claims(s.Lines)
			for _, it := range s.Items {
				out = append(out, entry{it.Title.String(), []string{it.ID}})
			}
		}
	}
	return out
}
