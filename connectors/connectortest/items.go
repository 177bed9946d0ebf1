package connectortest

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// maxExcerpt is about 500 runes with some grace.
const maxExcerpt = 600

// CheckItem says what is wrong with an item of env's source, "" if nothing: whatever the bytes it
// came from, this holds of what comes out.
func CheckItem(env connectors.Env, it minutes.Item) string {
	var bad []string
	add := func(wrong bool, format string, args ...any) {
		if wrong {
			bad = append(bad, fmt.Sprintf(format, args...))
		}
	}
	prefix, rest, _ := strings.Cut(it.ID, ":")
	add(prefix == "" || rest == "", "id %q has no kind before a colon", it.ID)
	add(len(it.ID) > 512, "the id has %d bytes", len(it.ID))
	add(it.Source != env.Name, "source %q, want %q", it.Source, env.Name)
	add(it.Private != env.Private, "private %v, want %v", it.Private, env.Private)
	add(it.At.IsZero(), "no time")
	add(it.URL != minutes.WebURL(it.URL), "the URL %q did not come through WebURL", it.URL)
	add(it.Title.String() != it.Title.Line().String(), "the title has more than a line")
	add(utf8.RuneCountInString(it.Excerpt.String()) > maxExcerpt, "the excerpt has %d runes", utf8.RuneCountInString(it.Excerpt.String()))
	add(details(it) != string(it.Kind) && it.Kind != minutes.KindNote, "kind %q with the details %q", it.Kind, details(it))
	walk(reflect.ValueOf(it), "item", add)
	if len(bad) == 0 {
		return ""
	}
	return it.ID + ": " + strings.Join(bad, "; ")
}

// details names the detail structs that are set.
func details(it minutes.Item) string {
	var set []string
	for kind, is := range map[minutes.Kind]bool{minutes.KindMail: it.Mail != nil, minutes.KindEvent: it.Event != nil,
		minutes.KindStory: it.Story != nil, minutes.KindArticle: it.Article != nil,
		minutes.KindQuote: it.Quote != nil, minutes.KindForecast: it.Forecast != nil} {
		if is {
			set = append(set, string(kind))
		}
	}
	return strings.Join(set, "+")
}

// walk finds every string that Clean would change and every figure that JSON cannot hold, in
// fields that are no Safe too.
func walk(v reflect.Value, at string, add func(bool, string, ...any)) {
	if s, ok := v.Interface().(minutes.Safe); ok {
		walk(reflect.ValueOf(s.String()), at, add)
		return
	}
	switch v.Kind() {
	case reflect.String:
		add(minutes.Clean(v.String()).String() != v.String(), "%s holds what a terminal obeys: %q", at, v.String())
	case reflect.Float64:
		add(math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0), "%s is %v", at, v.Float())
	case reflect.Pointer:
		if !v.IsNil() {
			walk(v.Elem(), at, add)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), fmt.Sprintf("%s[%d]", at, i), add)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				walk(v.Field(i), at+"."+f.Name, add)
			}
		}
	}
}

func checkItems(t *testing.T, env connectors.Env, items []minutes.Item) {
	t.Helper()
	seen := map[string]bool{}
	for _, it := range items {
		if seen[it.ID] {
			t.Errorf("two items are called %s", it.ID)
		}
		seen[it.ID] = true
		if bad := CheckItem(env, it); bad != "" {
			t.Error(bad)
		}
	}
}

func checkRejections(t *testing.T, env connectors.Env, rs []minutes.Rejection) {
	t.Helper()
	for _, r := range rs {
		if r.Source != env.Name || r.Reason.Empty() || r.Next.Empty() {
			t.Errorf("a rejection names its source, a reason and the next step: %+v", r)
		}
	}
}
