package weather

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/dailyminutes/minutes"
)

// FuzzPlaceKept reads any bytes as what State holds: a place that is taken is one on earth, with a name
// that a terminal may show, and is read as the same again.
func FuzzPlaceKept(f *testing.F) {
	for _, s := range []string{`{"asked":"Berlin","name":"Berlin","country":"DE","latitude":52.52,"longitude":13.41}`, `{"asked":"Berlin","name":"B","latitude":900}`,
		`{"asked":"Berlin","name":"\u001b[2J","latitude":1}`, `{"asked":"Paris","name":"Paris"}`, `{}`, ``, `[]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		at, ok := placeKept(b, "Berlin")
		if !ok {
			return
		}
		if at.Asked != "Berlin" || at.Name == "" || at.Name != minutes.CleanLine(at.Name).String() || math.Abs(at.Latitude) > 90 || math.Abs(at.Longitude) > 180 {
			t.Errorf("%+v", at)
		}
		again, err := json.Marshal(at)
		if twice, ok := placeKept(again, "Berlin"); err != nil || !ok || twice != at {
			t.Errorf("%+v, then %+v, %v", at, twice, err)
		}
	})
}

func TestADamagedPlaceIsLookedUpAgain(t *testing.T) {
	for _, s := range []string{`{"asked":"Berlin","name":"Berlin","latitude":900}`, `{"asked":"Berlin","name":"\u001b[2J"}`, `{"asked":"Paris","name":"Paris"}`, ``} {
		if at, ok := placeKept([]byte(s), "Berlin"); ok {
			t.Errorf("%s is taken as %+v", s, at)
		}
	}
}
