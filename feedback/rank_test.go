package feedback

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// has fails unless the item's parts include those labels, with the sign written before each.
func has(t *testing.T, s minutes.Scored, labels ...string) {
	t.Helper()
	sums(t, s)
	for _, l := range labels {
		d := part(s, l[1:])
		if d == 0 || d > 0 != (l[0] == '+') {
			t.Errorf("%s: no %q in %s", s.ID, l, why(s))
		}
	}
}

func rank1(t *testing.T, it minutes.Item, others ...minutes.Item) minutes.Scored {
	t.Helper()
	return find(t, Rank(morning(), groups(append(others, it)...), nil), it.ID)
}

func TestMailSaysWhyItMatters(t *testing.T) {
	boss := mail("1", "boss@example.org", "Numbers", "Could you send me the numbers by tomorrow?")
	boss.Mail.Unread, boss.Mail.Flagged = true, true
	has(t, rank1(t, boss), "+to me directly", "+important: boss@example.org", "+asks for something by tomorrow", "+asks me a question", "+unread", "+flagged")

	has(t, rank1(t, mail("1", "ada@example.com", "Re: hello", "fine"), sentTo("2", "ada@example.com")), "+from someone I answer")
	has(t, rank1(t, mail("1", "ada@example.com", "hello", "fine"), event("e", "Sync", 3*time.Hour, "ada@example.com")), "+meeting today with its sender")
	has(t, rank1(t, newsletter("1", "news@shop.example", "Sale", "Now")), "-newsletter")
	has(t, rank1(t, mail("1", "no-reply@shop.example", "Receipt", "Thanks")), "-sent by a machine")
	has(t, rank1(t, mail("1", "x@lawyers.example", "Contract", "attached")), "+important: @lawyers.example")
	m := morning()
	m.Profile.Important = []string{"corp.example", "Ada Lovelace"}
	named := mail("1", "x@corp.example", "hello", "hello")
	named.Author = minutes.Clean("Ada  Lovelace")
	has(t, Rank(m, groups(named), nil)[0], "+important: @corp.example", "+important: Ada Lovelace")
	has(t, rank1(t, mail("1", "x@y.example", "Your Salary", "attached")), "+important: salary")
	has(t, rank1(t, mail("1", "x@y.example", "On AI safety", "attached")), "+interest: AI safety")

	old := mail("1", "x@y.example", "hello", "hello")
	old.At = now().Add(-74 * time.Hour)
	has(t, rank1(t, old), "-3 days old")

	invite := mail("1", "x@y.example", "Invitation", "join us")
	invite.Mail.Invite, invite.Mail.Method = &minutes.Event{Start: now().Add(time.Hour)}, "REQUEST"
	has(t, rank1(t, invite), "+invitation awaits my reply")

	cc := mail("1", "x@y.example", "fyi", "fyi")
	cc.Mail.Direct, cc.Mail.Cc, cc.Mail.To = false, cc.Mail.To, nil
	has(t, rank1(t, cc), "+copied to me")
}

func TestAnAnsweredMailDrops(t *testing.T) {
	open := mail("1", "ada@example.com", "hello", "fine")
	reply := sentTo("2", "ada@example.com")
	reply.Mail.Thread, reply.At = "1", now().Add(-time.Minute)
	before, after := rank1(t, open, sentTo("2", "ada@example.com")), rank1(t, open, reply)
	has(t, after, "-already answered")
	if after.Score >= before.Score {
		t.Errorf("%s, was %s", why(after), why(before))
	}
	reply.At = now().Add(-2 * time.Hour) // the answer came before this mail
	has(t, rank1(t, open, reply), "+in a thread I take part in")
}

func TestMyLatestMailInAThreadDecides(t *testing.T) {
	late, early := sentTo("2", "ada@example.com"), sentTo("3", "ada@example.com")
	late.Mail.Thread, early.Mail.Thread = "1", "1"
	late.At = now().Add(-time.Minute)
	for _, sent := range [][]minutes.Item{{late, early}, {early, late}} {
		has(t, rank1(t, mail("1", "ada@example.com", "hello", "fine"), sent...), "-already answered")
	}
}

func TestTheAllowanceForWordsDependsOnWhoWrites(t *testing.T) {
	loud := "urgent databases salary by today? AI safety"
	claimed := func(it minutes.Item, others ...minutes.Item) (sum float64) {
		for _, p := range rank1(t, it, others...).Why {
			switch l := p.Label.String(); {
			case strings.HasPrefix(l, "asks"), strings.HasPrefix(l, "interest"), l == "important: salary":
				sum += p.Delta
			}
		}
		return sum
	}
	for name, c := range map[string]struct{ got, most float64 }{
		"newsletter":     {claimed(newsletter("1", "x@y.example", loud, loud)), 0.05},
		"stranger":       {claimed(mail("1", "x@y.example", loud, loud)), 0.1},
		"someone I know": {claimed(mail("1", "x@y.example", loud, loud), sentTo("2", "x@y.example")), 0.25},
	} {
		if c.got < c.most-1e-9 || c.got > c.most+1e-9 {
			t.Errorf("%s: words are worth %v, not %v", name, c.got, c.most)
		}
	}
}

func TestAForgedFromLineMakesNobodySomeoneIAnswer(t *testing.T) {
	forged := sentTo("2", "spam@spam.example")
	forged.Mail.Folder = "INBOX"
	if s := rank1(t, mail("1", "spam@spam.example", "hi", "hi"), forged); part(s, "from someone I answer") != 0 {
		t.Error(why(s))
	}
	invited := event("e", "Meet me", time.Hour, "spam@spam.example")
	invited.Event.MyStatus = "needs-action"
	if s := rank1(t, mail("1", "spam@spam.example", "hi", "hi"), invited); part(s, "meeting today with its sender") != 0 {
		t.Error(why(s))
	}
}

func TestSayingUrgentOftenCountsOnce(t *testing.T) {
	one := rank1(t, mail("1", "x@y.example", "urgent", "please"))
	many := rank1(t, mail("1", "x@y.example", strings.Repeat("urgent ", 50), strings.Repeat("asap deadline by today ", 50)))
	if part(one, "says that it is urgent") == 0 || many.Score-one.Score > 0.06 {
		t.Errorf("%s\n%s", why(one), why(many))
	}
	if s := rank1(t, mail("1", "x@y.example", "not urgent", "whenever")); part(s, "says that it is urgent") != 0 {
		t.Error(why(s))
	}
}

func TestAQuestionMarkInALinkAsksNothing(t *testing.T) {
	for text, want := range map[string]bool{"Are you in?": true, "see https://x.example/?a=1": false, "in? Yes": true, "(why?)": true, "": false} {
		if got := part(rank1(t, mail("1", "x@y.example", "hi", text)), "asks me a question") != 0; got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestEventsSayWhenAndWhatTheyNeed(t *testing.T) {
	has(t, rank1(t, event("e", "Review", time.Hour, "ada@example.com")), "+today", "+within two hours", "+with others")
	has(t, rank1(t, event("e", "Review", 26*time.Hour)), "+tomorrow")
	has(t, rank1(t, event("e", "Review", 72*time.Hour)), "+in 3 days")
	has(t, rank1(t, event("e", "Review", -3*time.Hour)), "-over")
	has(t, rank1(t, event("e", "Review", 300*time.Hour)), "-more than a week away")
	has(t, rank1(t, event("e", "Review", 3*time.Hour, "boss@example.org")), "+important: boss@example.org")

	e := event("e", "Review", time.Hour)
	e.Event.MyStatus = "needs-action"
	has(t, rank1(t, e), "+needs my reply")
	e.Event.MyStatus = "declined"
	has(t, rank1(t, e), "-I declined")
	e.Event.Status = "cancelled"
	has(t, rank1(t, e), "-cancelled")
	day := event("e", "Holiday", 0)
	day.Event.Start, day.Event.End = time.Date(2026, 11, 25, 0, 0, 0, 0, zone), time.Date(2026, 11, 26, 0, 0, 0, 0, zone)
	day.Event.AllDay, day.Event.Free = true, true
	has(t, rank1(t, day), "+today", "-all day", "-leaves me free")
}

func TestNewsIsWeighedByTheCrowdAndByMyInterests(t *testing.T) {
	has(t, rank1(t, story("1", "New databases", 120)), "+120 points an hour", "+360 points", "+20 comments", "-3 hours old", "+interest: databases")
	slow, fast := rank1(t, story("1", "x", 5)), rank1(t, story("1", "x", 200))
	if fast.Score <= slow.Score {
		t.Errorf("%s\n%s", why(fast), why(slow))
	}
	if s := rank1(t, story("1", "metadatabases", 5)); part(s, "interest: databases") != 0 {
		t.Errorf("half a word counted: %s", why(s))
	}
	fresh, stale := rank1(t, article("1", "LWN", "x", time.Hour)), rank1(t, article("1", "LWN", "x", 96*time.Hour))
	if stale.Score >= fresh.Score {
		t.Errorf("%s\n%s", why(fresh), why(stale))
	}
	undated := article("1", "LWN", "x", time.Hour)
	undated.Article.Undated = true
	has(t, rank1(t, undated), "-undated")

	g := minutes.Group{Lead: article("1", "LWN", "x", time.Hour), Also: []minutes.Item{story("2", "x", 3), article("3", "LWN", "x", time.Hour)}}
	s := Rank(morning(), []minutes.Group{g}, nil)[0]
	has(t, s, "+2 sources have it")
	if len(s.Also) != 2 {
		t.Errorf("also %v", s.Also)
	}
}

func TestFiguresStandByWhatMoved(t *testing.T) {
	has(t, rank1(t, quote("AAPL", -3.24, 74)), "+on my watch list", "+moved -3.2 %", "+RSI 74: overbought")
	has(t, rank1(t, quote("AAPL", 0, 22)), "+RSI 22: oversold")
	if s := rank1(t, quote("AAPL", 0.01, 0)); len(s.Why) != 1 {
		t.Error(why(s))
	}
	has(t, rank1(t, forecast("Take an umbrella after 15:00", "Storm")), "+1 weather alert", "+advice for today")
}

func TestMutedStandsLastAndStays(t *testing.T) {
	items := groups(story("1", "Crypto falls", 400), newsletter("2", "x@y.example", "Sale", "x"), sentTo("3", "x@y.example"), event("4", "Over", -30*time.Hour))
	items[3].Lead.Event.MyStatus = "declined"
	ranked := Rank(morning(), items, nil)
	last := ranked[len(ranked)-1]
	if last.ID != "hn:1" || last.Score != 0 || part(last, "muted: crypto") == 0 {
		t.Error(why(last))
	}
	if s := ranked[len(ranked)-2]; s.Score <= 0 {
		t.Errorf("what is not muted shares the bottom: %s", why(s))
	}
	if s := rank1(t, story("1", "Cryptography", 40)); part(s, "muted: crypto") != 0 {
		t.Errorf("half a word muted: %s", why(s))
	}
}

func TestAStoryFromAnUnmutedSourceTooIsNotMutedByItsSource(t *testing.T) {
	m := morning()
	m.Profile.Muted = []string{"hackernews"}
	g := minutes.Group{Lead: story("1", "x", 3), Also: []minutes.Item{article("2", "LWN", "x", time.Hour)}}
	if s := Rank(m, []minutes.Group{g}, nil)[0]; s.Score == 0 {
		t.Error(why(s))
	}
	m.Profile.Muted = []string{"hackernews", "LWN"}
	if s := Rank(m, []minutes.Group{g}, nil)[0]; s.Score != 0 {
		t.Error(why(s))
	}
}

func TestEqualScoresStandNewestFirstThenById(t *testing.T) {
	a, b, c := quote("A", 0, 0), quote("B", 0, 0), quote("C", 0, 0)
	c.At = c.At.Add(time.Minute)
	got := ""
	for _, s := range Rank(morning(), groups(b, a, c), nil) {
		got += s.Quote.Symbol
	}
	if got != "CAB" {
		t.Error(got)
	}
}

func TestHostileFiguresKeepTheSumWhole(t *testing.T) {
	for _, f := range []float64{nan(), inf(1), inf(-1), 1e300, -1e300} {
		s := story("1", strings.Repeat("é", 5000), f)
		sums(t, rank1(t, s))
		sums(t, rank1(t, quote("X", f, f)))
	}
	long := mail("1", strings.Repeat("a", 5000)+"@example.org", "x", "x")
	m := morning()
	m.Profile.Important = []string{long.Mail.From.Email}
	for _, p := range Rank(m, groups(long), nil)[0].Why {
		if n := len([]rune(p.Label.String())); n > maxText {
			t.Errorf("a label of %d runes", n)
		}
	}
}

// tenThousand is a large morning and the log of years.
func tenThousand() ([]minutes.Group, []minutes.Judgement) {
	var items []minutes.Group
	excerpt := strings.Repeat("The committee looked at the numbers of the third quarter and found them sound. ", 6)
	for i := range 10_000 {
		var it minutes.Item
		id := fmt.Sprint(i)
		switch i % 4 {
		case 0:
			it = mail(id, fmt.Sprintf("p%d@example.org", i%300), "Report number "+id+" about planning", excerpt)
		case 1:
			it = story(id, "Postgres and SQLite compared for workload "+id, float64(i%200))
		case 2:
			it = article(id, fmt.Sprint("feed", i%100), "A long read on compilers and linkers, part "+id, time.Hour)
		default:
			it = event(id, "Planning of release "+id, time.Duration(i%200)*time.Hour, "ada@example.org")
		}
		it.Excerpt = minutes.Clean(excerpt)
		items = append(items, minutes.Group{Lead: it})
	}
	var log []minutes.Judgement
	for i := range 1000 {
		log = append(log, judge(int64(i+1), []string{up, down}[i%2], items[i*7%len(items)].Lead))
	}
	return items, log
}

func BenchmarkRankTenThousandItemsByAThousandJudgements(b *testing.B) {
	items, log := tenThousand()
	m := morning()
	for b.Loop() {
		Rank(m, items, log)
	}
}
