package agent

import (
	"slices"
	"strings"
	"sync"

	"github.com/dailyminutes/minutes"
)

// maxSpans is how many parts of a question can be named.
const maxSpans = 8

// spans are the parts of a question that may be sent as they stand: all of it, what it puts into
// quotation marks, and its runs of words that tell something.
func spans(question minutes.Text) []minutes.Text {
	out := []minutes.Text{}
	add := func(s string) {
		t := minutes.Text{Safe: minutes.CleanLine(s), Label: question.Label}
		if !t.Empty() && len(out) < maxSpans && !slices.ContainsFunc(out, func(o minutes.Text) bool { return o.String() == t.String() }) {
			out = append(out, t)
		}
	}
	text := question.Line().String()
	add(strings.TrimRight(text, "?!. "))
	for i, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(`"“”„`, r) }) {
		if i%2 == 1 {
			add(part)
		}
	}
	var run []string
	for _, w := range strings.Fields(text) {
		bare := strings.Trim(w, ",.;:!?()\"“”„'")
		if bare != "" && !plainWord(bare) {
			run = append(run, bare)
		}
		if bare == "" || plainWord(bare) || bare != w && strings.TrimRight(w, ",.;:!?)") != w {
			add(strings.Join(run, " "))
			run = nil
		}
	}
	add(strings.Join(run, " "))
	return out
}

// tellingWords are the words of a question that an answer would hold, in their order.
func tellingWords(question string) []string {
	var out []string
	for _, w := range strings.Fields(question) {
		if bare := strings.Trim(w, ",.;:!?()\"“”„'’"); bare != "" && !plainWord(bare) {
			out = append(out, strings.TrimSuffix(strings.TrimSuffix(bare, "'s"), "’s"))
		}
	}
	return out
}

// plainWord holds for words that a question is put with.
func plainWord(w string) bool { return plainWords()[strings.ToLower(w)] }

// kindWord holds for words that say what is asked for, not what about: a tool answers to them.
func kindWord(w string) bool { return kindWords()[strings.ToLower(strings.TrimSuffix(w, "s"))] }

func wordSet(list string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		set := map[string]bool{}
		for _, w := range strings.Fields(list) {
			set[w] = true
		}
		return set
	})
}

var (
	plainWords = wordSet(`a about after again all also am an and any anybody anyone anything are as ask at be because been before being but
		by can could day did do does done doing during each ever every everything find for from get give go going got had has have he her here hers him
		his how i i'm i've if in into is it its just know last latest let like list look made make many may me mean mention mentioned might mine
		more most much must my need new news next no not now of off on one only or other our out over please read recent recently said say says see
		send sent she should show since so some something soon still summarise summarize summary tell than that the their them then there these they
		thing things this those to today today's tomorrow tomorrow's tonight too under until up upcoming us want was we week were what what's whats
		when when's where where's which while who who's whom whose why will with without would write wrote written yesterday year month morning you
		your yours there's`)
	kindWords = wordSet(`action agenda appointment brief calendar deadline email event forecast mail meeting message owe price rain schedule
		stock todo umbrella weather hacker`)
)
