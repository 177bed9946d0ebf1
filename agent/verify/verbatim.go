package verify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// reported is a line that gives a source's own sentences: "Anna Kirsch wrote: …", and for an
// article "Hafenblatt: …".
var reported = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[^:“”]{2,60}?( wrote| writes)?: (.+)$`)
})

// fewWords is what a run of words must have to be held to its order; shorter ones are held to
// their numbers, dates and names alone.
const fewWords = 5

// verbatim holds a reported line's sentences to the order of the words they come from: a number or
// a day that stands elsewhere in the same mail does not pass for the one in this sentence. Only a
// near day ("tomorrow") may have become another name of a day, since it has moved.
func (s *support) verbatim(text string, article bool) error {
	g := reported().FindStringSubmatch(text)
	if g == nil || g[1] == "" && !article || strings.Contains(g[2], "“") {
		return nil // what stands in quotation marks is held to its letters elsewhere
	}
	for _, sentence := range strings.FieldsFunc(g[2], func(r rune) bool { return strings.ContainsRune("?!;", r) }) {
		for part := range strings.SplitSeq(sentence, ". ") {
			ws := words(fold(strings.TrimSuffix(strings.TrimSpace(part), "…")))
			if len(ws) < fewWords {
				continue
			}
			if !slices.ContainsFunc(s.quotes, func(q string) bool { return inOrder(words(fold(q)), ws) }) {
				return fmt.Errorf("nothing cited says %q", strings.TrimSpace(part))
			}
		}
	}
	return nil
}

// inOrder says whether ws stands in text as one run.
func inOrder(text, ws []string) bool {
	for i := 0; i+len(ws) <= len(text); i++ {
		ok := true
		for j, w := range ws {
			if e := text[i+j]; w != e && !(nearWord(e) && dayWord(w)) {
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
