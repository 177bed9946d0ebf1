package runtimetest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// A verdict is what a provider is to say of a fault.
type verdict struct {
	is    error // nil: an answer
	again bool
	after time.Duration
	hint  bool
	any   bool // some error, whichever
}

// verdicts of all faults but those that wait, which end with their context.
func verdicts() map[Fault]verdict {
	cut := verdict{is: minutes.ErrTruncated}
	cutAgain := verdict{is: minutes.ErrTruncated, again: true}
	return map[Fault]verdict{
		None: {}, Drop: {is: minutes.ErrOffline, again: true}, Moved: {is: minutes.ErrNotFound, hint: true}, Page: {is: minutes.ErrOffline, hint: true},
		Unauthorized: {is: minutes.ErrAuth, hint: true}, Forbidden: {is: minutes.ErrAuth, hint: true}, Missing: {is: minutes.ErrNotFound, hint: true},
		NoSuchPath: {is: minutes.ErrNotFound, hint: true}, Overflow: {is: minutes.ErrTooLong}, Rejected: {any: true},
		TooMany: {any: true, again: true, after: 7 * time.Second}, Quota: {is: minutes.ErrBudget, hint: true}, Broken: {any: true, again: true},
		Gateway: {any: true, again: true}, Busy: {any: true, again: true},
		Cut: cutAgain, NoEnd: cutAgain, Malformed: cutAgain, ErrorLine: {any: true, again: true}, LongLine: cut, Endless: cut, Length: cut,
		Filtered: {any: true}, FullCut: {is: minutes.ErrTooLong}, HalfCut: {is: minutes.ErrTooLong}, Elsewhere: {is: minutes.ErrTrust},
		Empty: {}, OffSchema: {}, Prose: {}, Spaces: cut, Repeats: cut,
	}
}

// check holds an error against the verdict.
func (v verdict) check(t *testing.T, err error) {
	t.Helper()
	if v.is == nil && !v.any {
		if err != nil {
			t.Errorf("no answer: %v", err)
		}
		return
	}
	if err == nil {
		t.Fatal("an answer, not an error")
	}
	var own *minutes.ModelError
	switch {
	case !errors.As(err, &own):
		t.Errorf("no ModelError: %v", err)
	case own.Again != v.again:
		t.Errorf("another try is said to be worth it: %t: %v", own.Again, err)
	case own.RetryAfter != v.after:
		t.Errorf("Retry-After is %s: %v", own.RetryAfter, err)
	}
	if v.is != nil && !errors.Is(err, v.is) {
		t.Errorf("the error is not %q: %v", v.is, err)
	}
	if v.hint && minutes.Hint(err) == "" {
		t.Errorf("no hint: %v", err)
	}
	for _, text := range []string{err.Error(), minutes.Hint(err)} {
		if strings.Contains(text, key) {
			t.Errorf("the key is in the error: %s", strings.ReplaceAll(text, key, "KEY"))
		}
		if len(text) > 400 || strings.ContainsAny(text, "\n\r\x1b") {
			t.Errorf("more than a line of the body: %.600q", text)
		}
	}
}

// fault asks a server that fails so, and says what the provider made of it.
func (s Suite) fault(t *testing.T, f Fault) {
	if f.waits() {
		return // cancelled has them: a provider waits as long as its caller does
	}
	server, m := s.open(t, func(Request) Reply {
		r := Reply{Text: `{"answer":"a text of a few words, so that there is a middle"}`, Fault: f}
		if f == TooMany {
			r.After = "7"
		}
		return r
	})
	p := Prompt("What is new?")
	switch f {
	case Elsewhere:
		p.User.Label.Class = minutes.Private
	case FullCut, HalfCut: // long enough to have been cut
		p.User.Safe = minutes.Clean(strings.Repeat("It was said that the meeting moves to Tuesday, since nobody had time. ", 270))
	}
	_, _, err := ask(t.Context(), t, m, p)
	verdicts()[f].check(t, err)
	if len(server.Asked()) != 1 {
		t.Errorf("%d requests were sent: trying again is not a provider's", len(server.Asked()))
	}
	if f == Broken { // what fails once is not held against the next call
		server.answer = Says("well again")
		if a, _, err := ask(t.Context(), t, m, p); err != nil || a.Text.String() != "well again" {
			t.Errorf("after it was well again: %q, %v", a.Text, err)
		}
	}
}
