package runtimetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dailyminutes/minutes"
)

// A Suite is what a provider brings to be checked.
type Suite struct {
	// Model and Embedder make what asks the server, with the client and the key they are given.
	Model    func(t *testing.T, s *Server, client *http.Client, key minutes.Secret) minutes.Model
	Embedder func(t *testing.T, s *Server, client *http.Client, key minutes.Secret) minutes.Embedder
	Skip     map[Fault]string // what the protocol cannot do, and why
}

// key is the secret that is sent, and that no error may hold.
const key = "sk-S3CRET-canary-of-the-suite"

// patience is when a call that does not return is given up. Nothing is measured against it.
const patience = 60 * time.Second

// Run checks the provider as every other is checked.
func Run(t *testing.T, s Suite) {
	for _, one := range []struct {
		name string
		f    func(*testing.T, Suite)
	}{
		{"the stream is the answer", stream}, {"the answer is no more trusted than the prompt", labels}, {"schema and limit reach the server", schema},
		{"the fixed part of a prompt is the same in every call", prefix}, {"thoughts are not text", thoughts}, {"a cancelled call lets go of the server", cancelled},
		{"many at once keep apart", together}, {"a server that is not there", down}, {"a prompt that does not fit is not sent", tooLong}, {"vectors", vectors},
		{"connections are used again", reuse},
	} {
		leakFree(t, one.name, func(t *testing.T) { one.f(t, s) })
	}
	for _, f := range Faults() {
		if why := s.Skip[f]; why != "" {
			t.Logf("skipped: a server that %s: %s", f, why)
			continue
		}
		leakFree(t, "a server that "+string(f), func(t *testing.T) { s.fault(t, f) })
	}
}

func leakFree(t *testing.T, name string, f func(*testing.T)) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Run(name, f)
	if err := goleak.Find(before); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// open makes a server and a model that asks it.
func (s Suite) open(t *testing.T, answer func(Request) Reply) (*Server, minutes.Model) {
	server := Serve(t, answer)
	server.Key = key
	return server, s.Model(t, server, Client(t), minutes.NewSecret(key))
}

// Client dials as a test may: what the egress broker is to the program.
func Client(t *testing.T) *http.Client {
	tr := &http.Transport{Proxy: nil, MaxIdleConnsPerHost: 64}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// Prompt is one of public text, long enough that a server that reads little of it is found out.
func Prompt(user string) minutes.Prompt {
	public := minutes.Label{Class: minutes.Public, Origin: minutes.FromSystem}
	web := minutes.Label{Class: minutes.Public, Origin: minutes.FromWeb}
	rules := strings.Repeat("Answer shortly, with what the text says and nothing else. ", 40)
	return minutes.Prompt{System: minutes.Text{Safe: minutes.Clean(rules), Label: public}, User: minutes.Text{Safe: minutes.Clean(user), Label: web}, MaxTokens: 200}
}

// ask generates within the suite's patience and puts the pieces together.
func ask(ctx context.Context, t *testing.T, m minutes.Model, p minutes.Prompt) (minutes.Answer, string, error) {
	t.Helper()
	ctx, end := context.WithTimeoutCause(ctx, patience, errors.New("the suite lost its patience"))
	defer end()
	var b strings.Builder
	a, err := m.Generate(ctx, p, func(piece minutes.Piece) {
		if piece.Reset {
			b.Reset()
		}
		b.WriteString(piece.Text)
	})
	if ctx.Err() == context.DeadlineExceeded { //nolint:errorlint // of this very context
		t.Fatalf("no answer within %s: %v", patience, err)
	}
	if err != nil && !a.Text.Empty() {
		t.Errorf("beside the error stands a text: %q", a.Text.Cut(40))
	}
	return a, b.String(), err
}

// told is an answer in which something is hidden from a reader's eye, and a character of every width.
const told = "Die Lieferung kommt am 3. März — “sicher”.\u202e\u200b 明日 👩‍👩‍👧 done\x1b[31m"

func stream(t *testing.T, s Suite) {
	server, m := s.open(t, func(Request) Reply { return Reply{Text: told, Cached: 32} })
	a, pieces, err := ask(t.Context(), t, m, Prompt("What is new?"))
	if err != nil {
		t.Fatal(err)
	}
	if want := minutes.Clean(told).String(); a.Text.String() != want || minutes.Clean(pieces).String() != want {
		t.Errorf("the answer is %q, its pieces %q, sent was %q", a.Text, pieces, want)
	}
	u := a.Usage
	if u.Calls != 1 || u.PromptTokens == 0 || u.CompletionTokens == 0 || u.CachedTokens != 32 || u.TTFTMS <= 0 {
		t.Errorf("usage: %+v", u)
	}
	if a.Model != server.Name {
		t.Errorf("the answer is said to be of %q", a.Model)
	}
	silent, err := m.Generate(t.Context(), Prompt("What is new?"), nil)
	if err != nil || silent.Text.String() != a.Text.String() {
		t.Errorf("without emit: %q, %v", silent.Text, err)
	}
}

func labels(t *testing.T, s Suite) {
	_, m := s.open(t, Says("yes"))
	for _, class := range []minutes.Class{0, minutes.Public, minutes.Private} {
		p := Prompt("?")
		p.User.Label = minutes.Label{Class: class, Origin: minutes.FromUser}
		a, _, err := ask(t.Context(), t, m, p)
		if err != nil {
			t.Fatal(err)
		}
		l := a.Text.Label
		if l.Trusted() || l.Origin&minutes.FromModel == 0 || l.Origin&minutes.FromUser == 0 || l.Join(minutes.Label{Class: minutes.Public}).Class != p.Label().Class {
			t.Errorf("prompt %+v, answer %+v", p.Label(), l)
		}
	}
}

func schema(t *testing.T, s Suite) {
	server, m := s.open(t, Says(`{"ok":true}`))
	p := Prompt("Is it <so> & why?")
	p.Schema = json.RawMessage(`{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"],"additionalProperties":false}`)
	if _, _, err := ask(t.Context(), t, m, p); err != nil {
		t.Fatal(err)
	}
	q := server.Asked()[0]
	if !bytes.Equal(q.Schema, p.Schema) || q.MaxTokens != p.MaxTokens || q.Model != server.Name {
		t.Errorf("the server was sent %s", q.Body)
	}
	if q.System != p.System.String() || q.User != p.User.String() || !bytes.Contains(q.Body, []byte("<so> & why")) {
		t.Errorf("the prompt came as %s", q.Body)
	}
}

func prefix(t *testing.T, s Suite) {
	server, m := s.open(t, Says("yes"))
	for _, user := range []string{"the first item", "another one, and longer"} {
		if _, _, err := ask(t.Context(), t, m, Prompt(user)); err != nil {
			t.Fatal(err)
		}
	}
	q := server.Asked()
	if q[0].System != q[1].System || q[0].Window != q[1].Window {
		t.Errorf("two calls differ: window %d and %d, system %q and %q", q[0].Window, q[1].Window, q[0].System, q[1].System)
	}
	head := func(r Request) string { before, _, _ := strings.Cut(string(r.Body), r.User); return before }
	if head(q[0]) != head(q[1]) || !strings.Contains(head(q[0]), q[0].System) {
		t.Errorf("what stands before the item differs:\n%s\n%s", head(q[0]), head(q[1]))
	}
}

func thoughts(t *testing.T, s Suite) {
	server, m := s.open(t, func(Request) Reply { return Reply{Text: "It is.", Think: "They want to hear that it is."} })
	server.Thinks = true
	alive := false
	a, err := m.Generate(t.Context(), Prompt("?"), func(p minutes.Piece) { alive = alive || p == minutes.Piece{} })
	if err != nil || a.Text.String() != "It is." {
		t.Errorf("%q, %v", a.Text, err)
	}
	if !alive {
		t.Error("no sign of life while the model thought")
	}
}

func cancelled(t *testing.T, s Suite) {
	for _, fault := range []Fault{Hang, Silent, Stall} {
		server, m := s.open(t, func(Request) Reply { return Reply{Text: "what was begun is not ended", Fault: fault} })
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("the reader left")
		go func() {
			if server.AwaitAsked(t.Context(), 1) == nil && fault != Stall {
				cancel(why)
			}
		}()
		_, err := m.Generate(ctx, Prompt("?"), func(minutes.Piece) { cancel(why) })
		if !errors.Is(err, context.Canceled) || !errors.Is(err, why) {
			t.Errorf("a server that %s: %v", fault, err)
		}
		let(t, server, string(fault))
	}
	for k := range 8 { // after each piece
		server, m := s.open(t, func(Request) Reply { return Reply{Fault: Endless} })
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		_, err := m.Generate(ctx, Prompt("?"), func(minutes.Piece) {
			if seen++; seen == k+1 {
				cancel()
			}
		})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled after piece %d: %v", k+1, err)
		}
		let(t, server, fmt.Sprint("piece ", k+1))
	}
}

// let waits until the server has seen its client go.
func let(t *testing.T, server *Server, when string) {
	t.Helper()
	ctx, end := context.WithTimeout(t.Context(), patience)
	defer end()
	if err := server.AwaitGone(ctx, 1); err != nil {
		t.Errorf("%s: the server was not let go", when)
	}
}

func together(t *testing.T, s Suite) {
	_, m := s.open(t, func(q Request) Reply { return Reply{Text: "about " + q.User} })
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			user := fmt.Sprintf("item number %d", i)
			a, err := m.Generate(t.Context(), Prompt(user), func(minutes.Piece) {})
			if err != nil || a.Text.String() != "about "+user {
				t.Errorf("%s: %q, %v", user, a.Text, err)
			}
		})
	}
	wg.Wait()
}

func down(t *testing.T, s Suite) {
	server := &Server{URL: Down(t), Name: "tiny"}
	m := s.Model(t, server, Client(t), minutes.NewSecret(key))
	_, _, err := ask(t.Context(), t, m, Prompt("?"))
	verdict{is: minutes.ErrOffline, hint: true}.check(t, err)
}

func tooLong(t *testing.T, s Suite) {
	server, m := s.open(t, Says("yes"))
	server.Context = 1024
	p := Prompt(strings.Repeat("a word and another one ", 400))
	if _, _, err := ask(t.Context(), t, m, p); !errors.Is(err, minutes.ErrTooLong) {
		t.Errorf("2,000 words for 1,024 tokens: %v", err)
	}
	if n := len(server.Asked()); n != 0 {
		t.Errorf("%d prompts were sent", n)
	}
	if _, _, err := ask(t.Context(), t, m, minutes.Prompt{User: Prompt("short").User, MaxTokens: 100}); err != nil {
		t.Errorf("a short one: %v", err)
	}
}

func reuse(t *testing.T, s Suite) {
	server, m := s.open(t, Says("yes"))
	for range 5 {
		if _, _, err := ask(t.Context(), t, m, Prompt("?")); err != nil {
			t.Fatal(err)
		}
	}
	from := map[string]bool{}
	for _, q := range server.Asked() {
		from[q.From] = true
	}
	if len(from) != 1 {
		t.Errorf("5 calls came over %d connections", len(from))
	}
}

func vectors(t *testing.T, s Suite) {
	server := Serve(t, func(q Request) Reply {
		if q.N == 5 {
			return Reply{Fault: Cut}
		}
		return Reply{}
	})
	server.Key = key
	e := s.Embedder(t, server, Client(t), minutes.NewSecret(key))
	texts := make([]minutes.Text, 100)
	for i := range texts {
		texts[i] = minutes.Text{Safe: minutes.Clean(fmt.Sprintf("text %d", i)), Label: minutes.Label{Class: minutes.Public}}
	}
	got, err := e.Embed(t.Context(), texts)
	if err != nil || len(got) != len(texts) {
		t.Fatalf("%d vectors of %d texts: %v", len(got), len(texts), err)
	}
	for i, v := range got {
		if fmt.Sprint(v) != fmt.Sprint(vector(texts[i].String())) {
			t.Fatalf("the vector of text %d is another's", i)
		}
	}
	if n := len(server.Asked()); n != 4 {
		t.Errorf("100 texts went in %d requests, not 4", n)
	}
	if got, err := e.Embed(t.Context(), texts[:3]); err == nil {
		t.Errorf("%d vectors of 3 texts are taken for whole", len(got))
	}
	if got, err := e.Embed(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("no text: %v, %v", got, err)
	}
}
