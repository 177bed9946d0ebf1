// Package loop ends an answer that goes round in circles: small models, held to a schema, write white space
// without end or the same words again and again until their limit.
package loop

import (
	"context"
	"fmt"

	"github.com/dailyminutes/minutes"
)

// What counts as a circle. Real answers have rows of signs, lists of noughts and a phrase said thrice;
// they have no page of them.
const (
	maxSpace  = 256  // white space in a row
	minLength = 512  // bytes that repeat
	minRounds = 6    // how often
	reach     = 2048 // bytes at the end of the answer that are looked at
	stride    = 128  // bytes after which it is looked at again
)

// Cut is a model whose answers are ended when they go round in circles, with minutes.ErrTruncated: such an
// answer is none. The server is let go at once. It finds the circle in the pieces, so the model has to
// emit them as they come.
func Cut(inner minutes.Model) minutes.Model { return cut{inner} }

type cut struct{ inner minutes.Model }

// Generate asks the inner model and watches it.
func (c cut) Generate(outer context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
	ctx, end := context.WithCancel(outer)
	defer end()
	var w watch
	circle := ""
	answer, err := c.inner.Generate(ctx, p, func(piece minutes.Piece) {
		if piece.Reset {
			w = watch{}
		}
		if circle != "" {
			return
		}
		if circle = w.see(piece.Text); circle != "" {
			end()
			return
		}
		if emit != nil {
			emit(piece)
		}
	})
	if circle == "" || outer.Err() != nil {
		return answer, err
	}
	return minutes.Answer{Model: answer.Model, Usage: answer.Usage},
		&minutes.ModelError{Model: answer.Model, Err: fmt.Errorf("the answer %s: %w", circle, minutes.ErrTruncated)}
}

// A watch looks at the end of a text that grows.
type watch struct {
	tail   []byte
	space  int // white space at its end
	unseen int // bytes since it was looked at
}

// see says what is wrong with the text once text has come to it, or "".
func (w *watch) see(text string) string {
	for i := range len(text) {
		switch text[i] {
		case ' ', '\n', '\t', '\r':
			if w.space++; w.space > maxSpace {
				return "is white space without end"
			}
		default:
			w.space = 0
		}
	}
	w.tail = append(w.tail, text...)
	if len(w.tail) > 2*reach {
		w.tail = append(w.tail[:0], w.tail[len(w.tail)-reach:]...)
	}
	if w.unseen += len(text); w.unseen < stride {
		return ""
	}
	w.unseen = 0
	if repeats(w.tail[max(0, len(w.tail)-reach):]) {
		return "says the same again and again"
	}
	return ""
}

// repeats says whether text ends in at least minLength bytes that are one part said minRounds times. It
// reads text from its end and knows, at each byte, the longest border of what it read (Knuth, Morris and
// Pratt): a text of n bytes with a border of b repeats after n-b.
func repeats(text []byte) bool {
	n := len(text)
	at := func(i int) byte { return text[n-1-i] }
	border := make([]int, n)
	for i := 1; i < n; i++ {
		b := border[i-1]
		for b > 0 && at(i) != at(b) {
			b = border[b-1]
		}
		if at(i) == at(b) {
			b++
		}
		border[i] = b
		if length := i + 1; length >= minLength && (length-b)*minRounds <= length {
			return true
		}
	}
	return false
}
