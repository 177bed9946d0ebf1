package gate

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/dailyminutes/minutes"
)

// maxArgs bounds the arguments of one call, in bytes.
const maxArgs = 4 << 10

// decode reads one flat object: names that occur once, values that are strings or numbers. No
// arguments at all are none.
func decode(raw json.RawMessage) (map[string]any, *Denial) {
	out := map[string]any{}
	switch {
	case len(bytes.TrimSpace(raw)) == 0 || string(bytes.TrimSpace(raw)) == "null":
		return out, nil
	case len(raw) > maxArgs:
		return nil, deny("args", "the arguments have more than %d bytes", maxArgs)
	case !utf8.Valid(raw):
		return nil, deny("args", "the arguments are not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, deny("args", "the arguments are no object")
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, deny("args", "the arguments are no JSON")
		}
		key := name.(string) // inside an object nothing else comes here
		value, err := dec.Token()
		if err != nil {
			return nil, deny("args", "the arguments are no JSON")
		}
		switch value.(type) {
		case string, json.Number:
		default:
			return nil, deny("args", "%q is neither a string nor a number", clip(key))
		}
		if _, twice := out[key]; twice {
			return nil, deny("args", "%q is there twice", clip(key))
		}
		out[key] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil, deny("args", "the arguments do not end")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, deny("args", "something follows the arguments")
	}
	return out, nil
}

// clip is a name as a model wrote it, fit for a log.
func clip(s string) string { return minutes.CleanLine(s).Cut(40).String() }

// check holds every argument against its parameter, and resolves it.
func check(r Run, t minutes.ToolSpec, args map[string]any) (json.RawMessage, *Denial) {
	for name := range args {
		if !slices.ContainsFunc(t.Params, func(p minutes.Param) bool { return p.Name == name }) {
			return nil, deny("args", "the tool takes no %q", clip(name))
		}
	}
	out := map[string]any{}
	for _, p := range t.Params {
		given, ok := args[p.Name]
		if !ok {
			if p.Optional {
				continue
			}
			return nil, deny("args", "%q is missing", p.Name)
		}
		value, d := resolve(r, t, p, given)
		if d != nil {
			return nil, d
		}
		out[p.Name] = value
	}
	resolved, err := json.Marshal(out) // sorted by name
	if err != nil {
		return nil, deny("args", "the arguments cannot be written")
	}
	return resolved, nil
}

// resolve is the value of one argument: what a handle, a span or a variable stands for.
func resolve(r Run, t minutes.ToolSpec, p minutes.Param, given any) (any, *Denial) {
	if p.Type == minutes.ParamInt {
		return integer(p, given)
	}
	s, ok := given.(string)
	if !ok {
		return nil, deny("args", "%q is no string", p.Name)
	}
	switch p.Type {
	case minutes.ParamHandle:
		return handle(r, t, p, s)
	case minutes.ParamChoice:
		if !slices.Contains(p.Choices, s) {
			return nil, deny("choice", "%q is none of the choices of %q", clip(s), p.Name)
		}
		return s, nil
	case minutes.ParamDate:
		return date(r, p, s)
	case minutes.ParamSpan:
		span, ok := r.Spans[s]
		if !ok {
			return nil, deny("span", "%q is no part of the question", clip(s))
		}
		if t.Reach == minutes.ReachFixed {
			return nil, deny("span", "what goes there is in the config")
		}
		return span.String(), nil
	case minutes.ParamText:
		return text(t, p, s)
	case minutes.ParamVar:
		v, ok := r.Vars[s]
		if !ok {
			return nil, deny("var", "%q is no variable of this run", clip(s))
		}
		if t.Reach != minutes.ReachLocal {
			return nil, deny("var", "what was read does not travel")
		}
		return v.String(), nil
	}
	return nil, deny("args", "%q has a type that the gate does not know", p.Name)
}

// handle is the id of the item that a handle stands for. It is told to nobody but the user's own server
// that has the item: which of thirty public stories is asked for is five bits of what a model has seen.
func handle(r Run, t minutes.ToolSpec, p minutes.Param, s string) (any, *Denial) {
	h, ok := r.Handles[s]
	switch {
	case !ok:
		return nil, deny("handle", "%q names nothing that this run was given", clip(s))
	case len(p.Kinds) > 0 && !slices.Contains(p.Kinds, h.Kind):
		return nil, deny("handle", "%q is no %s", clip(s), p.Kinds[0])
	case t.Reach == minutes.ReachLocal:
		return h.Item, nil
	case t.Reach != minutes.ReachOwn:
		return nil, deny("handle", "a third party is told of no item")
	case h.Source != t.Source:
		return nil, deny("handle", "%q is of another source", clip(s))
	}
	return h.Item, nil
}

func integer(p minutes.Param, given any) (any, *Denial) {
	n, ok := given.(json.Number)
	if !ok {
		return nil, deny("args", "%q is no number", p.Name)
	}
	f, err := strconv.ParseFloat(n.String(), 64)
	if err != nil || f != math.Trunc(f) || f < float64(p.Min) || f > float64(p.Max) {
		return nil, deny("int", "%q is no whole number from %d to %d", p.Name, p.Min, p.Max)
	}
	return int(f), nil
}

func date(r Run, p minutes.Param, s string) (any, *Denial) {
	day, err := time.ParseInLocation(time.DateOnly, s, r.Today.Location())
	if err != nil {
		return nil, deny("date", "%q is no date like 2026-11-25", p.Name)
	}
	today := minutes.DayStart(r.Today, 0)
	if day.Before(today.AddDate(0, 0, -MaxDays)) || day.After(today.AddDate(0, 0, MaxDays)) {
		return nil, deny("date", "%q is more than %d days away", p.Name, MaxDays)
	}
	return s, nil
}

func text(t minutes.ToolSpec, p minutes.Param, s string) (any, *Denial) {
	limit := p.Max
	if limit == 0 {
		limit = maxText
	}
	if t.Reach != minutes.ReachLocal {
		return nil, deny("text", "a text that a model wrote does not travel")
	}
	if utf8.RuneCountInString(s) > limit {
		return nil, deny("text", "%q has more than %d characters", p.Name, limit)
	}
	return minutes.Clean(s).String(), nil
}
