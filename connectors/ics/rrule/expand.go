package rrule

import (
	"math"
	"slices"
)

// The cost of a period in steps, by what is looked at in it: a step is some tens of nanoseconds.
const (
	stepsYear  = 40
	stepsMonth = 4
)

// Between yields the occurrences of the rule that started at start which lie in [from, to), in
// order, until yield returns false. Start itself is an occurrence only if the rule makes it one.
// Steps are taken from budget, and ErrBudget is the answer when it runs out: what was yielded by
// then is right but not all. The rule's Until must be in the clock of start (UTC is not looked at).
func (r *Rule) Between(start, from, to int64, budget *int, yield func(int64) bool) error {
	last := to - 1
	if r.Until.Set {
		u := r.Until.Wall
		if r.Until.Date {
			u = floor64(u, day24)*day24 + day24 - 1
		}
		last = min(last, u)
	}
	last = min(last, Wall(maxYear, 12, 31, 23, 59, 59))
	from = max(from, start)
	if from > last {
		return nil
	}
	// Working out the times of a day is work too, and is paid before it is done.
	cost := r.dayTimes() / 4
	if cost > *budget {
		*budget = 0
		return ErrBudget
	}
	*budget -= cost
	w := walk{plan: r.plan(start), from: from, last: last, left: math.MaxInt64, budget: budget, yield: yield}
	if r.Count > 0 {
		w.left = int64(r.Count)
	}
	if r.Freq >= Hourly {
		return w.ticks()
	}
	return w.periods()
}

// A walk is one expansion under way.
type walk struct {
	*plan
	from, last int64
	left       int64 // occurrences that COUNT still allows
	budget     *int
	yield      func(int64) bool
	buf        [366]int
}

func (w *walk) spend(n int) bool {
	if *w.budget < n {
		*w.budget = 0
		return false
	}
	*w.budget -= n
	return true
}

// periods walks rules of whole days: each period's days times the times of a day.
func (w *walk) periods() error {
	first := dateOf(int(floor64(w.start, day24)))
	monday := first.day - week(first.wd-w.wkst) // or whatever day weeks begin on
	target := dateOf(int(floor64(w.from, day24)))
	cost := 1
	var k int64 // the period's number: interval times k periods after the first
	switch w.freq {
	case Yearly:
		cost, k = stepsYear, int64(target.year-first.year)/w.interval
	case Monthly:
		cost, k = stepsMonth, int64((target.year-first.year)*12+target.month-first.month)/w.interval
	case Weekly:
		k = int64((target.day-monday)/7) / w.interval
	case Daily:
		k = int64(target.day-first.day) / w.interval
	}
	if w.count > 0 {
		if w.onePerPeriod { // the first period's only occurrence is the start itself
			w.left -= k
		} else {
			k = 0
		}
	}
	for ; w.left > 0; k++ {
		if !w.spend(cost) {
			return ErrBudget
		}
		days, more := w.days(first, monday, k)
		if !more {
			return nil
		}
		if done, err := w.period(days); done || err != nil {
			return err
		}
	}
	return nil
}

// days are the matching days of period k, and whether it begins before the walk's end.
func (w *walk) days(first date, monday int, k int64) ([]int, bool) {
	n := k * w.interval
	end := floor64(w.last, day24)
	switch w.freq {
	case Yearly:
		y := int64(first.year) + n
		if y > maxYear || int64(Days(int(y), 1, 1)) > end {
			return nil, false
		}
		return w.year(int(y)), true
	case Monthly:
		m := int64(first.year*12+first.month-1) + n
		if m > maxYear*12+11 {
			return nil, false
		}
		year, month := int(m/12), int(m%12)+1
		if int64(Days(year, month, 1)) > end {
			return nil, false
		}
		return w.month(w.buf[:0], year, month), true
	case Weekly:
		if int64(monday)+7*n > end {
			return nil, false
		}
		out := w.buf[:0]
		for d := monday + 7*int(n); d < monday+7*int(n)+7; d++ {
			if dt := dateOf(d); w.match(&dt) {
				out = append(out, d)
			}
		}
		return out, true
	}
	if int64(first.day)+n > end {
		return nil, false
	}
	d := first.day + int(n)
	if w.narrowed {
		if dt := dateOf(d); !w.match(&dt) {
			return nil, true
		}
	}
	return append(w.buf[:0], d), true
}

func (w *walk) year(y int) []int {
	out := w.buf[:0]
	for m := 1; m <= 12; m++ {
		if w.months == 0 || w.months&(1<<m) != 0 {
			out = w.month(out, y, m)
		}
	}
	return out
}

func (w *walk) month(out []int, y, m int) []int {
	if w.months != 0 && w.months&(1<<m) == 0 {
		return out
	}
	one := Days(y, m, 1)
	d := date{day: one, year: y, month: m, mday: 1, mlen: MonthLen(y, m), ylen: yearLen(y),
		yday: one - Days(y, 1, 1) + 1, wd: weekday(one)}
	for ; d.mday <= d.mlen; d.mday++ {
		if w.match(&d) {
			out = append(out, d.day)
		}
		d.day++
		d.yday++
		if d.wd++; d.wd == 7 {
			d.wd = 0
		}
	}
	return out
}

// period yields what one period holds. Done says that the walk is over.
func (w *walk) period(days []int) (done bool, err error) {
	if len(days) == 0 {
		return false, nil
	}
	if len(w.pos) > 0 {
		for _, t := range w.picks(days) {
			if done, err = w.emit(t); done || err != nil {
				return done, err
			}
		}
		return false, nil
	}
	for _, d := range days {
		dawn := int64(d) * day24
		if dawn+day24 <= w.from { // wholly before the window: only the number matters
			if dawn >= w.start {
				w.left -= int64(len(w.times))
				continue
			}
			if dawn+day24 <= w.start {
				continue
			}
		}
		for _, s := range w.times {
			if done, err = w.emit(int64(d)*day24 + s); done || err != nil {
				return done, err
			}
		}
	}
	return false, nil
}

// picks are the moments of a period that BYSETPOS chooses, in order.
func (w *walk) picks(days []int) []int64 {
	n := len(days) * len(w.times)
	at := make([]int, 0, len(w.pos))
	for _, p := range w.pos {
		if p > 0 {
			p--
		} else {
			p += n
		}
		if p >= 0 && p < n {
			at = append(at, p)
		}
	}
	slices.Sort(at)
	at = slices.Compact(at)
	out := make([]int64, len(at))
	for i, p := range at {
		out[i] = int64(days[p/len(w.times)])*day24 + w.times[p%len(w.times)]
	}
	return out
}

// emit counts one occurrence and yields it if it lies in the window.
func (w *walk) emit(t int64) (done bool, err error) {
	if t < w.start {
		return false, nil
	}
	if t > w.last || w.left <= 0 {
		return true, nil
	}
	w.left--
	if t < w.from {
		return false, nil
	}
	if !w.spend(1) {
		return true, ErrBudget
	}
	return !w.yield(t), nil
}
