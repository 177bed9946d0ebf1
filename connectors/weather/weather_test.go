package weather

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

func TestMain(m *testing.M) { connectortest.Main(m, Spec().Parsers) }

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name, "input.json"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// service answers as Open-Meteo does and remembers what it was asked.
type service struct {
	forecast, places []byte
	asked            chan url.Values
}

func newService(t testing.TB) *service {
	return &service{forecast: fixture(t, "rain-in-the-afternoon"), places: fixture(t, "place-berlin"), asked: make(chan url.Values, 1000)}
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	q.Set("path", r.URL.Path)
	select {
	case s.asked <- q:
	default:
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	switch r.URL.Path {
	case "/v1/forecast":
		_, _ = w.Write(s.forecast)
	case "/v1/search":
		_, _ = w.Write(s.places)
	default:
		http.NotFound(w, r)
	}
}

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Suite{Spec: Spec(), Items: 1, Config: func(t *testing.T, fault connectortest.Fault) connectors.Config {
		if fault == connectortest.Partial {
			return nil // one document, one item
		}
		base := connectortest.Serve(t, fault, newService(t))
		return &Config{BaseURL: base, GeocodingBaseURL: base, Place: "Berlin"}
	}})
}

func TestCases(t *testing.T) { connectortest.ParseCases(t, Spec(), connectortest.Options{}) }

func open(t *testing.T, env connectors.Env, c *Config) minutes.Source {
	t.Helper()
	c.Fill()
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	src, err := c.Open(env)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestAPlaceIsLookedUpOnceAndSentWithTwoDecimals(t *testing.T) {
	s := newService(t)
	base := connectortest.Serve(t, connectortest.None, s)
	env := connectortest.Env(t, connectortest.Options{})
	config := func(place string) *Config { return &Config{BaseURL: base, GeocodingBaseURL: base, Place: place} }
	for range 3 { // three runs of the program
		if _, err := open(t, env, config("Berlin")).Fetch(t.Context(), minutes.Cursor{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := open(t, env, config("Berlin, DE")).Fetch(t.Context(), minutes.Cursor{}); err != nil {
		t.Fatal(err)
	}
	close(s.asked)
	searches := 0
	for q := range s.asked {
		if q.Get("path") == "/v1/search" {
			searches++
			continue
		}
		if q.Get("latitude") != "52.52" || q.Get("longitude") != "13.41" {
			t.Errorf("sent %s, %s", q.Get("latitude"), q.Get("longitude"))
		}
		if q.Get("timeformat") != "unixtime" || q.Get("timezone") == "" {
			t.Errorf("asked %v", q)
		}
	}
	if searches != 2 {
		t.Errorf("%d searches, want 2: once, and once when the config changed", searches)
	}
}

func TestTheServicesOwnWordsReachTheReader(t *testing.T) {
	base := connectortest.Serve(t, connectortest.None, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"reason":"Latitude must be in range of -90 to 90\u001b[2J.","error":true}`))
	}))
	lat := 1.0
	src := open(t, connectortest.Env(t, connectortest.Options{}), &Config{BaseURL: base, GeocodingBaseURL: base, Latitude: &lat, Longitude: &lat})
	_, err := src.Fetch(t.Context(), minutes.Cursor{})
	if err == nil || !strings.Contains(err.Error(), "Latitude must be in range") || strings.Contains(err.Error(), "\x1b") || minutes.Hint(err) == "" {
		t.Errorf("got %v (%s)", err, minutes.Hint(err))
	}
}

func TestUnitsFollowTheCountry(t *testing.T) {
	for _, c := range []struct {
		units, country, zone, want string
	}{
		{"auto", "US", "Europe/Berlin", "imperial"}, {"auto", "DE", "America/New_York", "metric"}, {"metric", "US", "America/New_York", "metric"},
		{"auto", "", "America/Chicago", "imperial"}, {"auto", "", "America/Toronto", "metric"}, {"auto", "", "America/Indiana/Knox", "imperial"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		s := &source{env: connectors.Env{Zone: zone}, config: Config{Units: c.units}}
		if got := s.units(place{Country: c.country}); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestThePlaceIsGuessedFromTheZone(t *testing.T) {
	for zone, want := range map[string]string{"Europe/Berlin": "Berlin", "America/Argentina/Buenos_Aires": "Buenos Aires",
		"America/New_York": "New York", "UTC": "", "Etc/GMT+5": "", "Local": "", "US/Eastern": ""} {
		if got := guess(zone); got != want {
			t.Errorf("%s: %q, want %q", zone, got, want)
		}
	}
	c := &Config{}
	c.Fill()
	env := connectortest.Env(t, connectortest.Options{Zone: "UTC"})
	var ke *connectors.KeyError
	if _, err := c.Open(env); !errors.As(err, &ke) || ke.Key != "place" {
		t.Errorf("no zone to guess from: %v", err)
	}
}

func TestCheckNamesTheKey(t *testing.T) {
	f := func(v float64) *float64 { return &v }
	for key, c := range map[string]*Config{
		"latitude": {Latitude: f(1)}, "longitude": {Latitude: f(1), Longitude: f(181)}, "units": {Units: "kelvin"},
		"place": {Place: "X, Y"}, "base_url": {BaseURL: "file:///etc"}, "geocoding_base_url": {GeocodingBaseURL: "nowhere"},
	} {
		c.Fill()
		var ke *connectors.KeyError
		if !errors.As(c.Check(), &ke) || ke.Key != key {
			t.Errorf("want a KeyError of %s, got %v", key, c.Check())
		}
	}
	if (&Config{Latitude: f(math.NaN()), Longitude: f(0), Units: "auto"}).Check() == nil {
		t.Error("nan is a latitude")
	}
}

func TestCorpus(t *testing.T) {
	env := connectortest.Env(t, connectortest.Options{Private: true})
	forecasts, refusals, others := 0, 0, 0
	for _, path := range connectortest.Corpus(t, "weather") {
		data := connectortest.Read(t, path)
		for _, parser := range []string{"weather.forecast", "weather.place"} {
			args := `{"Source":"test","Private":true,"Now":"` + momentOf(data) + `","Units":"metric","Place":"Somewhere","Latitude":1,"Longitude":2}`
			got, err := env.Parse(t.Context(), connectors.Document{Parser: parser, Data: data, Args: []byte(args)})
			if errors.Is(err, connectors.ErrKilled) {
				t.Errorf("%s: %v", path, err)
			}
			switch {
			case err != nil && minutes.Hint(err) == "":
				t.Errorf("%s: no hint: %v", path, err)
			case err != nil:
				refusals++
			case len(got.Items) == 1:
				forecasts++
				if bad := connectortest.CheckItem(env, got.Items[0]); bad != "" {
					t.Errorf("%s: %s", path, bad)
				}
				t.Logf("%s: %s | %s", filepath.Base(path), got.Items[0].Title, got.Items[0].Excerpt)
			default:
				others++
			}
		}
	}
	t.Logf("%d forecasts, %d places, %d clear errors", forecasts, others, refusals)
	if forecasts < 6 || others < 4 {
		t.Errorf("only %d forecasts and %d places", forecasts, others)
	}
}

// momentOf is a moment inside a recording, so that it is not old.
func momentOf(data []byte) string {
	var a struct {
		Offset  int `json:"utc_offset_seconds"`
		Current struct {
			Time string `json:"time"`
		} `json:"current"`
		Hourly struct {
			Time []string `json:"time"`
		} `json:"hourly"`
	}
	_ = json.Unmarshal(data, &a)
	s := a.Current.Time
	if s == "" && len(a.Hourly.Time) > 0 {
		s = a.Hourly.Time[0]
	}
	if t, err := time.Parse("2006-01-02T15:04", s); err == nil {
		return t.Add(-time.Duration(a.Offset) * time.Second).Format(time.RFC3339)
	}
	return "2026-11-25T06:00:00Z"
}

func TestJSONSuiteCrashesNothing(t *testing.T) {
	env := connectortest.Env(t, connectortest.Options{})
	args := []byte(`{"Source":"test","Now":"2026-11-25T07:00:00+01:00","Units":"metric","Place":"x, y"}`)
	n := 0
	for _, path := range connectortest.Corpus(t, "more/json") {
		data := connectortest.Read(t, path)
		for _, doc := range [][]byte{data, fmt.Appendf(nil, `{"hourly":%s,"results":%s,"current":{"temperature_2m":%s}}`, data, data, data)} {
			for _, parser := range []string{"weather.forecast", "weather.place"} {
				n++
				if _, err := env.Parse(t.Context(), connectors.Document{Parser: parser, Data: doc, Args: args}); errors.Is(err, connectors.ErrKilled) {
					t.Errorf("%s: %v", path, err)
				} else if err != nil && strings.Contains(err.Error(), "gave up") {
					t.Errorf("%s: panic: %v", path, err)
				}
			}
		}
	}
	t.Logf("%d documents", n)
}

func FuzzForecast(f *testing.F) {
	for _, name := range []string{"rain-in-the-afternoon", "clocks-go-back", "nulls", "old-names"} {
		f.Add(fixture(f, name), false)
		f.Add(fixture(f, name), true)
	}
	env := connectortest.Env(f, connectortest.Options{Private: true})
	f.Fuzz(func(t *testing.T, data []byte, imperial bool) {
		units := "metric"
		if imperial {
			units = "imperial"
		}
		args, _ := json.Marshal(forecastArgs{Source: "test", Private: true, Now: env.Now(), Units: units, Place: "Berlin"})
		got, err := parseForecast(context.Background(), connectors.Document{Data: data, Args: args})
		if err != nil && minutes.Hint(err) == "" {
			t.Errorf("no hint: %v", err)
		}
		for _, it := range got.Items {
			if bad := connectortest.CheckItem(env, it); bad != "" {
				t.Error(bad)
			}
			if len(it.Forecast.Hours) > 24 {
				t.Errorf("%d hours", len(it.Forecast.Hours))
			}
		}
	})
}

func FuzzPlaces(f *testing.F) {
	f.Add(fixture(f, "place-berlin"), "Berlin")
	f.Add(fixture(f, "place-springfield"), "Springfield, IL, USA")
	f.Fuzz(func(t *testing.T, data []byte, asked string) {
		args, _ := json.Marshal(placeArgs{Place: asked})
		got, err := parsePlaces(context.Background(), connectors.Document{Data: data, Args: args})
		if (err == nil) != (got.Facts["name"] != "") {
			t.Errorf("error %v, facts %v", err, got.Facts)
		}
	})
}

func TestTheForecastToolTakesThePlaceOfTheConfigAndNoOther(t *testing.T) {
	base := connectortest.Serve(t, connectortest.None, newService(t))
	src := open(t, connectortest.Env(t, connectortest.Options{}), &Config{BaseURL: base, GeocodingBaseURL: base, Place: "Berlin"})
	tools := src.(minutes.Toolbox).Tools()
	spec := tools[0].Spec()
	if len(tools) != 1 || spec.Reach != minutes.ReachFixed || len(spec.Params) != 1 || len(spec.Params[0].Choices) != 1 || spec.Params[0].Choices[0] != "Berlin" {
		t.Fatalf("%+v", spec)
	}
	got, err := tools[0].Call(t.Context(), []byte(`{"place":"Berlin"}`))
	if err != nil || len(got.Items) != 1 || got.Items[0].Forecast == nil {
		t.Errorf("%+v %v", got, err)
	}
}
