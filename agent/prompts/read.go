package prompts

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/dailyminutes/minutes"
)

// maxRead is how much of an item's text a reader sees, in runes: about a thousand tokens, so that a
// prompt fits any window. What it does not see it cannot speak of.
const maxRead = 3600

// readTokens bounds a reader's answer.
const readTokens = 400

//go:embed read.txt
var readPage string

const readSchema = `{"type":"object","additionalProperties":false,"required":["mark","line","kind","asks","needs_reply"],"properties":{` +
	`"mark":{"type":"string","maxLength":16},"line":{"type":"string","maxLength":300},` +
	`"kind":{"type":"string","enum":["ask","news","notice","offer","talk"]},` +
	`"asks":{"type":"array","maxItems":4,"items":{"type":"object","additionalProperties":false,"required":["who","what","due"],` +
	`"properties":{"who":{"type":"string","maxLength":80},"what":{"type":"string","maxLength":160},"due":{"type":"string","maxLength":80}}}},` +
	`"needs_reply":{"type":"boolean"}}}`

var readTemplate = sync.OnceValue(func() template { return newTemplate(readPage, readSchema) })

// ReadVersion changes with the template: readings made by another one are made anew.
func ReadVersion() string { return readTemplate().mark }

// Read asks for a reading of one item. refused, if there is one, is the line that did not hold, with the
// reason: a model wrote it, so that only who may see what that model sees is shown it.
func Read(it minutes.Item, refused *Refused) minutes.Prompt {
	t := readTemplate()
	user, label := map[string]any{"item": inert(page(it))}, it.Label()
	if refused != nil {
		label = label.Join(refused.Label)
		user["refused"] = map[string]string{"line": inert(refused.Line.String()), "because": inert(refused.Why)}
	}
	b, err := json.Marshal(user) // escapes < and >, which begin most tokens that a server obeys
	if err != nil {
		b = []byte(`{"item":""}`) // strings can always be written
	}
	return minutes.Prompt{System: t.system, User: minutes.Text{Safe: minutes.Clean(string(b)), Label: label},
		Schema: t.schema, MaxTokens: readTokens, LocalOnly: it.LocalOnly}
}

// Refused is a line that did not hold. Label is of the answer that it stood in.
type Refused struct {
	Line  minutes.Safe
	Why   string
	Label minutes.Label
}

// page is an item as a reader sees it: who, when, what about, and its text.
func page(it minutes.Item) string {
	var b strings.Builder
	for line := range strings.Lines(it.Facts().String()) {
		// The points of a story rise by the hour: a reading that does not speak of them stays good. Of
		// attendees enough is enough.
		if it.Story == nil && b.Len() < 1500 {
			b.WriteString(line)
		}
	}
	fmt.Fprintf(&b, "\ntitle: %s\n\n", it.Title.Line())
	text := it.Body
	if text.Empty() {
		text = it.Excerpt
	}
	b.WriteString(text.Cut(maxRead).String())
	return b.String()
}

// A Draft is a reader's answer. A quote is not asked for (it costs as much as the line, and the words that
// a line rests on are found in the item); a model that gives one is taken by its word, if the item has it.
// It is in form and no more: nothing of it has been held against the item.
type Draft struct {
	Line, Quote minutes.Safe
	Kind        string
	Asks        []minutes.Asked
	NeedsReply  bool
}

// ParseReading reads a reader's answer. The error is ErrCut or ErrForm.
func ParseReading(answer minutes.Text) (Draft, error) {
	var a struct {
		Mark, Line, Quote, Kind string
		Asks                    []struct{ Who, What, Due string }
		NeedsReply              bool `json:"needs_reply"`
	}
	if err := decode(answer.String(), &a); err != nil {
		return Draft{}, err
	}
	if err := readTemplate().marked(a.Mark); err != nil {
		return Draft{}, err
	}
	d := Draft{Line: minutes.CleanLine(a.Line), Quote: minutes.CleanLine(a.Quote), Kind: a.Kind, NeedsReply: a.NeedsReply}
	if n := len(strings.Fields(d.Line.String())); n == 0 || n > 40 {
		return Draft{}, fmt.Errorf("%w: the line has %d words", ErrForm, n)
	}
	switch a.Kind {
	case "ask", "news", "notice", "offer", "talk":
	default:
		return Draft{}, fmt.Errorf("%w: the kind is none of the five", ErrForm)
	}
	for _, q := range a.Asks[:min(len(a.Asks), 4)] {
		d.Asks = append(d.Asks, minutes.Asked{Who: minutes.CleanLine(q.Who), What: minutes.CleanLine(q.What), Due: minutes.CleanLine(q.Due)})
	}
	return d, nil
}
