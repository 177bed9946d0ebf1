package render

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/google/jsonschema-go/jsonschema"
)

// Finding is a row of doctor's list, as JSON has it.
type Finding struct {
	Check  string       `json:"check"`
	OK     bool         `json:"ok"`
	Text   minutes.Safe `json:"text"`
	Remedy minutes.Safe `json:"remedy"`
}

// learned is a row of `feedback weights`, as JSON has it.
type learned struct {
	Label      string  `json:"label"`
	Weight     float64 `json:"weight"`
	Judgements []int64 `json:"judgements"`
}

// documents are what is printed, by name: a row of a list, or the whole document.
func documents() map[string]reflect.Type {
	return map[string]reflect.Type{
		"items": reflect.TypeFor[minutes.Scored](), "search": reflect.TypeFor[minutes.Hit](), "actions": reflect.TypeFor[minutes.Action](),
		"sources": reflect.TypeFor[minutes.SourceStatus](), "feedback": reflect.TypeFor[minutes.Judgement](),
		"doctor": reflect.TypeFor[Finding](), "weights": reflect.TypeFor[learned](), "models": reflect.TypeFor[Model](), "egress": reflect.TypeFor[minutes.Departure](),
		// These are one document each.
		"brief": reflect.TypeFor[minutes.Brief](), "answer": reflect.TypeFor[minutes.Reply](), "item": reflect.TypeFor[oneItem](), "why": reflect.TypeFor[reasons](),
		"judgement": reflect.TypeFor[minutes.Judgement](), "action": reflect.TypeFor[minutes.Action](), "run": reflect.TypeFor[minutes.Run](),
	}
}

// Names are the schemas there are.
func Names() []string {
	names := []string{"export"}
	for n := range documents() {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Schema is the JSON Schema (2020-12) of what is printed under that name.
func Schema(name string) ([]byte, error) {
	s, err := schema(name)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(s, "", "  ")
}

func schema(name string) (*jsonschema.Schema, error) {
	if name == "export" {
		return exported()
	}
	t, ok := documents()[name]
	if !ok {
		return nil, fmt.Errorf("there is no schema %q", name)
	}
	of, err := jsonschema.ForType(t, &jsonschema.ForOptions{TypeSchemas: leaves()})
	if err != nil {
		return nil, fmt.Errorf("schema of %s: %w", name, err)
	}
	loosen(of)
	id := "minutes." + name + "/v1"
	mark := &jsonschema.Schema{Type: "string", Enum: []any{id}}
	switch name {
	case "brief":
		of.Properties["schema"] = mark
		of.Properties["tldr"].MinItems, of.Properties["tldr"].MaxItems = new(3), new(3)
		of.Properties["summary"].MaxItems, of.Properties["insights"].MaxItems = new(6), new(5)
	case "item":
		of.Properties["schema"] = mark
		// What is exported stands in no order.
		of.Required = slices.DeleteFunc(of.Required, func(key string) bool {
			return slices.Contains([]string{"score", "why", "verdict", "also"}, key)
		})
	case "why":
		of.Properties["schema"] = mark
	case "judgement", "action", "run":
		of.Properties["schema"] = mark
		of.Required = append(of.Required, "schema")
	default:
		of = &jsonschema.Schema{Type: "object", Required: []string{"schema", name}, Properties: map[string]*jsonschema.Schema{
			"schema": mark, name: {Type: "array", Items: of}}}
	}
	of.Title = id
	of.Schema = "https://json-schema.org/draft/2020-12/schema"
	return of, nil
}

// exported is one line of `minutes export`: any of the kinds it writes.
func exported() (*jsonschema.Schema, error) {
	out := &jsonschema.Schema{Title: "a line of minutes export", Schema: "https://json-schema.org/draft/2020-12/schema"}
	for _, n := range []string{"item", "brief", "judgement", "action", "run"} {
		s, err := schema(n)
		if err != nil {
			return nil, err
		}
		s.Schema = ""
		out.AnyOf = append(out.AnyOf, s)
	}
	return out, nil
}

// leaves are the types that print as text.
func leaves() map[reflect.Type]*jsonschema.Schema {
	return map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[minutes.Safe]():  {Type: "string"},
		reflect.TypeFor[minutes.Class](): {Type: "string", Enum: []any{"public", "private", "secret"}},
		reflect.TypeFor[time.Time]():     {Type: "string", Format: "date-time"},
	}
}

// loosen lets fields be added within v1: no object is closed. A list is never null: JSON sees to it.
func loosen(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	s.AdditionalProperties = nil
	if slices.Contains(s.Types, "array") {
		s.Type, s.Types = "array", nil
	}
	for _, p := range s.Properties {
		loosen(p)
	}
	loosen(s.Items)
	for _, list := range [][]*jsonschema.Schema{s.AnyOf, s.OneOf, s.AllOf} {
		for _, p := range list {
			loosen(p)
		}
	}
}

// Validate checks a document against the schema of that name.
func Validate(name string, document []byte) error {
	s, err := schema(name)
	if err != nil {
		return err
	}
	r, err := s.Resolve(nil)
	if err != nil {
		return fmt.Errorf("schema of %s: %w", name, err)
	}
	var v any
	if err := json.Unmarshal(document, &v); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	if err := r.Validate(v); err != nil {
		return fmt.Errorf("%s: %s", name, strings.TrimSpace(err.Error()))
	}
	return nil
}
