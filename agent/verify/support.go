package verify

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dailyminutes/minutes"
)

// supports says whether something cited says what t says.
func (s *support) supports(t token) bool {
	switch t.kind {
	case "link":
		raw := strings.TrimRight(fold(t.raw), ".,;:!?)")
		return strings.Contains(s.text, raw) || slices.ContainsFunc(s.urls, func(u string) bool { return u != "" && strings.ToLower(u) == raw })
	case "code":
		return occurs(s.text, t.raw)
	}
	if t.kind == "number" && s.follows(t) {
		return true
	}
	return slices.ContainsFunc(s.toks, func(e token) bool { return agree(t, e) && s.speaks(t, e) })
}

// speaks keeps a date from resting on another's: what is due not on when a mail was sent or when
// one meets, what was written yesterday not on a term.
func (s *support) speaks(claim, e token) bool {
	if claim.kind != "date" {
		return true
	}
	if !s.mail { // the day on which an article came out is not the one that it speaks of
		return e.from != "sent" || claim.term == "sent" || weekday(strings.ToLower(claim.raw)) < 0
	}
	switch claim.term {
	case "due":
		return e.from == ""
	case "sent":
		return e.from == "sent"
	}
	return true
}

// follows holds for figures that are no one's words: counts of what is cited, lengths and gaps of
// its times, and roundings of a price's change.
func (s *support) follows(t token) bool {
	v := t.vals[0]
	if t.unit == "%" {
		scale := math.Pow(10, float64(decimals(t.raw)))
		return slices.ContainsFunc(s.rounded, func(p float64) bool { return math.Abs(math.Round(math.Abs(p)*scale)/scale-v) < 1e-9 })
	}
	return v == math.Trunc(v) && s.derived[t.unit][int(v)]
}

func decimals(raw string) int {
	_, frac, _ := strings.Cut(raw, ".")
	n := 0
	for n < len(frac) && frac[n] >= '0' && frac[n] <= '9' {
		n++
	}
	return n
}

func agree(claim, e token) bool {
	if claim.kind != e.kind {
		return false
	}
	switch claim.kind {
	case "date":
		return slices.ContainsFunc(claim.days, func(d int) bool { return slices.Contains(e.days, d) })
	case "time":
		return slices.ContainsFunc(claim.mins, func(m int) bool { return slices.Contains(e.mins, m) })
	}
	if claim.unit != "" && claim.unit != e.unit {
		return false
	}
	for _, v := range claim.vals {
		for _, w := range e.vals {
			if math.Abs(v-w) <= 1e-9*max(1, math.Abs(w)) {
				return true
			}
		}
	}
	return false
}

// derive is what follows from the items' closed fields by arithmetic.
func derive(items []minutes.Item, m minutes.Morning) map[string]map[int]bool {
	out := map[string]map[int]bool{"": {}, "minute": {}, "hour": {}, "day": {}, "week": {}}
	kinds := map[minutes.Kind]int{}
	for _, it := range items {
		kinds[it.Kind]++
	}
	for _, n := range append(slices.Collect(maps.Values(kinds)), len(items)) {
		if n > 1 { // of one, no figure speaks
			out[""][n], out[""][n-1] = true, true
		}
	}
	span := func(d time.Duration) {
		n := int(d.Abs().Minutes())
		out["minute"][n] = true
		if n%60 == 0 {
			out["hour"][n/60] = true
		}
	}
	for i, a := range items {
		if a.Mail != nil && !a.At.IsZero() {
			n := dayNumber(m.Now) - dayNumber(a.At)
			out["day"][n] = true
			if n%7 == 0 {
				out["week"][n/7] = true
			}
		}
		if a.Event == nil || a.Event.AllDay {
			continue
		}
		span(a.Event.End.Sub(a.Event.Start))
		for _, b := range items[i+1:] {
			if b.Event != nil && !b.Event.AllDay {
				span(a.Event.End.Sub(b.Event.Start))
				span(b.Event.End.Sub(a.Event.Start))
				span(earlier(a.Event.End, b.Event.End).Sub(later(a.Event.Start, b.Event.Start)))
			}
		}
	}
	return out
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// A move is how a cited price changed.
type move struct {
	percent float64
	names   []string // of what moved
}

var movement = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(fell|down|lost|dropped|slipped|lower|rose|up|gained|added|climbed|higher)\b[^.;,%]{0,24}?(\d+(?:\.\d+)?)\s?%`)
})

// direction refuses a rise that was a fall: the figure alone does not tell them apart.
func (s *support) direction(text string) error {
	if len(s.moves) == 0 {
		return nil
	}
	for _, g := range movement().FindAllStringSubmatch(text, -1) {
		fell := slices.Contains([]string{"fell", "down", "lost", "dropped", "slipped", "lower"}, strings.ToLower(g[1]))
		t := token{kind: "number", raw: g[2], unit: "%", vals: readings(g[2], false)}
		ok := slices.ContainsFunc(s.moves, func(mv move) bool {
			one := support{rounded: []float64{mv.percent}}
			return one.follows(t) && (mv.percent < 0) == fell
		})
		if !ok {
			return fmt.Errorf("nothing cited %s %s %%", strings.ToLower(g[1]), g[2])
		}
	}
	return nil
}

// owned holds a change that stands right behind a name, "DAX +0.3 %", to what that name stands for.
func (s *support) owned(text string) error {
	for _, mv := range s.moves {
		for _, n := range mv.names {
			_, after, ok := strings.Cut(text, n+" ")
			g := signed().FindStringSubmatch(after)
			if n == "" || !ok || g == nil {
				continue
			}
			t := token{kind: "number", raw: g[2], unit: "%", vals: readings(g[2], false)}
			one := support{rounded: []float64{mv.percent}}
			if !one.follows(t) || g[1] == "+" && mv.percent < 0 || g[1] != "+" && g[1] != "±" && mv.percent > 0 {
				return fmt.Errorf("%s did not change by %s%s %%", n, g[1], g[2])
			}
		}
	}
	return nil
}

var signed = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([+\-−±])(\d+(?:\.\d+)?) ?%`) })
