package weather

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// The thresholds, metric. Wind and heat are those of the German weather service's warnings, in
// whole figures; rain is what wets a coat.
const (
	wet        = 0.2  // mm in an hour
	likely     = 40   // percent, where a chance is known
	pouring    = 15.0 // mm in an hour
	gale       = 65.0 // km/h, gusts
	storm      = 90.0
	blowing    = 50.0
	hot        = 32.0 // °C
	warm       = 28.0
	bitter     = -10.0
	freezing   = 0.0
	dayEnds    = 23 // advice is for the day ahead: rain at three in the morning wets nobody
	eveningsAt = 18 // from then on it looks twelve hours ahead instead
)

// alerts say what is dangerous in the next 24 hours, each with its figures.
func alerts(hours []hour, units string) []minutes.Safe {
	var out []minutes.Safe
	add := func(format string, args ...any) { out = append(out, minutes.Clean(fmt.Sprintf(format, args...))) }
	deg := degree(units)
	if s := spans(hours, func(h hour) bool { return isThunder(h.Code) }); s != nil {
		what := "Thunderstorms"
		if some(hours, func(h hour) bool { return h.Code == 96 || h.Code == 99 }) {
			what = "Thunderstorms with hail"
		}
		add("%s %s.", what, when(s, hours))
	}
	if s := spans(hours, func(h hour) bool { return isFreezing(h.Code) }); s != nil {
		add("Freezing rain %s.", when(s, hours))
	}
	if h, v := peak(hours, func(h hour) float64 { return h.gust }); kmh(v, units) >= gale {
		what := "Gale gusts"
		if kmh(v, units) >= storm {
			what = "Storm gusts"
		}
		add("%s up to %s %s around %s.", what, whole(v), speed(units), at(h.At, hours))
	}
	if h, v := peak(hours, func(h hour) float64 { return h.Precipitation }); mm(v, units) >= pouring && !isSnow(h.Code) {
		add("Heavy rain around %s: %s in an hour.", at(h.At, hours), depth(v, units))
	}
	if s := spans(hours, func(h hour) bool { return h.Code == 75 || h.Code == 86 }); s != nil {
		add("Heavy snow %s.", when(s, hours))
	}
	if h, v := peak(hours, func(h hour) float64 { return h.Temperature }); celsius(v, units) >= hot {
		add("Heat: up to %s %s around %s.", whole(v), deg, at(h.At, hours))
	}
	if h, v := peak(hours, func(h hour) float64 { return -h.Temperature }); celsius(-v, units) <= bitter && len(hours) > 0 {
		add("Severe frost: down to %s %s around %s.", whole(-v), deg, at(h.At, hours))
	}
	return out
}

// advice is one line on what to do today, "" on a plain day. What is worse is said first, and alone.
func advice(hours []hour, now time.Time, units string) string {
	day := awake(hours, now)
	if len(day) == 0 {
		return ""
	}
	deg := degree(units)
	thunder := spans(day, func(h hour) bool { return isThunder(h.Code) })
	ice := spans(day, func(h hour) bool { return isFreezing(h.Code) })
	snow := spans(day, func(h hour) bool { return isSnow(h.Code) && falls(h, units) })
	rain := spans(day, func(h hour) bool { return falls(h, units) && !isSnow(h.Code) })
	low, _ := peak(day, func(h hour) float64 { return -h.Temperature })
	high, _ := peak(day, func(h hour) float64 { return h.Temperature })
	gust, blow := peak(day, func(h hour) float64 { return h.gust })
	switch {
	case thunder != nil:
		return fmt.Sprintf("Thunderstorms %s: stay indoors then.", when(thunder, day))
	case ice != nil:
		return fmt.Sprintf("Freezing rain %s: roads and steps will be icy.", when(ice, day))
	case snow != nil:
		return fmt.Sprintf("Snow %s: allow more time.", when(snow, day))
	case rain != nil:
		return fmt.Sprintf("Rain %s: take an umbrella.", when(rain, day))
	case celsius(high.Temperature, units) <= freezing:
		return fmt.Sprintf("Below freezing all day, down to %s %s: dress warmly.", whole(low.Temperature), deg)
	case celsius(low.Temperature, units) <= freezing:
		cold := spans(day, func(h hour) bool { return celsius(h.Temperature, units) <= freezing })
		return fmt.Sprintf("Freezing %s, down to %s %s: mind ice on the way.", when(cold, day), whole(low.Temperature), deg)
	case kmh(blow, units) >= blowing:
		return fmt.Sprintf("Gusts up to %s %s around %s: hold on to your hat.", whole(blow), speed(units), at(gust.At, day))
	case celsius(high.Temperature, units) >= warm:
		return fmt.Sprintf("Up to %s %s around %s: drink enough.", whole(high.Temperature), deg, at(high.At, day))
	}
	return ""
}

// falls says whether an hour is wet enough, and likely enough, to speak of.
func falls(h hour, units string) bool {
	return mm(h.Precipitation, units) >= wet && (h.Chance < 0 || h.Chance >= likely)
}

// awake are the hours of the day ahead; in the evening, the next twelve.
func awake(hours []hour, now time.Time) []hour {
	var out []hour
	for _, h := range hours {
		today := h.At.Format(time.DateOnly) == now.Format(time.DateOnly) && h.At.Hour() < dayEnds
		if now.Hour() >= eveningsAt {
			today = h.At.Before(now.Add(12 * time.Hour))
		}
		if today {
			out = append(out, h)
		}
	}
	return out
}

// span is a run of hours, by index: [from, to).
type span struct{ from, to int }

// spans are the runs of hours for which is holds. A dry hour between two wet ones parts nothing.
func spans(hours []hour, is func(hour) bool) []span {
	var out []span
	for i, h := range hours {
		switch n := len(out); {
		case !is(h):
		case n > 0 && i <= out[n-1].to+1:
			out[n-1].to = i + 1
		default:
			out = append(out, span{i, i + 1})
		}
	}
	return out
}

// when says spans in words: "from 15:00 to 18:00", "until 10:00", "from 20:00 on", "all day".
func when(ss []span, hours []hour) string {
	if len(ss) > 2 {
		return fmt.Sprintf("on and off from %s to %s", at(hours[ss[0].from].At, hours), at(end(hours, ss[len(ss)-1].to), hours))
	}
	var parts []string
	for _, s := range ss {
		first, last := s.from == 0, s.to == len(hours)
		switch {
		case first && last && len(hours) > 3:
			parts = append(parts, "all day")
		case first && !last:
			parts = append(parts, "until "+at(end(hours, s.to), hours))
		case last && !first && len(hours) > 3:
			parts = append(parts, "from "+at(hours[s.from].At, hours)+" on")
		default:
			parts = append(parts, "from "+at(hours[s.from].At, hours)+" to "+at(end(hours, s.to), hours))
		}
	}
	return strings.Join(parts, " and ")
}

// end is the moment at which the hour before i is over.
func end(hours []hour, i int) time.Time { return hours[i-1].At.Add(time.Hour) }

// at is a moment as it is said today: "15:00", "05:00 tomorrow", "midnight".
func at(t time.Time, hours []hour) string {
	switch today := hours[0].At.Format(time.DateOnly); {
	case t.Format(time.DateOnly) == today:
		return t.Format("15:04")
	case t.Hour() == 0 && t.Minute() == 0:
		return "midnight"
	}
	return t.Format("15:04") + " tomorrow"
}

func some(hours []hour, is func(hour) bool) bool { return spans(hours, is) != nil }

// peak is the first hour with the highest figure; hours without one do not count.
func peak(hours []hour, of func(hour) float64) (hour, float64) {
	var top hour
	high := math.Inf(-1)
	for _, h := range hours {
		if v := of(h); v > high {
			top, high = h, v
		}
	}
	return top, high
}

func speed(units string) string {
	if units == "imperial" {
		return "mph"
	}
	return "km/h"
}

func depth(v float64, units string) string {
	if units == "imperial" {
		return fmt.Sprintf("%.1f in", v)
	}
	return fmt.Sprintf("%.0f mm", v)
}
