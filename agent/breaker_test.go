package agent

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// counted is a source that says how often it was asked; down says that it fails.
func counted(name string, asked *int, down *bool) source {
	return source{name, func(context.Context) (minutes.Batch, error) {
		if *asked++; *down {
			return minutes.Batch{}, minutes.WithHint(errors.New("the server answered 500"), "try again later")
		}
		return minutes.Batch{}, nil
	}}
}

// ask runs one round in which the sources named are asked, nil for all, and returns how the first did.
func ask(t *testing.T, a *Agent, only ...string) minutes.SourceStatus {
	t.Helper()
	h, err := a.fetch(t.Context(), only, nil, func(minutes.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	return h.sources[0]
}

func TestASourceThatFailsFiveTimesIsLeftAloneForAQuarterOfAnHour(t *testing.T) {
	asked, down := 0, true
	a, s := newsroom(counted("down", &asked, &down))
	begin := a.Now()
	now := begin
	a.Now = func() time.Time { return now }
	for i := range 5 {
		if st := ask(t, a); st.Failures != i+1 || (i < 4) != st.RetryAt.IsZero() {
			t.Fatalf("after %d failures: %+v", i+1, st)
		}
		now = now.Add(time.Minute)
	}
	opened := now.Add(-time.Minute)
	for _, later := range []time.Duration{0, time.Minute, 15*time.Minute - time.Nanosecond} {
		now = opened.Add(later)
		st := ask(t, a)
		if asked != 5 {
			t.Fatalf("asked %s after the fifth failure", later)
		}
		if st.Status != "failed" || st.Error.Empty() || st.Hint.Empty() || !st.FailedAt.Equal(begin) || !st.RetryAt.Equal(opened.Add(15*time.Minute)) {
			t.Errorf("left alone it is said to be %+v", st)
		}
	}
	now = opened.Add(15 * time.Minute)
	if st := ask(t, a); asked != 6 || st.Failures != 6 || !st.RetryAt.Equal(now.Add(15*time.Minute)) {
		t.Fatalf("the probe that failed: asked %d times, %+v", asked, st)
	}
	if ask(t, a); asked != 6 {
		t.Fatal("more than one probe")
	}
	now, down = now.Add(15*time.Minute), false
	if st := ask(t, a); asked != 7 || st.Status != "ok" || st.Failures != 0 || !st.RetryAt.IsZero() || !st.Error.Empty() {
		t.Errorf("the probe that was answered: asked %d times, %+v", asked, st)
	}
	if kept := s.statuses["down"]; kept.Failures != 0 {
		t.Errorf("kept as %+v", kept)
	}
}

func TestWhoNamesASourceAsksItAnyway(t *testing.T) {
	asked, down := 0, true
	a, s := newsroom(counted("down", &asked, &down))
	s.statuses["down"] = minutes.SourceStatus{Name: "down", Status: "failed", Failures: 5, RetryAt: a.Now().Add(time.Minute)}
	if ask(t, a); asked != 0 {
		t.Fatal("it was to be left alone")
	}
	if st := ask(t, a, "down"); asked != 1 || st.Failures != 6 || !st.RetryAt.Equal(a.Now().Add(breakFor)) {
		t.Errorf("asked %d times, %+v", asked, st)
	}
	if _, err := a.Probe(t.Context(), "down"); err == nil || asked != 2 {
		t.Errorf("the probe by name: asked %d times, %v", asked, err)
	}
	if st := s.statuses["down"]; st.Failures != 6 {
		t.Errorf("a probe by name counts nothing: %+v", st)
	}
}

// A laptop woke with a clock that was a year ahead, and was then set right.
func TestAClockSetBackHoldsNoBreakerOpen(t *testing.T) {
	asked, down := 0, true
	a, s := newsroom(counted("down", &asked, &down))
	s.statuses["down"] = minutes.SourceStatus{Name: "down", Status: "failed", Failures: 5, RetryAt: a.Now().AddDate(1, 0, 0)}
	if st := ask(t, a); asked != 1 || !st.RetryAt.Equal(a.Now().Add(breakFor)) {
		t.Errorf("asked %d times, %+v", asked, st)
	}
	if ask(t, a); asked != 1 {
		t.Error("asked again at once")
	}
}

func TestAPartOfASourceIsNoFailure(t *testing.T) {
	a, _ := newsroom(source{"feeds", func(context.Context) (minutes.Batch, error) {
		return minutes.Batch{Part: true}, errors.New("1 of 10 feeds failed")
	}})
	for range 6 {
		if st := ask(t, a); st.Status != "partial" || st.Failures != 0 || !st.FetchedAt.Equal(a.Now()) {
			t.Fatalf("%+v", st)
		}
	}
}

func TestWithoutANetworkItIsSaidOnceAndNoSourceIsBlamed(t *testing.T) {
	unread := minutes.Rejection{Item: minutes.Clean("message 7"), Reason: minutes.Clean("it is empty")} // from an earlier look
	gone := func(context.Context) (minutes.Batch, error) {
		err := fmt.Errorf("imap: no such host: %w", minutes.ErrUnreached)
		return minutes.Batch{Rejected: []minutes.Rejection{{Item: minutes.Clean("a feed"), Reason: minutes.Clean(err.Error())}, unread}}, err
	}
	file := source{"file", func(context.Context) (minutes.Batch, error) { return minutes.Batch{}, nil }}
	a, s := newsroom(source{"mail", gone}, source{"news", gone}, file)
	a.Sources[2].Local = true
	for range 6 {
		ask(t, a)
	}
	mail, news := s.statuses["mail"], s.statuses["news"]
	if mail.Status != "failed" || mail.Error != news.Error || mail.Hint != news.Hint || mail.Hint.Empty() || mail.Failures != 0 || !mail.RetryAt.IsZero() {
		t.Errorf("%+v\n%+v", mail, news)
	}
	if len(mail.Rejected) != 1 || mail.Rejected[0] != unread {
		t.Errorf("said again of each part: %+v", mail.Rejected)
	}
	if s.statuses["file"].Status != "ok" {
		t.Errorf("%+v", s.statuses["file"])
	}
	a.Sources[2].Local = false // the third source answered over the network: then it is there
	if ask(t, a); s.statuses["mail"].Error == mail.Error || s.statuses["mail"].Failures != 1 {
		t.Errorf("%+v", s.statuses["mail"])
	}
}
