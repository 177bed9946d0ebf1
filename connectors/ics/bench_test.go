package ics

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/teambition/rrule-go"
)

// busyYear is 5,000 zoned events of 2026, a fifth of them recurring, 1.4 MB: what the speed of
// calendars is measured by.
func busyYear() []byte {
	rnd := rand.New(rand.NewPCG(42, 1))
	rules := []string{"FREQ=DAILY;COUNT=20", "FREQ=WEEKLY;BYDAY=MO,WE,FR;UNTIL=20270101T000000Z", "FREQ=WEEKLY;INTERVAL=2",
		"FREQ=MONTHLY;BYDAY=2TH", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY"}
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//minutes//bench//EN\r\n")
	for i := range 5000 {
		day := time.Date(2026, 1, 1+rnd.IntN(365), 7+rnd.IntN(11), 15*rnd.IntN(4), 0, 0, time.UTC)
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:e%d@bench\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Berlin:%s\r\nDTEND;TZID=Europe/Berlin:%s\r\n"+
			"SUMMARY:Event-%04d planning the next release\r\nDESCRIPTION:We go through the open points of the week one by one and\r\n  agree on what is next\r\nLOCATION:Room %d\r\n",
			i, day.Format("20060102T150405"), day.Add(45*time.Minute).Format("20060102T150405"), i, i%20)
		if i%5 == 0 {
			fmt.Fprintf(&b, "RRULE:%s\r\n", rules[(i/5)%len(rules)])
			if i%15 == 0 {
				fmt.Fprintf(&b, "EXDATE;TZID=Europe/Berlin:%s\r\n", day.AddDate(0, 0, 7).Format("20060102T150405"))
			}
		}
		b.WriteString("END:VEVENT\r\n")
	}
	return []byte(b.String() + "END:VCALENDAR\r\n")
}

func yearWindow() (from, to time.Time) {
	from = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return from, from.AddDate(1, 0, 0)
}

func oursYear(b testing.TB, data []byte) int {
	from, to := yearWindow()
	f, err := scanFile(data)
	if err != nil {
		b.Fatal(err)
	}
	x := expandFile(f, time.UTC, from, to, 100_000)
	if len(x.failed) > 0 {
		b.Fatal(x.failed)
	}
	return len(x.out)
}

// librariesYear is the same work by go-ical and rrule-go, as their documentation has it.
func librariesYear(b testing.TB, data []byte) int {
	from, to := yearWindow()
	cal, err := ical.NewDecoder(bytes.NewReader(data)).Decode()
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for _, e := range cal.Events() {
		start, err := e.DateTimeStart(time.UTC)
		if err != nil {
			b.Fatal(err)
		}
		end, err := e.DateTimeEnd(time.UTC)
		if err != nil {
			b.Fatal(err)
		}
		p := e.Props.Get(ical.PropRecurrenceRule)
		if p == nil {
			if start.Before(to) && end.After(from) {
				n++
			}
			continue
		}
		opt, err := rrule.StrToROptionInLocation(p.Value, start.Location())
		if err != nil {
			b.Fatal(err)
		}
		opt.Dtstart = start
		r, err := rrule.NewRRule(*opt)
		if err != nil {
			b.Fatal(err)
		}
		set := rrule.Set{}
		set.RRule(r)
		for _, x := range e.Props.Values(ical.PropExceptionDates) {
			t, err := x.DateTime(time.UTC)
			if err != nil {
				b.Fatal(err)
			}
			set.ExDate(t)
		}
		n += len(set.Between(from.Add(-end.Sub(start)), to, true))
	}
	return n
}

func TestBusyYearHasWhatTheLibrariesFindAndTheStartsThatTheyDrop(t *testing.T) {
	data := busyYear()
	ours, theirs := oursYear(t, data), librariesYear(t, data)
	// Ours shows a DTSTART that does not fit its own rule; rrule-go does not.
	if ours < theirs || ours > theirs+1000 {
		t.Errorf("%d occurrences, %d by the libraries", ours, theirs)
	}
}

func BenchmarkYear(b *testing.B) {
	data := busyYear()
	for name, f := range map[string]func(testing.TB, []byte) int{"ours": oursYear, "go-ical+rrule-go": librariesYear} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			n := 0
			for b.Loop() {
				n = f(b, data)
			}
			b.ReportMetric(float64(n), "occurrences")
		})
	}
}

// BenchmarkWindow is what a morning costs: the five weeks around it, items with all their words.
func BenchmarkWindow(b *testing.B) {
	data := busyYear()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	from := time.Date(2026, 11, 24, 0, 0, 0, 0, berlin)
	args := arguments{Source: "bench", From: from, To: from.AddDate(0, 0, 37)}
	n := 0
	for b.Loop() {
		f, err := scanFile(data)
		if err != nil {
			b.Fatal(err)
		}
		n = len(result(expandFile(f, berlin, args.From, args.To, maxOccurrences), args, berlin).Items)
	}
	b.ReportMetric(float64(n), "items")
}
