package feedback

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// What one thumb is worth, in thousandths: a tenth for each label of what was liked, two tenths
// against each of what was not, a fifth of that for labels that many items share.
const (
	likedLabel    = 100
	dislikedLabel = -200
	broadDivisor  = 5
	maxLiked      = 300 // of one label, and of all of an item's together
	maxDisliked   = -400
	likedItem     = 200
	dislikedItem  = -400
)

// A Weight is what the log taught about one label, with the judgements it rests on, oldest first.
type Weight struct {
	Label      string  `json:"label"`
	Weight     float64 `json:"weight"`
	Judgements []int64 `json:"judgements"`
}

// Weights are what was learned, the strongest first.
func Weights(log []minutes.Judgement) []Weight { return weigh(Effective(log)) }

func weigh(inForce []minutes.Judgement) []Weight {
	sums := map[string]int{}
	ids := map[string][]int64{}
	for _, j := range inForce {
		delta := likedLabel
		if j.Verb == down {
			delta = dislikedLabel
		} else if j.Verb != up {
			continue
		}
		for _, l := range distinct(j.Labels) {
			d := delta
			if broad(l) {
				d /= broadDivisor
			}
			sums[l] += d
			ids[l] = append(ids[l], j.ID)
		}
	}
	out := make([]Weight, 0, len(sums))
	for l, s := range sums {
		if s = clamp(s); s != 0 {
			out = append(out, Weight{l, float64(s) / whole, ids[l]})
		}
	}
	slices.SortFunc(out, func(a, b Weight) int {
		return cmp.Or(cmp.Compare(abs(b.Weight), abs(a.Weight)), cmp.Compare(a.Label, b.Label))
	})
	return out
}

func clamp(v int) int { return min(max(v, maxDisliked), maxLiked) }

func abs(v float64) float64 { return max(v, -v) }

// distinct leaves out repeated labels, and those beyond what Labels gives: a log restored from
// elsewhere teaches no more than one of our own.
func distinct(ls []string) []string {
	out := make([]string, 0, min(len(ls), maxLabels))
	for _, l := range ls {
		if len(out) < maxLabels && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// verdict is what I said of the item or of one merged into it.
func (w *world) verdict(g minutes.Group) (string, int64) {
	if j, ok := w.verdicts[g.Lead.ID]; ok {
		return j.Verb, j.ID
	}
	var last minutes.Judgement
	for _, it := range g.Also {
		if j, ok := w.verdicts[it.ID]; ok && j.ID >= last.ID {
			last = j
		}
	}
	return last.Verb, last.ID
}

func (w *world) judged(t *tally, verdict string, by int64) {
	switch verdict {
	case up:
		t.add(likedItem, "you liked this", by)
	case down:
		t.add(dislikedItem, "you disliked this", by)
	}
}

// learned adds what the labels of the item and of those merged into it are worth: the strongest
// first, all likes together and all dislikes together within their caps.
func (w *world) learned(t *tally, g minutes.Group) {
	if len(w.weights) == 0 {
		return
	}
	var hits []Weight
	collect := func(it minutes.Item) {
		for _, l := range Labels(it) {
			if v, ok := w.weights[l]; ok && !slices.ContainsFunc(hits, func(h Weight) bool { return h.Label == l }) {
				hits = append(hits, v)
			}
		}
	}
	collect(g.Lead)
	for _, it := range g.Also {
		collect(it)
	}
	slices.SortFunc(hits, func(a, b Weight) int {
		return cmp.Or(cmp.Compare(abs(b.Weight), abs(a.Weight)), cmp.Compare(a.Label, b.Label))
	})
	likes, dislikes := maxLiked, maxDisliked
	for _, h := range hits {
		_, name, _ := strings.Cut(h.Label, ":")
		if delta := thousandths(h.Weight); delta > 0 {
			delta = min(delta, likes)
			likes -= delta
			t.add(delta, "you liked: "+name, h.Judgements...)
		} else {
			delta = max(delta, dislikes)
			dislikes -= delta
			t.add(delta, "you disliked: "+name, h.Judgements...)
		}
	}
}

func thousandths(v float64) int {
	if v < 0 {
		return -int(-v*whole + 0.5)
	}
	return int(v*whole + 0.5)
}
