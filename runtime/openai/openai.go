// Package openai is a minutes.Model and a minutes.Embedder on a server with OpenAI's protocol: vLLM first,
// and what else speaks it (llama.cpp, LM Studio, OpenAI, Anthropic, Gemini). The README has a table of the
// config for each.
package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dailyminutes/minutes"
)

// Options of a Model and of an Embedder.
type Options struct {
	// Client dials; it is the egress broker's. Time limits belong to its dialer and to the caller's
	// context, not to its Timeout, which would cut a healthy stream and is not used.
	Client *http.Client
	Base   string         // with the version: "http://127.0.0.1:8000/v1"
	Name   string         // of the model, as the server lists it
	Key    minutes.Secret // may be empty
	// Window is how many tokens prompt and answer have together; 0 asks the server, and where it does not
	// say, nothing is refused for its length before the server does.
	Window    int
	MaxTokens int    // of an answer whose prompt names no limit; 0 is 1,024
	Schema    Schema // how a schema is sent; "" is what suits the host
	// Fields go into every request for an answer, over what would be there; a nil value takes a field out.
	// vLLM's {"chat_template_kwargs": {"enable_thinking": false}} keeps Qwen 3 from thinking.
	Fields map[string]any
}

// Schema is how a server takes a JSON Schema.
type Schema string

// The ways of a schema. Whatever the way, the caller checks the answer against it.
const (
	ResponseFormat    Schema = "response_format"    // with json_schema: OpenAI, Gemini, Ollama, vLLM
	StructuredOutputs Schema = "structured_outputs" // vLLM's own field, since 0.12
	NoSchema          Schema = "none"               // the prompt alone says it
)

// The defaults, and how much of a stream is read at most.
const (
	maxTokens = 1024
	surely    = 512 // tokens: no window is so small that a shorter prompt was cut
	maxLine   = 4 << 20
	maxStream = 64 << 20 // a stream of tokens is a hundred times as long as its text
	maxBody   = 32 << 20 // of an answer that is no stream
)

// A Model writes with one model of one server. Make it with New. Safe for concurrent use.
type Model struct {
	server
	scale atomic.Uint64 // how far the estimate of a prompt's tokens was exceeded at most, in thousandths
}

// A server is what Model and Embedder have in common.
type server struct {
	o      Options
	base   *url.URL
	limit  string         // what the field of an answer's limit is called
	fields map[string]any // that go into every request for an answer
	client *http.Client
	turn   chan struct{}
	window atomic.Int64 // -1: the server does not say
}

// New checks the options. It connects to nothing.
func New(o Options) (*Model, error) {
	m := &Model{}
	return m, m.server.init(o)
}

func (s *server) init(o Options) error {
	base, err := url.Parse(strings.TrimSuffix(o.Base, "/"))
	switch {
	case err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || base.User != nil || base.RawQuery != "":
		return minutes.WithHint(fmt.Errorf("the address of the server of %q cannot be used", o.Name), "write it like http://127.0.0.1:8000/v1")
	case o.Client == nil || o.Client.Transport == nil:
		return errors.New("openai: no client with a transport was given")
	}
	if o.MaxTokens == 0 {
		o.MaxTokens = maxTokens
	}
	var fields map[string]any
	var schema Schema
	if s.limit, schema, fields = manner(base.Hostname()); o.Schema == "" {
		o.Schema = schema
	}
	s.fields = maps.Clone(fields)
	if s.fields == nil {
		s.fields = map[string]any{}
	}
	maps.Copy(s.fields, o.Fields)
	s.o, s.base, s.turn = o, base, make(chan struct{}, 1)
	s.window.Store(int64(o.Window))
	// A server of models has no reason to send a client elsewhere, least of all with a prompt and a key.
	s.client = &http.Client{Transport: o.Client.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return nil
}

// Generate asks for one answer. A prompt that does not fit, with the answer, into the window is refused
// before it is sent where the window is known (minutes.ErrTooLong). A prompt of which the server read far
// less than was sent is an error too.
func (m *Model) Generate(ctx context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
	limit, err := m.fit(ctx, p)
	if err != nil {
		return minutes.Answer{}, m.wrap(ctx, err)
	}
	s := &stream{m: m, limit: limit, emit: emit, start: time.Now()}
	err = s.run(ctx, m.request(p, limit))
	answer := minutes.Answer{Model: m.o.Name, Usage: s.usage()}
	if s.counts.Prompt > 0 { // an answer cut for its length tells as well what was read of the prompt
		if e := m.read(p, s.counts.Prompt, s.print); e != nil {
			err = e
		}
	}
	if err != nil {
		return answer, m.wrap(ctx, err)
	}
	label := p.Label()
	label.Origin |= minutes.FromModel
	answer.Text = minutes.Text{Safe: minutes.Clean(s.text.String()), Label: label}
	return answer, nil
}

// fit is how long the answer may get. The window is asked for once; a server that keeps no list of models
// is asked again with the next prompt only if it could not be reached.
func (m *Model) fit(ctx context.Context, p minutes.Prompt) (int, error) {
	window, err := m.size(ctx)
	if err != nil {
		return 0, err
	}
	limit := p.MaxTokens
	if limit <= 0 {
		limit = m.o.MaxTokens
	}
	if window <= 0 {
		return limit, nil
	}
	if p.MaxTokens <= 0 {
		limit = min(limit, window/2)
	}
	need := p.Tokens()
	need = max(need, need*int(m.scale.Load())/1000)
	if need+limit > window {
		return 0, m.fail(0, fmt.Errorf("about %d tokens, and %d for the answer, are more than the window of %d: %w", need, limit, window, minutes.ErrTooLong))
	}
	return limit, nil
}

// size is the window, or -1.
func (s *server) size(ctx context.Context) (int, error) {
	if n := s.window.Load(); n != 0 {
		return int(n), nil
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	if n := s.window.Load(); n != 0 {
		return int(n), nil
	}
	one, err := s.find(ctx)
	if errors.Is(err, minutes.ErrAuth) || errors.Is(err, minutes.ErrOffline) || ctx.Err() != nil {
		return 0, err
	}
	if err != nil || one.Max <= 0 { // there is no list, or it names other models: the call will tell
		one.Max = -1
	}
	if err == nil || errors.Is(err, minutes.ErrNotFound) {
		s.window.Store(int64(one.Max))
	}
	return one.Max, nil
}

// read compares what the server says it read with what was sent. A server in between, and Ollama's
// imitation of this protocol, cut a prompt and answer as if nothing were. They are found out where most of
// it is missing, and Ollama too where what it read is one of its usual windows to the token.
func (m *Model) read(p minutes.Prompt, n int, fingerprint string) error {
	sent := p.Tokens()
	brimful := fingerprint == "fp_ollama" && slices.Contains([]int{2048, 4096, 8192, 32768, 262144}, n)
	if brimful || n > 0 && sent > surely && n*5 < sent*2 {
		return m.fail(0, minutes.WithHint(fmt.Errorf("the server read %d tokens of a prompt of about %d: %w", n, sent, minutes.ErrTooLong),
			`for an Ollama write type = "ollama": by this protocol it cannot be told the size of its window`))
	}
	for { // a tokeniser that makes more of a text than we thought is remembered
		old, now := m.scale.Load(), uint64(min(n*1000/sent, 4000))
		if now <= old || m.scale.CompareAndSwap(old, now) {
			return nil
		}
	}
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// request is the body of a call. Fields are in the order of their names, and the system message comes
// first and is the same from call to call, so that the server's prefix cache hits.
func (m *Model) request(p minutes.Prompt, limit int) map[string]any {
	messages := []message{{"system", p.System.String()}, {"user", p.User.String()}}
	if p.System.String() == "" {
		messages = messages[1:]
	}
	r := map[string]any{
		"model": m.o.Name, "messages": messages, m.limit: limit, "temperature": 0, "seed": 7,
		"stream": true, "stream_options": map[string]any{"include_usage": true},
	}
	if len(p.Schema) > 0 {
		switch m.o.Schema {
		case ResponseFormat:
			r["response_format"] = map[string]any{"type": "json_schema",
				"json_schema": map[string]any{"name": "answer", "strict": true, "schema": p.Schema}}
		case StructuredOutputs:
			r["structured_outputs"] = map[string]any{"json": p.Schema}
		}
	}
	for name, value := range m.fields {
		r[name] = value
		if value == nil {
			delete(r, name)
		}
	}
	return r
}

// post sends v to a path under the base. The caller closes the body.
func (s *server) post(ctx context.Context, path string, v any) (*http.Response, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // "<" must not become six characters
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base.JoinPath(path).String(), &b)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return s.do(req, true)
}

// do sends a request, with the key if it is for the part of the server that asks for one. An answer that
// is an error comes back as one.
func (s *server) do(req *http.Request, key bool) (*http.Response, error) {
	if key && !s.o.Key.Empty() {
		req.Header.Set("Authorization", "Bearer "+s.o.Key.Reveal())
	}
	res, err := s.client.Do(req)
	if err != nil {
		return nil, s.lost(err)
	}
	if res.StatusCode != http.StatusOK {
		defer res.Body.Close()
		return nil, s.refused(res)
	}
	return res, nil
}
