package weather

import (
	"encoding/json"
	"math"
	"time"

	"github.com/dailyminutes/minutes"
)

// value is a number, or text (a time), or null. What is neither is null: one odd value costs itself.
type value struct {
	n    float64
	s    string
	kind byte // 'n', 's' or 0
}

// UnmarshalJSON never fails.
func (v *value) UnmarshalJSON(b []byte) error {
	*v = value{}
	if json.Unmarshal(b, &v.n) == nil && string(b) != "null" {
		v.kind = 'n'
	} else if json.Unmarshal(b, &v.s) == nil && string(b) != "null" {
		v.kind = 's'
	}
	return nil
}

// number is the value if it is one that the weather can have; NaN marks its absence.
func (v value) number(low, high float64) float64 {
	if v.kind != 'n' || !(v.n >= low && v.n <= high) {
		return math.NaN()
	}
	return v.n
}

// time reads unix seconds or a local wall time, which the offset makes a moment.
func (v value) time(offset int, zone *time.Location) time.Time {
	switch {
	case v.kind == 'n' && v.n > 0 && v.n < 1<<35:
		return time.Unix(int64(v.n), 0).In(zone)
	case v.kind == 's':
		for _, layout := range []string{"2006-01-02T15:04", "2006-01-02", "2006-01-02T15:04:05"} {
			if t, err := time.Parse(layout, v.s); err == nil {
				return t.Add(-time.Duration(offset) * time.Second).In(zone)
			}
		}
	}
	return time.Time{}
}

// maxRows bounds a series: 16 days of hours and some.
const maxRows = 600

// block is parallel arrays by name. An array that is none is left out.
type block map[string][]value

// UnmarshalJSON keeps the arrays and passes over all else.
func (b *block) UnmarshalJSON(data []byte) error {
	var raw map[string]json.RawMessage
	_ = json.Unmarshal(data, &raw) // a block that is no object is no block
	*b = block{}
	for k, r := range raw {
		var vs []value
		if json.Unmarshal(r, &vs) == nil && len(vs) > 0 {
			(*b)[k] = vs[:min(len(vs), maxRows)]
		}
	}
	return nil
}

// at is the i-th value of a series, null past its end. Older servers write names differently.
func (b block) at(i int, names ...string) value {
	for _, n := range names {
		if s := b[n]; s != nil {
			if i < len(s) {
				return s[i]
			}
			return value{}
		}
	}
	return value{}
}

// hour is a row with what the item does not show. Missing figures are NaN.
type hour struct {
	minutes.WeatherHour
	feels, gust float64
}

// hours are the rows that have a time and a temperature, in order. The service gives rain, its
// chance and gusts for the hour *before* the row's time; here they stand with the hour they fall in.
func (a answer) hours(units string, zone *time.Location) []hour {
	b := a.Hourly
	n := len(b["time"])
	temp, feels := converter(a.HourlyUnits, "temperature_2m", units), converter(a.HourlyUnits, "apparent_temperature", units)
	rain := converter(a.HourlyUnits, "precipitation", units)
	wind, gust := converter(a.HourlyUnits, "wind_speed_10m", units), converter(a.HourlyUnits, "wind_gusts_10m", units)
	var out []hour
	for i := range n {
		t := b.at(i, "time").time(a.Offset, zone)
		v := temp(b.at(i, "temperature_2m").number(-200, 200))
		if t.IsZero() || math.IsNaN(v) || len(out) > 0 && !t.After(out[len(out)-1].At) {
			continue
		}
		h := hour{feels: feels(b.at(i, "apparent_temperature").number(-250, 250)), gust: gust(b.at(i+1, "wind_gusts_10m", "windgusts_10m").number(0, 500))}
		h.At, h.Temperature = t, v
		h.Precipitation = orZero(rain(b.at(i+1, "precipitation").number(0, 1000)))
		h.Wind = orZero(wind(b.at(i, "wind_speed_10m", "windspeed_10m").number(0, 500)))
		h.Chance, h.Code = -1, codeOf(b.at(i, "weather_code", "weathercode"))
		if c := b.at(i+1, "precipitation_probability").number(0, 100); !math.IsNaN(c) {
			h.Chance = int(math.Round(c))
		}
		out = append(out, h)
	}
	return out
}

// next24 are the hours from the one that now lies in, at most 24 of them.
func next24(hours []hour, now time.Time) []hour {
	var out []hour
	for _, h := range hours {
		if h.At.Add(time.Hour).After(now) && h.At.Before(now.Add(24*time.Hour)) && len(out) < 24 {
			out = append(out, h)
		}
	}
	return out
}

// now is the present reading, or else the hour's.
func (a answer) now(units string, zone *time.Location, ahead []hour, now time.Time) (minutes.WeatherNow, bool) {
	w := minutes.WeatherNow{At: a.Current["time"].time(a.Offset, zone)}
	t := converter(a.CurrentUnits, "temperature_2m", units)(a.Current["temperature_2m"].number(-200, 200))
	if math.IsNaN(t) {
		if len(ahead) == 0 {
			return w, false
		}
		h := ahead[0]
		w = minutes.WeatherNow{At: h.At, Temperature: h.Temperature, FeelsLike: h.Temperature, Wind: h.Wind, Code: h.Code, Summary: summary(h.Code)}
		if !math.IsNaN(h.feels) {
			w.FeelsLike = h.feels
		}
		return w, true
	}
	if w.At.IsZero() {
		w.At = now
	}
	w.Temperature, w.FeelsLike = t, t
	if f := converter(a.CurrentUnits, "apparent_temperature", units)(a.Current["apparent_temperature"].number(-250, 250)); !math.IsNaN(f) {
		w.FeelsLike = f
	}
	w.Wind = orZero(converter(a.CurrentUnits, "wind_speed_10m", units)(a.Current["wind_speed_10m"].number(0, 500)))
	w.Code = codeOf(a.Current["weather_code"])
	w.Summary = summary(w.Code)
	return w, true
}

// today is the row of today's date, or is made of today's hours, or of the present reading, where
// that row or a part of it is missing.
func (a answer) today(units string, zone *time.Location, now time.Time, hours []hour, present minutes.WeatherNow) minutes.WeatherDay {
	d := fromHours(hours, now, present)
	date := now.Format(time.DateOnly)
	for i := range a.Daily["time"] {
		v := a.Daily.at(i, "time")
		// A day in unix seconds is its local midnight: the offset leads back to its date.
		if v.kind == 's' && v.s != date || v.kind == 'n' && time.Unix(int64(v.n)+int64(a.Offset), 0).UTC().Format(time.DateOnly) != date {
			continue
		}
		set := func(into *float64, name string, low, high float64) {
			if x := converter(a.DailyUnits, name, units)(a.Daily.at(i, name).number(low, high)); !math.IsNaN(x) {
				*into = x
			}
		}
		set(&d.Min, "temperature_2m_min", -200, 200)
		set(&d.Max, "temperature_2m_max", -200, 200)
		set(&d.Precipitation, "precipitation_sum", 0, 5000)
		d.Sunrise, d.Sunset = a.Daily.at(i, "sunrise").time(a.Offset, zone), a.Daily.at(i, "sunset").time(a.Offset, zone)
		if c := codeOf(a.Daily.at(i, "weather_code", "weathercode")); c >= 0 {
			d.Code = c
		}
		break
	}
	if d.Min > d.Max {
		d.Min, d.Max = d.Max, d.Min
	}
	d.Summary = summary(d.Code)
	return d
}

func fromHours(hours []hour, now time.Time, present minutes.WeatherNow) minutes.WeatherDay {
	d := minutes.WeatherDay{Min: present.Temperature, Max: present.Temperature, Code: present.Code}
	first := true
	for _, h := range hours {
		if h.At.Format(time.DateOnly) != now.Format(time.DateOnly) {
			continue
		}
		if first {
			d.Min, d.Max, d.Code, first = h.Temperature, h.Temperature, -1, false
		}
		d.Min, d.Max = min(d.Min, h.Temperature), max(d.Max, h.Temperature)
		d.Precipitation += h.Precipitation
		d.Code = max(d.Code, h.Code) // the codes rise with what they mean to a walker
	}
	return d
}

func orZero(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}
