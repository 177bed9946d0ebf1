package runtimetest

import (
	"encoding/json"
	"net/http"
)

// read takes a request of either protocol apart. What it cannot read stays empty; Body has it all.
func read(r *http.Request, body []byte) Request {
	var in struct {
		Model    string
		Name     string // of /api/show, in older clients
		Messages []struct{ Role, Content string }
		Format   json.RawMessage
		Options  struct {
			Window int `json:"num_ctx"`
			Max    int `json:"num_predict"`
		}
		Max        int `json:"max_tokens"`
		MaxOther   int `json:"max_completion_tokens"`
		Structured struct {
			JSON json.RawMessage `json:"json"`
		} `json:"structured_outputs"`
		ResponseFormat struct {
			Schema struct {
				Schema json.RawMessage `json:"schema"`
			} `json:"json_schema"`
		} `json:"response_format"`
		Input json.RawMessage
	}
	_ = json.Unmarshal(body, &in)
	q := Request{Path: r.URL.Path, Header: r.Header.Clone(), Body: body, Model: in.Model, From: r.RemoteAddr, Window: in.Options.Window}
	q.MaxTokens = max(in.Options.Max, in.Max, in.MaxOther)
	for _, m := range in.Messages {
		switch m.Role {
		case "system":
			q.System += m.Content
		case "user":
			q.User += m.Content
		}
	}
	for _, schema := range []json.RawMessage{in.Format, in.ResponseFormat.Schema.Schema, in.Structured.JSON} {
		if len(schema) > 0 {
			q.Schema = schema
		}
	}
	if json.Unmarshal(in.Input, &q.Inputs) != nil {
		var one string
		if json.Unmarshal(in.Input, &one) == nil {
			q.Inputs = []string{one}
		}
	}
	return q
}
