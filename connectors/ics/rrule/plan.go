package rrule

import "slices"

// A plan is a rule joined with its start: sets as bits, what the rule leaves out taken from the
// start, the times of a day worked out.
type plan struct {
	freq     Freq
	interval int64
	count    int64
	start    int64
	wkst     int

	months       uint16 // bit m
	mdays        uint32 // bit d
	mdaysBack    uint32 // bit d from the month's end
	ydays        days367
	ydaysBack    days367
	weeks        uint64 // bit n
	weeksBack    uint64
	wdays        uint8     // bit d, from Monday = 0
	nth          []Weekday // with an ordinal
	byDay        bool      // wdays or nth narrow
	byMonthDay   bool
	byYearDay    bool
	byWeek       bool
	narrowed     bool // some day can fail to match
	hours        uint32
	minutes      uint64
	seconds      uint64
	byHour       bool
	byMinute     bool
	bySecond     bool
	times        []int64 // within a day (to Daily) or within a tick (from Hourly), ascending
	pos          []int
	onePerPeriod bool // every period has exactly one occurrence: counting is arithmetic
}

// days367 is a set of days of a year.
type days367 [6]uint64

func (b *days367) set(n int)      { b[n>>6] |= 1 << (n & 63) }
func (b *days367) has(n int) bool { return b[n>>6]&(1<<(n&63)) != 0 }

func (r *Rule) plan(start int64) *plan {
	p := &plan{freq: r.Freq, interval: int64(max(r.Interval, 1)), count: int64(r.Count), start: start,
		wkst: r.WeekStart, pos: r.SetPos}
	for _, m := range r.Months {
		p.months |= 1 << m
	}
	for _, d := range r.MonthDays {
		if d > 0 {
			p.mdays |= 1 << d
		} else {
			p.mdaysBack |= 1 << -d
		}
	}
	for _, d := range r.YearDays {
		if d > 0 {
			p.ydays.set(d)
		} else {
			p.ydaysBack.set(-d)
		}
	}
	for _, n := range r.WeekNos {
		if n > 0 {
			p.weeks |= 1 << n
		} else {
			p.weeksBack |= 1 << -n
		}
	}
	for _, d := range r.Days {
		if d.N == 0 || r.Freq > Monthly { // an ordinal means nothing in a week or a day
			p.wdays |= 1 << d.Day
		} else {
			p.nth = append(p.nth, d)
		}
	}
	p.byDay, p.byMonthDay = len(r.Days) > 0, len(r.MonthDays) > 0
	p.byYearDay, p.byWeek = len(r.YearDays) > 0, len(r.WeekNos) > 0
	plain := !p.byDay && !p.byMonthDay && !p.byYearDay && !p.byWeek
	if plain {
		p.fromStart()
	}
	p.narrowed = p.months != 0 || p.byDay || p.byMonthDay || p.byYearDay || p.byWeek
	p.clock(r)
	p.onePerPeriod = len(p.times) == 1 && len(p.pos) == 0 &&
		(p.freq >= Daily && !p.narrowed && !p.byHour && !p.byMinute && !p.bySecond ||
			p.freq == Daily && !p.narrowed || p.freq == Weekly && plain && p.months == 0)
	return p
}

// fromStart takes the day that the rule does not say from the start.
func (p *plan) fromStart() {
	d := dateOf(int(floor64(p.start, day24)))
	switch p.freq {
	case Yearly:
		if p.months == 0 {
			p.months = 1 << d.month
		}
		p.mdays, p.byMonthDay = 1<<d.mday, true
	case Monthly:
		p.mdays, p.byMonthDay = 1<<d.mday, true
	case Weekly:
		p.wdays, p.byDay = 1<<d.wd, true
	}
}

// clock works out the times: of a day for rules of whole days, within a tick for the others.
func (p *plan) clock(r *Rule) {
	p.byHour, p.byMinute, p.bySecond = len(r.Hours) > 0, len(r.Minutes) > 0, len(r.Seconds) > 0
	sod := int(p.start - floor64(p.start, day24)*day24)
	for _, h := range r.Hours {
		p.hours |= 1 << h
	}
	for _, m := range r.Minutes {
		p.minutes |= 1 << m
	}
	for _, s := range r.Seconds {
		p.seconds |= 1 << min(s, 59) // no clock here shows a leap second
	}
	hours, minutes, seconds := r.Hours, r.Minutes, r.Seconds
	if len(hours) == 0 {
		hours = []int{sod / 3600}
	}
	if len(minutes) == 0 {
		minutes = []int{sod / 60 % 60}
	}
	if len(seconds) == 0 {
		seconds = []int{sod % 60}
	}
	// What the tick itself fixes is no part of the times within it.
	if p.freq >= Hourly {
		hours = []int{0}
	}
	if p.freq >= Minutely {
		minutes = []int{0}
	}
	if p.freq == Secondly {
		seconds = []int{0}
	}
	if len(hours) == 1 && len(minutes) == 1 && len(seconds) == 1 {
		p.times = []int64{int64(hours[0]*3600 + minutes[0]*60 + min(seconds[0], 59))}
		return
	}
	hours, minutes, seconds = sorted(hours), sorted(minutes), sorted(seconds)
	p.times = make([]int64, 0, len(hours)*len(minutes)*len(seconds))
	for _, h := range hours {
		for _, m := range minutes {
			for _, s := range seconds {
				p.times = append(p.times, int64(h*3600+m*60+min(s, 59)))
			}
		}
	}
	p.times = slices.Compact(p.times) // 59 and 60 are one
}

// dayTimes is no less than how many times clock works out.
func (r *Rule) dayTimes() int {
	return min(max(len(r.Hours), 1), 24) * min(max(len(r.Minutes), 1), 60) * min(max(len(r.Seconds), 1), 60)
}

func sorted(v []int) []int {
	v = slices.Clone(v)
	slices.Sort(v)
	return slices.Compact(v)
}

// match says whether the rule allows the day, whatever the period.
func (p *plan) match(d *date) bool {
	if p.months != 0 && p.months&(1<<d.month) == 0 {
		return false
	}
	if p.byMonthDay && p.mdays&(1<<d.mday) == 0 && p.mdaysBack&(1<<(d.mlen-d.mday+1)) == 0 {
		return false
	}
	if p.byDay && p.wdays&(1<<d.wd) == 0 && !p.matchNth(d) {
		return false
	}
	if p.byYearDay && !p.ydays.has(d.yday) && !p.ydaysBack.has(d.ylen-d.yday+1) {
		return false
	}
	if p.byWeek {
		no, of := weekOf(d.day, p.wkst)
		if p.weeks&(1<<no) == 0 && p.weeksBack&(1<<(of-no+1)) == 0 {
			return false
		}
	}
	return true
}

// matchNth says whether d is, say, the second Tuesday: of the month, or of the year where the
// rule is yearly and names no months.
func (p *plan) matchNth(d *date) bool {
	at, of := d.mday, d.mlen
	if p.freq == Yearly && p.months == 0 {
		at, of = d.yday, d.ylen
	}
	for _, w := range p.nth {
		if w.Day == d.wd && (w.N == (at-1)/7+1 || w.N == -((of-at)/7+1)) {
			return true
		}
	}
	return false
}
