package sqlite

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/google/go-cmp/cmp"
)

// filled sets every field that v has to something that is not its zero value.
func filled(v reflect.Value, depth int) {
	switch v.Interface().(type) {
	case minutes.Safe:
		v.Set(reflect.ValueOf(minutes.Clean("Grüße aus 東京")))
		return
	case time.Time:
		v.Set(reflect.ValueOf(morning))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			filled(v.Elem(), depth-1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			filled(v.Field(i), depth)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			filled(v.Index(i), depth)
		}
	case reflect.String:
		v.SetString("https://example.org/x")
	case reflect.Int:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic("a field of a kind that this test does not know: " + v.Type().String())
	}
}

var safeEqual = cmp.Comparer(func(a, b minutes.Safe) bool { return a == b })

// A new field of minutes.Item that the store forgets is lost without a word; this test says it.
func TestEveryFieldOfAnItemIsKept(t *testing.T) {
	var it minutes.Item
	filled(reflect.ValueOf(&it).Elem(), 3)
	it.Source = "work"
	d := fresh(t)
	keep(t, d, "work", it)
	got, err := d.Item(t.Context(), it.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(it, got, safeEqual); diff != "" {
		t.Error(diff)
	}
	listed, err := d.Items(t.Context(), minutes.Query{})
	if err != nil || len(listed) != 1 || !listed[0].Body.Empty() {
		t.Errorf("a list read bodies: %v %v", listed, err)
	}
}

func TestListsThatArePrintedAreNeverNull(t *testing.T) {
	d := fresh(t)
	keep(t, d, "work", minutes.Item{ID: "mail:1", Kind: minutes.KindMail, At: morning, Mail: &minutes.Mail{}})
	it, err := d.Item(t.Context(), "mail:1")
	if err != nil || it.Tags == nil || it.Mail.To == nil || it.Mail.Cc == nil || it.Mail.Attachments == nil {
		t.Errorf("%+v %v", it, err)
	}
}

func TestItemsAreSelectedByWhatTheQuerySays(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	mail := func(id, thread string, hours int) minutes.Item {
		return minutes.Item{ID: id, Kind: minutes.KindMail, At: morning.Add(-time.Duration(hours) * time.Hour), Mail: &minutes.Mail{Thread: thread}}
	}
	keep(t, d, "work", mail("mail:1", "t1", 1), mail("mail:2", "t1", 2), mail("mail:3", "", 3))
	keep(t, d, "feed", article("feed:1", "One", "x", 1), article("feed:2", "Two", "y", 30))
	for name, c := range map[string]struct {
		q    minutes.Query
		want string
	}{
		"all, newest first": {minutes.Query{}, "feed:1 mail:1 mail:2 mail:3 feed:2"},
		"kind":              {minutes.Query{Kind: minutes.KindMail}, "mail:1 mail:2 mail:3"},
		"source":            {minutes.Query{Source: "feed"}, "feed:1 feed:2"},
		"thread":            {minutes.Query{Thread: "t1"}, "mail:1 mail:2"},
		"since, inclusive":  {minutes.Query{Since: morning.Add(-2 * time.Hour)}, "feed:1 mail:1 mail:2"},
		"until, exclusive":  {minutes.Query{Until: morning.Add(-2 * time.Hour)}, "mail:3 feed:2"},
		"limit":             {minutes.Query{Limit: 2}, "feed:1 mail:1"},
		"ids":               {minutes.Query{IDs: []string{"feed:2", "mail:3", "nobody"}}, "mail:3 feed:2"},
		"no ids":            {minutes.Query{IDs: []string{}}, ""},
		"both":              {minutes.Query{Kind: minutes.KindMail, Since: morning.Add(-90 * time.Minute)}, "mail:1"},
		"words":             {minutes.Query{Text: "two"}, "feed:2"},
	} {
		items, err := d.Items(ctx, c.q)
		if err != nil || ids(items) != c.want {
			t.Errorf("%s: %q %v, want %q", name, ids(items), err, c.want)
		}
	}
	if _, err := d.Item(ctx, "nobody"); !errors.Is(err, minutes.ErrNotFound) {
		t.Errorf("%v", err)
	}
}
