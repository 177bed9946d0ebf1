package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

func TestADoneActionStaysDone(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	soon, late := morning.Add(time.Hour), morning.Add(48*time.Hour)
	as := []minutes.Action{
		{ID: "none", Text: minutes.Clean("some day"), Item: "mail:1", Since: morning},
		{ID: "late", Text: minutes.Clean("later"), Item: "mail:2", Due: &late, Since: morning},
		{ID: "soon", Text: minutes.Clean("at once"), Item: "mail:3", Due: &soon, Since: morning},
	}
	if err := d.KeepActions(ctx, as); err != nil {
		t.Fatal(err)
	}
	names := func(status string) string {
		t.Helper()
		got, err := d.Actions(ctx, status)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, a := range got {
			out = append(out, a.ID+":"+a.Status)
		}
		return strings.Join(out, " ")
	}
	if got := names("open"); got != "soon:open late:open none:open" {
		t.Error(got)
	}
	if err := d.Done(ctx, "late", morning); err != nil {
		t.Fatal(err)
	}
	again := as[1]
	again.Text, again.Since = minutes.Clean("asked again"), morning.Add(24*time.Hour)
	if err := d.KeepActions(ctx, []minutes.Action{again}); err != nil {
		t.Fatal(err)
	}
	if got := names("open") + " | " + names("done"); got != "soon:open none:open | late:done" {
		t.Error(got)
	}
	done, _ := d.Actions(ctx, "done")
	if a := done[0]; a.Text.String() != "asked again" || !a.Since.Equal(morning) {
		t.Errorf("%+v", a)
	}
	if err := d.KeepActions(ctx, []minutes.Action{{ID: "soon", Item: "mail:3", Status: "done", Since: morning}}); err != nil {
		t.Fatal(err)
	}
	if got := names(""); got != "late:done none:open soon:done" {
		t.Error(got)
	}
	if err := d.Done(ctx, "nobody", morning); !errors.Is(err, minutes.ErrNotFound) {
		t.Error(err)
	}
}

func TestRunsAreRecordedAndAKilledOneShows(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	first, err := d.Begin(ctx, minutes.Run{Kind: "preload", Day: "2026-11-25", Start: morning})
	if err != nil || first.ID == 0 {
		t.Fatal(first, err)
	}
	second, err := d.Begin(ctx, minutes.Run{Kind: "preload", Start: morning})
	if err != nil {
		t.Fatal(err)
	}
	second.End, second.Outcome = morning.Add(time.Minute), "ok"
	if err := d.End(ctx, second); err != nil {
		t.Fatal(err)
	}
	runs, err := d.Runs(ctx, 0)
	if err != nil || len(runs) != 2 || runs[0].Outcome != "ok" || runs[0].ID != second.ID || !runs[1].End.IsZero() || runs[1].Day != "2026-11-25" {
		t.Errorf("%+v %v", runs, err)
	}
	if runs, err := d.Runs(ctx, 1); err != nil || len(runs) != 1 {
		t.Errorf("%+v %v", runs, err)
	}
	if err := d.End(ctx, minutes.Run{ID: 99}); !errors.Is(err, minutes.ErrNotFound) {
		t.Error(err)
	}
}

func TestStatusAndStateAreByName(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	for _, s := range []minutes.SourceStatus{{Name: "b", Status: "ok"}, {Name: "a", Status: "failed"}, {Name: "b", Status: "partial"}} {
		if err := d.KeepStatus(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	if s, err := d.Statuses(ctx); err != nil || len(s) != 2 || s[0].Name != "a" || s[1].Status != "partial" {
		t.Errorf("%+v %v", s, err)
	}
	one, two := d.State("one"), d.State("two")
	if v, err := one.Get(ctx, "k"); v != nil || err != nil {
		t.Error(v, err)
	}
	if err := errors.Join(one.Put(ctx, "k", []byte("1")), two.Put(ctx, "k", []byte("2")), one.Put(ctx, "k", []byte("3"))); err != nil {
		t.Fatal(err)
	}
	if v, err := one.Get(ctx, "k"); string(v) != "3" || err != nil {
		t.Errorf("%q %v", v, err)
	}
	if err := one.Put(ctx, "k", nil); err != nil {
		t.Fatal(err)
	}
	if v, err := one.Get(ctx, "k"); v != nil || err != nil {
		t.Error(v, err)
	}
	if v, err := two.Get(ctx, "k"); string(v) != "2" || err != nil {
		t.Errorf("%q %v", v, err)
	}
}

func TestWhatLeavesIsCountedOncePerHost(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			for k := range 10 {
				dep := minutes.Departure{At: morning.Add(time.Duration(k) * time.Second), Run: "1", Source: "hn", Host: fmt.Sprint("host", i%2), Class: minutes.Public}
				if err := d.Record(context.Background(), dep); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := d.Record(ctx, minutes.Departure{At: morning, Source: "work", Host: "imap.example.org", Class: minutes.Private}); err != nil {
		t.Fatal(err)
	}
	// Another process sees every host at once, whatever it sees of the count.
	other, err := reopen(t, d.Path()).Departures(ctx, time.Time{})
	if err != nil || len(other) != 3 {
		t.Errorf("%+v %v", other, err)
	}
	got, err := d.Departures(ctx, time.Time{})
	if err != nil || len(got) != 3 {
		t.Fatalf("%+v %v", got, err)
	}
	if g := got[0]; g.Host != "imap.example.org" || g.Class != minutes.Private || g.Count != 1 {
		t.Errorf("%+v", g)
	}
	if g := got[1]; g.Count != 100 || g.Class != minutes.Public || !g.At.Equal(morning.Add(9*time.Second)) || g.Run != "1" {
		t.Errorf("%+v", g)
	}
	if got, err := d.Departures(ctx, morning.Add(time.Second)); err != nil || len(got) != 2 {
		t.Errorf("%+v %v", got, err)
	}
	_ = d.Record(ctx, minutes.Departure{At: morning, Source: "work", Host: "imap.example.org", Class: minutes.Private})
	_ = d.Close()
	if got, err := reopen(t, d.Path()).Departures(ctx, time.Time{}); err != nil || got[0].Count != 2 {
		t.Errorf("closing lost a count: %+v %v", got, err)
	}
}

func TestOnePreloadAtATime(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	other := reopen(t, d.Path())
	unlock, waited, err := d.Lock(ctx, 0, nil)
	if err != nil || waited {
		t.Fatal(waited, err)
	}
	told := 0
	if _, _, err := other.Lock(ctx, 0, func() { told++ }); !errors.Is(err, ErrBusy) || minutes.Hint(err) == "" || told != 1 {
		t.Errorf("%v, told %d times", err, told)
	}
	stop, cancel := context.WithCancel(ctx)
	if _, _, err := other.Lock(stop, time.Hour, cancel); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	unlock2, waited, err := other.Lock(ctx, time.Hour, unlock)
	if err != nil || !waited {
		t.Fatal(waited, err)
	}
	unlock2()
	unlock3, waited, err := d.Lock(ctx, 0, nil)
	if err != nil || waited {
		t.Fatal(waited, err)
	}
	unlock3()
}

func TestResolveKnowsWhatIsMeant(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	note := func(id string) minutes.Item {
		return minutes.Item{ID: id, Kind: minutes.KindNote, Title: minutes.Clean(id), At: morning}
	}
	keep(t, d, "s", note("hn:4711"), note("hn:4712"), note("mail:abc"), note("mail:abcdef"), note("feed:xyz"), note("feed:4799"), note("odd"), note("a%b:1"), note("feed:über"))
	if err := d.Printed(ctx, []string{"feed:xyz", "mail:abc"}); err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]string{
		"hn:4711": "hn:4711", "mail:abc": "mail:abc", "mail:abcd": "mail:abcdef", "abcd": "mail:abcdef", "xy": "feed:xyz", "feed:x": "feed:xyz",
		"1": "feed:xyz", " 2 ": "mail:abc", "4711": "hn:4711", "4799": "feed:4799", "od": "odd", "a%": "a%b:1", "feed:ü": "feed:über",
	} {
		if got, err := d.Resolve(ctx, ref); err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", ref, got, err, want)
		}
	}
	for _, ref := range []string{"", "3", "nobody", "%", "hn:4711x", "_", "479"} {
		if got, err := d.Resolve(ctx, ref); !errors.Is(err, minutes.ErrNotFound) {
			t.Errorf("%q: %q %v", ref, got, err)
		}
	}
	if _, err := d.Resolve(ctx, "hn:"); err == nil || !strings.Contains(err.Error(), "hn:4711, hn:4712") || minutes.Hint(err) == "" {
		t.Error(err)
	}
	for i := range 9 {
		keep(t, d, "s", note(fmt.Sprint("many:", i)))
	}
	if _, err := d.Resolve(ctx, "many"); err == nil || strings.Count(err.Error(), "many:") != candidates || !strings.Contains(err.Error(), "…") {
		t.Error(err)
	}
	if err := d.Printed(ctx, []string{"odd"}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Resolve(ctx, "2"); !errors.Is(err, minutes.ErrNotFound) {
		t.Errorf("a number of the list before is still known: %v", err)
	}
	before := version(t, d)
	if err := d.Printed(ctx, []string{"odd"}); err != nil || version(t, d) != before {
		t.Error("the same list was written again", err)
	}
	if err := d.Printed(ctx, nil); err != nil { // a brief with nothing to number
		t.Error(err)
	}
}
