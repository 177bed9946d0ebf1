package weather

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/dailyminutes/minutes"
)

// place is where the weather is asked for. It is kept in State under "place" with the words it was
// found by, so that a name is looked up once and again only when the config changes.
type place struct {
	Asked     string  `json:"asked"`
	Name      string  `json:"name"`
	Country   string  `json:"country"` // ISO 3166, "" where coordinates were given
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// place is known from the config, from an earlier run, or from the geocoder.
func (s *source) place(ctx context.Context) (place, error) {
	if s.config.Latitude != nil {
		at := place{Name: minutes.CleanLine(s.config.Place).Cut(80).String(), Latitude: *s.config.Latitude, Longitude: *s.config.Longitude}
		if at.Name == "" {
			at.Name = decimals(at.Latitude) + ", " + decimals(at.Longitude)
		}
		return at, nil
	}
	kept, err := s.env.State.Get(ctx, "place")
	if err != nil {
		return place{}, err
	}
	at, ok := placeKept(kept, s.config.Place)
	if ok {
		return at, nil
	}
	if at, err = s.geocode(ctx); err != nil {
		return place{}, err
	}
	b, err := json.Marshal(at)
	if err != nil {
		return place{}, err
	}
	if err := s.env.State.Put(ctx, "place", b); err != nil && ctx.Err() != nil {
		return place{}, err
	} else if err != nil {
		s.env.Log.Warn("the place could not be remembered and will be looked up again", "error", err)
	}
	return at, nil
}

// placeKept reads what an earlier run found for the same words. What is damaged is looked up again.
func placeKept(b []byte, asked string) (at place, ok bool) {
	ok = json.Unmarshal(b, &at) == nil && at.Asked == asked && at.Name != "" && at.Name == minutes.CleanLine(at.Name).String() &&
		at.Latitude >= -90 && at.Latitude <= 90 && at.Longitude >= -180 && at.Longitude <= 180
	return at, ok
}

func (s *source) geocode(ctx context.Context) (place, error) {
	q := url.Values{"name": {cityOf(s.config.Place)}, "count": {"50"}, "language": {"en"}, "format": {"json"}}
	args, err := json.Marshal(placeArgs{Place: s.config.Place})
	if err != nil {
		return place{}, err
	}
	got, err := s.ask(ctx, s.config.GeocodingBaseURL+"/v1/search?"+q.Encode(), "weather.place", args)
	if err != nil {
		return place{}, fmt.Errorf("find %q: %w", s.config.Place, err)
	}
	at := place{Asked: s.config.Place, Name: got.Facts["name"], Country: got.Facts["country"]}
	if at.Latitude, err = strconv.ParseFloat(got.Facts["latitude"], 64); err != nil {
		return place{}, err
	}
	at.Longitude, err = strconv.ParseFloat(got.Facts["longitude"], 64)
	return at, err
}

// cityOf is the name without what narrows it down: "Springfield" of "Springfield, IL".
func cityOf(place string) string {
	city, _, _ := strings.Cut(place, ",")
	return strings.TrimSpace(city)
}
