package ics

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// everything is a window that the calendars of the corpus mostly lie in: what comes out of them is
// checked, and not only that nothing breaks.
func everything(t *testing.T, from, to time.Time) []byte {
	t.Helper()
	b, err := json.Marshal(arguments{Source: "test", Zone: "Europe/Berlin", From: from, To: to, Addresses: []string{"sam@example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Every calendar of the corpus gives items or a clear error, through the jail.
func TestCorpusGivesItemsOrAClearError(t *testing.T) {
	args := everything(t, time.Date(1994, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	files, with := 0, 0
	env := jailed(t)
	for _, sub := range []string{"ics", "more/ics"} {
		for _, path := range connectortest.Corpus(t, sub) {
			if filepath.Ext(path) != ".ics" {
				continue
			}
			files++
			data := connectortest.Read(t, path)
			got, err := env.Parse(t.Context(), connectors.Document{Parser: "ics", Data: data, Args: args})
			if errors.Is(err, connectors.ErrKilled) {
				t.Errorf("%s: %v", path, err)
			}
			if err != nil && minutes.Hint(err) == "" {
				t.Errorf("%s: no hint: %v", path, err)
			}
			for _, it := range got.Items {
				if bad := connectortest.CheckItem(env, it); bad != "" {
					t.Errorf("%s: %s", path, bad)
				}
			}
			if len(got.Items) > 0 {
				with++
			}
			if err == nil && len(got.Items) == 0 && len(got.Rejected) == 0 && strings.Contains(string(data), "BEGIN:VEVENT") {
				t.Logf("%s: events, but no items", filepath.Base(path))
			}
			for _, r := range got.Rejected {
				t.Logf("%s: %s: %s", filepath.Base(path), r.Item, r.Reason)
			}
			if err != nil {
				t.Logf("%s: %v", filepath.Base(path), err)
			}
		}
	}
	t.Logf("%d files, %d with items", files, with)
}

// Every bomb is defused through the jail, within its time and memory, also where it lies among good
// events, which survive it.
func TestBombsCostThemselves(t *testing.T) {
	args := everything(t, time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(2026, 2, 5, 0, 0, 0, 0, time.UTC))
	for _, path := range connectortest.Corpus(t, "more/bombs/ics") {
		t.Run(filepath.Base(path), func(t *testing.T) { defuse(t, path, args) })
	}
}

// jailed is an Env whose jail has the product's patience.
func jailed(t *testing.T) connectors.Env {
	t.Helper()
	env := connectortest.Env(t, connectortest.Options{Name: "test"})
	pool := &connectors.Pool{Size: 1, Deadline: patience}
	t.Cleanup(pool.Close)
	env.Parse = pool.Parse
	return env
}

func defuse(t *testing.T, path string, args []byte) {
	env, data := jailed(t), connectortest.Read(t, path)
	got, err := env.Parse(t.Context(), connectors.Document{Parser: "ics", Data: data, Args: args})
	if errors.Is(err, connectors.ErrKilled) || err != nil && minutes.Hint(err) == "" {
		t.Errorf("%v", err)
	}
	for _, it := range got.Items {
		if bad := connectortest.CheckItem(env, it); bad != "" {
			t.Error(bad)
		}
	}
	t.Logf("%d items, rejected %v, error %v", len(got.Items), got.Rejected, err)
	if len(data) > maxBytes-1<<20 {
		return
	}
	got, err = env.Parse(t.Context(), connectors.Document{Parser: "ics", Data: amongGood(data), Args: args})
	n := 0
	for _, it := range got.Items {
		if strings.HasPrefix(it.Title.String(), "Good ") {
			n++
		}
	}
	if err != nil || n != 99 {
		t.Errorf("%d of 99 good events beside it, %v", n, err)
	}
}

// amongGood puts a calendar's events between 99 good ones.
func amongGood(data []byte) []byte {
	body := strings.NewReplacer("BEGIN:VCALENDAR\r\n", "", "END:VCALENDAR\r\n", "", "BEGIN:VCALENDAR\n", "", "END:VCALENDAR\n", "").Replace(string(data))
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\n")
	for i := range 99 {
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:good-%d\r\nSUMMARY:Good %d\r\nDTSTART:20260115T090000Z\r\nEND:VEVENT\r\n", i, i)
		if i == 50 {
			b.WriteString(body)
		}
	}
	return []byte(b.String() + "END:VCALENDAR\r\n")
}

// bombs of our own: what is cheap to write and dear to read.
func ownBombs() map[string]string {
	event := func(n int, lines string) string {
		return fmt.Sprintf("BEGIN:VEVENT\r\nUID:u%d\r\nDTSTART:20260101T090000Z\r\nSUMMARY:s\r\n%sEND:VEVENT\r\n", n, lines)
	}
	many := func(n int, f func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(f(i))
		}
		return "BEGIN:VCALENDAR\r\n" + b.String() + "END:VCALENDAR\r\n"
	}
	minutesOfAnHour := "0"
	for i := 1; i < 60; i++ {
		minutesOfAnHour += fmt.Sprintf(",%d", i)
	}
	return map[string]string{
		"100,000 events now": many(100_000, func(i int) string { return event(i, "") }),
		"20,000 dense rules": many(20_000, func(i int) string { return event(i, "RRULE:FREQ=SECONDLY\r\n") }),
		"20,000 rules that never": many(20_000, func(i int) string {
			return event(i, "RRULE:FREQ=MINUTELY;INTERVAL=7;BYHOUR=3;BYMONTH=2;BYMONTHDAY=30;COUNT=9\r\n")
		}),
		"long lists of times": many(10_000, func(i int) string {
			return event(i, "RRULE:FREQ=YEARLY;BYHOUR=1,2,3,4,5,6;BYMINUTE="+minutesOfAnHour+";BYSECOND="+minutesOfAnHour+";BYSETPOS=-1\r\n")
		}),
		"hourly with long texts": many(10, func(i int) string {
			return event(i, "RRULE:FREQ=HOURLY\r\nDESCRIPTION:"+strings.Repeat("word ", 100_000)+"\r\n")
		}),
		"one uid, many starts": many(50_000, func(i int) string {
			return strings.Replace(event(0, ""), "T0900", fmt.Sprintf("T%02d%02d", i/60%24, i%60), 1)
		}),
		"one uid, many changes": many(50_000, func(i int) string {
			return event(0, fmt.Sprintf("RECURRENCE-ID:20260101T%02d%02d%02dZ\r\n", i/3600%24, i/60%60, i%60))
		}) + many(200, func(i int) string {
			return strings.Replace(event(0, "RRULE:FREQ=DAILY\r\n"), "T0900", fmt.Sprintf("T%02d%02d", i/60%24, i%60), 1)
		}),
		"many ranges": many(20_000, func(i int) string {
			return event(0, fmt.Sprintf("RECURRENCE-ID;RANGE=THISANDFUTURE:2026%02d%02dT%02d%02d00Z\r\n", 1+i/40000, 1+i/1440%28, i/60%24, i%60))
		}) + many(1, func(int) string { return event(0, "RRULE:FREQ=MINUTELY;INTERVAL=10\r\n") }),
		"a crowd": many(20, func(i int) string {
			return event(i, "RRULE:FREQ=HOURLY\r\n"+strings.Repeat("ATTENDEE;CN=Somebody With A Name:mailto:somebody@example.org\r\n", 3000))
		}),
		"zones, each of its own": many(5_000, func(i int) string {
			return fmt.Sprintf("BEGIN:VTIMEZONE\r\nTZID:Z%d\r\nBEGIN:STANDARD\r\nDTSTART:00010101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:z%d\r\nDTSTART;TZID=Z%d:20260101T090000\r\nEND:VEVENT\r\n", i, i, i)
		}),
		"zones that are not there": many(20_000, func(i int) string {
			return fmt.Sprintf("BEGIN:VEVENT\r\nUID:z%d\r\nDTSTART;TZID=\"(UTC+01:00) A%d, B%d, C%d, D%d\":20260101T090000\r\nEND:VEVENT\r\n", i, i, i, i, i)
		}),
		"exceptions": many(1, func(i int) string {
			return event(i, "RRULE:FREQ=MINUTELY;INTERVAL=10\r\nEXDATE:"+strings.Repeat("20260101T090000Z,", 400_000)+"\r\n")
		}),
		"links": many(1, func(i int) string {
			return event(i, "RRULE:FREQ=HOURLY\r\nDESCRIPTION:"+strings.Repeat("https://zoom.us/x ", 50_000)+"\r\n")
		}),
		"html": many(1, func(i int) string {
			return event(i, "DESCRIPTION:"+strings.Repeat("<div><a href='https://x.example/'>", 100_000)+"\r\n")
		}),
	}
}

func TestOwnBombsCostThemselves(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: bombs are for the long form of the tests, not for the race detector")
	}
	args := everything(t, time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(2026, 2, 5, 0, 0, 0, 0, time.UTC))
	for name, data := range ownBombs() {
		t.Run(name, func(t *testing.T) {
			env := jailed(t)
			got, err := env.Parse(t.Context(), connectors.Document{Parser: "ics", Data: []byte(data), Args: args})
			if errors.Is(err, connectors.ErrKilled) || err != nil && minutes.Hint(err) == "" {
				t.Errorf("%v", err)
			}
			if err == nil && len(got.Items) == 0 && len(got.Rejected) == 0 {
				t.Error("neither items nor a word about them")
			}
			t.Logf("%d bytes: %d items, %d rejected, %v", len(data), len(got.Items), len(got.Rejected), err)
		})
	}
}

// dateutil's answers once more, through the calendar: the same, but that the start is always an
// occurrence (README.md says why).
func TestRecordedRulesGiveDateutilsAnswersAndTheStart(t *testing.T) {
	n := 0
	for _, path := range connectortest.Corpus(t, "more/rrule") {
		for line := range strings.Lines(string(connectortest.Read(t, path))) {
			var c struct {
				Rule  string
				First []string
			}
			if err := json.Unmarshal([]byte(line), &c); err != nil {
				t.Fatal(err)
			}
			n++
			want := map[string]bool{}
			for _, s := range c.First {
				want[s] = true
			}
			start, _, _ := strings.Cut(strings.TrimPrefix(c.Rule, "DTSTART:"), "\n")
			want[start] = true
			f, err := scanFile([]byte("BEGIN:VEVENT\n" + c.Rule + "\nEND:VEVENT\n"))
			if err != nil {
				t.Fatal(err)
			}
			last, err := time.Parse("20060102T150405", c.First[len(c.First)-1])
			if err != nil {
				t.Fatal(err)
			}
			x := expandFile(f, time.UTC, time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), last.Add(time.Second), 1000)
			got := map[string]bool{}
			for _, o := range x.out {
				got[time.Unix(o.start, 0).UTC().Format("20060102T150405")] = true
			}
			if len(x.failed) > 0 || !maps.Equal(got, want) {
				t.Errorf("%s: %v, want %v (%v)", c.Rule, got, want, x.failed)
			}
		}
	}
	t.Logf("%d rules", n)
}
