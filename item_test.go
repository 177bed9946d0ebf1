package minutes

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// fillStrings sets every text below v that is not Safe by type, and makes what is nil.
func fillStrings(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillStrings(v.Elem(), text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillStrings(v.Index(0), text)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() || v.Type() == reflect.TypeFor[Safe]() {
			return
		}
		for i := range v.NumField() {
			fillStrings(v.Field(i), text)
		}
	}
}

// A field added to Item that Clean forgets would reach terminals as it came.
func TestCleanOfAnItemForgetsNoField(t *testing.T) {
	const hostile = "http://x.example/\x1b]0;pwned\x07\u202e\u009b2J\r\nnext"
	var it Item
	fillStrings(reflect.ValueOf(&it).Elem(), hostile)
	it.Clean()
	it.ID, it.Source, it.Kind = "", "", "" // the program's own
	seen := 0
	var look func(v reflect.Value, path string)
	look = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.String:
			seen++
			if s := v.String(); CleanLine(s).String() != s {
				t.Errorf("%s: %q", path, s)
			}
		case reflect.Pointer:
			if !v.IsNil() {
				look(v.Elem(), path)
			}
		case reflect.Slice:
			for i := range v.Len() {
				look(v.Index(i), path)
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if f := v.Type().Field(i); f.IsExported() {
					look(v.Field(i), path+"."+f.Name)
				}
			}
		}
	}
	look(reflect.ValueOf(it), "Item")
	if seen < 30 {
		t.Errorf("only %d texts seen: the walk is broken", seen)
	}
}

func TestCleanOfAnItemKeepsNoLinkThatIsNone(t *testing.T) {
	it := Item{URL: "javascript:alert(1)", Story: &Story{DiscussionURL: "file:///etc/passwd"}, Event: &Event{Call: "tel:+49"}}
	it.Clean()
	if it.URL != "" || it.Story.DiscussionURL != "" || it.Event.Call != "" {
		t.Errorf("%q %q %q", it.URL, it.Story.DiscussionURL, it.Event.Call)
	}
	good := "https://example.org/a?b=c#d"
	it = Item{URL: good, Tags: []string{"a", "b"}}
	if it.Clean(); it.URL != good || strings.Join(it.Tags, "") != "ab" {
		t.Errorf("%q %v", it.URL, it.Tags)
	}
}
