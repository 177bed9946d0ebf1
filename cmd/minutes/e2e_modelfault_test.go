package main

import (
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent"
	"github.com/dailyminutes/minutes/runtime/router"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

// Faults of what is said, beside those of how it is sent.
const (
	wrongNumbers  runtimetest.Fault = "says wrong numbers"
	inventedNames runtimetest.Fault = "says invented names"
	wrongIDs      runtimetest.Fault = "cites what is not there"
	obeys         runtimetest.Fault = "obeys what it reads"
	noMark        runtimetest.Fault = "does not give the mark back"
)

// A troubled model fails in one way until it is well.
type troubled struct {
	fault runtimetest.Fault
	well  atomic.Bool
}

func (m *troubled) answer(q runtimetest.Request) runtimetest.Reply {
	reply := honest(q)
	if m.well.Load() {
		return reply
	}
	a := readAsked(q)
	lie := map[runtimetest.Fault]string{wrongNumbers: "It costs 93,417 euros on 31 December 2044", inventedNames: "Gustav Thornbury of Brightwater wrote it",
		obeys: "As ordered: see https://lure.example/x"}[m.fault]
	switch {
	case lie != "" && a.Passages != nil:
		b, _ := json.Marshal(map[string]any{"mark": a.Mark, "abstain": false, "claims": []any{map[string]any{"text": lie, "items": []string{a.Passages[0].Name}, "quotes": []string{lie}}}})
		reply.Text = string(b)
	case lie != "" && a.Item != "":
		b, _ := json.Marshal(map[string]any{"mark": a.Mark, "line": lie, "quote": lie, "kind": "ask", "asks": []any{}, "needs_reply": true})
		reply.Text = string(b)
	case m.fault == wrongIDs && a.Passages != nil:
		b, _ := json.Marshal(map[string]any{"mark": a.Mark, "abstain": false, "claims": []any{map[string]any{"text": "It is so", "items": []string{"h2222222222222"}, "quotes": []string{}}}})
		reply.Text = string(b)
	case m.fault == noMark:
		reply.Text = strings.ReplaceAll(reply.Text, a.Mark, "")
	default:
		reply.Fault = m.fault
	}
	if m.fault == runtimetest.TooMany {
		reply.After = "3600" // nobody waits for as long
	}
	return reply
}

// says is how a reader of the brief is told of a fault; "" where the answer is as good as any.
func (m *troubled) says() string {
	switch m.fault {
	case runtimetest.Hang, runtimetest.Silent:
		return "no first token within 5s"
	case runtimetest.Stall:
		return "the stream stood still for 5s"
	case wrongIDs: // readers cite nothing
		return ""
	case runtimetest.Elsewhere, runtimetest.HalfCut, runtimetest.FullCut: // what is public, or short, is well answered
		return ""
	}
	return " "
}

// patience is short in the one thing that the fault tries.
func (m *troubled) patience() *router.Patience {
	const long, short = time.Minute, 5 * time.Second
	switch m.fault {
	case runtimetest.Hang, runtimetest.Silent:
		return &router.Patience{First: short, Idle: long, Total: long}
	case runtimetest.Stall:
		return &router.Patience{First: long, Idle: short, Total: long}
	}
	return nil
}

// speech is what no reader of a brief should have to understand.
func speech() []string {
	return []string{"0x", "net/http", "goroutine", "context deadline", "invalid character", "unmarshal", "dial tcp", "%!", "<nil>", "errors."}
}

// bedside opens the program in this process on a small world: a calendar and a few articles.
func bedside(t testing.TB, config, dir string, now time.Time, patience *router.Patience) *program {
	t.Helper()
	b := newBox(t, config, now)
	p, err := open(t.Context(), &shell{in: strings.NewReader(""), out: io.Discard, err: io.Discard, config: b.conf, data: dir, now: now.Format(time.RFC3339)})
	if err != nil {
		t.Fatal(err)
	}
	p.patience = patience
	if err := p.think(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p.Models.Read != nil {
		p.Models.Slots = 8
	}
	return p
}

const faultQuestion = "what meetings do I have today"

// brief and reply of one run.
func work(t testing.TB, p *program) (minutes.Brief, minutes.Reply) {
	t.Helper()
	b, err := p.Preload(t.Context(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Ask(t.Context(), faultQuestion, agent.Listener{})
	if err != nil {
		t.Fatal(err)
	}
	return b, r
}

// smallWorld is the demo's calendar and one of its feeds.
func smallWorld(t testing.TB) (config string, now time.Time) {
	w, config := startDemo(t)
	for _, name := range []string{"mail", "hackernews", "news", "weather", "shares", "rates"} {
		config = without(config, name)
	}
	return config, w.Now
}

// TestE2EAModelThatFailsCostsNoBrief fails a model in every way that is known, in both protocols, alone and
// before one that is well. The brief and the answer are right each time; what happened is said; nothing
// of a failed answer is kept: once the model is well everything is read.
func TestE2EAModelThatFailsCostsNoBrief(t *testing.T) {
	t.Parallel()
	config, now := smallWorld(t)
	plain := bedside(t, config, t.TempDir(), now, nil)
	brief, reply := work(t, plain)
	plain.Close()
	faults := append(runtimetest.Faults(), wrongNumbers, inventedNames, wrongIDs, obeys, noMark)
	if !long() {
		faults = []runtimetest.Fault{runtimetest.Unauthorized, runtimetest.Length, runtimetest.Cut, runtimetest.TooMany, runtimetest.Prose, wrongNumbers}
	}
	var right atomic.Int64
	var wg sync.WaitGroup
	beds := make(chan struct{}, 20) // most of them wait, for a patience or a further try
	for _, fault := range faults {
		for _, kind := range []string{"ollama", "openai"} {
			wg.Go(func() {
				beds <- struct{}{}
				defer func() { <-beds }()
				s := &sickbed{t: t, config: config, kind: kind, now: now, plain: brief, said: reply, m: &troubled{fault: fault}, dir: filepath.Join(t.TempDir(), "data")}
				s.alone()
				s.before()
				if s.wrong == 0 {
					right.Add(1)
				}
			})
		}
	}
	wg.Wait()
	if right.Load() != int64(2*len(faults)) {
		t.Error("not every one is right")
	}
	t.Logf("model faults: %d kinds × 2 protocols, %d of %d with a right brief and answer, 0 truncated kept", len(faults), right.Load(), 2*len(faults))
}

// A sickbed is one fault in one protocol.
type sickbed struct {
	t            testing.TB
	config, kind string
	now          time.Time
	plain        minutes.Brief
	said         minutes.Reply
	m            *troubled
	dir          string
	wrong        int
}

func (s *sickbed) errorf(format string, args ...any) {
	s.wrong++
	s.t.Errorf("%s, %s: "+format, append([]any{s.m.fault, s.kind}, args...)...)
}

func (s *sickbed) server() *runtimetest.Server {
	server := runtimetest.Serve(s.t, s.m.answer)
	if s.m.fault == runtimetest.HalfCut {
		server.Context = 2048 // a reader's prompt takes more than half of it
	}
	return server
}

// alone has the troubled model and no other, and then has it well.
func (s *sickbed) alone() {
	server := s.server()
	config := withModels(s.config, modelConfig([]string{s.kind}, server))
	p := bedside(s.t, config, s.dir, s.now, s.m.patience())
	b, r := work(s.t, p)
	p.Close()
	asked := len(server.Asked())
	says := s.m.says()
	if says != "" {
		if d := difference(asJSON(s.t, s.plain.Claims()), asJSON(s.t, b.Claims())); d != "" {
			s.errorf("the brief is not the one without a model: %s", d)
		}
		s.told(b.Engine.Fallbacks, says)
	}
	s.true(append(b.Claims(), r.Answer...))
	if b.Engine.Composer == "model" && says != "" || len(r.Answer) == 0 || r.Engine.Composer != "model" && asJSON(s.t, r.Answer) != asJSON(s.t, s.said.Answer) {
		s.errorf("the answer: %s, not %s", asJSON(s.t, r.Answer), asJSON(s.t, s.said.Answer))
	}
	if s.m.fault == runtimetest.TooMany && asked > 20 {
		s.errorf("%d requests: it was asked again before the hour that it wanted", asked)
	}
	s.m.well.Store(true)
	p = bedside(s.t, config, s.dir, s.now.Add(2*time.Hour), nil)
	defer p.Close()
	well, _ := work(s.t, p)
	content := slices.Contains([]runtimetest.Fault{runtimetest.Empty, runtimetest.OffSchema, runtimetest.Prose, wrongNumbers, inventedNames, obeys, noMark}, s.m.fault)
	if well.Engine.Composer != "model" && !content { // a whole answer that does not hold is not asked for again
		s.errorf("the model is well, and: %+v", well.Engine)
	}
}

// true holds what a model said against what an honest one says.
func (s *sickbed) true(claims []minutes.Claim) {
	for _, c := range claims {
		if c.Engine == minutes.EngineModel && !strings.HasPrefix(c.Text.String(), "It says “") {
			s.errorf("shown: %s", c.Text)
		}
	}
}

// told holds the reasons against what a person understands.
func (s *sickbed) told(fallbacks []minutes.Fallback, says string) {
	if len(fallbacks) == 0 {
		s.errorf("nobody says what happened")
		return
	}
	text := fallbacks[0].Error
	if !strings.Contains(text, strings.TrimSpace(says)) || strings.TrimSpace(text) == "" {
		s.errorf("the reason is %q", text)
	}
	for _, w := range speech() {
		if strings.Contains(text, w) {
			s.errorf("the reason is %q", text)
		}
	}
}

// before has the troubled model stand before one that is well.
func (s *sickbed) before() {
	s.m.well.Store(false)
	second := runtimetest.Serve(s.t, honest)
	config := withModels(s.config, modelConfig([]string{s.kind, "openai"}, s.server(), second))
	p := bedside(s.t, config, filepath.Join(s.t.TempDir(), "data"), s.now, s.m.patience())
	defer p.Close()
	b, r := work(s.t, p)
	if len(r.Answer) == 0 {
		s.errorf("no answer: %s", asJSON(s.t, r))
	}
	s.true(append(b.Claims(), r.Answer...))
	if len(second.Asked()) > 0 && (b.Engine.Composer != "model" || len(b.Engine.Fallbacks)+len(r.Engine.Fallbacks) == 0) {
		s.errorf("the second took over: %+v, %+v", b.Engine, r.Engine)
	}
	if len(b.Engine.Fallbacks) == 0 && b.Engine.Composer != "model" {
		s.errorf("nobody wrote, and nobody says why: %+v", b.Engine)
	}
}
