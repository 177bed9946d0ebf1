package prompts

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/dailyminutes/minutes"
)

const (
	answerTokens = 900
	maxClaims    = 6
)

//go:embed answer.txt
var answerPage string

const answerSchema = `{"type":"object","additionalProperties":false,"required":["mark","abstain","claims"],"properties":{` +
	`"mark":{"type":"string","maxLength":16},"abstain":{"type":"boolean"},` +
	`"claims":{"type":"array","maxItems":6,"items":{"type":"object","additionalProperties":false,"required":["text","items","quotes"],"properties":{` +
	`"text":{"type":"string","maxLength":400},"items":{"type":"array","maxItems":4,"items":{"type":"string","maxLength":20}},` +
	`"quotes":{"type":"array","maxItems":4,"items":{"type":"string","maxLength":500}}}}}}}`

var answerTemplate = sync.OnceValue(func() template { return newTemplate(answerPage, answerSchema) })

// A Passage is a stretch of an item under the handle that an answer cites it by.
type Passage struct {
	Name string
	Item minutes.Item
	Text minutes.Safe
}

// Answer asks for an answer from passages. refused are sentences that did not hold, to be mended.
func Answer(question minutes.Text, today string, passages []Passage, refused []Refused) minutes.Prompt {
	t := answerTemplate()
	label, local := question.Label, false
	list := make([]map[string]string, 0, len(passages))
	for _, p := range passages {
		label = label.Join(p.Item.Label())
		local = local || p.Item.LocalOnly
		list = append(list, map[string]string{"name": p.Name, "passage": inert(head(p.Item) + p.Text.String())})
	}
	user := map[string]any{"question": question.String(), "today": today, "passages": list}
	if len(refused) > 0 {
		var again []map[string]string
		for _, r := range refused {
			label = label.Join(r.Label)
			again = append(again, map[string]string{"text": inert(r.Line.String()), "because": inert(r.Why)})
		}
		user["refused"] = again
	}
	b, err := json.Marshal(user)
	if err != nil {
		b = []byte("{}")
	}
	return minutes.Prompt{System: t.system, User: minutes.Text{Safe: minutes.Clean(string(b)), Label: label}, Schema: t.schema,
		MaxTokens: answerTokens, LocalOnly: local}
}

// head is what an item's closed fields say, and its title.
func head(it minutes.Item) string {
	facts := it.Facts().Cut(800).String()
	return fmt.Sprintf("%s: %s\n%s\n", it.Kind, it.Title.Line(), facts)
}

// A Said is one sentence of an answer, not yet held against anything.
type Said struct {
	Text   minutes.Safe
	Items  []string
	Quotes []minutes.Safe
}

// ParseAnswer reads a whole answer.
func ParseAnswer(answer minutes.Text) (said []Said, abstains bool, err error) {
	var a struct {
		Mark    string
		Abstain bool
		Claims  []rawClaim
	}
	if err := decode(answer.String(), &a); err != nil {
		return nil, false, err
	}
	if err := answerTemplate().marked(a.Mark); err != nil {
		return nil, false, err
	}
	for _, c := range a.Claims[:min(len(a.Claims), maxClaims)] {
		said = append(said, c.said())
	}
	return said, a.Abstain || len(said) == 0, nil
}

type rawClaim struct {
	Text   string
	Items  []string
	Quotes []string
}

func (c rawClaim) said() Said {
	s := Said{Text: minutes.CleanLine(c.Text), Items: c.Items[:min(len(c.Items), 4)]}
	for _, q := range c.Quotes[:min(len(c.Quotes), 4)] {
		s.Quotes = append(s.Quotes, minutes.CleanLine(q))
	}
	return s
}

// Begun are the sentences of an answer that is still being written, as far as they are whole. Until the
// mark has come back there are none.
func Begun(partial string) []Said {
	if !strings.Contains(partial, `"`+answerTemplate().mark+`"`) {
		return nil
	}
	at := strings.Index(partial, `"claims"`)
	if at < 0 {
		return nil
	}
	_, list, ok := strings.Cut(partial[at:], "[")
	if !ok {
		return nil
	}
	var out []Said
	dec := json.NewDecoder(strings.NewReader("[" + list))
	if _, err := dec.Token(); err != nil {
		return nil
	}
	for dec.More() && len(out) < maxClaims {
		var c rawClaim
		if dec.Decode(&c) != nil {
			break
		}
		out = append(out, c.said())
	}
	return out
}
