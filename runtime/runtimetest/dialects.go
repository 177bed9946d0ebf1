package runtimetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// A voice is whose answer it is said to be.
type voice struct{ name, remote string }

func quote(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

// ollama is Ollama's own protocol: a JSON object a line.
type ollama struct{}

func (ollama) kind() string { return "application/x-ndjson" }

func (ollama) head(v voice) string {
	remote := ""
	if v.remote != "" {
		remote = fmt.Sprintf(`"remote_model":%s,"remote_host":%s,`, quote(v.name), quote(v.remote))
	}
	return fmt.Sprintf(`{"model":%s,%s"created_at":"2026-11-23T14:45:18.65367286Z",`, quote(v.name), remote)
}

func (o ollama) piece(v voice, text, think string) string {
	if think != "" {
		think = `,"thinking":` + quote(think)
	}
	return o.head(v) + fmt.Sprintf(`"message":{"role":"assistant","content":%s%s},"done":false}`, quote(text), think) + "\n"
}

func (o ollama) end(v voice, reason string, c counts) string {
	return o.head(v) + fmt.Sprintf(`"message":{"role":"assistant","content":""},"done":true,"done_reason":%s,"total_duration":158331713,`+
		`"load_duration":12098481,"prompt_eval_count":%d,"prompt_eval_cached_count":%d,"prompt_eval_duration":17285909,"eval_count":%d,"eval_duration":127329663}`,
		quote(reason), c.prompt, c.cached, c.answer) + "\n"
}

func (ollama) failed(message string) string {
	return fmt.Sprintf(`{"error":%s}`, quote(message)) + "\n"
}

// openai is OpenAI's protocol: server-sent events.
type openai struct{}

func (openai) kind() string { return "text/event-stream; charset=utf-8" }

func (openai) piece(v voice, text, think string) string {
	delta := `"content":` + quote(text)
	if think != "" { // both names of the field
		delta = fmt.Sprintf(`"content":null,"reasoning":%s,"reasoning_content":%s`, quote(think), quote(think))
	}
	return fmt.Sprintf("data: "+`{"id":"chatcmpl-1","object":"chat.completion.chunk","model":%s,"choices":[{"index":0,"delta":{%s},"finish_reason":null,"stop_reason":null}]}`+"\n\n",
		quote(v.name), delta)
}

func (openai) end(v voice, reason string, c counts) string {
	return fmt.Sprintf("data: "+`{"id":"chatcmpl-1","model":%s,"choices":[{"index":0,"delta":{},"finish_reason":%s,"stop_reason":154827}]}`+"\n\n: keep-alive\r\n\r\n"+
		"data: "+`{"id":"chatcmpl-1","model":%s,"choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,"prompt_tokens_details":{"cached_tokens":%d}}}`+"\n\n"+
		"data: [DONE]\n\n", quote(v.name), quote(reason), quote(v.name), c.prompt, c.answer, c.prompt+c.answer, c.cached)
}

func (openai) failed(message string) string {
	return fmt.Sprintf("data: "+`{"error":{"message":%s,"type":"InternalServerError","code":500}}`+"\n\n", quote(message))
}

// embed answers in the protocol of its path. OpenAI's list comes in the wrong order, as it may.
func (s *Server) embed(w http.ResponseWriter, _ *http.Request, q Request, reply Reply) {
	w.Header().Set("Content-Type", "application/json")
	vectors := make([]string, len(q.Inputs))
	for i, text := range q.Inputs {
		b, _ := json.Marshal(vector(text))
		vectors[i] = string(b)
	}
	if reply.Fault == Cut || reply.Fault == Empty {
		vectors = vectors[:len(vectors)-1]
	}
	if strings.HasPrefix(q.Path, "/api/") {
		_, _ = fmt.Fprintf(w, `{"model":%s,"embeddings":[%s],"prompt_eval_count":%d}`, quote(s.Name), strings.Join(vectors, ","), len(q.Inputs))
		return
	}
	parts := make([]string, len(vectors))
	for i, v := range vectors {
		parts[len(parts)-1-i] = fmt.Sprintf(`{"object":"embedding","index":%d,"embedding":%s}`, i, v)
	}
	_, _ = fmt.Fprintf(w, `{"object":"list","data":[%s],"model":%s,"usage":{"prompt_tokens":1,"total_tokens":1}}`, strings.Join(parts, ","), quote(s.Name))
}

// metas are the paths that tell of the server and its model.
func (s *Server) metas() map[string]func(Request) (status int, kind, body string) {
	const text, data = "text/plain; charset=utf-8", "application/json; charset=utf-8"
	return map[string]func(Request) (int, string, string){
		"GET /{$}":         func(Request) (int, string, string) { return 200, text, "Ollama is running" },
		"GET /api/version": func(Request) (int, string, string) { return 200, data, `{"version":"0.34.2"}` },
		"GET /api/tags": func(Request) (int, string, string) {
			return 200, data, fmt.Sprintf(`{"models":[{"name":%s,"model":%s,"remote_host":%s,"size":1,"details":{"family":"llama"}}]}`,
				quote(s.Name+":latest"), quote(s.Name+":latest"), quote(s.Remote))
		},
		"POST /api/show": s.show,
		"GET /v1/models": func(Request) (int, string, string) {
			return 200, data, fmt.Sprintf(`{"object":"list","data":[{"id":%s,"object":"model","created":1,"owned_by":"vllm","root":%s,"max_model_len":%d,"permission":[]}]}`,
				quote(s.Name), quote(s.Name), s.Context)
		},
		"GET /health":  func(Request) (int, string, string) { return 200, text, "" },
		"GET /version": func(Request) (int, string, string) { return 200, data, `{"version":"0.24.0"}` },
		"GET /metrics": func(Request) (int, string, string) { return 200, text + "; version=0.0.4", metrics() },
	}
}

func (s *Server) show(q Request) (int, string, string) {
	const data = "application/json; charset=utf-8"
	if q.Model != s.Name {
		return 404, data, fmt.Sprintf(`{"error":"model '%s' not found"}`, q.Model)
	}
	capabilities := `"completion"`
	if s.Thinks {
		capabilities += `,"thinking"`
	}
	remote := ""
	if s.Remote != "" {
		remote = fmt.Sprintf(`,"remote_model":%s,"remote_host":%s`, quote(s.Name), quote(s.Remote))
	}
	return 200, data, fmt.Sprintf(`{"details":{"family":"llama"},"model_info":{"general.architecture":"llama","llama.context_length":%d},"capabilities":[%s]%s}`,
		s.Context, capabilities, remote)
}

// metrics is a page as vLLM writes it, of series that matter and some that do not.
func metrics() string {
	return strings.Join([]string{
		"# HELP vllm:num_requests_running Number of requests in model execution batches.",
		"# TYPE vllm:num_requests_running gauge",
		`vllm:num_requests_running{engine="0",model_name="tiny"} 3.0`,
		`vllm:num_requests_waiting{engine="0",model_name="tiny"} 2.0`,
		`vllm:prefix_cache_queries_total{engine="0",model_name="tiny"} 1000.0`,
		`vllm:prefix_cache_queries_created{engine="0",model_name="tiny"} 1.7e+09`,
		`vllm:prefix_cache_hits_total{engine="0",model_name="tiny"} 950.0`,
		`vllm:time_to_first_token_seconds_bucket{engine="0",le="0.001",model_name="tiny"} 0.0`,
		"",
	}, "\n")
}

var (
	_ dialect = ollama{}
	_ dialect = openai{}
)
