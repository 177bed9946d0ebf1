package prompts

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/dailyminutes/minutes"
)

//go:embed weave.txt
var weavePage string

const weaveSchema = `{"type":"object","additionalProperties":false,"required":["mark","sentences"],"properties":{` +
	`"mark":{"type":"string","maxLength":16},"sentences":{"type":"array","maxItems":6,"items":{"type":"object","additionalProperties":false,` +
	`"required":["text","lines"],"properties":{"text":{"type":"string","maxLength":500},"lines":{"type":"array","maxItems":6,"items":{"type":"string","maxLength":4}}}}}}}`

var weaveTemplate = sync.OnceValue(func() template { return newTemplate(weavePage, weaveSchema) })

// Weave asks for flowing sentences made of lines that were verified. label is of all that they were made
// from.
func Weave(lines []minutes.Safe, label minutes.Label, local bool) minutes.Prompt {
	t := weaveTemplate()
	list := make([]map[string]string, len(lines))
	for i, l := range lines {
		list[i] = map[string]string{"name": fmt.Sprintf("l%d", i+1), "line": inert(l.String())}
	}
	b, err := json.Marshal(map[string]any{"lines": list})
	if err != nil {
		b = []byte("{}")
	}
	return minutes.Prompt{System: t.system, User: minutes.Text{Safe: minutes.Clean(string(b)), Label: label}, Schema: t.schema, MaxTokens: 800, LocalOnly: local}
}

// A Woven is a sentence and the places, from 0, of the lines that it was made of.
type Woven struct {
	Text  minutes.Safe
	Lines []int
}

// ParseWeave reads the sentences. Lines that do not exist, or stand in two sentences, are an error.
func ParseWeave(answer minutes.Text, lines int) ([]Woven, error) {
	var a struct {
		Mark      string
		Sentences []struct {
			Text  string
			Lines []string
		}
	}
	if err := decode(answer.String(), &a); err != nil {
		return nil, err
	}
	if err := weaveTemplate().marked(a.Mark); err != nil {
		return nil, err
	}
	names := map[string]int{}
	for i := range lines {
		names[fmt.Sprintf("l%d", i+1)] = i
	}
	var out []Woven
	for _, s := range a.Sentences {
		w := Woven{Text: minutes.CleanLine(s.Text)}
		for _, name := range s.Lines {
			i, ok := names[name]
			if !ok {
				return nil, fmt.Errorf("%w: %.10q is no line, or stands in two sentences", ErrForm, name)
			}
			delete(names, name)
			w.Lines = append(w.Lines, i)
		}
		if len(w.Lines) > 0 && !w.Text.Empty() {
			out = append(out, w)
		}
	}
	return out, nil
}
