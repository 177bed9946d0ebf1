package router

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/dailyminutes/minutes"
)

// Answers keeps whole answers, by key. Get is nil where there is none.
type Answers interface {
	Get(ctx context.Context, key string) ([]byte, error)
	Put(ctx context.Context, key string, value []byte) error
}

// cached is an answer as it is kept. Its label is made anew from the prompt.
type cached struct{ Text, Model string }

// Cache answers a prompt again as it was answered before, by prompt, model and schema. Only whole
// answers get in: an error never does, and a cut answer is an error. A store that fails is passed by.
func Cache(model string, kept Answers, inner minutes.Model) minutes.Model {
	return modelFunc(func(ctx context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
		key := key(model, p)
		var old cached
		if b, err := kept.Get(ctx, key); err == nil && len(b) > 0 && json.Unmarshal(b, &old) == nil {
			if emit != nil {
				emit(minutes.Piece{Text: old.Text})
			}
			return minutes.Answer{Text: minutes.Text{Safe: minutes.Clean(old.Text), Label: p.Label()}, Model: old.Model}, nil
		}
		answer, err := inner.Generate(ctx, p, emit)
		if err != nil {
			return answer, err
		}
		if b, err := json.Marshal(cached{answer.Text.String(), answer.Model}); err == nil {
			_ = kept.Put(ctx, key, b) // the next call asks again
		}
		return answer, nil
	})
}

// key stands for all that an answer depends on; lengths keep fields apart.
func key(model string, p minutes.Prompt) string {
	h := sha256.New()
	for _, part := range []string{model, p.System.String(), p.User.String(), string(p.Schema), fmt.Sprint(p.MaxTokens)} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:20])
}
