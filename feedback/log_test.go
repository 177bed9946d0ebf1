package feedback

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/google/go-cmp/cmp"
)

func nan() float64         { return math.NaN() }
func inf(sign int) float64 { return math.Inf(sign) }
func ids(log []minutes.Judgement) (out []int64) {
	for _, j := range log {
		out = append(out, j.ID)
	}
	return out
}

func TestLabelsAreWhatAnItemIsKnownBy(t *testing.T) {
	m := mail("1", "ada@corp.example", "Re: The new Postgres release, über alles 2026", "")
	m.Mail.ListID = "Dev.List.example"
	m.Tags = []string{"Go", "go"}
	for _, c := range []struct {
		it   minutes.Item
		want string
	}{
		{m, "from:ada@corp.example domain:corp.example list:dev.list.example source:work tag:go word:postgres word:alles"},
		{mail("1", "ada@gmail.com", "Hi", ""), "from:ada@gmail.com source:work"},
		{event("1", "Budget review", time.Hour, "bob@corp.example"), "with:bob@corp.example source:calendar word:budget word:review"},
		{story("1", "Café der Wörter", 3), "source:hackernews site:lwn.net word:cafe word:worter"},
		{article("1", "LWN Weekly", "Les données de la semaine", 0), "feed:lwn weekly source:feeds site:example.com word:donnees word:semaine"},
		{quote("AAPL", 1, 1), "symbol:aapl source:market word:aapl"},
	} {
		if got := strings.Join(Labels(c.it), " "); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.it.Title, got, c.want)
		}
	}
	long := mail("1", "a@b.example", strings.Repeat("uno", 1), "")
	for i := range 100 {
		long.Tags = append(long.Tags, strings.Repeat("t", i+1))
		long.Title = minutes.Clean(long.Title.String() + " word" + strings.Repeat("x", i))
	}
	if n := len(Labels(long)); n > maxLabels {
		t.Errorf("%d labels", n)
	}
}

func TestAThumbMovesWhatSharesALabel(t *testing.T) {
	liked, twin, other := story("1", "Postgres internals", 5), story("2", "Why Postgres", 5), story("3", "Postgresql", 5)
	other.URL = "https://other.example/"
	log := []minutes.Judgement{judge(1, up, liked)}
	ranked := Rank(morning(), groups(liked, twin, other), log)
	s := find(t, ranked, twin.ID)
	if d := part(s, "you liked: postgres"); d != 0.1 {
		t.Errorf("%v: %s", d, why(s))
	}
	if i := slices.IndexFunc(s.Why, func(p minutes.Part) bool { return p.Label.String() == "you liked: postgres" }); !slices.Equal(s.Why[i].Judgements, []int64{1}) {
		t.Errorf("the part rests on %v", s.Why[i].Judgements)
	}
	if s := find(t, ranked, other.ID); part(s, "you liked: postgres") != 0 {
		t.Errorf("half a word counted: %s", why(s))
	}
	if s := find(t, ranked, liked.ID); s.Verdict != up || part(s, "you liked this") != 0.2 {
		t.Errorf("%s %s", s.Verdict, why(s))
	}
	log = []minutes.Judgement{judge(1, down, liked)}
	if s := find(t, Rank(morning(), groups(liked, twin), log), twin.ID); part(s, "you disliked: postgres") != -0.2 {
		t.Error(why(s))
	}
}

func TestWhatIsLearnedIsCapped(t *testing.T) {
	it := story("1", "Postgres internals", 5)
	var log []minutes.Judgement
	for i := range 50 {
		j := judge(int64(i+1), up, it)
		j.Item = "hn:" + strings.Repeat("x", i)
		log = append(log, j)
	}
	learned := 0.0
	s := Rank(morning(), groups(it), log)[0]
	for _, p := range s.Why {
		if strings.HasPrefix(p.Label.String(), "you liked: ") {
			learned += p.Delta
		}
	}
	if math.Abs(learned-0.3) > 1e-9 {
		t.Errorf("%v: %s", learned, why(s))
	}
	for _, w := range Weights(log) {
		if w.Weight > 0.3 || len(w.Judgements) != 50 {
			t.Errorf("%+v", w)
		}
	}
}

func TestTheLastWordOnAnItemCounts(t *testing.T) {
	a, b := story("1", "Rust", 5), story("2", "Zig", 5)
	j := func(id int64, verb string, it minutes.Item) minutes.Judgement { return judge(id, verb, it) }
	undoes := func(id, of int64) minutes.Judgement { return minutes.Judgement{ID: id, Verb: undo, Undoes: of} }
	for _, c := range []struct {
		name     string
		log      []minutes.Judgement
		inForce  []int64
		verdicts map[string]string
		next     int64
	}{
		{"nothing", nil, nil, map[string]string{}, 0},
		{"replaced", []minutes.Judgement{j(1, up, a), j(2, down, a)}, []int64{2}, map[string]string{"hn:1": down}, 2},
		{"cleared", []minutes.Judgement{j(1, up, a), j(2, wipe, a)}, nil, map[string]string{}, 2},
		{"cleared and undone", []minutes.Judgement{j(1, up, a), j(2, wipe, a), undoes(3, 2)}, []int64{1}, map[string]string{"hn:1": up}, 1},
		{"undone", []minutes.Judgement{j(1, up, a), j(2, up, b), undoes(3, 2)}, []int64{1}, map[string]string{"hn:1": up}, 1},
		{"undone twice", []minutes.Judgement{j(1, up, a), j(2, up, b), undoes(3, 2), undoes(4, 1)}, nil, map[string]string{}, 0},
		{"undone then said again", []minutes.Judgement{j(1, up, a), undoes(2, 1), j(3, down, a)}, []int64{3}, map[string]string{"hn:1": down}, 3},
		{"undo of nothing", []minutes.Judgement{undoes(1, 0), undoes(2, 9), j(3, up, a)}, []int64{3}, map[string]string{"hn:1": up}, 3},
		{"undo without a name takes the last", []minutes.Judgement{j(1, up, a), j(2, up, b), undoes(3, 0)}, []int64{1}, map[string]string{"hn:1": up}, 1},
		{"unknown verbs are skipped", []minutes.Judgement{{ID: 1, Verb: "adore", Item: "hn:1"}}, nil, map[string]string{}, 0},
	} {
		if got := ids(Effective(c.log)); !slices.Equal(got, c.inForce) {
			t.Errorf("%s: in force %v, want %v", c.name, got, c.inForce)
		}
		if d := cmp.Diff(c.verdicts, Verdicts(c.log)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if got, ok := Undo(c.log); got.ID != c.next || ok != (c.next != 0) {
			t.Errorf("%s: an undo takes back %d, want %d", c.name, got.ID, c.next)
		}
	}
}

func TestAVerdictOnAMergedItemIsTheStorys(t *testing.T) {
	a, b := story("2", "x", 5), story("3", "x", 5)
	log := []minutes.Judgement{judge(1, up, a), judge(2, down, b)}
	for _, also := range [][]minutes.Item{{a, b}, {b, a}} {
		s := Rank(morning(), []minutes.Group{{Lead: story("1", "x", 5), Also: also}}, log)[0]
		if s.Verdict != down || !slices.Equal(s.Also, []string{"hn:2", "hn:3"}) {
			t.Errorf("%q, also %v", s.Verdict, s.Also)
		}
	}
}

func TestMutesComeFromProfileAndLog(t *testing.T) {
	p := minutes.Profile{Muted: []string{"Crypto", " "}}
	log := []minutes.Judgement{
		{ID: 1, Verb: muteIt, Term: "Golf"}, {ID: 2, Verb: muteIt, Term: "spam@example.org"}, {ID: 3, Verb: unmute, Term: "golf"},
	}
	if got := Mutes(p, log); !slices.Equal(got, []string{"Crypto", "spam@example.org"}) {
		t.Errorf("%q", got)
	}
	log = append(log, minutes.Judgement{ID: 4, Verb: unmute, Term: "CRYPTO"})
	if got := Mutes(p, log); !slices.Equal(got, []string{"spam@example.org"}) {
		t.Errorf("the log has the last word: %q", got)
	}
	s := Rank(morning(), groups(mail("1", "spam@example.org", "x", "x")), log)[0]
	if i := len(s.Why) - 2; s.Score != 0 || !slices.Equal(s.Why[i].Judgements, []int64{2}) {
		t.Errorf("%s rests on %v", why(s), s.Why[i].Judgements)
	}
}

func TestEachWayToNameASourceMutes(t *testing.T) {
	a := article("1", "LWN Weekly", "Kernel news", time.Hour)
	a.Tags = []string{"Linux kernel"}
	m := mail("1", "ada@corp.example", "Lunch", "")
	m.Mail.From.Name = minutes.Clean("Ada Lovelace")
	for term, it := range map[string]minutes.Item{
		"lwn weekly": a, "feeds": a, "example.com": a, "Kernel News": a, "linux  kernel": a,
		"ADA@corp.example": m, "corp.example": m, "@corp.example": m, "ada lovelace": m, "work": m, "lunch": m,
	} {
		log := []minutes.Judgement{{ID: 1, Verb: muteIt, Term: term}}
		if s := Rank(morning(), groups(it), log)[0]; s.Score != 0 {
			t.Errorf("%q does not mute %s", term, it.Title)
		}
	}
	for term, it := range map[string]minutes.Item{"news linux": a, "lov": m, "corp": m, "ada@corp": m, "": m, "news kernel": a} {
		log := []minutes.Judgement{{ID: 1, Verb: muteIt, Term: term}}
		if s := Rank(morning(), groups(it), log)[0]; s.Score == 0 {
			t.Errorf("%q mutes %s", term, it.Title)
		}
	}
}

func TestTheExportedLogIsTheSameLog(t *testing.T) {
	log := []minutes.Judgement{judge(1, up, story("1", "A <b> title", 5)), {ID: 2, At: now(), Verb: undo, Undoes: 1}}
	var b bytes.Buffer
	if err := Export(&b, log, "jsonl"); err != nil {
		t.Fatal(err)
	}
	var back []minutes.Judgement
	for l := range strings.Lines(b.String()) {
		var v struct {
			Schema string `json:"schema"`
			minutes.Judgement
		}
		if err := json.Unmarshal([]byte(l), &v); err != nil || v.Schema != Schema {
			t.Fatalf("%q: %v", l, err)
		}
		back = append(back, v.Judgement)
	}
	if d := cmp.Diff(log, back, safe); d != "" {
		t.Error(d)
	}
	for _, f := range []string{"dpo", "xml"} {
		if err := Export(&b, log, f); err == nil || minutes.Hint(err) == "" {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestNothingGivenIsChanged(t *testing.T) {
	items, log := tenThousand()
	items, log = items[:50], log[:50]
	slices.Reverse(log)
	before, _ := json.Marshal([]any{items, log})
	Rank(morning(), items, log)
	Weights(log)
	Mutes(morning().Profile, log)
	if after, _ := json.Marshal([]any{items, log}); !bytes.Equal(before, after) {
		t.Error("Rank wrote to its arguments")
	}
}
