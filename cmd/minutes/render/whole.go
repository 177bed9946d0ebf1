package render

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"unicode/utf8"

	"github.com/dailyminutes/minutes"
)

// whole is v with an empty list for every nil one, all the way down: a program that reads the JSON
// then never meets null where the schema says array. v itself is not changed.
func whole(v any) any {
	r := reflect.ValueOf(v)
	if !r.IsValid() {
		return v
	}
	return fill(r).Interface()
}

// leaf holds for types that write themselves.
func leaf(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[json.Marshaler]()) || t.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}

func fill(v reflect.Value) reflect.Value {
	t := v.Type()
	if leaf(t) {
		return v
	}
	switch v.Kind() {
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return v
		}
		out := reflect.MakeSlice(t, v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(fill(v.Index(i)))
		}
		return out
	case reflect.Struct:
		out := reflect.New(t).Elem()
		out.Set(v)
		for i := range t.NumField() {
			if t.Field(i).IsExported() {
				out.Field(i).Set(fill(v.Field(i)))
			}
		}
		return out
	case reflect.Pointer:
		if !v.IsNil() {
			out := reflect.New(t.Elem())
			out.Elem().Set(fill(v.Elem()))
			return out
		}
	case reflect.Interface:
		if !v.IsNil() {
			return fill(v.Elem())
		}
	case reflect.Map:
		if !v.IsNil() {
			out := reflect.MakeMapWithSize(t, v.Len())
			for it := v.MapRange(); it.Next(); {
				out.SetMapIndex(it.Key(), fill(it.Value()))
			}
			return out
		}
	}
	return v
}

// inert writes as \u escapes what a terminal might obey or an eye not see. Most text is minutes.Safe
// already; ids, folders and the like are kept as they came, and so they stay the same for a program.
func inert(doc []byte) []byte {
	if !needsEscape(doc) {
		return doc
	}
	var out bytes.Buffer
	out.Grow(len(doc))
	for len(doc) > 0 {
		r, n := utf8.DecodeRune(doc)
		switch {
		case r == '\n' || r >= ' ' && r < 0x7f || r != 0x7f && shown(r):
			out.Write(doc[:n])
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
		doc = doc[n:]
	}
	return out.Bytes()
}

func needsEscape(doc []byte) bool {
	for _, b := range doc {
		if b >= 0x7f {
			return true
		}
	}
	return false
}

// shown says whether Clean lets a character through as it is; a joiner it lets through where a word
// or an emoji needs it.
func shown(r rune) bool {
	return r == '\u200c' || r == '\u200d' || minutes.Clean(string(r)).String() == string(r)
}
