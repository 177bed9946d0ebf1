package demo

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// serveHN answers as the Firebase API does: a list of ids, one item a request, null for a hole.
func serveHN(mux *http.ServeMux) error {
	b, err := world.ReadFile("world/hn.json")
	if err != nil {
		return err
	}
	var items []map[string]any
	if err := json.Unmarshal(b, &items); err != nil {
		return err
	}
	byID := map[string]map[string]any{}
	var ids []int64
	for _, it := range items {
		if s, ok := it["time"].(string); ok {
			t, err := time.Parse(time.RFC3339, s)
			if err != nil {
				return err
			}
			it["time"] = t.Unix()
		}
		id := int64(it["id"].(float64))
		it["id"] = id
		ids = append(ids, id)
		if it["type"] != "null" {
			byID[strconv.FormatInt(id, 10)] = it
		}
	}
	mux.HandleFunc("GET /hn/v0/topstories.json", func(w http.ResponseWriter, _ *http.Request) { answer(w, ids) })
	mux.HandleFunc("GET /hn/v0/item/{file}", func(w http.ResponseWriter, r *http.Request) {
		it, ok := byID[strings.TrimSuffix(r.PathValue("file"), ".json")]
		if !ok {
			answer(w, nil)
			return
		}
		answer(w, it)
	})
	return nil
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v)
}

// serveWeather answers as Open-Meteo does, with unixtime or local times as asked. The day: dry and
// grey until three, then rain into the evening.
func (w *World) serveWeather(mux *http.ServeMux) {
	mux.HandleFunc("GET /geocoding/v1/search", func(rw http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(strings.ToLower(r.URL.Query().Get("name")), "hamburg") {
			answer(rw, map[string]any{"generationtime_ms": 0.4})
			return
		}
		answer(rw, map[string]any{"generationtime_ms": 0.4, "results": []any{map[string]any{"id": 2911298, "name": "Hamburg",
			"latitude": 53.55073, "longitude": 9.99302, "country_code": "DE", "country": "Germany", "admin1": "Hamburg",
			"timezone": Zone, "population": 1845229, "feature_code": "PPLA"}}})
	})
	mux.HandleFunc("GET /weather/v1/forecast", func(rw http.ResponseWriter, r *http.Request) {
		answer(rw, w.forecast(r.URL.Query().Get("timeformat") == "unixtime", r.URL.Query().Get("temperature_unit") == "fahrenheit"))
	})
}

func (w *World) forecast(unix, fahrenheit bool) map[string]any {
	stamp := func(t time.Time, layout string) any {
		if unix {
			return t.Unix()
		}
		return t.Format(layout)
	}
	degrees := func(c float64) float64 {
		if fahrenheit {
			c = c*9/5 + 32
		}
		return math.Round(c*10) / 10
	}
	midnight := time.Date(w.Now.Year(), w.Now.Month(), w.Now.Day(), 0, 0, 0, 0, w.Now.Location())
	series := map[string][]any{}
	add := func(name string, v any) { series[name] = append(series[name], v) }
	for h := range 48 {
		t := midnight.Add(time.Duration(h) * time.Hour)
		code, chance, rain, wind := 3, 10, 0.0, 18.0
		if h >= 15 && h < 21 {
			code, wind = 63, 38.0
		}
		if h > 15 && h <= 21 { // rain and its chance are of the hour before
			chance, rain = 85, 1.4
		}
		add("time", stamp(t, "2006-01-02T15:04"))
		add("temperature_2m", degrees(4+5*math.Sin(float64(h%24-8)/24*2*math.Pi)))
		add("apparent_temperature", degrees(1+5*math.Sin(float64(h%24-8)/24*2*math.Pi)))
		add("precipitation", rain)
		add("precipitation_probability", chance)
		add("weather_code", code)
		add("wind_speed_10m", wind)
		add("wind_gusts_10m", wind*1.6)
	}
	days := map[string]any{}
	var dates, rise, set []any
	for d := range 2 {
		day := midnight.AddDate(0, 0, d)
		dates = append(dates, stamp(day, time.DateOnly))
		rise = append(rise, stamp(day.Add(6*time.Hour+38*time.Minute), "2006-01-02T15:04"))
		set = append(set, stamp(day.Add(18*time.Hour+11*time.Minute), "2006-01-02T15:04"))
	}
	days["time"], days["sunrise"], days["sunset"] = dates, rise, set
	days["temperature_2m_min"], days["temperature_2m_max"] = []any{degrees(-1), degrees(0)}, []any{degrees(9), degrees(8)}
	days["precipitation_sum"], days["weather_code"] = []any{8.4, 0.2}, []any{63, 3}
	days["precipitation_probability_max"], days["wind_gusts_10m_max"] = []any{85, 10}, []any{61, 30}
	unit, format := "°C", "iso8601"
	if fahrenheit {
		unit = "°F"
	}
	if unix {
		format = "unixtime"
	}
	units := map[string]any{"time": format, "temperature_2m": unit, "precipitation": "mm", "wind_speed_10m": "km/h"}
	return map[string]any{
		"latitude": 53.55, "longitude": 10.0, "elevation": 8, "generationtime_ms": 0.2, "utc_offset_seconds": 3600,
		"timezone": Zone, "timezone_abbreviation": "CET", "hourly": series, "daily": days,
		"hourly_units": units, "daily_units": map[string]any{"time": format, "temperature_2m_max": unit},
		"current_units": units,
		"current": map[string]any{"time": stamp(w.Now, "2006-01-02T15:04"), "interval": 900, "temperature_2m": degrees(2.6),
			"apparent_temperature": degrees(-0.4), "precipitation": 0.0, "weather_code": 3, "wind_speed_10m": 18.0, "wind_gusts_10m": 29.0},
	}
}

// share is one made-up price history for the Yahoo chart.
type share struct {
	name, currency, exchange string
	last, drift, swing       float64
}

// serveMarket answers as Yahoo's chart and Frankfurter do.
func (w *World) serveMarket(mux *http.ServeMux) {
	shares := map[string]share{
		"SAP.DE": {"SAP SE", "EUR", "XETRA", 182.4, 0.11, 2.6},
		"ENR.DE": {"Siemens Energy AG", "EUR", "XETRA", 97.32, 0.28, 1.9},
		"VOD.L":  {"Vodafone Group Plc", "GBp", "LSE", 71.88, -0.02, 0.7},
	}
	mux.HandleFunc("GET /yahoo/v8/finance/chart/{symbol}", func(rw http.ResponseWriter, r *http.Request) {
		s, ok := shares[r.PathValue("symbol")]
		if !ok {
			rw.WriteHeader(http.StatusNotFound)
			answer(rw, map[string]any{"chart": map[string]any{"result": nil, "error": map[string]any{"code": "Not Found", "description": "No data found, symbol may be delisted"}}})
			return
		}
		answer(rw, w.chart(r.PathValue("symbol"), s))
	})
	mux.HandleFunc("GET /frankfurter/v1/{span}", func(rw http.ResponseWriter, r *http.Request) { w.rates(rw, r) })
}

// chart ends with Monday's close: at seven in the morning no exchange is open.
func (w *World) chart(symbol string, s share) map[string]any {
	var times []int64
	var closes []any
	n := 0
	for back := 90; back >= 1; back-- {
		day := w.Now.AddDate(0, 0, -back)
		if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday {
			continue
		}
		v := s.last - s.drift*float64(back-1) + s.swing*math.Sin(float64(n)*0.9)*math.Min(1, float64(back-1)/4)
		times = append(times, time.Date(day.Year(), day.Month(), day.Day(), 9, 0, 0, 0, day.Location()).Unix())
		closes = append(closes, math.Round(v*100)/100)
		n++
	}
	closes[n/2] = nil // as Yahoo does on some days
	closed := time.Date(w.Now.Year(), w.Now.Month(), w.Now.Day()-1, 17, 35, 0, 0, w.Now.Location())
	meta := map[string]any{"currency": s.currency, "symbol": symbol, "exchangeName": s.exchange, "instrumentType": "EQUITY",
		"regularMarketTime": closed.Unix(), "gmtoffset": 3600, "timezone": "CET", "exchangeTimezoneName": Zone,
		"regularMarketPrice": s.last, "chartPreviousClose": s.last - 12, "priceHint": 2, "longName": s.name, "shortName": s.name,
		"dataGranularity": "1d", "range": "3mo", "currentTradingPeriod": map[string]any{"regular": map[string]any{
			"timezone": "CET", "gmtoffset": 3600, "start": closed.Add(-8*time.Hour - 35*time.Minute).Unix(), "end": closed.Unix()}}}
	return map[string]any{"chart": map[string]any{"error": nil, "result": []any{map[string]any{"meta": meta, "timestamp": times,
		"indicators": map[string]any{"quote": []any{map[string]any{"close": closes, "open": closes, "high": closes, "low": closes}},
			"adjclose": []any{map[string]any{"adjclose": closes}}}}}}}
}

// rates serves /v1/latest and /v1/FROM..TO, base and symbols as asked, ECB's EUR rates inside.
func (w *World) rates(rw http.ResponseWriter, r *http.Request) {
	perEUR := map[string]float64{"EUR": 1, "USD": 1.0842, "GBP": 0.8391, "CHF": 0.9544, "JPY": 161.3}
	base := r.URL.Query().Get("base")
	if base == "" {
		base = "EUR"
	}
	if perEUR[base] == 0 {
		rw.WriteHeader(http.StatusNotFound)
		answer(rw, map[string]any{"status": 404, "message": "not found"})
		return
	}
	want := strings.Split(r.URL.Query().Get("symbols"), ",")
	on := func(day time.Time) map[string]float64 {
		out := map[string]float64{}
		wave := 0.004 * math.Sin(float64(day.YearDay())*0.7)
		for cur, v := range perEUR {
			if cur == base || (want[0] != "" && !contains(want, cur)) {
				continue
			}
			out[cur] = math.Round(v/perEUR[base]*(1+wave)*10000) / 10000
		}
		return out
	}
	last := w.Now.AddDate(0, 0, -1)
	span := r.PathValue("span")
	from, _, ranged := strings.Cut(span, "..")
	if !ranged {
		answer(rw, map[string]any{"amount": 1.0, "base": base, "date": last.Format(time.DateOnly), "rates": on(last)})
		return
	}
	start, err := time.ParseInLocation(time.DateOnly, from, w.Now.Location())
	if err != nil {
		rw.WriteHeader(http.StatusUnprocessableEntity)
		answer(rw, map[string]any{"status": 422, "message": fmt.Sprintf("bad date %q", from)})
		return
	}
	days := map[string]any{}
	for d := start; !d.After(last); d = d.AddDate(0, 0, 1) {
		if wd := d.Weekday(); wd != time.Saturday && wd != time.Sunday {
			days[d.Format(time.DateOnly)] = on(d)
		}
	}
	answer(rw, map[string]any{"amount": 1.0, "base": base, "start_date": from, "end_date": last.Format(time.DateOnly), "rates": days})
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
