package when

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func one(t *testing.T, text, ref string, in ...Locale) Deadline {
	t.Helper()
	ds := Deadlines(text, at(t, ref), in...)
	if len(ds) != 1 {
		t.Fatalf("%q at %s: %d deadlines", text, ref, len(ds))
	}
	return ds[0]
}

func TestAWeekdayOnItselfIsTodayWhileItLasts(t *testing.T) {
	for _, c := range []struct{ text, ref, want string }{
		{"by Friday", "2026-11-27 09:00", "by Friday | by 2026-11-27"},
		{"by Friday", "2026-11-27 12:00", "by Friday | by 2026-12-04"},
		{"by Friday 5pm", "2026-11-27 13:00", "by Friday 5pm | by 2026-11-27 17:00"},
		{"by Friday 5pm", "2026-11-27 17:00", "by Friday 5pm | by 2026-12-04 17:00"},
		{"by this Friday", "2026-11-27 18:00", "by this Friday | by 2026-11-27"},
		{"by next Friday", "2026-11-27 09:00", "by next Friday | by 2026-12-04"},
		{"by next Monday", "2026-11-29 09:00", "by next Monday | by 2026-11-30"}, // Sunday
		{"by Monday", "2026-11-28 20:00", "by Monday | by 2026-11-30"},           // Saturday
		{"by the end of the week", "2026-11-28 09:00", "by the end of the week | eod 2026-11-29"},
		{"please confirm by 11", "2026-11-25 12:00", "by 11 | by 2026-11-26 11:00"},
		{"please confirm by 3", "2026-11-25 16:00", "by 3 | by 2026-11-26 15:00"},
		{"by the 25th", "2026-11-25 23:00", "by the 25th | by 2026-11-25"},
		{"by the 31st", "2026-11-25 23:00", "by the 31st | by 2026-12-31"},
		{"by 30 December", "2027-01-05 08:00", "by 30 December | by 2026-12-30"},
		{"by 29 February", "2027-12-05 08:00", "by 29 February | by 2028-02-29"},
		{"by 26 September", "2026-11-25 08:00", "by 26 September | by 2026-09-26"},
		{"by 25 September", "2026-11-25 08:00", "by 25 September | by 2027-09-25"},
	} {
		if got := line(one(t, c.text, c.ref)); got != c.want {
			t.Errorf("%q at %s:\n got %s\nwant %s", c.text, c.ref, got, c.want)
		}
	}
}

func TestADeadlineReadLaterIsOverdue(t *testing.T) {
	d := one(t, "Please reply by Friday.", "2026-11-25 09:30")
	if !d.Late().Before(at(t, "2026-11-28 00:01")) || !d.Late().After(at(t, "2026-11-27 23:59")) {
		t.Errorf("late from %s", d.Late())
	}
	if d := one(t, "before Friday", "2026-11-25 09:30"); !d.Late().Equal(at(t, "2026-11-27 00:00")) {
		t.Errorf("before Friday is late from %s", d.Late())
	}
	if d := one(t, "reply asap", "2026-11-25 09:30"); !d.Late().IsZero() {
		t.Errorf("asap is late from %s", d.Late())
	}
}

func TestClocksThatChangeKeepTheHour(t *testing.T) {
	// Berlin leaves summer time on 25 October 2026 at 03:00 and enters it on 28 March 2027 at 02:00.
	d := one(t, "by Monday 9am", "2026-10-23 10:00")
	if h, off := d.At.Hour(), offset(d.At); h != 9 || off != 3600 {
		t.Errorf("%s", d.At)
	}
	if d := one(t, "by Sunday", "2027-03-27 10:00"); d.Late().Sub(d.At) != 23*time.Hour {
		t.Errorf("that Sunday has %s", d.Late().Sub(d.At))
	}
	if d := one(t, "by Sunday", "2026-10-24 10:00"); d.Late().Sub(d.At) != 25*time.Hour {
		t.Errorf("that Sunday has %s", d.Late().Sub(d.At))
	}
	if d := one(t, "by Sunday 2:30am", "2027-03-27 10:00"); d.At.Day() != 28 || d.At.IsZero() {
		t.Errorf("a time that does not exist became %s", d.At)
	}
}

func offset(t time.Time) int { _, o := t.Zone(); return o }

func TestTheLocaleDecidesWhichNumberIsTheMonth(t *testing.T) {
	for _, c := range []struct {
		text string
		in   []Locale
		want string
	}{
		{"by 5/12/2026", nil, "2026-05-12"},
		{"by 5/12/2026", []Locale{DayFirst}, "2026-12-05"},
		{"by 5/12/2026", []Locale{MonthFirst}, "2026-05-12"},
		{"bitte bis 5/12/2026", nil, "2026-12-05"},
		{"by 5/12/2026 or on 25/12/2026", nil, "2026-12-05"},
		{"by 5.12.2026", []Locale{MonthFirst}, "2026-12-05"},
		{"by 12/25/2026", []Locale{DayFirst}, "2026-12-25"},
		{"by 25/12/2026", []Locale{MonthFirst}, "2026-12-25"},
	} {
		if got := Deadlines(c.text, at(t, "2026-03-25 09:30"), c.in...)[0].At.Format(time.DateOnly); got != c.want {
			t.Errorf("%q %v: %s, want %s", c.text, c.in, got, c.want)
		}
	}
}

func TestQuotedHistoryIsNotRead(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"quoted", "Fine.\n> by Friday\n> > by Monday", ""},
		{"answer below", "On Tue, 24 Nov 2026 at 10:00, Jo wrote:\n> by Friday\n\nI can do it by Thursday.", "by Thursday"},
		{"top posted", "By Thursday then.\n\nOn Tue, 24 Nov 2026 at 10:00, Jo wrote:\nplease by Friday", "By Thursday"},
		{"folded", "By Thursday then.\nOn Tue, 24 Nov 2026 at 10:00, Jo Doe\n<jo@example.org> wrote:\n\nplease by Friday", "By Thursday"},
		{"outlook", "By Thursday.\n-----Original Message-----\nFrom: Jo\nby Friday", "By Thursday"},
		{"forwarded head", "FYI\nFrom: Jo\nSent: Tuesday, due 24 November 2026\nby Friday", "by Friday"},
		{"german", "Bis Donnerstag, bitte.\n\nAm 24.11.2026 um 10:00 schrieb Jo:\n> bis Freitag", "Bis Donnerstag"},
		{"announcement", "Date: Friday, 4 December\nReply by Thursday", "by Thursday"},
	} {
		var got []string
		for _, d := range Deadlines(c.text, written(t)) {
			got = append(got, d.Quote)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: got %q, want %q", c.name, s, c.want)
		}
	}
	if ds := Dates("Date: Friday, 4 December\nPlace: here", written(t)); len(ds) != 1 {
		t.Errorf("an announcement's date line: %v", ds)
	}
}

func TestADeadlineOverTwoLinesKeepsItsWords(t *testing.T) {
	d := one(t, "Please send it by\nFriday afternoon, thanks", "2026-11-25 09:30")
	if d.Quote != "by\nFriday afternoon" {
		t.Errorf("%q", d.Quote)
	}
	if ds := Deadlines("It was made by\n\nFriday is fine.", written(t)); len(ds) != 0 {
		t.Errorf("over a blank line: %v", ds)
	}
}

func TestUrgencyIsQuotedAndNegationHeeded(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"URGENT: please call", "URGENT"},
		{"I need it as soon as possible.", "as soon as possible"},
		{"Bitte dringend antworten", "dringend"},
		{"C'est urgent", "urgent"},
		{"Es urgente", "urgente"},
		{"Please reply immediately.", "immediately"},
		{"This is not urgent.", ""},
		{"No need to answer asap", ""},
		{"Nicht dringend", ""},
		{"Rien d'urgent", ""},
		{"The urgency of the matter", ""},
		{"We talked about insurgents", ""},
		{"> urgent", ""},
	} {
		if got, ok := Urgent(c.text); got != c.want || ok != (c.want != "") {
			t.Errorf("%q: %q %v", c.text, got, ok)
		}
	}
}

func TestLongHostileTextCostsInProportion(t *testing.T) {
	// Ten times the text costs about ten times the work, counted in what the reader allocates, for
	// a clock proves nothing on a busy machine. The benchmarks below show the time.
	for name, unit := range map[string]string{
		"digits": "1234567890", "numbers": "1 ", "by": "by ", "by 3": "by 3 to ", "deadline": "deadline is ", "dashes": "1-", "dots": "1.",
		"until": "until ", "no sentence": "please send on the ", "quotes": "> ", "newlines": "\n", "days": "Friday ", "of": "end of ",
		"opens": "On 1\n", "colon": "12:12:12:", "accents": "é\u0301", "bis": "bis 1 bis ", "next": "next next ",
	} {
		small := testing.AllocsPerRun(1, func() { Dates(strings.Repeat(unit, 5_000/len(unit)), written(t)) })
		big := testing.AllocsPerRun(1, func() { Dates(strings.Repeat(unit, 50_000/len(unit)), written(t)) })
		if big > 20*small+200 {
			t.Errorf("%s: %v allocations for 5 kB, %v for 50 kB", name, small, big)
		}
	}
}

func TestAnyTextGivesQuotesInOrder(t *testing.T) {
	words := append(strings.Fields(due), strings.Fields(idle+mentions+silent)...)
	ref := written(t)
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 40).Draw(t, "words"), rapid.SampledFrom([]string{" ", "\n", ", "}).Draw(t, "sep"))
		sane(t, text, ref)
	})
}

type failer interface{ Fatalf(string, ...any) }

// sane checks what holds for every text.
func sane(t failer, text string, ref time.Time) {
	end := 0
	due := Deadlines(text, ref)
	for _, d := range due {
		if d.Start < end || d.End <= d.Start || d.End > len(text) || text[d.Start:d.End] != d.Quote {
			t.Fatalf("%q: %+v", text, d)
		}
		if utf8.ValidString(text) && !utf8.ValidString(d.Quote) {
			t.Fatalf("%q cuts a character", d.Quote)
		}
		if (d.Kind == "asap") != d.At.IsZero() || d.AllDay && d.At.IsZero() {
			t.Fatalf("%+v", d)
		}
		end = d.End
	}
	end = 0
	for _, d := range Dates(text, ref) {
		if d.Start < end || d.End <= d.Start || d.End > len(text) || text[d.Start:d.End] != d.Quote || d.At.IsZero() || overlaps(due, d.Start, d.End) {
			t.Fatalf("%q: %+v", text, d)
		}
		if !d.Until.IsZero() && !d.Until.After(d.At) {
			t.Fatalf("%q: %+v ends before it begins", text, d)
		}
		end = d.End
	}
}

func FuzzDeadlinesAndDates(f *testing.F) {
	for _, c := range append(cases(due+idle), cases(mentions+silent)...) {
		f.Add(c)
	}
	f.Add("by 2026-12-01T25:99+99:99 until \xff\xfe")
	ref := time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) { sane(t, text, ref) })
}

func BenchmarkMegabyteOfDigits(b *testing.B) {
	text := strings.Repeat("1234567890", 100_000)
	ref := time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)
	for b.Loop() {
		Dates(text, ref)
	}
}

func BenchmarkMegabyteOfNumbers(b *testing.B) {
	text := strings.Repeat("by 1 to 12 ", 90_000)
	ref := time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)
	for b.Loop() {
		Dates(text, ref)
	}
}

func BenchmarkMail(b *testing.B) {
	text := strings.Repeat("Hello Sam, thank you for the notes of last week. Could you send me the slides by Friday 5pm? We meet on Tuesday at 10.\n", 10)
	ref := time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Deadlines(text, ref)
	}
}
