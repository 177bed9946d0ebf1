// Package weather reads the forecast of one place from Open-Meteo, makes alerts and one line of
// advice from its figures, and finds the place by name once.
package weather

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

//go:embed sample.toml
var sample string

// Spec describes the connector.
func Spec() connectors.Spec {
	return connectors.Spec{
		Kind: "weather", About: "The forecast for one place, from Open-Meteo, without a key.", Sample: sample,
		Private: true, // where I am is nobody's business
		New:     func() connectors.Config { return &Config{} },
		Parsers: map[string]connectors.Parser{"weather.forecast": parseForecast, "weather.place": parsePlaces},
	}
}

// Config is a [[connectors.weather]] table. Without a place and coordinates the place is guessed
// from the time zone.
type Config struct {
	connectors.Common
	BaseURL          string   `toml:"base_url"`
	GeocodingBaseURL string   `toml:"geocoding_base_url"`
	Place            string   `toml:"place"`
	Latitude         *float64 `toml:"latitude"`
	Longitude        *float64 `toml:"longitude"`
	Units            string   `toml:"units"` // auto, metric or imperial
}

// Fill sets the defaults.
func (c *Config) Fill() {
	if c.Name == "" {
		c.Name = "weather"
	}
	if c.BaseURL == "" {
		c.BaseURL = "https://api.open-meteo.com"
	}
	if c.GeocodingBaseURL == "" {
		c.GeocodingBaseURL = "https://geocoding-api.open-meteo.com"
	}
	c.BaseURL, c.GeocodingBaseURL = strings.TrimRight(c.BaseURL, "/"), strings.TrimRight(c.GeocodingBaseURL, "/")
	if c.Units == "" {
		c.Units = "auto"
	}
}

// Check finds what is wrong without touching the network.
func (c *Config) Check() error {
	bad := func(key, problem, remedy string) error {
		return &connectors.KeyError{Key: key, Problem: problem, Remedy: remedy}
	}
	switch {
	case (c.Latitude == nil) != (c.Longitude == nil):
		return bad("latitude", "latitude and longitude come as a pair", "give both, or a place")
	case c.Latitude != nil && !(*c.Latitude >= -90 && *c.Latitude <= 90):
		return bad("latitude", "out of range", "choose -90 to 90; south is negative")
	case c.Longitude != nil && !(*c.Longitude >= -180 && *c.Longitude <= 180):
		return bad("longitude", "out of range", "choose -180 to 180; west is negative")
	case c.Place != "" && c.Latitude == nil && len([]rune(cityOf(c.Place))) < 2:
		return bad("place", "too short to look up", `write it like "Berlin" or "Springfield, IL"`)
	case len(c.Place) > 200:
		return bad("place", "too long", `write it like "Berlin" or "Springfield, IL"`)
	case c.Units != "auto" && c.Units != "metric" && c.Units != "imperial":
		return bad("units", fmt.Sprintf("%q is not known", c.Units), "choose auto, metric or imperial")
	case minutes.WebURL(c.BaseURL) == "":
		return bad("base_url", "not an http or https address", `leave it out, or write it like "https://api.open-meteo.com"`)
	case minutes.WebURL(c.GeocodingBaseURL) == "":
		return bad("geocoding_base_url", "not an http or https address", `leave it out, or write it like "https://geocoding-api.open-meteo.com"`)
	}
	return nil
}

// Open makes the source. It touches no network.
func (c *Config) Open(env connectors.Env) (minutes.Source, error) {
	if c.Place == "" && c.Latitude == nil {
		guessed := guess(env.Zone.String())
		if guessed == "" {
			return nil, &connectors.KeyError{Key: "place", Problem: "not set, and the time zone " + env.Zone.String() + " names no place",
				Remedy: `set place = "Berlin", or latitude and longitude`}
		}
		copied := *c
		copied.Place = guessed
		c = &copied
	}
	return &source{env: env, config: *c, get: env.Web().Get}, nil
}

// guess is the city that an IANA zone is named after, "" if it is named after none.
func guess(zone string) string {
	area, city, ok := strings.Cut(zone, "/")
	if !ok || area == "Etc" || area == "SystemV" || area == "US" {
		return ""
	}
	return strings.ReplaceAll(city[strings.LastIndexByte(city, '/')+1:], "_", " ")
}

type source struct {
	env    connectors.Env
	config Config
	get    func(context.Context, connectors.Request) (connectors.Response, error)
}

// Name is the source's.
func (s *source) Name() string { return s.env.Name }

// Fetch brings one item, the forecast from now on. It takes the place of the one before it.
func (s *source) Fetch(ctx context.Context, _ minutes.Cursor) (minutes.Batch, error) {
	at, err := s.place(ctx)
	if err != nil {
		return minutes.Batch{}, fmt.Errorf("weather: %w", err)
	}
	item, err := s.forecast(ctx, at)
	if err != nil {
		return minutes.Batch{}, fmt.Errorf("weather: %w", err)
	}
	return minutes.Batch{Items: []minutes.Item{item}, Full: true, Next: minutes.Cursor{At: s.env.Now()}}, nil
}

// wanted are the variables asked for. Their order is that of the documentation.
const (
	current = "temperature_2m,apparent_temperature,weather_code,wind_speed_10m"
	hourly  = "temperature_2m,apparent_temperature,precipitation_probability,precipitation,weather_code,wind_speed_10m,wind_gusts_10m"
	daily   = "weather_code,temperature_2m_max,temperature_2m_min,sunrise,sunset,precipitation_sum"
)

func (s *source) forecast(ctx context.Context, at place) (minutes.Item, error) {
	units := s.units(at)
	q := url.Values{
		// Two decimals are about a kilometre: as fine as the forecast's grid, and no finer.
		"latitude": {decimals(at.Latitude)}, "longitude": {decimals(at.Longitude)},
		"current": {current}, "hourly": {hourly}, "daily": {daily},
		"timezone": {"auto"}, "timeformat": {"unixtime"}, // unix: wall times repeat and skip when clocks change
		"forecast_days": {"3"}, // the next 24 hours, and one more row, at any hour
	}
	if units == "imperial" {
		q.Set("temperature_unit", "fahrenheit")
		q.Set("wind_speed_unit", "mph")
		q.Set("precipitation_unit", "inch")
	}
	args, err := json.Marshal(forecastArgs{Source: s.env.Name, Private: s.env.Private, Now: s.env.Now(), Units: units,
		Place: at.Name, Latitude: at.Latitude, Longitude: at.Longitude})
	if err != nil {
		return minutes.Item{}, err
	}
	got, err := s.ask(ctx, s.config.BaseURL+"/v1/forecast?"+q.Encode(), "weather.forecast", args)
	if err != nil {
		return minutes.Item{}, err
	}
	if len(got.Items) != 1 {
		return minutes.Item{}, minutes.WithHint(errors.New("the answer holds no forecast"), "try again later")
	}
	return inZone(got.Items[0], got.Facts["timezone"]), nil
}

// ask gets an answer and parses it. The service explains a refusal in its body: that is parsed too.
func (s *source) ask(ctx context.Context, address, parser string, args []byte) (connectors.Parsed, error) {
	res, err := s.get(ctx, connectors.Request{URL: address, Accept: "application/json", MaxBytes: 2 << 20})
	if status := (*connectors.StatusError)(nil); errors.As(err, &status) && len(status.Body) > 0 {
		_, why := s.env.Parse(ctx, connectors.Document{Parser: parser, Data: status.Body, Args: args})
		if why != nil && strings.HasPrefix(why.Error(), refusal) {
			return connectors.Parsed{}, minutes.WithHint(fmt.Errorf("%w: %w", err, why), minutes.Hint(why))
		}
	}
	if err != nil {
		return connectors.Parsed{}, err
	}
	return s.env.Parse(ctx, connectors.Document{Parser: parser, Data: res.Body, Args: args})
}

// units are the config's, or those of the place's country.
func (s *source) units(at place) string {
	if s.config.Units != "auto" {
		return s.config.Units
	}
	switch at.Country {
	case "US", "LR", "MM":
		return "imperial"
	case "":
		if american(s.env.Zone.String()) {
			return "imperial"
		}
	}
	return "metric"
}

// american says whether people of an IANA zone think in Fahrenheit. It only serves coordinates,
// which name no country.
func american(zone string) bool {
	if strings.HasPrefix(zone, "US/") || strings.HasPrefix(zone, "America/Indiana/") ||
		strings.HasPrefix(zone, "America/Kentucky/") || strings.HasPrefix(zone, "America/North_Dakota/") {
		return true
	}
	switch strings.TrimPrefix(zone, "America/") {
	case "New_York", "Detroit", "Chicago", "Menominee", "Denver", "Boise", "Phoenix", "Los_Angeles", "Anchorage",
		"Juneau", "Sitka", "Metlakatla", "Yakutat", "Nome", "Adak", "Puerto_Rico", "Pacific/Honolulu":
		return true
	}
	return false
}

func decimals(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// inZone gives the times their zone's name back, which the jail's frames do not carry.
func inZone(it minutes.Item, zone string) minutes.Item {
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return it // the offset is right all the same
	}
	f := it.Forecast
	for _, t := range []*time.Time{&it.At, &f.Now.At, &f.Today.Sunrise, &f.Today.Sunset} {
		if !t.IsZero() {
			*t = t.In(loc)
		}
	}
	for i := range f.Hours {
		f.Hours[i].At = f.Hours[i].At.In(loc)
	}
	return it
}
