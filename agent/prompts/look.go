package prompts

import (
	_ "embed"
	"encoding/json"
	"sync"

	"github.com/dailyminutes/minutes"
)

//go:embed look.txt
var lookPage string

const lookSchema = `{"type":"object","additionalProperties":false,"required":["mark","found","value"],"properties":{` +
	`"mark":{"type":"string","maxLength":16},"found":{"type":"boolean"},"value":{"type":"string","maxLength":400}}}`

var lookTemplate = sync.OnceValue(func() template { return newTemplate(lookPage, lookSchema) })

// Look asks one thing of one item. The question is a planner's: whatever the item is, only who may see what
// is private is asked it. local says that the planner was shown something that never leaves this machine.
func Look(it minutes.Item, question string, local bool) minutes.Prompt {
	t := lookTemplate()
	b, err := json.Marshal(map[string]string{"item": inert(page(it)), "question": inert(question)})
	if err != nil {
		b = []byte("{}")
	}
	return minutes.Prompt{System: t.system, User: minutes.Text{Safe: minutes.Clean(string(b)), Label: it.Label().Join(written())},
		Schema: t.schema, MaxTokens: 200, LocalOnly: local || it.LocalOnly}
}

// ParseLook reads what was found; "" if nothing was.
func ParseLook(answer minutes.Text) (minutes.Safe, error) {
	var a struct {
		Mark  string
		Found bool
		Value string
	}
	if err := decode(answer.String(), &a); err != nil {
		return minutes.Safe{}, err
	}
	if err := lookTemplate().marked(a.Mark); err != nil {
		return minutes.Safe{}, err
	}
	if !a.Found {
		return minutes.Safe{}, nil
	}
	return minutes.CleanLine(a.Value).Cut(maxThought), nil
}
