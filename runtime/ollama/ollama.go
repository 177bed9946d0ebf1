// Package ollama is a minutes.Model and a minutes.Embedder on an Ollama server, by its own protocol. Ollama's
// other one, OpenAI's, cannot set the size of the window and so cuts long prompts without a word.
package ollama

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ollama/ollama/api"

	"github.com/dailyminutes/minutes"
)

// Options of a Model and of an Embedder.
type Options struct {
	// Client dials; it is the egress broker's. Time limits belong to its dialer and to the caller's
	// context, not to its Timeout, which would cut a healthy stream and is not used.
	Client *http.Client
	Base   string         // "http://127.0.0.1:11434"
	Name   string         // as `ollama list` has it: "qwen3:8b"
	Key    minutes.Secret // only for a server behind a proxy that asks for one
	// Window is how many tokens prompt and answer have together; 0 is 8,192. It is the same in every
	// call, since another one makes the server load the model again, and never more than the model's own.
	Window    int
	MaxTokens int           // of an answer whose prompt names no limit; 0 is 1,024
	KeepAlive time.Duration // how long the model stays loaded after a call; 0 is 30 minutes
}

// The defaults, and how much of a stream is read at most.
const (
	window    = 8192
	maxTokens = 1024
	keepAlive = 30 * time.Minute
	numKeep   = 4   // tokens at the head that a server keeps when it cuts: sent, so that its cut is known
	surely    = 512 // tokens: no window is so small that a shorter prompt was cut
	maxLine   = 4 << 20
	maxStream = 64 << 20 // a stream of tokens is a hundred times as long as its text
	maxBody   = 32 << 20 // of an answer that is no stream
)

// A Model writes with one model of one server. It never downloads one. Make it with New. Safe for
// concurrent use.
type Model struct {
	server
	scale atomic.Uint64 // how far the estimate of a prompt's tokens was exceeded at most, in thousandths
}

// A server is what Model and Embedder have in common.
type server struct {
	o      Options
	base   *url.URL
	client *http.Client // for streams
	api    *api.Client  // for all else
	turn   chan struct{}
	known  atomic.Pointer[facts]
}

// New checks the options. It connects to nothing.
func New(o Options) (*Model, error) {
	m := &Model{}
	return m, m.server.init(o)
}

func (s *server) init(o Options) error {
	base, err := url.Parse(o.Base)
	switch {
	case err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || base.User != nil:
		return minutes.WithHint(fmt.Errorf("the address of the Ollama server %q cannot be used", o.Name), "write it like http://127.0.0.1:11434")
	case strings.TrimSuffix(strings.ToLower(base.Hostname()), ".") == "ollama.com":
		// Its client would sign each request with the key in ~/.ollama.
		return minutes.WithHint(errors.New("ollama.com is no local server"), `use type = "openai" with base_url = "https://ollama.com/v1" and an API key`)
	case o.Client == nil:
		return errors.New("ollama: no client was given")
	}
	if o.Window == 0 {
		o.Window = window
	}
	if o.MaxTokens == 0 {
		o.MaxTokens = maxTokens
	}
	if o.KeepAlive == 0 {
		o.KeepAlive = keepAlive
	}
	transport := o.Client.Transport
	if transport == nil {
		return errors.New("ollama: the client has no transport of its own")
	}
	base.RawQuery, base.Fragment = "", ""
	s.o, s.base, s.turn = o, base, make(chan struct{}, 1)
	s.client = &http.Client{Transport: door{transport, o.Key}}
	s.api = api.NewClient(base, s.client)
	return nil
}

// A door sets and takes away credentials: what Ollama's client signs with the user's key (OLLAMA_AUTH)
// does not leave. It follows nobody elsewhere, least of all with a prompt, and bounds what comes back.
type door struct {
	http.RoundTripper
	key minutes.Secret
}

func (d door) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Del("Authorization")
	req.URL.RawQuery = ""
	if !d.key.Empty() {
		req.Header.Set("Authorization", "Bearer "+d.key.Reveal())
	}
	res, err := d.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode >= 300 && res.StatusCode < 400 {
		res.Body.Close()
		return nil, minutes.WithHint(fmt.Errorf("%s sends its clients elsewhere: %w", req.URL.Host, minutes.ErrNotFound), "check base_url")
	}
	if !strings.HasSuffix(req.URL.Path, chatPath) {
		res.Body = http.MaxBytesReader(nil, res.Body, maxBody)
	}
	return res, nil
}

const chatPath = "/api/chat"

// Generate asks for one answer. A prompt that does not fit, with the answer, into the window is refused
// before it is sent (minutes.ErrTooLong), as is a private one to a model that Ollama hands on to others
// (minutes.ErrTrust). A prompt of which the server read less than was sent is an error too.
func (m *Model) Generate(ctx context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
	f, err := m.facts(ctx)
	if err != nil {
		return minutes.Answer{}, err
	}
	if err := m.may(f, p.Label()); err != nil {
		return minutes.Answer{}, err
	}
	limit, err := m.fit(f, p)
	if err != nil {
		return minutes.Answer{}, err
	}
	s := &stream{m: m, limit: limit, emit: emit, start: time.Now()}
	err = s.run(ctx, m.request(f, p, limit))
	answer := minutes.Answer{Model: m.o.Name, Usage: s.usage()}
	if s.last.Done { // an answer cut for its length tells as well what was read of the prompt
		if e := m.read(f, p, s.last); e != nil {
			err = e
		}
	}
	if err == nil && s.last.RemoteHost != "" && f.remote == "" {
		m.known.Store(nil) // what the name stands for has changed
		err = m.may(&facts{remote: s.last.RemoteHost}, p.Label())
	}
	if err != nil {
		return answer, m.wrap(ctx, err)
	}
	label := p.Label()
	label.Origin |= minutes.FromModel
	answer.Text = minutes.Text{Safe: minutes.Clean(s.text.String()), Label: label}
	return answer, nil
}

// fit is how long the answer may get.
func (m *Model) fit(f *facts, p minutes.Prompt) (int, error) {
	need := p.Tokens()
	need = max(need, need*int(m.scale.Load())/1000)
	limit := p.MaxTokens
	if limit <= 0 {
		limit = min(m.o.MaxTokens, f.window/2)
	}
	if need+limit > f.window {
		return 0, m.fail(0, fmt.Errorf("about %d tokens, and %d for the answer, are more than the window of %d: %w", need, limit, f.window, minutes.ErrTooLong))
	}
	return limit, nil
}

// read compares what the server says it read with what was sent. Servers without the fields truncate and
// shift cut a prompt to the window, or to half of it and num_keep, and answer as if nothing were.
func (m *Model) read(f *facts, p minutes.Prompt, last api.ChatResponse) error {
	n, sent := last.PromptEvalCount, p.Tokens()
	half := f.window - (f.window-numKeep)/2
	cut := n >= f.window || n > 0 && sent > surely && n*4 < sent || n >= half-2 && n <= half+2 && sent*2 > f.window
	if cut {
		return m.fail(0, fmt.Errorf("the server read %d tokens of a prompt of about %d: %w", n, sent, minutes.ErrTooLong))
	}
	for { // a tokeniser that makes more of a text than we thought is remembered
		old, now := m.scale.Load(), uint64(min(n*1000/sent, 4000))
		if now <= old || m.scale.CompareAndSwap(old, now) {
			return nil
		}
	}
}

// request is the body of a call. System comes first and is the same from call to call, so that the
// server's prefix cache hits.
func (m *Model) request(f *facts, p minutes.Prompt, limit int) *api.ChatRequest {
	no := false
	r := &api.ChatRequest{
		Model:     m.o.Name,
		Messages:  []api.Message{{Role: "system", Content: p.System.String()}, {Role: "user", Content: p.User.String()}},
		KeepAlive: &api.Duration{Duration: m.o.KeepAlive},
		Options:   map[string]any{"num_ctx": f.window, "num_predict": limit, "num_keep": numKeep, "temperature": 0, "seed": 7},
		Truncate:  &no,
		Shift:     &no,
		Think:     f.think,
	}
	if p.System.String() == "" {
		r.Messages = r.Messages[1:]
	}
	if len(p.Schema) > 0 {
		r.Format = p.Schema
	}
	return r
}

// body is v as JSON with its signs as they are: "<" must not become six characters.
func body(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
