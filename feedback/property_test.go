package feedback

import (
	"slices"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var safe = cmp.Comparer(func(a, b minutes.Safe) bool { return a.String() == b.String() })

func TestPartsAlwaysSumToAScoreBetweenZeroAndOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items, log := anyMorning(t)
		ranked := Rank(morning(), items, log)
		if len(ranked) != len(items) {
			t.Fatalf("%d of %d items came back", len(ranked), len(items))
		}
		for i, s := range ranked {
			sums(t, s)
			if i > 0 && s.Score > ranked[i-1].Score {
				t.Fatalf("%s stands below %s", why(s), why(ranked[i-1]))
			}
		}
	})
}

func TestTheOrderOfItemsAndLogDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items, log := anyMorning(t)
		want := Rank(morning(), items, log)
		got := Rank(morning(), rapid.Permutation(items).Draw(t, "items"), rapid.Permutation(log).Draw(t, "log"))
		if d := cmp.Diff(want, got, safe); d != "" {
			t.Fatal(d)
		}
	})
}

func TestAThumbUpNeverLowersWhatSharesALabel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items, log := anyMorning(t)
		liked := items[rapid.IntRange(0, len(items)-1).Draw(t, "liked")].Lead
		before := Rank(morning(), items, log)
		after := Rank(morning(), items, append(slices.Clone(log), judge(100, up, liked)))
		for _, b := range before {
			if a := find2(after, b.ID); a.Score < b.Score {
				t.Fatalf("%s fell from %s to %s", b.ID, why(b), why(a))
			}
		}
	})
}

func find2(ranked []minutes.Scored, id string) minutes.Scored {
	return ranked[slices.IndexFunc(ranked, func(s minutes.Scored) bool { return s.ID == id })]
}

func TestAnUndoneJudgementLeavesNoTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items, log := anyMorning(t)
		want := Rank(morning(), items, log)
		more := slices.Clone(log)
		for i := range rapid.IntRange(1, 4).Draw(t, "more") {
			j := judge(int64(100+i), rapid.SampledFrom([]string{up, down, wipe}).Draw(t, "verb"), items[rapid.IntRange(0, len(items)-1).Draw(t, "item")].Lead)
			if rapid.Bool().Draw(t, "mute") {
				j = minutes.Judgement{ID: j.ID, Verb: rapid.SampledFrom([]string{muteIt, unmute}).Draw(t, "mute or not"), Term: rapid.SampledFrom([]string{"postgres", "crypto"}).Draw(t, "term")}
			}
			more = append(more, j)
		}
		for i := len(more) - len(log); i > 0; i-- {
			j, ok := Undo(more)
			if !ok || j.ID < 100 {
				t.Fatalf("an undo would take back %+v", j)
			}
			more = append(more, minutes.Judgement{ID: 200 - int64(i), Verb: undo, Undoes: j.ID})
		}
		if d := cmp.Diff(want, Rank(morning(), items, more), safe); d != "" {
			t.Fatal(d)
		}
		if d := cmp.Diff(Weights(log), Weights(more)); d != "" {
			t.Fatal(d)
		}
	})
}

func TestAMuteLowersOnlyWhatItNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items, log := anyMorning(t)
		term := rapid.SampledFrom([]string{"postgres", "rust", "bob@corp.example", "hackernews", "LWN"}).Draw(t, "term")
		m := morning()
		m.Profile.Muted = append(slices.Clone(m.Profile.Muted), term)
		before, after := Rank(morning(), items, log), Rank(m, items, log)
		lifted := slices.ContainsFunc(Effective(log), func(j minutes.Judgement) bool { return j.Verb == unmute && j.Term == term })
		for _, b := range before {
			a := find2(after, b.ID)
			if a.Score > b.Score {
				t.Fatalf("%s rose from %s to %s", b.ID, why(b), why(a))
			}
			w := world{mutes: []mute{newMute(term)}}
			g := items[slices.IndexFunc(items, func(g minutes.Group) bool { return g.Lead.ID == b.ID })]
			_, named := w.mutedItem(g.Lead)
			for _, it := range g.Also { // the last unmuted source of a story may fall silent
				_, too := w.mutedItem(it)
				named = named || too
			}
			if !named && a.Score != b.Score {
				t.Fatalf("muting %q touched %s: %s", term, why(b), why(a))
			} else if named && len(g.Also) == 0 && !lifted && a.Score != 0 {
				t.Fatalf("muting %q left %s", term, why(a))
			}
		}
	})
}

// A stranger's newsletter may say what it likes, with every word that could count.
func TestNoWordsCarryAStrangersNewsletterOverAKnownPersonsMail(t *testing.T) {
	loud := append(slices.Clone(vocabulary), "salary", "boss@example.org", "asap", "eod", "due", "today", "?", "lawyers", "invitation", "databases")
	rapid.Check(t, func(t *rapid.T) {
		say := func(name string) (s string) {
			for _, w := range rapid.SliceOfN(rapid.SampledFrom(loud), 0, 60).Draw(t, name) {
				s += w + " "
			}
			return s
		}
		spam := newsletter("spam", "win@spam.example", say("title"), say("excerpt"))
		spam.Mail.Unread, spam.Mail.Direct = true, rapid.Bool().Draw(t, "direct")
		spam.Mail.Bulk = !spam.Mail.Direct
		spam.Mail.From.Name = minutes.Clean(say("name"))
		spam.Mail.Invite, spam.Mail.Method = &minutes.Event{Start: now().AddDate(0, 0, 1)}, "REQUEST"
		known := mail("known", "ada@example.com", "lunch", "how about lunch")
		ranked := Rank(morning(), groups(spam, known, sentTo("s", "ada@example.com")), nil)
		if s, k := find2(ranked, spam.ID), find2(ranked, known.ID); s.Score >= k.Score {
			t.Fatalf("%s\nover %s", why(s), why(k))
		}
	})
}
