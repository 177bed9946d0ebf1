package config

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
	"github.com/pelletier/go-toml/v2/unstable"
)

// strict compares every key of the file with the document's type: unknown keys, and values of the
// wrong kind. It returns the expressions that must not be decoded.
func strict(x *index, t reflect.Type, p *problems) []entry {
	var bad []entry
	skip := false // inside a table that is not known or not a table
	badLine := -1 // an expression that was already reported
	for _, e := range x.entries {
		header := e.kind == unstable.Table || e.kind == unstable.ArrayTable
		if header {
			skip = false
		}
		if skip || e.first == badLine {
			bad = append(bad, e)
			continue
		}
		typ, at := typeOf(t, e)
		var problem, remedy string
		if typ == nil {
			problem, remedy = unknown(t, e.parts, at, header)
		} else {
			problem, remedy = mismatch(typ, e)
		}
		if problem == "" {
			continue
		}
		key := e.path
		if typ == nil {
			key = strings.Join(e.parts[:at+1], ".")
		}
		p.add(e.line, strip(key), problem, remedy)
		bad = append(bad, e)
		skip, badLine = header, e.first
	}
	return bad
}

// strip takes the indices out of a path.
func strip(path string) string {
	for {
		i := strings.IndexByte(path, '[')
		j := strings.IndexByte(path, ']')
		if i < 0 || j < i {
			return path
		}
		path = path[:i] + path[j+1:]
	}
}

// typeOf is the type that an entry decodes into, or nil and the part that is not known.
func typeOf(t reflect.Type, e entry) (reflect.Type, int) {
	for i, part := range e.parts {
		t = deref(t)
		for t.Kind() == reflect.Slice {
			t = deref(t.Elem())
		}
		if t.Kind() == reflect.Interface {
			return t, 0
		}
		if t = child(t, part); t == nil {
			return nil, i
		}
	}
	for range e.elem {
		if t = deref(t); t.Kind() == reflect.Slice {
			t = t.Elem()
		}
	}
	return t, 0
}

// unknown says what a key that is not known was probably meant to be.
func unknown(t reflect.Type, parts []string, at int, header bool) (problem, remedy string) {
	parent := t
	for _, part := range parts[:at] {
		if parent = deref(parent); parent.Kind() == reflect.Slice {
			parent = deref(parent.Elem())
		}
		parent = child(parent, part)
	}
	parent = deref(parent)
	for parent.Kind() == reflect.Slice {
		parent = deref(parent.Elem())
	}
	problem = "unknown key"
	if header || at < len(parts)-1 {
		problem = "unknown table"
	}
	if len(parts) == 2 && parts[0] == "connectors" && at == 1 {
		problem = "there is no such connector"
	}
	if parent.Kind() != reflect.Struct {
		return problem, "it takes no keys below it"
	}
	var known []string
	for _, f := range fieldsOf(parent) {
		known = append(known, f.name)
	}
	if n := nearest(parts[at], known); n != "" {
		return problem, fmt.Sprintf("did you mean %q?", n)
	}
	if where := elsewhere(t, parts[at]); where != "" && at == 0 {
		return problem, fmt.Sprintf("it belongs under [%s]", where)
	}
	slices.Sort(known)
	return problem, "known here: " + strings.Join(known, ", ")
}

// elsewhere is the one table that has a key of this name, so that a key above its table is explained.
func elsewhere(t reflect.Type, key string) string {
	found := ""
	for _, f := range fieldsOf(t) {
		if s := deref(f.typ); s.Kind() == reflect.Struct && f.name != "connectors" && child(s, key) != nil {
			if found != "" {
				return ""
			}
			found = f.name
		}
	}
	return found
}

// mismatch says how a value differs from what its type takes, or "".
func mismatch(t reflect.Type, e entry) (problem, remedy string) {
	t = deref(t)
	takesText := reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
	if e.kind == unstable.String && takesText {
		v := reflect.New(t).Interface().(encoding.TextUnmarshaler)
		if err := v.UnmarshalText([]byte(e.text)); err != nil {
			what, how, ok := strings.Cut(err.Error(), ": ")
			if !ok {
				what, how = err.Error(), ""
			}
			return what, how
		}
		return "", ""
	}
	if fits(t, e.kind) {
		return "", ""
	}
	tables := t.Kind() == reflect.Slice && (deref(t.Elem()).Kind() == reflect.Struct || deref(t.Elem()).Kind() == reflect.Map)
	switch {
	case e.kind == unstable.Table && tables:
		return "there can be several of these", fmt.Sprintf("write [[%s]] with two brackets", strings.Join(e.parts, "."))
	case e.kind == unstable.ArrayTable:
		return "there is only one of this", fmt.Sprintf("write [%s] with one bracket", strings.Join(e.parts, "."))
	}
	return "this is " + kindName(e.kind), "it must be " + wanted(t)
}

// fits says whether a value of kind k decodes into t.
func fits(t reflect.Type, k unstable.Kind) bool {
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Struct, reflect.Map:
		return k == unstable.Table || k == unstable.InlineTable
	case reflect.Slice:
		el := deref(t.Elem()).Kind()
		return k == unstable.Array || k == unstable.ArrayTable && (el == reflect.Struct || el == reflect.Map)
	case reflect.String:
		return k == unstable.String
	case reflect.Bool:
		return k == unstable.Bool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return k == unstable.Integer && t != reflect.TypeFor[minutes.Duration]()
	case reflect.Float32, reflect.Float64:
		return k == unstable.Float || k == unstable.Integer
	}
	return false
}

func kindName(k unstable.Kind) string {
	switch k {
	case unstable.String:
		return "text"
	case unstable.Bool:
		return "true or false"
	case unstable.Integer, unstable.Float:
		return "a number"
	case unstable.Array:
		return "a list"
	case unstable.InlineTable, unstable.Table, unstable.ArrayTable:
		return "a table"
	}
	return "a date or time"
}

// wanted says what t takes, as the user writes it.
func wanted(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[minutes.Duration]():
		return `a duration in quotes, like "36h" or "90d"`
	case reflect.TypeFor[minutes.SecretRef]():
		return `one of { keyring = "…" }, { env = "…" }, { command = "…" }, { file = "…" }`
	case reflect.TypeFor[minutes.Argv]():
		return `a command: ["pass", "show", "mail"] or "pass show mail"`
	case reflect.TypeFor[Strings]():
		return `text in quotes, or a list of it: ["…", "…"]`
	}
	switch t.Kind() {
	case reflect.String:
		return `text in quotes`
	case reflect.Bool:
		return "true or false, without quotes"
	case reflect.Int, reflect.Int64:
		return "a whole number, without quotes"
	case reflect.Float64:
		return "a number, without quotes"
	case reflect.Slice:
		if deref(t.Elem()).Kind() == reflect.String {
			return `a list of texts: ["…", "…"]`
		}
		return "a list"
	}
	return "a table"
}
