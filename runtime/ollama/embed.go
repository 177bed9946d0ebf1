package ollama

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/ollama/ollama/api"

	"github.com/dailyminutes/minutes"
)

// batch is how many texts go in one request.
const batch = 32

// An Embedder makes vectors of length 1 with one model of one server. Make it with NewEmbedder. Safe for
// concurrent use.
type Embedder struct{ server }

// NewEmbedder checks the options. It connects to nothing.
func NewEmbedder(o Options) (*Embedder, error) {
	e := &Embedder{}
	return e, e.server.init(o)
}

// Embed sends the texts in batches. A text that is longer than the model's window is an error
// (minutes.ErrTooLong): it is never cut.
func (e *Embedder) Embed(ctx context.Context, texts []minutes.Text) ([][]float32, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	f, err := e.facts(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range texts {
		if err := e.may(f, t.Label); err != nil {
			return nil, err
		}
	}
	out := make([][]float32, 0, len(texts))
	for len(out) < len(texts) {
		part := texts[len(out):min(len(out)+batch, len(texts))]
		vectors, err := e.some(ctx, f, part)
		if err != nil {
			return nil, e.wrap(ctx, err)
		}
		out = append(out, vectors...)
		if len(vectors[0]) != len(out[0]) {
			return nil, e.fail(0, errors.New("the server's vectors have different lengths"))
		}
	}
	return out, nil
}

func (e *Embedder) some(ctx context.Context, f *facts, texts []minutes.Text) ([][]float32, error) {
	input := make([]string, len(texts))
	for i, t := range texts {
		input[i] = t.String()
	}
	no := false
	r, err := e.api.Embed(ctx, &api.EmbedRequest{Model: e.o.Name, Input: input, Truncate: &no,
		KeepAlive: &api.Duration{Duration: e.o.KeepAlive}, Options: map[string]any{"num_ctx": f.window}})
	if err != nil {
		return nil, err
	}
	if len(r.Embeddings) != len(texts) {
		return nil, e.fail(0, fmt.Errorf("the server made %d vectors of %d texts", len(r.Embeddings), len(texts)))
	}
	for _, v := range r.Embeddings {
		if len(v) == 0 || len(v) != len(r.Embeddings[0]) {
			return nil, e.fail(0, errors.New("the server's vectors have different lengths, or none"))
		}
		for _, x := range v {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return nil, e.fail(0, errors.New("a vector of the server holds what is no number"))
			}
		}
	}
	return r.Embeddings, nil
}
