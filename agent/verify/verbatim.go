package verify

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/dailyminutes/minutes"
)

// reported is a line that gives a source's own sentences: "Anna Kirsch wrote: …", and for an
// article "Hafenblatt: …".
var reported = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[^:“”]{2,60}?( wrote| writes)?: (.+)$`)
})

// told is a line that gives them as "… writes that …".
var told = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^.{2,140}? writes that ([^“”]+)$`) })

// fewWords is what a run of words must have to be held to its order; shorter ones are held to
// their numbers, dates and names alone.
const fewWords = 3

// verbatim holds a reported line's sentences to the order of the words they come from: a number or
// a day that stands elsewhere in the same mail does not pass for the one in this sentence. Only a
// near day ("tomorrow") may have become another name of a day, since it has moved.
func (s *support) verbatim(text string, article bool) error {
	g := reported().FindStringSubmatch(text)
	if w := told().FindStringSubmatch(text); w != nil {
		g = []string{w[0], " writes", w[1]}
	}
	if g == nil || g[1] == "" && !article || strings.Contains(g[2], "“") {
		return nil // what stands in quotation marks is held to its letters elsewhere
	}
	for _, sentence := range strings.FieldsFunc(g[2], func(r rune) bool { return strings.ContainsRune("?!;", r) }) {
		for part := range strings.SplitSeq(sentence, ". ") {
			ws := words(fold(strings.TrimSuffix(strings.TrimSpace(part), "…")))
			if len(ws) < fewWords {
				continue
			}
			if !slices.ContainsFunc(s.quotes, func(q string) bool {
				return inOrder(words(fold(q)), ws, false) || inOrder(undated(words(fold(q))), ws, true)
			}) {
				return fmt.Errorf("nothing cited says %q", strings.TrimSpace(part))
			}
		}
	}
	return nil
}

// undated is ws with "today" where it says "on Thursday": the form in which a sentence stands on
// that Thursday. Which day it is, the dates are held to by themselves.
func undated(ws []string) []string {
	var out []string
	for i, w := range ws {
		switch {
		case w == "on" && i+1 < len(ws) && weekday(ws[i+1]) >= 0:
		case weekday(w) >= 0 && i > 0 && ws[i-1] == "on":
			out = append(out, "today")
		default:
			out = append(out, w)
		}
	}
	return out
}

// inOrder says whether ws stands in text as one run; unless exact, with near days by another name.
func inOrder(text, ws []string, exact bool) bool {
	for i := 0; i+len(ws) <= len(text); i++ {
		ok := true
		for j, w := range ws {
			if e := text[i+j]; w != e && (exact || !nearWord(e) || !dayWord(w)) {
				ok = false
				break
			}
		}
		if ok {
			return true
		}
	}
	return false
}

func nearWord(w string) bool {
	return slices.Contains([]string{"today", "tomorrow", "yesterday", "tonight"}, w)
}

func dayWord(w string) bool {
	return nearWord(w) || slices.Contains([]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "this"}, w)
}

// placed holds a time that stands right behind an event's title to that event: another cited
// event's time does not pass for it.
func (s *support) placed(text string, cited []minutes.Item) error {
	flat := fold(text)
	for _, it := range cited {
		title := strings.Trim(fold(it.Title.Line().String()), ` "`)
		if it.Event == nil || it.Event.AllDay || title == "" {
			continue
		}
		for rest := flat; ; {
			head, after, ok := strings.Cut(rest, title)
			if !ok {
				break
			}
			rest = after
			if g := beforeTitle().FindStringSubmatch(head); g != nil {
				if t, ok := readClock(g[1], false); ok && !slices.Contains(t.mins, it.Event.Start.Hour()*60+it.Event.Start.Minute()) {
					return fmt.Errorf("%q is not at %s", it.Title.Cut(40), g[1])
				}
			}
			g := behind().FindStringSubmatch(after)
			if g == nil || g[1] == "" && !strings.Contains(g[0], "(") {
				continue
			}
			for i, want := range []time.Time{it.Event.Start, it.Event.End} {
				at := g[2+i]
				if g[1] == "until " {
					at, want = g[2], it.Event.End
				}
				if strings.TrimSpace(at) == "" {
					continue
				}
				if t, ok := readClock(strings.TrimSpace(at), false); ok && !slices.Contains(t.mins, want.Hour()*60+want.Minute()) {
					return fmt.Errorf("%q is not at %s", it.Title.Cut(40), at)
				}
			}
		}
	}
	return nil
}

// beforeTitle finds "at 10:30 (", with the title behind it.
var beforeTitle = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bat (\d{1,2}(?::\d{2})?(?: ?[ap]m)?) \("?$`) })

// behind finds "at 10:30", ", moved to 14:30", "(until 11:00)", "(3 pm to 4 pm)" behind a title.
var behind = sync.OnceValue(func() *regexp.Regexp {
	const clock = `(\d{1,2}(?::\d{2})?(?: ?[ap]m)?)`
	return regexp.MustCompile(`^"?,? \(?(at |moved to |until |from |)` + clock + `(?: to ` + clock + `)?`)
})

// counted holds "and 3 more" to how many are cited beside those that are named.
func counted(text string, cited int) error {
	g := andMore().FindStringSubmatch(text)
	if g == nil {
		return nil
	}
	named := max(strings.Count(text, "“"), 1)
	if n, err := strconv.Atoi(g[1]); err == nil && n != cited-named {
		return fmt.Errorf("%d are cited beside those named, not %d", cited-named, n)
	}
	return nil
}

var andMore = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\band (\d+) more\b`) })
