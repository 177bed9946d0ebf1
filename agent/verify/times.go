package verify

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

var compiled = sync.OnceValue(compile)

func dayNumber(t time.Time) int {
	return int(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// readDate gives the days that raw may mean, seen from ref. A weekday is any such day from a week
// before ref to nearly two after it: "next Friday" and "last Friday" are left to the reader.
func readDate(raw string, ref time.Time, loose bool) (token, bool) {
	t := token{kind: "date"}
	low := strings.ToLower(raw)
	today := dayNumber(ref)
	if !loose && foreignDay(low) {
		return t, false // "hier" is a Dutch word too; a brief is in English
	}
	switch low {
	case "today", "tonight", "heute", "aujourd'hui", "hoy", "vandaag", "this morning", "this afternoon", "this evening",
		"eod", "end of day", "close of business", "cob":
		t.days = []int{today}
		return t, true
	case "tomorrow", "demain", "morgen", "mañana":
		t.days = []int{today + 1}
		return t, true
	case "yesterday", "gestern", "hier", "ayer":
		t.days = []int{today - 1}
		return t, true
	}
	if d := weekday(low); d >= 0 {
		for n := today - 7; n <= today+13; n++ {
			if time.Unix(int64(n)*86400, 0).UTC().Weekday() == time.Weekday(d) {
				t.days = append(t.days, n)
			}
		}
		return t, true
	}
	t.days = fixedDays(low, ref)
	if len(t.days) == 0 {
		return t, false
	}
	if !loose { // without a year, the nearest one is meant
		slices.SortStableFunc(t.days, func(a, b int) int { return max(a-today, today-a) - max(b-today, today-b) })
		if !strings.ContainsAny(strings.TrimRight(low, "."), "/.") {
			t.days = t.days[:1]
		}
	}
	if first, _, _ := strings.Cut(low, " "); !loose && weekday(strings.Trim(first, ",")) >= 0 {
		want := time.Weekday(weekday(strings.Trim(first, ",")))
		t.days = slices.DeleteFunc(t.days, func(n int) bool { return time.Unix(int64(n)*86400, 0).UTC().Weekday() != want })
	}
	return t, true
}

func foreignDay(low string) bool {
	return slices.Contains([]string{"heute", "morgen", "gestern", "aujourd'hui", "demain", "hier", "hoy", "mañana", "ayer", "vandaag"}, low)
}

// fixedDays reads 2026-11-27, 27 November 2026, Nov 27, 27.11., 27/11 (either way round).
func fixedDays(low string, ref time.Time) []int {
	var nums []int
	month := 0
	for _, w := range strings.FieldsFunc(low, func(r rune) bool { return strings.ContainsRune(" -./,", r) }) {
		digits := strings.TrimRight(w, "abcdefghijklmnopqrstuvwxyz")
		if n, err := strconv.Atoi(digits); err == nil && digits != "" {
			nums = append(nums, n)
		} else if mo := monthNumber(w); mo > 0 && weekday(w) < 0 {
			month = mo
		}
	}
	var out []int
	add := func(y, mo, d int) {
		if y < 100 {
			y += 2000
		}
		if mo >= 1 && mo <= 12 && d >= 1 && d <= 31 {
			out = append(out, dayNumber(time.Date(y, time.Month(mo), d, 0, 0, 0, 0, time.UTC)))
		}
	}
	year := func(i int) []int {
		if i < len(nums) {
			return []int{nums[i]}
		}
		return []int{ref.Year() - 1, ref.Year(), ref.Year() + 1}
	}
	switch {
	case month > 0 && len(nums) > 0:
		for _, y := range year(1) {
			add(y, month, nums[0])
		}
	case len(nums) == 3 && nums[0] > 31:
		add(nums[0], nums[1], nums[2])
	case len(nums) >= 2:
		for _, y := range year(2) {
			add(y, nums[1], nums[0])
			add(y, nums[0], nums[1])
		}
	}
	return out
}

func weekday(w string) int {
	for i, names := range []string{"sun sunday sonntag dimanche domingo zondag", "mon monday montag lundi lunes maandag",
		"tue tues tuesday dienstag mardi martes dinsdag", "wed wednesday mittwoch mercredi miércoles woensdag",
		"thu thur thurs thursday donnerstag jeudi jueves donderdag", "fri friday freitag vendredi viernes vrijdag",
		"sat saturday samstag samedi sábado zaterdag"} {
		if slices.Contains(strings.Fields(names), w) {
			return i
		}
	}
	return -1
}

func monthNumber(w string) int {
	for i, names := range []string{"jan january januar janvier jänner enero januari", "feb february februar février febrero februari",
		"mar march märz mars marzo maart", "apr april avril abril", "may mai mayo mei", "jun june juni juin junio", "jul july juli juillet julio",
		"aug august août agosto augustus", "sep sept september septembre septiembre", "oct october oktober okt octobre octubre",
		"nov november novembre noviembre", "dec december dez dezember décembre diciembre"} {
		if slices.Contains(strings.Fields(names), w) {
			return i + 1
		}
	}
	return 0
}

// readClock gives the minutes of the day that raw may mean. In loose text 3:30 may be an
// afternoon's, and 10.30 may be no time at all.
func readClock(raw string, loose bool) (token, bool) {
	t := token{kind: "time"}
	low := strings.ToLower(strings.TrimSpace(raw))
	switch low {
	case "noon", "midday", "lunchtime", "mittag", "midi", "mediodía":
		t.mins = []int{12 * 60}
		return t, true
	case "midnight", "minuit":
		t.mins = []int{0, 23*60 + 59}
		return t, true
	}
	pm, am := strings.Contains(low, "p"), strings.Contains(low, "a")
	marked := pm || am || strings.Contains(low, "h")
	if strings.Contains(low, ".") && !strings.Contains(low, ":") && !marked && !loose {
		return t, false
	}
	parts := strings.FieldsFunc(low, func(r rune) bool { return r < '0' || r > '9' })
	if len(parts) == 0 {
		return t, false
	}
	h, err := strconv.Atoi(parts[0])
	minute := 0
	if err == nil && len(parts) > 1 {
		minute, err = strconv.Atoi(parts[1])
	}
	if err != nil || h > 24 || minute > 59 {
		return t, false
	}
	switch {
	case (am || pm) && h > 12 && !strings.Contains(low, "h"):
		return t, !loose // 16:00 am is no time, and nothing supports it
	case pm && h < 12:
		h += 12
	case am && h == 12:
		h = 0
	}
	t.mins = []int{(h*60 + minute) % 1440}
	if loose && !pm && !am && h >= 1 && h < 12 && parts[0][0] != '0' {
		t.mins = append(t.mins, (h+12)*60+minute)
	}
	return t, true
}

// bareHours are hours that only their word marks: "at 8", "by 3", "um 9". They stay numbers too.
func bareHours(text string) []token {
	var out []token
	for _, g := range hourWords().FindAllStringSubmatch(text, -1) {
		h, _ := strconv.Atoi(g[1])
		if h < 1 || h > 24 {
			continue
		}
		t := token{kind: "time", raw: g[0], mins: []int{h * 60 % 1440}}
		if h < 12 {
			t.mins = append(t.mins, (h+12)*60)
		}
		out = append(out, t)
	}
	return out
}

var hourWords = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:at|by|before|until|till|from|to|between|and|after|um|bis|ab|vor|las|à|kl|om|tegen)\s(\d{1,2})\b`)
})

var ahead = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:by|before|until|till|bis|vor|avant|antes|voor|due)\b`)
})

// implied is the day of a time that is named without one: the writer's, or the day after when
// that hour had passed and it is a term.
func implied(clause string, ref time.Time) []token {
	toks := scan(clause, ref, true)
	var out []token
	for _, t := range toks {
		switch {
		case t.kind == "date":
			return nil
		case t.kind == "time":
			d := token{kind: "date", raw: t.raw, days: []int{dayNumber(ref)}}
			if ahead().MatchString(clause) && !slices.ContainsFunc(t.mins, func(m int) bool { return m > ref.Hour()*60+ref.Minute() }) {
				d.days = append(d.days, dayNumber(ref)+1)
			}
			out = append(out, d)
		}
	}
	return out
}
