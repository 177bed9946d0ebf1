package weather

import (
	"math"

	"github.com/dailyminutes/minutes"
)

// converter turns figures of a variable from the unit that the answer names into the one wanted.
// The answer's word counts, not what was asked for: mirrors and proxies have settings of their own.
// A figure is rounded to a tenth, a length of rain to a hundredth of an inch.
func converter(units map[string]any, name, want string) func(float64) float64 {
	unit, _ := units[name].(string)
	imperial := want == "imperial"
	f := func(v float64) float64 { return v }
	switch {
	case unit == "°F" && !imperial:
		f = func(v float64) float64 { return (v - 32) / 1.8 }
	case unit == "°C" && imperial:
		f = func(v float64) float64 { return v*1.8 + 32 }
	case unit == "inch" && !imperial:
		f = func(v float64) float64 { return v * 25.4 }
	case unit == "mm" && imperial:
		f = func(v float64) float64 { return v / 25.4 }
	default:
		kmh := map[string]float64{"km/h": 1, "m/s": 3.6, "mp/h": 1.609344, "mph": 1.609344, "kn": 1.852}[unit]
		switch {
		case kmh != 0 && !imperial:
			f = func(v float64) float64 { return v * kmh }
		case kmh != 0:
			f = func(v float64) float64 { return v * kmh / 1.609344 }
		}
	}
	step := 10.0
	if imperial && (unit == "mm" || unit == "inch") {
		step = 100
	}
	return func(v float64) float64 { return math.Round(f(v)*step) / step }
}

// celsius, kmh and mm bring a figure of a forecast back to what thresholds are written in.
func celsius(v float64, units string) float64 {
	if units == "imperial" {
		return (v - 32) / 1.8
	}
	return v
}

func kmh(v float64, units string) float64 {
	if units == "imperial" {
		return v * 1.609344
	}
	return v
}

func mm(v float64, units string) float64 {
	if units == "imperial" {
		return v * 25.4
	}
	return v
}

// codeOf is a WMO code, -1 where there is none.
func codeOf(v value) int {
	c := v.number(0, 99)
	if math.IsNaN(c) || c != math.Trunc(c) {
		return -1
	}
	return int(c)
}

// summary is a WMO 4677 code in the words of Open-Meteo's reduced table, "" for one it has not.
func summary(code int) minutes.Safe {
	return minutes.Clean(map[int]string{
		0: "Clear sky", 1: "Mainly clear", 2: "Partly cloudy", 3: "Overcast", 45: "Fog", 48: "Freezing fog",
		51: "Light drizzle", 53: "Drizzle", 55: "Heavy drizzle", 56: "Light freezing drizzle", 57: "Freezing drizzle",
		61: "Light rain", 63: "Rain", 65: "Heavy rain", 66: "Light freezing rain", 67: "Freezing rain",
		71: "Light snow", 73: "Snow", 75: "Heavy snow", 77: "Snow grains",
		80: "Light showers", 81: "Showers", 82: "Violent showers", 85: "Light snow showers", 86: "Heavy snow showers",
		95: "Thunderstorm", 96: "Thunderstorm with hail", 99: "Thunderstorm with heavy hail",
	}[code])
}

func isFreezing(code int) bool { return code == 56 || code == 57 || code == 66 || code == 67 }
func isSnow(code int) bool     { return code >= 71 && code <= 77 || code == 85 || code == 86 }
func isThunder(code int) bool  { return code >= 95 }
