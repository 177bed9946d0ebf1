package ics

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
	"pgregory.net/rapid"
)

// anyCalendar draws a calendar with everything that moves occurrences about.
func anyCalendar(t *rapid.T) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\n")
	for i := range rapid.IntRange(1, 3).Draw(t, "events") {
		anySeries(t, &b, fmt.Sprintf("u%d", i))
	}
	return b.String() + "END:VCALENDAR\n"
}

var zoneNames = []string{"Europe/Berlin", "America/New_York", "Pacific Standard Time", "Australia/Lord_Howe", "Asia/Kolkata", "Nowhere/At/All"}

// when draws a time near the window, in one of the ways of writing it.
func when(t *rapid.T, name string, allDay bool) string {
	at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 45*24*4).Draw(t, name)) * 15 * time.Minute)
	switch {
	case allDay:
		return ";VALUE=DATE:" + at.Format("20060102")
	case rapid.Bool().Draw(t, name+" utc"):
		return ":" + at.Format("20060102T150405Z")
	}
	return ";TZID=" + rapid.SampledFrom(zoneNames).Draw(t, name+" zone") + ":" + at.Format("20060102T150405")
}

func anySeries(t *rapid.T, b *strings.Builder, uid string) {
	allDay := rapid.Bool().Draw(t, "all day")
	event := func(lines ...string) {
		fmt.Fprintf(b, "BEGIN:VEVENT\nUID:%s\nSUMMARY:s\n", uid)
		for _, l := range lines {
			b.WriteString(l + "\n")
		}
		b.WriteString("END:VEVENT\n")
	}
	length := "DURATION:" + rapid.SampledFrom([]string{"PT0S", "PT45M", "P1D", "P3DT2H", "P2W"}).Draw(t, "duration")
	lines := []string{"DTSTART" + when(t, "start", allDay), length}
	if rapid.IntRange(0, 3).Draw(t, "rule?") > 0 {
		rule := "FREQ=" + rapid.SampledFrom([]string{"DAILY", "WEEKLY", "HOURLY;INTERVAL=7", "MONTHLY", "WEEKLY;BYDAY=MO,FR"}).Draw(t, "freq")
		rule += rapid.SampledFrom([]string{"", ";COUNT=20", ";UNTIL=20261110T120000Z"}).Draw(t, "end")
		lines = append(lines, "RRULE:"+rule)
	}
	for range rapid.IntRange(0, 2).Draw(t, "exdates") {
		lines = append(lines, "EXDATE"+when(t, "exdate", allDay))
	}
	for range rapid.IntRange(0, 2).Draw(t, "rdates") {
		lines = append(lines, "RDATE"+when(t, "rdate", allDay))
	}
	event(lines...)
	for range rapid.IntRange(0, 2).Draw(t, "changes") {
		rid := when(t, "original", allDay)
		if rapid.Bool().Draw(t, "future") {
			rid = ";RANGE=THISANDFUTURE" + rid
		}
		status := "STATUS:" + rapid.SampledFrom([]string{"CONFIRMED", "CANCELLED"}).Draw(t, "status")
		event("RECURRENCE-ID"+rid, "DTSTART"+when(t, "moved", allDay && rapid.Bool().Draw(t, "still all day")), "DURATION:PT30M", status)
	}
}

func inWindow(t *rapid.T, data string, user *time.Location, from, to time.Time) map[string][2]int64 {
	f, err := scanFile([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	x := expandFile(f, user, from, to, 100_000)
	if len(x.failed) > 0 {
		t.Fatalf("%v", x.failed)
	}
	out := map[string][2]int64{}
	for _, it := range result(x, arguments{Source: "s"}, user).Items {
		if it.Event.End.Before(it.Event.Start) {
			t.Fatalf("%s ends before it starts", it.ID)
		}
		out[it.ID] = [2]int64{it.Event.Start.Unix(), it.Event.End.Unix()}
	}
	return out
}

// What a window shows is what its parts show: nothing depends on how far away its edges are.
func TestWindowsCanBeSplitAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := anyCalendar(t)
		user, err := time.LoadLocation(rapid.SampledFrom([]string{"Europe/Berlin", "America/New_York", "Asia/Tokyo"}).Draw(t, "user"))
		if err != nil {
			t.Fatal(err)
		}
		hours := func(name string, most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Hour
		}
		a := time.Date(2026, 10, 10, 0, 0, 0, 0, time.UTC).Add(hours("a", 20*24))
		b := a.Add(hours("b", 15*24))
		c := b.Add(hours("c", 15*24))
		whole, parts := inWindow(t, data, user, a, c), inWindow(t, data, user, a, b)
		maps.Copy(parts, inWindow(t, data, user, b, c))
		if !maps.Equal(whole, parts) {
			t.Fatalf("%s\nin the whole %v\nin the parts %v", data, whole, parts)
		}
		all := inWindow(t, data, user, a.AddDate(0, -3, 0), c.AddDate(0, 3, 0))
		maps.DeleteFunc(all, func(_ string, e [2]int64) bool {
			return e[0] >= c.Unix() || e[1] <= a.Unix() && e[0] < a.Unix()
		})
		if !maps.Equal(whole, all) {
			t.Fatalf("%s\nin the window %v\nin half a year, cut to it %v", data, whole, all)
		}
	})
}

// Whatever the bytes, parsing ends with sound items or an error.
func FuzzParse(f *testing.F) {
	for _, s := range []string{good, oneBad, "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=YEARLY\nRDATE:20260101T000000\nEND:STANDARD\nEND:VTIMEZONE\n" +
		"BEGIN:VEVENT\nDTSTART;TZID=X:20261125T090000\nRDATE;VALUE=PERIOD:20261126T090000/PT1H\nEXDATE:20261125\nRRULE:FREQ=DAILY;COUNT=3\nATTENDEE;CN=a:b:mailto:c@d\nEND:VEVENT\n" +
		"BEGIN:VEVENT\nUID:u\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261127T090000\nDTSTART;TZID=(UTC+01:00) Berlin:20261127T100000\nDURATION:P1DT2H\nDESCRIPTION:<p>x<a href=\"https://zoom.us/j/1\">y</a>\nEND:VEVENT\nEND:VCALENDAR\n"} {
		f.Add([]byte(s))
	}
	args, err := json.Marshal(arguments{Source: "test", Zone: "Europe/Berlin", Addresses: []string{"c@d"}, Revisions: true,
		From: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		f.Fatal(err)
	}
	env := connectors.Env{Name: "test"}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parse(t.Context(), connectors.Document{Data: data, Args: args})
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, it := range got.Items {
			if bad := connectortest.CheckItem(env, it); bad != "" {
				t.Fatal(bad)
			}
			if seen[it.ID] || it.Event.End.Before(it.Event.Start) {
				t.Fatalf("%s comes twice, or ends before it starts", it.ID)
			}
			seen[it.ID] = true
		}
		for _, r := range got.Rejected {
			if r.Source != "test" || r.Reason.Empty() || r.Next.Empty() {
				t.Fatalf("%+v", r)
			}
		}
	})
}
