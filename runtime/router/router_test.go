package router_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/router"
)

// A server answers as it is told to and keeps what it was sent.
type server struct {
	mu     sync.Mutex
	sent   []minutes.Prompt
	answer func(ctx context.Context, n int, emit func(minutes.Piece)) (minutes.Answer, error)
}

func (s *server) Generate(ctx context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
	s.mu.Lock()
	s.sent = append(s.sent, p)
	n := len(s.sent)
	s.mu.Unlock()
	if emit == nil {
		emit = func(minutes.Piece) {}
	}
	return s.answer(ctx, n, emit)
}

func (s *server) calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sent)
}

func says(text string) *server {
	return &server{answer: func(_ context.Context, _ int, emit func(minutes.Piece)) (minutes.Answer, error) {
		emit(minutes.Piece{Text: text})
		return minutes.Answer{Text: minutes.Text{Safe: minutes.Clean(text)}, Model: text, Usage: minutes.Usage{PromptTokens: 1000, CompletionTokens: 100}}, nil
	}}
}

func fails(err error) *server {
	return &server{answer: func(context.Context, int, func(minutes.Piece)) (minutes.Answer, error) { return minutes.Answer{}, err }}
}

var down = &minutes.ModelError{Model: "gpu", Err: minutes.ErrOffline}

func prompt(c minutes.Class, o minutes.Origin) minutes.Prompt {
	return minutes.Prompt{System: minutes.Text{Safe: minutes.Clean("You read."), Label: minutes.Label{Class: minutes.Public, Origin: minutes.FromSystem}},
		User: minutes.Text{Safe: minutes.Clean("text"), Label: minutes.Label{Class: c, Origin: o}}}
}

var (
	public  = prompt(minutes.Public, minutes.FromWeb)
	private = prompt(minutes.Private, minutes.FromMail)
)

func guard(name string, t router.Trust, m minutes.Model) router.Guarded {
	return router.Guard(name, t, m, nil)
}

var near, far, open = router.Trust{Private: true, Local: true}, router.Trust{Private: true}, router.Trust{}

func TestAModelSeesWhatItMayAndNothingElse(t *testing.T) {
	unlabelled := minutes.Prompt{User: minutes.Text{Safe: minutes.Clean("x")}}
	local, secret := private, prompt(minutes.Confidential, minutes.FromConfig)
	local.LocalOnly = true
	localPublic := public
	localPublic.LocalOnly = true
	fromPrivate := prompt(minutes.Public, minutes.FromWeb)
	fromPrivate.System.Label = minutes.Label{Class: minutes.Private, Origin: minutes.FromConfig}
	for name, c := range map[string]struct {
		prompt  minutes.Prompt
		allowed []router.Trust
	}{
		"public": {public, []router.Trust{near, far, open}}, "private": {private, []router.Trust{near, far}}, "unlabelled": {unlabelled, []router.Trust{near, far}},
		"what never leaves": {local, []router.Trust{near}}, "public, but never leaves": {localPublic, []router.Trust{near}},
		"a secret": {secret, nil}, "a system made of private things": {fromPrivate, []router.Trust{near, far}},
	} {
		for _, trust := range []router.Trust{near, far, open, {Local: true}} {
			s, noted := says("yes"), 0
			g := router.Guard("m", trust, s, func(_ context.Context, class minutes.Class) {
				if noted++; class != c.prompt.Label().Class {
					t.Errorf("%s: the ledger says %s", name, class)
				}
			})
			answer, err := g.Generate(t.Context(), c.prompt, nil)
			allowed := slices.Contains(c.allowed, trust) || trust == router.Trust{Local: true} && name == "public"
			if allowed != (err == nil) || allowed != (s.calls() == 1) || allowed != (noted == 1) {
				t.Errorf("%s to %+v: %v, %d calls, %d in the ledger", name, trust, err, s.calls(), noted)
			}
			if err != nil && !errors.Is(err, minutes.ErrTrust) {
				t.Errorf("%s: %v", name, err)
			}
			class := c.prompt.Label().Class
			if trust.Private { // it may remember what it saw
				class = minutes.Private
			}
			if err == nil && (answer.Text.Label.Trusted() || answer.Text.Label.Class != class) {
				t.Errorf("%s: the answer is %+v", name, answer.Text.Label)
			}
		}
	}
}

func TestTheNextModelTakesOverAndTakesBackWhatWasSaid(t *testing.T) {
	half := &server{answer: func(_ context.Context, _ int, emit func(minutes.Piece)) (minutes.Answer, error) {
		emit(minutes.Piece{Text: "Hal"})
		return minutes.Answer{}, &minutes.ModelError{Model: "half", Err: minutes.ErrTruncated}
	}}
	m := router.Order(guard("gpu", far, fails(down)), guard("cloud", open, says("never")), guard("half", near, half), guard("laptop", near, says("whole")))
	var heard []minutes.Piece
	answer, err := m.Generate(t.Context(), private, func(p minutes.Piece) { heard = append(heard, p) })
	if err != nil || answer.Text.String() != "whole" {
		t.Fatal(answer, err)
	}
	if want := []minutes.Piece{{Text: "Hal"}, {Reset: true}, {Text: "whole"}}; !slices.Equal(heard, want) {
		t.Errorf("%v", heard)
	}
	want := []minutes.Fallback{{Model: "gpu", Error: "not reachable"}, {Model: "cloud", Error: "is public and sees nothing private: the model may not see this"},
		{Model: "half", Error: "the answer was cut short"}}
	if !slices.Equal(answer.Fallbacks, want) {
		t.Errorf("%+v", answer.Fallbacks)
	}
}

func TestAChainOfNoneSaysWhyOfEach(t *testing.T) {
	_, err := router.Order(guard("gpu", far, fails(down)), guard("b", near, fails(errors.New("odd\x1b[2J")))).Generate(t.Context(), private, nil)
	var none *minutes.PassedOver
	if !errors.As(err, &none) || len(none.Fallbacks) != 2 || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%v", err)
	}
	if _, err := router.Order().Generate(t.Context(), private, nil); !errors.As(err, &none) {
		t.Errorf("%v", err)
	}
}

func TestAnInterruptionTriesNoOtherModel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	first := &server{answer: func(ctx context.Context, _ int, _ func(minutes.Piece)) (minutes.Answer, error) {
		cancel()
		return minutes.Answer{}, ctx.Err()
	}}
	second := says("no")
	if _, err := router.Order(guard("a", near, first), guard("b", near, second)).Generate(ctx, private, nil); !errors.Is(err, context.Canceled) || second.calls() != 0 {
		t.Errorf("%v, %d calls", err, second.calls())
	}
}

func busy(after time.Duration) error {
	return &minutes.ModelError{Model: "gpu", Status: 429, Again: true, RetryAfter: after, Err: errors.New("busy")}
}

func TestABusyServerIsAskedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		err   error
		well  int // the call that goes well; 0 never
		calls int
		least time.Duration
		most  time.Duration
	}{
		"well at the second":        {busy(0), 2, 2, 500 * time.Millisecond, 1500 * time.Millisecond},
		"well at the fourth":        {busy(0), 4, 4, 3500 * time.Millisecond, 10500 * time.Millisecond},
		"never":                     {busy(0), 0, 4, 3500 * time.Millisecond, 10500 * time.Millisecond},
		"as long as it asked for":   {busy(7 * time.Second), 2, 2, 7 * time.Second, 7 * time.Second},
		"as long as may be":         {busy(60 * time.Second), 2, 2, 60 * time.Second, 60 * time.Second},
		"longer than anybody waits": {busy(61 * time.Second), 0, 1, 0, 0},
		"not to be asked again":     {down, 0, 1, 0, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{}
			s.answer = func(_ context.Context, n int, _ func(minutes.Piece)) (minutes.Answer, error) {
				if n == c.well {
					return minutes.Answer{Model: "ok"}, nil
				}
				return minutes.Answer{}, c.err
			}
			start := time.Now()
			answer, err := router.Retry(s).Generate(t.Context(), public, nil)
			if took := time.Since(start); took < c.least || took > c.most || s.calls() != c.calls || (err == nil) != (c.well > 0) || err == nil && answer.Model != "ok" {
				t.Errorf("%s: %d calls in %s, %v", name, s.calls(), took, err)
			}
			if c.well == 0 && !errors.Is(err, c.err) {
				t.Errorf("%s: the error is %v", name, err)
			}
		})
	}
}

func TestNothingIsAskedAgainOnceAPieceWasHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{answer: func(_ context.Context, _ int, emit func(minutes.Piece)) (minutes.Answer, error) {
			emit(minutes.Piece{Text: "Hal"})
			return minutes.Answer{}, busy(0)
		}}
		if _, err := router.Retry(s).Generate(t.Context(), public, nil); err == nil || s.calls() != 1 {
			t.Errorf("%d calls, %v", s.calls(), err)
		}
	})
}

func TestAWaitForAnotherTryEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		s := fails(busy(30 * time.Second))
		start := time.Now()
		_, err := router.Retry(s).Generate(ctx, public, nil)
		if err == nil || time.Since(start) != 3*time.Second || s.calls() != 1 {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

// stands emits what it is told to at its times, then waits for its end.
func stands(at ...time.Duration) *server {
	return &server{answer: func(ctx context.Context, _ int, emit func(minutes.Piece)) (minutes.Answer, error) {
		for _, d := range at {
			select {
			case <-time.After(d):
				emit(minutes.Piece{Text: "x"})
			case <-ctx.Done():
				return minutes.Answer{}, &minutes.ModelError{Model: "gpu", Err: ctx.Err()}
			}
		}
		<-ctx.Done()
		return minutes.Answer{}, &minutes.ModelError{Model: "gpu", Again: true, Err: ctx.Err()}
	}}
}

func TestEachPatienceEndsByItself(t *testing.T) {
	patience := router.Patience{First: 10 * time.Second, Idle: 3 * time.Second, Total: 20 * time.Second}
	steady := slices.Repeat([]time.Duration{2 * time.Second}, 30)
	for name, c := range map[string]struct {
		server *server
		why    string
		after  time.Duration
	}{
		"nothing comes":            {stands(), "no first token within 10s", 10 * time.Second},
		"late, then nothing":       {stands(9 * time.Second), "the stream stood still for 3s", 12 * time.Second},
		"a stream that stops":      {stands(time.Second, time.Second), "the stream stood still for 3s", 5 * time.Second},
		"a stream that never ends": {stands(steady...), "no end of the answer within 20s", 20 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			_, err := router.Wait(patience, c.server).Generate(t.Context(), public, nil)
			if err == nil || !strings.Contains(err.Error(), c.why) || !errors.Is(err, minutes.ErrOffline) || time.Since(start) != c.after {
				t.Errorf("%s: %v after %s", name, err, time.Since(start))
			}
			var own *minutes.ModelError
			if errors.As(err, &own); own.Again || own.Model != "gpu" {
				t.Errorf("%s: asked again, or nameless: %+v", name, own)
			}
		})
	}
	if router.Local().First <= router.Remote().First {
		t.Error("a cold model on this machine is given no more time")
	}
}

func TestABreakerOpensAfterFiveAndTriesOneAfterAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		well := false
		s.answer = func(context.Context, int, func(minutes.Piece)) (minutes.Answer, error) {
			if well {
				return minutes.Answer{}, nil
			}
			return minutes.Answer{}, down
		}
		b := router.NewBreaker()
		m := b.Around(s)
		call := func() error { _, err := m.Generate(t.Context(), public, nil); return err }
		for range 5 {
			_ = call()
		}
		if err := call(); s.calls() != 5 || !errors.Is(err, minutes.ErrOffline) || !strings.Contains(err.Error(), "asked again in") || b.State() != "open" {
			t.Fatalf("%d calls, %v, %s", s.calls(), err, b.State())
		}
		time.Sleep(61 * time.Second)
		if _ = call(); s.calls() != 6 || b.State() != "open" {
			t.Fatalf("one probe: %d calls, %s", s.calls(), b.State())
		}
		time.Sleep(61 * time.Second)
		well = true
		if err := call(); err != nil || b.State() != "closed" {
			t.Errorf("%v, %s", err, b.State())
		}
	})
}

func TestThePromptsOwnFaultOpensNoBreaker(t *testing.T) {
	for _, err := range []error{minutes.ErrTooLong, minutes.ErrTrust, minutes.ErrTruncated, minutes.ErrBudget, context.Canceled} {
		b := router.NewBreaker()
		m := b.Around(fails(&minutes.ModelError{Model: "m", Err: err}))
		for range 8 {
			_, _ = m.Generate(t.Context(), public, nil)
		}
		if b.State() != "closed" {
			t.Errorf("%v opens it", err)
		}
	}
}

func TestCallsComeNoFasterThanTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := router.Rate(60, says("x"))
		start := time.Now()
		for range 11 {
			_, _ = m.Generate(t.Context(), public, nil)
		}
		if took := time.Since(start); took < 9*time.Second || took > 12*time.Second {
			t.Errorf("11 calls in %s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := m.Generate(ctx, public, nil); err == nil {
			t.Error("did not end with its context")
		}
	})
}

// shelf keeps answers for a test.
type shelf struct{ m map[string][]byte }

func (s shelf) Get(_ context.Context, key string) ([]byte, error) { return s.m[key], nil }
func (s shelf) Put(_ context.Context, key string, v []byte) error { s.m[key] = v; return nil }

func TestTheSamePromptIsAnsweredOnce(t *testing.T) {
	s, kept := says("yes"), shelf{map[string][]byte{}}
	m := router.Cache("gpu", kept, s)
	for range 3 {
		var heard string
		answer, err := m.Generate(t.Context(), private, func(p minutes.Piece) { heard += p.Text })
		if err != nil || answer.Text.String() != "yes" || heard != "yes" || answer.Text.Label.Class == minutes.Public && s.calls() > 1 {
			t.Fatalf("%+v, %v, %q", answer, err, heard)
		}
	}
	if s.calls() != 1 {
		t.Errorf("%d calls", s.calls())
	}
	other := private
	other.Schema = []byte(`{}`)
	longer := private
	longer.MaxTokens = 5
	moved := private
	moved.System, moved.User = minutes.Text{Safe: minutes.Clean("You read.t"), Label: private.System.Label}, minutes.Text{Safe: minutes.Clean("ext"), Label: private.User.Label}
	for i, p := range []minutes.Prompt{other, longer, moved} {
		if _, _ = m.Generate(t.Context(), p, nil); s.calls() != i+2 {
			t.Errorf("prompt %d was taken for another", i)
		}
	}
	if _, _ = router.Cache("laptop", kept, s).Generate(t.Context(), private, nil); s.calls() != 5 {
		t.Error("another model's answer was given")
	}
}

func TestWhatWasCutIsNeverKept(t *testing.T) {
	kept := shelf{map[string][]byte{}}
	_, _ = router.Cache("gpu", kept, fails(&minutes.ModelError{Model: "gpu", Err: minutes.ErrTruncated})).Generate(t.Context(), public, nil)
	if len(kept.m) > 0 {
		t.Error("it was")
	}
}

// purse is the day's spending.
type purse struct {
	usd float64
	err error
}

func (p *purse) Spent(context.Context) (float64, error)     { return p.usd, p.err }
func (p *purse) Spend(_ context.Context, usd float64) error { p.usd += usd; return p.err }

func TestTheBudgetWarnsThenPassesOver(t *testing.T) {
	price := router.Price{Input: 100, Output: 1000} // 0.20 a call
	spent, warned := &purse{}, 0
	b := &router.Budget{Limit: 1, Spent: spent, Warn: func(spent, limit float64) { warned++ }}
	s := says("yes")
	meter := &router.Meter{}
	dear := b.Around(price, meter.Count(price, s))
	m := router.Order(guard("dear", far, dear), guard("free", near, b.Around(router.Price{}, says("free"))))
	var models []string
	for range 7 {
		answer, err := m.Generate(t.Context(), private, nil)
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, answer.Model)
	}
	if got := strings.Join(models, " "); got != "yes yes yes yes yes free free" || warned != 1 {
		t.Errorf("%s, warned %d times", got, warned)
	}
	if total := meter.Total(); total.Calls != 5 || total.PromptTokens != 5000 || total.CostUSD < 0.99 || total.CostUSD > 1.01 {
		t.Errorf("%+v", total)
	}
	spent.err = errors.New("disk")
	if _, err := dear.Generate(t.Context(), private, nil); err == nil {
		t.Error("spends without a ledger")
	}
}

func TestTheMeterTimesTheFirstToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{answer: func(_ context.Context, _ int, emit func(minutes.Piece)) (minutes.Answer, error) {
			time.Sleep(200 * time.Millisecond)
			emit(minutes.Piece{Text: "a"})
			time.Sleep(2 * time.Second)
			return minutes.Answer{Usage: minutes.Usage{CompletionTokens: 101}}, nil
		}}
		answer, _ := (&router.Meter{}).Count(router.Price{Hour: 3600}, s).Generate(t.Context(), public, nil)
		if u := answer.Usage; u.TTFTMS != 200 || u.TokensPerSecond != 50 || u.CostUSD < 2.19 || u.CostUSD > 2.21 {
			t.Errorf("%+v", u)
		}
	})
}
