// Package prompts writes what models are told and reads what they answer. The stable part stands first
// and is the same byte for byte in every call, so that a server's prefix cache holds it; text from
// outside comes last, as a JSON string in one field. What comes back is taken for hostile.
package prompts

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base32"
	"encoding/json"
	"errors"
	"strings"

	"github.com/dailyminutes/minutes"
)

// The errors of an answer. Each is repaired once, by asking again.
var (
	// ErrCut: the mark at the head of the prompt did not come back, so the head was cut off.
	ErrCut = errors.New("the prompt was cut: its mark did not come back")
	// ErrForm: the answer is not of the form that was asked for.
	ErrForm = errors.New("the answer is not of the form that was asked for")
)

// A template is a stable part with the schema of its answers.
type template struct {
	system minutes.Text
	mark   string
	schema json.RawMessage
}

// newTemplate puts a mark at the head of a page. It follows from the page's own bytes and is named
// nowhere else, so that only who has seen the head can give it back.
func newTemplate(page, schema string) template {
	sum := sha256.Sum256([]byte(page + schema))
	mark := base32.StdEncoding.EncodeToString(sum[:])[:8]
	text := "Mark: " + mark + "\n\n" + page
	return template{mark: mark, schema: json.RawMessage(schema),
		system: minutes.Text{Safe: minutes.Clean(text), Label: minutes.Label{Class: minutes.Public, Origin: minutes.FromSystem}}}
}

// Marked says whether an answer brought the template's mark back.
func (t template) marked(mark string) error {
	if strings.TrimSpace(mark) != t.mark {
		return ErrCut
	}
	return nil
}

// inert is text in which no server finds a token that means something to it: what ends a turn, begins
// one, or calls a tool. Angle brackets are escaped by the JSON that the text travels in.
func inert(s string) string { return breaker.Replace(s) }

var breaker = strings.NewReplacer("[INST]", "[ INST]", "[/INST]", "[ /INST]", "[TOOL_CALLS]", "[ TOOL_CALLS]",
	"[AVAILABLE_TOOLS]", "[ AVAILABLE_TOOLS]", "<|", "< |", "|>", "| >", "<｜", "< ｜", "｜>", "｜ >", "▁", "_", "### Instruction", "# Instruction",
	"### Response", "# Response", "```", "'''")
