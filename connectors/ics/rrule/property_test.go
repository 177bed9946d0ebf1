package rrule_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes/connectors/ics/rrule"
	"pgregory.net/rapid"
)

var weekdays = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

func anyRule(t *rapid.T) string {
	freq := rapid.SampledFrom([]string{"YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"}).Draw(t, "freq")
	out := []string{"FREQ=" + freq, fmt.Sprintf("INTERVAL=%d", rapid.IntRange(1, 90).Draw(t, "interval"))}
	add := func(key string, low, high int, signed bool) {
		if rapid.IntRange(0, 3).Draw(t, key+"?") != 0 {
			return
		}
		vs := rapid.SliceOfNDistinct(rapid.IntRange(low, high), 1, 4, rapid.ID[int]).Draw(t, key)
		var ss []string
		for _, v := range vs {
			if signed && rapid.Bool().Draw(t, "back") {
				v = -v
			}
			ss = append(ss, fmt.Sprint(v))
		}
		out = append(out, key+"="+strings.Join(ss, ","))
	}
	add("BYMONTH", 1, 12, false)
	add("BYMONTHDAY", 1, 31, true)
	if freq == "YEARLY" {
		add("BYWEEKNO", 1, 53, true)
		add("BYYEARDAY", 1, 366, true)
	}
	if rapid.Bool().Draw(t, "byday?") {
		days := rapid.SliceOfNDistinct(rapid.SampledFrom(weekdays), 1, 4, rapid.ID[string]).Draw(t, "byday")
		if freq == "MONTHLY" && rapid.Bool().Draw(t, "nth?") {
			days[0] = fmt.Sprint(rapid.SampledFrom([]int{-2, -1, 1, 2, 5}).Draw(t, "nth")) + days[0]
		}
		out = append(out, "BYDAY="+strings.Join(days, ","))
	}
	add("BYHOUR", 0, 23, false)
	add("BYMINUTE", 0, 59, false)
	add("BYSETPOS", 1, 4, true)
	if rapid.Bool().Draw(t, "wkst?") {
		out = append(out, "WKST="+rapid.SampledFrom(weekdays).Draw(t, "wkst"))
	}
	switch rapid.IntRange(0, 3).Draw(t, "end") {
	case 0:
		out = append(out, fmt.Sprintf("COUNT=%d", rapid.IntRange(1, 400).Draw(t, "count")))
	case 1:
		out = append(out, fmt.Sprintf("UNTIL=20%02d0815T101500", rapid.IntRange(20, 28).Draw(t, "until")))
	}
	return strings.Join(out, ";")
}

func between(t *rapid.T, r *rrule.Rule, start, from, to int64) []int64 {
	var out []int64
	budget := 20_000_000
	if err := r.Between(start, from, to, &budget, func(v int64) bool { out = append(out, v); return true }); err != nil {
		t.Fatal(err)
	}
	return out
}

// What a window shows does not depend on how one came to it: any split of it gives the same, and
// so does walking there from the start.
func TestWindowsCanBeSplitAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := anyRule(t)
		r, err := rrule.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		start := rrule.Wall(2019, 1, 1, 0, 0, 0) + rapid.Int64Range(0, 400*86400).Draw(t, "start")
		a := start + rapid.Int64Range(-86400, 3*366*86400).Draw(t, "a")
		b := a + rapid.Int64Range(0, 30*86400).Draw(t, "b")
		c := b + rapid.Int64Range(0, 30*86400).Draw(t, "c")
		whole := between(t, &r, start, a, c)
		parts := slices.Concat(between(t, &r, start, a, b), between(t, &r, start, b, c))
		if !slices.Equal(whole, parts) {
			t.Fatalf("%s: %d in the whole, %d in the parts", text, len(whole), len(parts))
		}
		walked := between(t, &r, start, start, c)
		i, _ := slices.BinarySearch(walked, a)
		if !slices.Equal(whole, walked[i:]) {
			t.Fatalf("%s: %d by jumping, %d by walking", text, len(whole), len(walked)-i)
		}
		if !slices.IsSorted(whole) || len(slices.Compact(slices.Clone(whole))) != len(whole) {
			t.Fatalf("%s: not in order, or twice", text)
		}
	})
}

// Whatever the text, a rule is refused or expands within its budget, in order and in its window.
func FuzzRule(f *testing.F) {
	for _, s := range []string{"FREQ=DAILY", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
		"FREQ=SECONDLY;BYSECOND=0,60;BYMINUTE=1;BYSETPOS=-1", "FREQ=WEEKLY;UNTIL=20261231;WKST=SU;BYDAY=MO,2TU",
		"FREQ=MINUTELY;INTERVAL=1440;BYHOUR=3;COUNT=2147483647"} {
		f.Add(s, int64(1764028800), int64(0))
		f.Add(s, int64(-62135596800), int64(1764028800))
	}
	f.Fuzz(func(t *testing.T, s string, start, from int64) {
		r, err := rrule.Parse(s)
		low, high := rrule.Wall(1, 1, 1, 0, 0, 0), rrule.Wall(9999, 12, 31, 23, 59, 59)
		if err != nil || start < low || start > high || from < low || from > high {
			return
		}
		to, budget, last := from+40*86400, 50_000, int64(-1)<<62
		_ = r.Between(start, from, to, &budget, func(v int64) bool {
			if v < from || v < start || v >= to || v <= last {
				t.Fatalf("%s: %d after %d, window %d to %d", s, v, last, from, to)
			}
			last = v
			return true
		})
		if budget < 0 {
			t.Fatalf("%s: the budget was overdrawn", s)
		}
	})
}
