package feedback

import (
	"strconv"

	"github.com/dailyminutes/minutes"
)

// Scores are counted in thousandths, so that parts sum exactly and in any order.
const (
	whole   = 1000
	floor   = 10    // of what is not muted: it stands above all that is
	mutedBy = -2000 // more than everything else together
	maxText = 60    // runes of a part's label
	limit   = "limit"
)

// tally collects the parts of one score. claims is what is left of the allowance for what the
// sender himself wrote.
type tally struct {
	parts  []minutes.Part
	sum    int
	claims int
}

func (t *tally) add(delta int, label string, judgements ...int64) {
	if delta == 0 {
		return
	}
	t.sum += delta
	t.parts = append(t.parts, minutes.Part{
		Label: minutes.CleanLine(label).Cut(maxText), Delta: float64(delta) / whole, Judgements: judgements,
	})
}

// claim adds a part that rests on the sender's words alone, as far as the allowance goes.
func (t *tally) claim(delta int, label string) {
	delta = min(delta, t.claims)
	t.claims -= max(delta, 0)
	t.add(delta, label)
}

// close is the score and its parts.
func (t *tally) close(muted bool) (float64, []minutes.Part) {
	low := floor
	if muted {
		low = 0
	}
	score := min(max(t.sum, low), whole)
	t.add(score-t.sum, limit)
	return float64(score) / whole, t.parts
}

// plural is "1 hour", "2 hours".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
