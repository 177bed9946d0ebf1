package config

import (
	"errors"
	"reflect"
	"strings"
)

// A Kind is one kind of connector, [[connectors.NAME]].
type Kind struct {
	Name   string
	Sample string // a commented table to copy
	// New returns a pointer to an empty table: a struct with toml tags that embeds one with the
	// fields Name, Enabled, Private and LocalOnly. If it has Fill() it is called once after
	// decoding, and then Check() error, if it has that. An error of Check that is a pointer to a
	// struct with the texts Key, Problem and Remedy is shown with its line.
	New func() any
}

// explain takes an error of a connector's Check apart. The connectors are no neighbours of this
// package, so it goes by the shape and not by the type.
func explain(err error) (key, problem, remedy string, ok bool) {
	for ; err != nil; err = errors.Unwrap(err) {
		v := reflect.ValueOf(err)
		if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
			continue
		}
		var parts [3]string
		found := 0
		for i, name := range []string{"Key", "Problem", "Remedy"} {
			if f := v.Elem().FieldByName(name); f.IsValid() && f.Kind() == reflect.String {
				parts[i] = f.String()
				found++
			}
		}
		if found == 3 {
			return parts[0], parts[1], parts[2], true
		}
	}
	return "", "", "", false
}

// planned are the kinds that the config's description names and this version does not have.
func planned() []string { return []string{"gmail", "caldav", "gcal", "graph", "mcp"} }

// documentType is document with a field for the connectors: a slice of tables for each kind.
func documentType(kinds []Kind) reflect.Type {
	var fields []reflect.StructField
	known := map[string]bool{}
	for _, k := range kinds {
		known[k.Name] = true
		fields = append(fields, reflect.StructField{
			Name: fieldName(k.Name), Type: reflect.SliceOf(reflect.TypeOf(k.New())), Tag: reflect.StructTag(`toml:"` + k.Name + `"`),
		})
	}
	for _, name := range planned() {
		if !known[name] {
			fields = append(fields, reflect.StructField{
				Name: fieldName(name), Type: reflect.TypeOf([]map[string]any(nil)), Tag: reflect.StructTag(`toml:"` + name + `"`),
			})
		}
	}
	conns := reflect.StructOf(fields)
	return reflect.StructOf([]reflect.StructField{
		{Name: "Document", Type: reflect.TypeFor[document](), Anonymous: true},
		{Name: "Connectors", Type: conns, Tag: `toml:"connectors"`},
	})
}

// fieldName makes an exported Go name of a kind's.
func fieldName(kind string) string { return "K_" + strings.ReplaceAll(kind, "-", "_") }

// field is a key of a table: the toml name and the type behind it.
type field struct {
	name string
	typ  reflect.Type
}

// fieldsOf lists the keys of a struct, those of embedded structs included.
func fieldsOf(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		switch {
		case f.Anonymous && tag == "":
			out = append(out, fieldsOf(deref(f.Type))...)
		case !f.IsExported() || tag == "-":
		case tag == "":
			out = append(out, field{f.Name, f.Type})
		default:
			out = append(out, field{tag, f.Type})
		}
	}
	return out
}

func deref(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// child is the type under a key of a table of type t, or nil.
func child(t reflect.Type, key string) reflect.Type {
	switch t = deref(t); t.Kind() {
	case reflect.Map:
		return t.Elem()
	case reflect.Interface:
		return t
	case reflect.Struct:
		for _, f := range fieldsOf(t) {
			if f.name == key {
				return f.typ
			}
		}
	}
	return nil
}
