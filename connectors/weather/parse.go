package weather

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// attribution is what the licence of the data (CC BY 4.0) asks to be shown.
const attribution = "Weather data by Open-Meteo.com"

// refusal begins the errors that are the service's own words.
const refusal = "Open-Meteo says: "

type forecastArgs struct {
	Source              string
	Private             bool
	Now                 time.Time
	Units               string // metric or imperial: what comes out, whatever came in
	Place               string
	Latitude, Longitude float64
}

// answer is a forecast as it is sent. Blocks are kept raw: their keys are what was asked for.
type answer struct {
	refused
	Offset       int              `json:"utc_offset_seconds"`
	Zone         string           `json:"timezone"`
	CurrentUnits map[string]any   `json:"current_units"`
	Current      map[string]value `json:"current"`
	HourlyUnits  map[string]any   `json:"hourly_units"`
	Hourly       block            `json:"hourly"`
	DailyUnits   map[string]any   `json:"daily_units"`
	Daily        block            `json:"daily"`
}

// refused is how the service says no, with any status.
type refused struct {
	Error  bool   `json:"error"`
	Reason string `json:"reason"`
}

func (r refused) err() error {
	if !r.Error {
		return nil
	}
	hint := "check place, latitude and longitude in the config"
	if strings.Contains(r.Reason, "limit exceeded") || strings.Contains(r.Reason, "concurrent") || strings.Contains(r.Reason, "overloaded") {
		hint = "wait an hour: the free service counts requests by address"
	}
	return minutes.WithHint(fmt.Errorf("%s%q", refusal, minutes.CleanLine(r.Reason).Cut(200).String()), hint)
}

// decode reads JSON. Points that no model covers are answered with nan, which is not JSON.
func decode(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	switch {
	case err == nil:
		return nil
	case len(bytes.TrimSpace(data)) == 0:
		return minutes.WithHint(errors.New("the answer is empty"), "try again later")
	case bytes.HasPrefix(bytes.TrimSpace(data), []byte("<")):
		return minutes.WithHint(errors.New("a web page came instead of the forecast"), "this network may want a sign-in: open a browser; else check base_url")
	case bytes.Contains(data, []byte(":nan")) || bytes.Contains(data, []byte(": nan")):
		return minutes.WithHint(errors.New("there is no data for this place"), "choose a place nearby, or check latitude and longitude")
	}
	return minutes.WithHint(errors.New("the answer is not the JSON it should be"), "try again later; if it stays, check base_url")
}

// parseForecast makes one item. Its facts hold the zone's name.
func parseForecast(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var args forecastArgs
	if err := json.Unmarshal(doc.Args, &args); err != nil {
		return connectors.Parsed{}, fmt.Errorf("arguments: %w", err)
	}
	var a answer
	if err := decode(doc.Data, &a); err != nil {
		return connectors.Parsed{}, err
	}
	if err := a.err(); err != nil {
		return connectors.Parsed{}, err
	}
	if a.Offset < -18*3600 || a.Offset > 18*3600 {
		a.Offset = 0
	}
	zone := location(a.Zone, a.Offset)
	now := args.Now.In(zone)
	hours := a.hours(args.Units, zone)
	f := minutes.Forecast{Place: minutes.CleanLine(args.Place), Units: args.Units, Attribution: minutes.Clean(attribution)}
	if len(hours) == 0 && len(a.Current) == 0 && len(a.Daily) == 0 {
		return connectors.Parsed{}, minutes.WithHint(errors.New("the answer holds no forecast"), "try again later; if it stays, check base_url")
	}
	if last := len(hours) - 1; last >= 0 && hours[last].At.Before(now) {
		return connectors.Parsed{}, minutes.WithHint(fmt.Errorf("the forecast is old: it ends on %s", minutes.Stamp(hours[last].At)), "try again later; if it stays, check base_url and this machine's clock")
	}
	ahead := next24(hours, now)
	var ok bool
	if f.Now, ok = a.now(args.Units, zone, ahead, now); !ok {
		return connectors.Parsed{}, minutes.WithHint(errors.New("the answer holds no temperature"), "try again later; if it stays, check base_url")
	}
	f.Today = a.today(args.Units, zone, now, hours, f.Now)
	for _, h := range ahead {
		f.Hours = append(f.Hours, h.WeatherHour)
	}
	f.Alerts = alerts(ahead, args.Units)
	f.Advice = minutes.Clean(advice(ahead, now, args.Units))
	return connectors.Parsed{Items: []minutes.Item{args.item(f)}, Facts: map[string]string{"timezone": minutes.CleanLine(a.Zone).Cut(64).String()}}, nil
}

func (args forecastArgs) item(f minutes.Forecast) minutes.Item {
	// The place is named by its coordinates: the same place stays the same however it is spelt.
	sum := sha256.Sum256(fmt.Appendf(nil, "%.2f,%.2f", args.Latitude, args.Longitude))
	unit := degree(f.Units)
	span := whole(f.Today.Min)
	if high := whole(f.Today.Max); high != span {
		span += " to " + high
	}
	title := fmt.Sprintf("%s: %s %s", f.Place, span, unit)
	if !f.Today.Summary.Empty() {
		title += ", " + strings.ToLower(f.Today.Summary.String())
	}
	text := fmt.Sprintf("Now %s %s", whole(f.Now.Temperature), unit)
	if d := math.Abs(f.Now.FeelsLike - f.Now.Temperature); d >= 2 {
		text += fmt.Sprintf(", feels like %s %s", whole(f.Now.FeelsLike), unit)
	}
	if !f.Now.Summary.Empty() {
		text += ", " + strings.ToLower(f.Now.Summary.String())
	}
	text += "."
	for _, a := range f.Alerts {
		text += " " + a.String()
	}
	if !f.Advice.Empty() {
		text += " " + f.Advice.String()
	}
	return minutes.Item{
		ID: fmt.Sprintf("forecast:%s:%x", args.Source, sum[:6]), Kind: minutes.KindForecast, Source: args.Source, Private: args.Private,
		Title: minutes.CleanLine(title).Cut(200), Excerpt: minutes.CleanLine(text).Cut(500), URL: "https://open-meteo.com/",
		At: f.Now.At, Forecast: &f,
	}
}

// location is the zone by name, or by its offset where this machine does not know the name.
func location(name string, offset int) *time.Location {
	if loc, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
		return loc
	}
	return time.FixedZone("", offset)
}

func degree(units string) string {
	if units == "imperial" {
		return "°F"
	}
	return "°C"
}

// whole is a figure without decimals, and without the minus of a rounded -0.3.
func whole(v float64) string {
	if s := fmt.Sprintf("%.0f", v); s != "-0" {
		return s
	}
	return "0"
}
