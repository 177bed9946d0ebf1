package weather

import (
	"math"
	"strings"
	"testing"
	"time"
)

// day makes 24 hours from 07:00, plain but for what change does to them.
func day(change func(i int, h *hour)) []hour {
	var out []hour
	for i := range 24 {
		h := hour{gust: 20, feels: math.NaN()}
		h.At = time.Date(2026, 11, 25, 7+i, 0, 0, 0, time.UTC)
		h.Temperature, h.Chance, h.Code = 8, 5, 3
		change(i, &h)
		out = append(out, h)
	}
	return out
}

func TestAdviceIsOneLineFromTheFigures(t *testing.T) {
	rain := func(from, to int) func(int, *hour) {
		return func(i int, h *hour) {
			if h.At.Day() == 25 && h.At.Hour() >= from && h.At.Hour() < to {
				h.Precipitation, h.Chance, h.Code = 1, 80, 61
			}
		}
	}
	for want, change := range map[string]func(int, *hour){
		"": func(int, *hour) {},
		"Rain from 15:00 to 18:00: take an umbrella.":                         rain(15, 18),
		"Rain until 10:00: take an umbrella.":                                 rain(7, 10),
		"Rain from 20:00 on: take an umbrella.":                               rain(20, 24),
		"Rain all day: take an umbrella.":                                     rain(0, 24),
		"Rain from 08:00 to 09:00 and from 15:00 to 16:00: take an umbrella.": func(i int, h *hour) { rain(8, 9)(i, h); rain(15, 16)(i, h) },
		"Freezing until 09:00, down to -2 °C: mind ice on the way.": func(i int, h *hour) {
			if i < 2 {
				h.Temperature = -2 + float64(i)
			}
		},
		"Below freezing all day, down to -7 °C: dress warmly.": func(_ int, h *hour) { h.Temperature = -7 },
		"Snow from 12:00 to 14:00: allow more time.": func(_ int, h *hour) {
			if h.At.Hour() == 12 || h.At.Hour() == 13 {
				h.Precipitation, h.Chance, h.Code, h.Temperature = 0.5, 70, 73, -1
			}
		},
		"Gusts up to 58 km/h around 14:00: hold on to your hat.": func(_ int, h *hour) {
			if h.At.Hour() == 14 {
				h.gust = 58
			}
		},
		"Up to 29 °C around 16:00: drink enough.": func(_ int, h *hour) {
			if h.At.Hour() == 16 {
				h.Temperature = 29
			}
		},
		"Thunderstorms from 17:00 to 18:00: stay indoors then.": func(_ int, h *hour) {
			if h.At.Hour() == 17 {
				h.Code = 95
			}
		},
	} {
		if got := advice(day(change), time.Date(2026, 11, 25, 7, 5, 0, 0, time.UTC), "metric"); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
	// Rain that is unlikely, or falls at night, is not worth the line.
	for name, change := range map[string]func(int, *hour){
		"unlikely": func(_ int, h *hour) { h.Precipitation, h.Chance = 0.4, 20 },
		"night": func(_ int, h *hour) {
			if h.At.Day() == 26 && h.At.Hour() < 5 {
				h.Precipitation, h.Chance = 2, 90
			}
		},
	} {
		if got := advice(day(change), time.Date(2026, 11, 25, 7, 5, 0, 0, time.UTC), "metric"); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
	// In the evening the night counts.
	evening := func(_ int, h *hour) {
		h.At = h.At.Add(12 * time.Hour)
		if h.At.Day() == 26 && h.At.Hour() < 3 {
			h.Precipitation, h.Chance, h.Code = 2, 90, 63
		}
	}
	if got := advice(day(evening), time.Date(2026, 11, 25, 19, 5, 0, 0, time.UTC), "metric"); got != "Rain from midnight to 03:00 tomorrow: take an umbrella." {
		t.Errorf("evening: %q", got)
	}
}

func TestAlertsSayTheirFigures(t *testing.T) {
	hours := day(func(_ int, h *hour) {
		switch h.At.Hour() {
		case 15:
			h.gust, h.Precipitation, h.Code = 92.4, 18, 96
		case 5:
			h.Temperature = -11.6
		}
	})
	var got []string
	for _, a := range alerts(hours, "metric") {
		got = append(got, a.String())
	}
	want := "Thunderstorms with hail from 15:00 to 16:00.|Storm gusts up to 92 km/h around 15:00.|Heavy rain around 15:00: 18 mm in an hour.|Severe frost: down to -12 °C around 05:00 tomorrow."
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
	if a := alerts(day(func(int, *hour) {}), "metric"); len(a) != 0 {
		t.Errorf("a plain day: %v", a)
	}
	fahrenheit := day(func(_ int, h *hour) { h.Temperature = 96; h.gust = 10 })
	if a := alerts(fahrenheit, "imperial"); len(a) != 1 || a[0].String() != "Heat: up to 96 °F around 07:00." {
		t.Errorf("imperial: %v", a)
	}
}
