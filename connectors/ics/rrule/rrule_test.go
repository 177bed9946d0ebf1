package rrule_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes/connectors/ics/rrule"
)

const layout = "20060102T150405"

func wall(t testing.TB, s string) int64 {
	t.Helper()
	v, err := time.Parse(layout, s)
	if err != nil {
		t.Fatal(err)
	}
	return v.Unix()
}

func show(v int64) string { return time.Unix(v, 0).UTC().Format(layout) }

// far is past every answer asked for here.
var far = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

func first(t testing.TB, text, start string, n int, budget int) ([]string, error) {
	t.Helper()
	r, err := rrule.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	s := wall(t, start)
	var got []string
	err = r.Between(s, s, far, &budget, func(v int64) bool {
		got = append(got, show(v))
		return len(got) < n
	})
	return got, err
}

func shared() string {
	if dir := os.Getenv("MINUTES_SHARED"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "..", "..", "shared")
}

// The recorded answers of dateutil to rules from its own tests.
func TestRecordedRulesGiveDateutilsAnswers(t *testing.T) {
	f, err := os.Open(filepath.Join(shared(), "corpus", "more", "rrule", "dateutil_rules.jsonl"))
	if err != nil {
		t.Skip("skipped 98 recorded rules: the corpus is not here")
	}
	defer f.Close()
	n := 0
	for sc := bufio.NewScanner(f); sc.Scan(); n++ {
		var c struct {
			Rule  string   `json:"rule"`
			First []string `json:"first"`
			Total *int     `json:"total_if_finite"`
		}
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		start, text, _ := strings.Cut(c.Rule, "\n")
		limit := len(c.First)
		if c.Total != nil {
			limit++ // one more than there are, to see it end
		}
		check(t, strings.TrimPrefix(text, "RRULE:"), strings.TrimPrefix(start, "DTSTART:"), limit, c.First)
	}
	if n < 90 {
		t.Errorf("only %d rules in the file", n)
	}
}

// Answers of python-dateutil 2.9 to 600 rules put together at random (testdata/README.md says how).
func TestRandomRulesGiveDateutilsAnswers(t *testing.T) {
	f, err := os.Open("testdata/dateutil.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var c struct {
			Start, Rule string
			First       []string
			All         bool
		}
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		limit := len(c.First)
		if c.All {
			limit++
		}
		check(t, c.Rule, c.Start, limit, c.First)
	}
}

func check(t *testing.T, text, start string, limit int, want []string) {
	t.Helper()
	got, err := first(t, text, start, limit, 30_000_000)
	if err != nil {
		t.Errorf("%s from %s: %v after %d", text, start, err, len(got))
		return
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%s from %s:\n got %v\nwant %v", text, start, got, want)
	}
}

func TestBudgetEndsEndlessDenseAndImpossibleRules(t *testing.T) {
	for _, text := range []string{
		"FREQ=SECONDLY",
		"FREQ=MINUTELY;INTERVAL=1440;BYHOUR=3",
		"FREQ=SECONDLY;INTERVAL=86400;BYSECOND=1",
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
	} {
		got, err := first(t, text, "20260101T090000", 1<<30, 10_000)
		if !errors.Is(err, rrule.ErrBudget) || len(got) > 10_000 {
			t.Errorf("%s: %d occurrences, %v", text, len(got), err)
		}
	}
}

// A window far from the start is reached without walking there: the budget is that of the window.
func TestWindowIsReachedWithoutWalkingThere(t *testing.T) {
	for _, c := range []struct {
		text, start string
		n           int
	}{
		{"FREQ=SECONDLY;INTERVAL=3600", "00010101T000000", 48},
		{"FREQ=SECONDLY;BYSECOND=0;BYMINUTE=0", "00010101T000000", 48},
		{"FREQ=DAILY;COUNT=2147483647", "00010101T090000", 2},
		{"FREQ=MINUTELY;INTERVAL=30;COUNT=2147483647", "00010101T090000", 96},
		{"FREQ=WEEKLY;COUNT=2147483647", "19700103T090000", 0},
		{"FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6", "20000101T090000", 0},
		{"FREQ=DAILY;BYHOUR=9,15", "00010101T090000", 4},
	} {
		r, err := rrule.Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		from, budget, n := wall(t, "20261125T000000"), 400, 0
		err = r.Between(wall(t, c.start), from, from+2*86400, &budget, func(int64) bool { n++; return true })
		if err != nil || n != c.n {
			t.Errorf("%s: %d occurrences, %v, want %d", c.text, n, err, c.n)
		}
	}
}

func TestWeeklySetPositionsCountTheWholeFirstWeek(t *testing.T) {
	// The first Monday-or-Wednesday of each week, from a Tuesday on: that Wednesday is the second.
	got, err := first(t, "FREQ=WEEKLY;BYDAY=MO,WE;BYSETPOS=1", "20261124T090000", 2, 1000)
	if want := "20261130T090000 20261207T090000"; err != nil || strings.Join(got, " ") != want {
		t.Errorf("got %v, %v, want %s", got, err, want)
	}
}

func TestPlainAndOrdinalWeekdaysAreAUnion(t *testing.T) {
	got, err := first(t, "FREQ=MONTHLY;BYDAY=1MO,FR", "20261101T090000", 5, 1000)
	want := "20261102T090000 20261106T090000 20261113T090000 20261120T090000 20261127T090000"
	if err != nil || strings.Join(got, " ") != want {
		t.Errorf("got %v, %v, want %s", got, err, want)
	}
}

func TestUntilReachesToTheEndOfItsDay(t *testing.T) {
	for text, n := range map[string]int{
		"FREQ=DAILY;UNTIL=20261127":             3,
		"FREQ=DAILY;UNTIL=20261127T090000":      3,
		"FREQ=DAILY;UNTIL=20261127T085959":      2,
		"freq=daily;until=2026-11-27T09:00:00":  3,
		"FREQ=DAILY;UNTIL=20261101":             0,
		"FREQ=DAILY;COUNT=2;UNTIL=20261127":     2,
		"FREQ=DAILY;INTERVAL=0;UNTIL=20261126;": 2,
	} {
		got, err := first(t, text, "20261125T090000", 100, 1000)
		if err != nil || len(got) != n {
			t.Errorf("%s: %v, %v, want %d", text, got, err, n)
		}
	}
}

func TestWhatIsNoRuleIsRefusedByName(t *testing.T) {
	for text, says := range map[string]string{
		"":                               "no FREQ",
		"COUNT=3":                        "no FREQ",
		"FREQ=FORTNIGHTLY":               "FREQ=FORTNIGHTLY",
		"FREQ=DAILY;FREQ=SECONDLY":       "FREQ is given twice",
		"FREQ=DAILY;COUNT=-5":            "COUNT=-5",
		"FREQ=DAILY;COUNT=0":             "COUNT=0",
		"FREQ=DAILY;BYMONTH=13":          "BYMONTH=13",
		"FREQ=DAILY;BYMONTH=-1":          "BYMONTH=-1",
		"FREQ=DAILY;BYMONTHDAY=0":        "BYMONTHDAY=0",
		"FREQ=DAILY;BYDAY=XX":            `"XX"`,
		"FREQ=DAILY;BYDAY=UT":            `"UT"`,
		"FREQ=DAILY;BYDAY=0MO":           "BYDAY=0MO",
		"FREQ=DAILY;UNTIL=tomorrow":      "UNTIL=",
		"FREQ=DAILY;UNTIL=20261340":      "UNTIL=20261340",
		"FREQ=DAILY;nonsense":            "nonsense",
		"FREQ=DAILY;RSCALE=HEBREW":       "HEBREW",
		"FREQ=DAILY;BYHOUR=24":           "BYHOUR=24",
		"FREQ=DAILY;BYSETPOS=99999":      "BYSETPOS",
		"FREQ=DAILY;INTERVAL=x":          "INTERVAL=X",
		"FREQ=DAILY;WKST=":               "weekday",
		"FREQ=DAILY;X=" + big:            "bytes",
		"FREQ=DAILY;BYMONTHDAY=1" + many: "values",
	} {
		_, err := rrule.Parse(text)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.60s: %v, want it to say %q", text, err, says)
		}
	}
	for _, text := range []string{"FREQ=DAILY;SKIP=OMIT;X-A=b;RSCALE=gregorian", " freq = daily ; freq=DAILY"} {
		if _, err := rrule.Parse(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

var (
	big  = strings.Repeat("x", 9<<10)
	many = strings.Repeat(",1", 1000)
)
