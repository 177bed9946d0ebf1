package rrule

import (
	"math/bits"
	"slices"
)

// ticks walks rules of hours, minutes and seconds: one tick an interval, each with the times
// within it. Days, hours and minutes that cannot match are stepped over whole.
func (w *walk) ticks() error {
	unit := [...]int64{3600, 60, 1}[w.freq-Hourly]
	step := unit * w.interval
	base := floor64(w.start, unit) * unit
	w.choose()
	if len(w.times) == 0 {
		return nil
	}
	t := base
	switch {
	case w.count == 0:
		t = base + (w.from-base)/step*step
	case w.onePerPeriod:
		k := (w.from - base) / step
		t, w.left = base+k*step, w.left-k
	case day24%step == 0:
		var err error
		if t, err = w.countDays(base, step); err != nil {
			return err
		}
	}
	m := matched{day: -1 << 40}
	for w.left > 0 && t <= w.last {
		if !w.spend(1) {
			return ErrBudget
		}
		if skip := w.skip(t, &m); skip > t {
			t += (skip - t + step - 1) / step * step
			continue
		}
		for _, off := range w.times {
			if done, err := w.emit(t + off); done || err != nil {
				return err
			}
		}
		t += step
	}
	return nil
}

// matched remembers the answer for one day: ticks come by the thousand within it.
type matched struct {
	day int64
	ok  bool
}

// choose applies BYSETPOS, which picks the same times out of every tick.
func (w *walk) choose() {
	if len(w.pos) == 0 {
		return
	}
	var out []int64
	for _, p := range w.pos {
		if p < 0 {
			p += len(w.times) + 1
		}
		if p >= 1 && p <= len(w.times) {
			out = append(out, w.times[p-1])
		}
	}
	slices.Sort(out)
	w.times = slices.Compact(out)
}

// skip is t where a tick at t may match, else the first moment after t that is worth a look.
func (w *walk) skip(t int64, m *matched) int64 {
	day := floor64(t, day24)
	if day != m.day {
		m.day, m.ok = day, true
		if w.narrowed {
			d := dateOf(int(day))
			m.ok = w.match(&d)
		}
	}
	if !m.ok {
		return (day + 1) * day24
	}
	sod := t - day*day24
	if w.byHour {
		if h := next(uint64(w.hours), sod/3600, 24); h != sod/3600 {
			return day*day24 + h*3600
		}
	}
	if w.freq >= Minutely && w.byMinute {
		if m := next(w.minutes, sod/60%60, 60); m != sod/60%60 {
			return day*day24 + sod/3600*3600 + m*60
		}
	}
	if w.freq == Secondly && w.bySecond {
		return t - sod%60 + next(w.seconds, sod%60, 60)
	}
	return t
}

// next is the first member of set from at on, or limit.
func next(set uint64, at, limit int64) int64 {
	if set >>= at; set == 0 {
		return limit
	}
	return at + int64(bits.TrailingZeros64(set))
}

// countDays goes from the start to the window's first day by whole days, for rules whose ticks
// fall on the same times every day: each matching day counts the same. It returns the tick to go
// on from.
func (w *walk) countDays(base, step int64) (int64, error) {
	first, goal := floor64(base, day24)+1, floor64(w.from, day24)
	if goal <= first {
		return base, nil
	}
	always := matched{}
	count := func(day, from int64) (n int64, err error) {
		always.day, always.ok = day, true
		for t := from; t < (day+1)*day24; {
			if !w.spend(1) {
				return 0, ErrBudget
			}
			if skip := w.skip(t, &always); skip > t {
				t += (skip - t + step - 1) / step * step
				continue
			}
			for _, off := range w.times {
				if t+off >= w.start {
					n++
				}
			}
			t += step
		}
		return n, nil
	}
	if d := dateOf(int(first - 1)); !w.narrowed || w.match(&d) {
		n, err := count(first-1, base)
		if err != nil {
			return 0, err
		}
		w.left -= n
	}
	at := base + (first*day24-base+step-1)/step*step // the first tick of the second day
	perDay, err := count(first, at)
	if err != nil {
		return 0, err
	}
	for day := first; day < goal && w.left > 0; day++ {
		if !w.spend(1) {
			return 0, ErrBudget
		}
		if d := dateOf(int(day)); !w.narrowed || w.match(&d) {
			w.left -= perDay
		}
	}
	return at + (goal-first)*day24, nil
}
