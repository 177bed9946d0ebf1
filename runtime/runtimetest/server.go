// Package runtimetest is what models are tested with: a server on loopback that speaks Ollama's and
// OpenAI's protocols and fails in every way that was seen, and the suite that every provider passes.
package runtimetest

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// A Request is what a client asked for. Body is byte for byte what came.
type Request struct {
	Path         string
	Header       http.Header
	Body         []byte
	Model        string
	System, User string // what the messages of these roles say
	Schema       json.RawMessage
	MaxTokens    int      // of the answer
	Window       int      // Ollama's num_ctx
	Inputs       []string // to be embedded
	From         string   // the connection's other end
	N            int      // the how manyeth request for an answer or an embedding it is, from 1
}

// A Reply is what the server does about a Request.
type Reply struct {
	Text   string
	Fault  Fault
	After  string // Retry-After, of TooMany and Busy
	Think  string // what the model thinks before it answers, in a field of its own
	Cached int    // tokens of the prompt that the prefix cache had
	Prompt int    // tokens of the prompt; 0 is a quarter of its bytes
	// Before, if not nil, is called before each piece of the text, from 0: a test paces the stream with it.
	Before func(piece int)
}

// A Server is a server of models. Its fields are set before the first request. It has one model, for
// answers and for embeddings.
type Server struct {
	URL     string // Ollama's base; that of OpenAI's protocol is URL + "/v1"
	Name    string // of the model
	Context int    // of the model, in tokens
	Remote  string // the host that Ollama says it hands prompts on to
	Thinks  bool   // Ollama says that the model can think
	Key     string // if not "": who does not bring it gets a 401
	Flat    bool   // errors of OpenAI's protocol come in vLLM's shape of before August 2025
	// Meta, if not nil, spoils requests that ask for no answer: of models, versions, health.
	Meta func(Request) Fault

	answer func(Request) Reply
	http   *httptest.Server
	mu     sync.Mutex
	seen   []Request
	asked  int           // requests for an answer or an embedding
	gone   int           // clients that went before they had the whole answer
	change chan struct{} // closed and made anew whenever something of these changes
}

// New starts a server. It is closed with Close.
func New(answer func(Request) Reply) *Server {
	s := &Server{Name: "tiny", Context: 8192, answer: answer, change: make(chan struct{})}
	s.http = httptest.NewServer(s.mux())
	s.URL = s.http.URL
	return s
}

// Serve starts a server for the time of a test.
func Serve(t testing.TB, answer func(Request) Reply) *Server {
	s := New(answer)
	t.Cleanup(s.Close)
	return s
}

// Says is an answer func that says the same to everybody.
func Says(text string) func(Request) Reply { return func(Request) Reply { return Reply{Text: text} } }

// Close ends all connections and the server.
func (s *Server) Close() {
	s.http.CloseClientConnections()
	s.http.Close()
}

// Down is the address of a server that is not there.
func Down(t testing.TB) string {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return "http://" + l.Addr().String()
}

// Requests are all that came so far, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.seen...)
}

// Asked are the requests for an answer or an embedding.
func (s *Server) Asked() []Request {
	var out []Request
	for _, r := range s.Requests() {
		if r.N > 0 {
			out = append(out, r)
		}
	}
	return out
}

// AwaitAsked returns when n requests for an answer or an embedding have come, or ctx ends.
func (s *Server) AwaitAsked(ctx context.Context, n int) error {
	return s.await(ctx, func() bool { return s.asked >= n })
}

// AwaitGone returns when n clients have gone before they had the whole answer, or ctx ends.
func (s *Server) AwaitGone(ctx context.Context, n int) error {
	return s.await(ctx, func() bool { return s.gone >= n })
}

func (s *Server) await(ctx context.Context, done func() bool) error {
	for {
		s.mu.Lock()
		ok, change := done(), s.change
		s.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-change:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Server) update(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.change)
	s.change = make(chan struct{})
}

// mux is every path that either protocol knows.
func (s *Server) mux() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("POST /api/chat", s.asks(s.chat(ollama{})))
	m.HandleFunc("POST /api/embed", s.asks(s.embed))
	m.HandleFunc("POST /v1/chat/completions", s.asks(s.chat(openai{})))
	m.HandleFunc("POST /v1/embeddings", s.asks(s.embed))
	for path, body := range s.metas() {
		m.HandleFunc(path, s.meta(body))
	}
	m.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.record(r, false)
		http.Error(w, "404 page not found", http.StatusNotFound)
	})
	return m
}

// record keeps a request and gives it its number if it asks for something.
func (s *Server) record(r *http.Request, asks bool) Request {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 64<<20))
	q := read(r, body)
	s.update(func() {
		if asks {
			s.asked++
			q.N = s.asked
		}
		s.seen = append(s.seen, q)
	})
	return q
}

// asks is a handler of requests for an answer or an embedding.
func (s *Server) asks(answer func(http.ResponseWriter, *http.Request, Request, Reply)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := s.record(r, true)
		reply := s.answer(q)
		if s.Key != "" && r.Header.Get("Authorization") != "Bearer "+s.Key {
			reply = Reply{Fault: Unauthorized}
		}
		if s.instead(w, r, q, reply) {
			return
		}
		answer(w, r, q, reply)
	}
}

// meta is a handler of all else. body is made when it is asked for.
func (s *Server) meta(body func(Request) (status int, kind, body string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := s.record(r, false)
		fault := None
		if s.Meta != nil {
			fault = s.Meta(q)
		}
		if s.Key != "" && strings.HasPrefix(r.URL.Path, "/v1/") && r.Header.Get("Authorization") != "Bearer "+s.Key {
			fault = Unauthorized
		}
		if s.instead(w, r, q, Reply{Fault: fault}) {
			return
		}
		status, kind, text := body(q)
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// wait holds a request until its client goes.
func (s *Server) wait(r *http.Request) {
	<-r.Context().Done()
	s.update(func() { s.gone++ })
}
