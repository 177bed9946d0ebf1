package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// answer is in form and says what the prompt says: of an item its title, of a plan that it is
// done, of a question that nothing answers it.
func answer(q question) string {
	var in struct {
		Item, Goal string
		Passages   []any
	}
	_ = json.Unmarshal([]byte(q.of("user")), &in)
	head, _, _ := strings.Cut(q.of("system"), "\n")
	mark := strings.TrimPrefix(head, "Mark: ")
	out := map[string]any{"mark": mark, "found": false, "value": ""}
	switch {
	case in.Goal != "":
		out = map[string]any{"mark": mark, "thought": "enough is known", "actions": []any{}, "final": true}
	case in.Passages != nil:
		out = map[string]any{"mark": mark, "abstain": true, "claims": []any{}}
	case in.Item != "":
		_, rest, _ := strings.Cut(in.Item, "\ntitle: ")
		title, _, _ := strings.Cut(rest, "\n")
		out = map[string]any{"mark": mark, "line": "It says: " + title, "quote": title, "kind": "news", "asks": []any{}, "needs_reply": false}
	}
	b, _ := json.Marshal(out)
	return string(b)
}

// kind is what a prompt asks for.
func (q question) kind() string {
	var in map[string]json.RawMessage
	_ = json.Unmarshal([]byte(q.of("user")), &in)
	for _, k := range []string{"goal", "passages", "question", "item"} {
		if in[k] != nil {
			return map[string]string{"goal": "plan", "passages": "answer", "question": "look", "item": "read"}[k]
		}
	}
	return "other"
}

// usage is what llmsim says of a call.
type usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
	Details    struct {
		Cached int `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
}

// A dialect is a protocol's way to say a piece, and the end.
type dialect interface {
	kind() string
	piece(text string) string
	end(reason string, u usage) string
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

type openai struct{}

func (openai) kind() string { return "text/event-stream" }
func (openai) piece(text string) string {
	return `data: {"id":"1","object":"chat.completion.chunk","model":"sim","choices":[{"index":0,"delta":{"content":` + quote(text) + `},"finish_reason":null}]}` + "\n\n"
}
func (openai) end(reason string, u usage) string {
	b, _ := json.Marshal(u)
	return fmt.Sprintf("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":%q}]}\n\ndata: {\"choices\":[],\"usage\":%s}\n\ndata: [DONE]\n\n", reason, b)
}

type ollama struct{}

func (ollama) kind() string { return "application/x-ndjson" }
func (ollama) piece(text string) string {
	return `{"model":"sim","created_at":"2026-01-01T07:00:00Z","message":{"role":"assistant","content":` + quote(text) + `},"done":false}` + "\n"
}
func (ollama) end(reason string, u usage) string {
	return fmt.Sprintf(`{"model":"sim","created_at":"2026-01-01T07:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":%q,"prompt_eval_count":%d,"prompt_eval_cached_count":%d,"eval_count":%d}`+"\n",
		reason, u.Prompt, u.Details.Cached, u.Completion)
}
