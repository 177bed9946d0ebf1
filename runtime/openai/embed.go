package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/dailyminutes/minutes"
)

// batch is how many texts go in one request.
const batch = 32

// An Embedder makes vectors with one model of one server. Make it with NewEmbedder. Safe for concurrent use.
type Embedder struct{ server }

// NewEmbedder checks the options. It connects to nothing.
func NewEmbedder(o Options) (*Embedder, error) {
	e := &Embedder{}
	return e, e.server.init(o)
}

// Embed sends the texts in batches. A text that is longer than the model takes in is the server's to
// refuse; it is told to cut none.
func (e *Embedder) Embed(ctx context.Context, texts []minutes.Text) ([][]float32, error) {
	out := make([][]float32, 0, len(texts))
	for len(out) < len(texts) {
		part := texts[len(out):min(len(out)+batch, len(texts))]
		vectors, err := e.some(ctx, part)
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

func (e *Embedder) some(ctx context.Context, texts []minutes.Text) ([][]float32, error) {
	input := make([]string, len(texts))
	for i, t := range texts {
		input[i] = t.String()
	}
	res, err := e.post(ctx, "embeddings", map[string]any{"model": e.o.Name, "input": input, "encoding_format": "float"})
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return nil, e.lost(err)
	}
	var in struct {
		Data []struct {
			Index     int       `json:"index"`
			Embedding []float32 `json:"embedding"`
		} `json:"data"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return nil, e.fail(0, errors.New("the server's vectors cannot be read"))
	}
	out := make([][]float32, len(texts))
	for _, d := range in.Data { // they come in any order
		if d.Index < 0 || d.Index >= len(out) || out[d.Index] != nil || !sound(d.Embedding) {
			return nil, e.fail(0, errors.New("the server's vectors make no sense"))
		}
		out[d.Index] = d.Embedding
	}
	for _, v := range out {
		if len(v) == 0 || len(v) != len(out[0]) {
			return nil, e.fail(0, fmt.Errorf("the server made %d vectors of %d texts, or of different lengths", len(in.Data), len(texts)))
		}
	}
	return out, nil
}

func sound(v []float32) bool {
	for _, x := range v {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return false
		}
	}
	return len(v) > 0
}
