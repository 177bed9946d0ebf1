package strictjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// answer is a shape as a model is asked for: nested, with a map, a raw part and every kind of value.
type answer struct {
	Kind  string             `json:"kind"`
	Items []item             `json:"items"`
	Marks map[string]float64 `json:"marks"`
	Raw   json.RawMessage    `json:"raw"`
	Any   any                `json:"any"`
	Sure  *bool              `json:"sure"`
}

type item struct {
	ID   string `json:"id"`
	Rank int    `json:"rank"`
	Sub  []item `json:"sub"`
}

func TestWhatIsSoundIsRead(t *testing.T) {
	for _, s := range []string{
		`{}`, `null`, " {\"kind\": \"ask\"}\n", `{"items":[{"id":"a","rank":-3,"sub":[{"id":"b"}]}],"marks":{"x":1.5e3},"sure":true}`,
		`{"kind":"\ud83d\ude00 \u0041 \\u0000 \"q\" \n"}`, `{"any":{"deep":[[[1]]],"also":null}}`, `{"raw":{"id":1}}`,
		`{"items":[{"id":"a"},{"id":"a"}]}`, // the same name in two objects
		`{"any":` + strings.Repeat("[", MaxDepth-1) + strings.Repeat("]", MaxDepth-1) + `}`,
	} {
		var got, want answer
		if err := Decode([]byte(s), &got); err != nil {
			t.Errorf("%s: %v", s, err)
		}
		if err := json.Unmarshal([]byte(s), &want); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v, %v", s, got, want, err)
		}
	}
}

func TestWhatIsNotIsRefused(t *testing.T) {
	for s, why := range map[string]string{
		``: "no JSON", `{`: "no JSON", `{"kind":"x"`: "no JSON", `[1,]`: "no JSON", `{"kind" "x"}`: "no JSON", `{'kind':1}`: "no JSON", `nul`: "no JSON",
		`{"kind":"a","kind":"b"}`:                 "twice",
		`{"kind":"a","Kind":"b"}`:                 "twice",
		`{"kind":"a","\u212Aind":"b"}`:            "twice", // the sign for kelvin
		`{"any":{"a":{"b":1,"b":2}}}`:             "twice",
		`{"items":[{"id":"a","id":"b"}]}`:         "twice",
		`{"kynd":"a"}`:                            "unknown field",
		`{"items":[{"id":"a","run":"rm"}]}`:       "unknown field",
		`{} {}`:                                   "follows",
		`{}x`:                                     "no JSON",
		"{}\x00":                                  "no JSON",
		`{"kind":1}`:                              "does not fit",
		`{"items":[{"rank":1.5}]}`:                "does not fit",
		`{"marks":{"x":1e999}}`:                   "out of bounds",
		`{"any":-1e400}`:                          "out of bounds",
		`{"any":NaN}`:                             "no JSON",
		`{"any":` + strings.Repeat("9", 41) + `}`: "characters",
		"{\"kind\":\"\xff\"}":                     "UTF-8",
		"{\"kind\":\"\xed\xa0\x80\"}":             "UTF-8",
		"{\"kind\":\"\xc0\x80\"}":                 "UTF-8",
		`{"kind":"a\u0000b"}`:                     "NUL",
		`{"k\u0000":"a"}`:                         "NUL",
		"{\"kind\":\"a\x00b\"}":                   "no JSON",
		`{"kind":"\ud83d"}`:                       "half",
		`{"kind":"\ud83dx\ude00"}`:                "half",
		`{"kind":"\ude00\ud83d"}`:                 "half",
		`{"kind":"open`:                           "does not end",
		`{"any":` + strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth) + `}`: "levels",
		strings.Repeat(`{"any":`, 100_000/8) + "1":                                      "levels",
		`{"any":[` + strings.Repeat("1,", MaxTokens) + `1]}`:                            "parts",
		`{"kind":"` + strings.Repeat("a", MaxBytes) + `"}`:                              "bytes",
		"\ufeff{}": "no JSON",
	} {
		var into answer
		if err := Decode([]byte(s), &into); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%.80q: %v, want %q", s, err, why)
		}
	}
}

// hold is the property: what is accepted, encoding/json accepts with the same value, and every limit holds.
func hold(t *testing.T, data []byte) {
	for _, into := range []func() any{func() any { return new(answer) }, func() any { return new(any) }, func() any { return new(map[string]json.RawMessage) }} {
		got, want := into(), into()
		if Decode(data, got) != nil {
			continue
		}
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.DisallowUnknownFields()
		if err := dec.Decode(want); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %+v, encoding/json has %+v, %v", data, got, want, err)
		}
		back, err := json.Marshal(got)
		if err != nil || bytes.Contains(back, []byte(`\u0000`)) && !bytes.Contains(back, []byte(`\\u0000`)) || bytes.Contains(back, []byte(`\ufffd`)) {
			t.Fatalf("%q became %q, %v", data, back, err)
		}
		if len(data) > MaxBytes || strings.Count(string(back), "[") > MaxTokens {
			t.Fatalf("%d bytes passed", len(data))
		}
	}
}

func TestRecordedJSONIsReadAlikeOrRefused(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/corpus/more/json/*")
	if len(files) == 0 {
		t.Skip("skipped: the corpus is not here")
	}
	refused := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		hold(t, b)
		var v any
		if err := Decode(b, &v); err != nil {
			refused++
		} else if strings.HasPrefix(filepath.Base(f), "n_") {
			t.Errorf("%s is wrong and passed", filepath.Base(f))
		}
	}
	t.Logf("%d documents, %d refused", len(files), refused)
}

// The work grows with the length: twice the document is about twice the steps, counted in allocations.
func TestTheWorkGrowsWithTheLength(t *testing.T) {
	names := func(n int) []byte {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"n%d":1`, i)
		}
		return []byte("{" + b.String()[1:] + "}")
	}
	cost := func(data []byte) float64 {
		return testing.AllocsPerRun(3, func() {
			var v any
			if err := Decode(data, &v); err != nil {
				t.Fatal(err)
			}
		})
	}
	if one, four := cost(names(1000)), cost(names(4000)); four > 5*one {
		t.Errorf("%.0f allocations for 1,000 names, %.0f for 4,000", one, four)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{}`, `{"kind":"a","KIND":"b"}`, `{"any":[1,{"a":null}],"raw":[1]}`, `{"kind":"\ud83d\ude00\u0000"}`, `[[[[1e999]]]]`, `{"items":[{"id":"x","rank":9,"sub":[]}]} x`, `"\u212a"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(hold)
}
