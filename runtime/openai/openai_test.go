package openai

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

// serve is a model whose server sends body, as the kind of content it is.
func serve(t *testing.T, kind, body string) *Model {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	m, err := New(Options{Client: runtimetest.Client(t), Base: s.URL + "/v1/", Name: "m", Window: 8192})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestStreamsOfEveryShape(t *testing.T) {
	const event = "text/event-stream"
	for _, c := range []struct {
		name, kind, body, want string
		err                    error
	}{
		{"CRLF, comments, an event of two lines, no space", event, ": hello\r\n\r\ndata:{\"choices\":[{\"delta\":\r\ndata:{\"content\":\"yes\"}}]}\r\n\r\ndata: [DONE]\r\n\r\n", "yes", nil},
		{"no [DONE], but a reason", event, "data: {\"choices\":[{\"delta\":{\"content\":\"yes\"},\"finish_reason\":\"stop\"}]}\n\n", "yes", nil},
		{"no reason, but [DONE]", event, "data: {\"choices\":[{\"delta\":{\"content\":\"yes\"}}]}\n\ndata: [DONE]", "yes", nil},
		{"no line at the end", event, "data: {\"choices\":[{\"delta\":{\"content\":\"yes\"},\"finish_reason\":\"stop\"}]}", "yes", nil},
		{"neither", event, "data: {\"choices\":[{\"delta\":{\"content\":\"yes\"}}]}\n\n", "", minutes.ErrTruncated},
		{"a tool that was not offered", event, "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{}]},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n", "", minutes.ErrTruncated},
		{"an empty first chunk", event, "data: {\"choices\":[],\"prompt_filter_results\":[]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"yes\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n", "yes", nil},
		{"no stream at all", "application/json", `{"choices":[{"message":{"content":"yes","reasoning_content":"hm"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3}}`, "yes", nil},
		{"no stream, cut at the limit", "application/json", `{"choices":[{"message":{"content":"ye"},"finish_reason":"length"}]}`, "", minutes.ErrTruncated},
		{"nothing", event, "", "", minutes.ErrTruncated},
	} {
		a, err := serve(t, c.kind, c.body).Generate(t.Context(), minutes.Prompt{}, nil)
		if !errors.Is(err, c.err) || a.Text.String() != c.want {
			t.Errorf("%s: %q, %v", c.name, a.Text, err)
		}
	}
}

func TestARefusalIsNoAnswer(t *testing.T) {
	m := serve(t, "text/event-stream", "data: {\"choices\":[{\"delta\":{\"refusal\":\"I will not\"}}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
	_, err := m.Generate(t.Context(), minutes.Prompt{}, nil)
	if err == nil || !strings.Contains(err.Error(), "declined") {
		t.Errorf("%v", err)
	}
}

func TestNumbersOfAServerThatLiesCostNothing(t *testing.T) {
	m := serve(t, "text/event-stream", `data: {"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":-5000000,"completion_tokens":-7,"prompt_tokens_details":{"cached_tokens":-1}}}`+"\n\n")
	a, err := m.Generate(t.Context(), minutes.Prompt{}, nil)
	if err != nil || a.Usage.PromptTokens != 0 || a.Usage.CompletionTokens != 0 || a.Usage.CachedTokens != 0 {
		t.Errorf("%+v, %v", a.Usage, err)
	}
}

func TestWhatEachServiceIsSent(t *testing.T) {
	p := runtimetest.Prompt("?")
	p.Schema = json.RawMessage(`{"type":"object"}`)
	for base, want := range map[string]string{
		"http://127.0.0.1:8000/v1":                                "max_tokens=200 response_format seed=7 temperature=0",
		"https://api.openai.com/v1":                               "max_completion_tokens=200 response_format",
		"https://api.anthropic.com/v1/":                           "max_tokens=200 temperature=0",
		"https://generativelanguage.googleapis.com/v1beta/openai": "max_tokens=200 response_format temperature=0",
	} {
		m, err := New(Options{Client: runtimetest.Client(t), Base: base, Name: "m"})
		if err != nil {
			t.Fatal(err)
		}
		r := m.request(p, 200)
		var got []string
		for _, f := range []string{"max_completion_tokens", "max_tokens", "response_format", "seed", "temperature"} {
			switch v, ok := r[f]; {
			case ok && f == "response_format":
				got = append(got, f)
			case ok:
				got = append(got, fmt.Sprintf("%s=%v", f, v))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is sent %s, not %s", base, got, want)
		}
	}
	m, err := New(Options{Client: runtimetest.Client(t), Base: "http://127.0.0.1:8000/v1", Name: "m", Schema: StructuredOutputs,
		Fields: map[string]any{"seed": nil, "chat_template_kwargs": map[string]any{"enable_thinking": false}}})
	if err != nil {
		t.Fatal(err)
	}
	r := m.request(p, 200)
	if r["structured_outputs"] == nil || r["response_format"] != nil || r["chat_template_kwargs"] == nil {
		t.Errorf("vLLM is sent %v", r)
	}
	if _, ok := r["seed"]; ok {
		t.Error("a field that was taken out is sent")
	}
}

func TestStatusOfVLLM(t *testing.T) {
	s := runtimetest.Serve(t, runtimetest.Says("yes"))
	s.Key, s.Context = "k", 16384
	m, err := New(Options{Client: runtimetest.Client(t), Base: s.URL + "/v1", Name: "tiny", Key: minutes.NewSecret("k")})
	if err != nil {
		t.Fatal(err)
	}
	st, err := m.Status(t.Context())
	if err != nil || !st.Reachable || !st.Present || st.Context != 16384 || st.Window != 16384 || st.Version != "0.24.0" || st.Load == nil {
		t.Fatalf("%+v, %v", st, err)
	}
	if want := (minutes.Load{Running: 3, Waiting: 2, PrefixHits: 950, PrefixQueries: 1000}); *st.Load != want {
		t.Errorf("load: %+v", *st.Load)
	}
	for _, q := range s.Requests() {
		if outside := !strings.HasPrefix(q.Path, "/v1/"); outside && q.Header.Get("Authorization") != "" {
			t.Errorf("the key went to %s, which asks for none", q.Path)
		}
	}
	for fault, want := range map[runtimetest.Fault]error{runtimetest.Busy: nil, runtimetest.Unauthorized: minutes.ErrAuth} {
		s.Meta = func(q runtimetest.Request) runtimetest.Fault {
			if fault == runtimetest.Busy && q.Path != "/health" {
				return runtimetest.None
			}
			return fault
		}
		st, err := m.Status(t.Context())
		if err == nil || !st.Reachable || minutes.Hint(err) == "" || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %+v, %v", fault, st, err)
		}
	}
	gone, err := New(Options{Client: runtimetest.Client(t), Base: runtimetest.Down(t) + "/v1", Name: "tiny"})
	if err != nil {
		t.Fatal(err)
	}
	if st, err := gone.Status(t.Context()); !errors.Is(err, minutes.ErrOffline) || st.Reachable {
		t.Errorf("a server that is not there: %+v, %v", st, err)
	}
}

func TestLoadOfAWholePage(t *testing.T) {
	b, err := os.ReadFile("../../../shared/corpus/llm/llmprobe__vllm_metrics_live.txt")
	if err != nil {
		t.Skip("skipped: 0 pages of metrics are on this machine")
	}
	if l := load(b); l == nil {
		t.Error("no load")
	}
	for _, page := range []string{"", "# HELP x\n", "<html>vllm: no</html>", "go_gc 1\n", "vllm:num_requests_running{model_name=\"a b\"} NaN\n"} {
		if l := load([]byte(page)); l != nil {
			t.Errorf("%q: %+v", page, l)
		}
	}
}

func TestErrorBodiesOfEveryShape(t *testing.T) {
	m := serve(t, "", "")
	for body, want := range map[string]error{
		`{"error":{"message":"no","type":"invalid_request_error","code":"context_length_exceeded"}}`:                               minutes.ErrTooLong,
		`{"object":"error","message":"This model's maximum context length is 8192 tokens","type":"BadRequestError","code":400}`:    minutes.ErrTooLong,
		`{"error":{"message":"max_tokens=8192 cannot be greater than max_model_len=max_total_tokens=4096","code":400}}`:            minutes.ErrTooLong,
		`[{"error":{"code":400,"message":"The input token count (9) exceeds the maximum","status":"INVALID_ARGUMENT"}}]`:           minutes.ErrTooLong,
		`{"error":{"message":"prompt is too long: 9 tokens > 8 maximum","type":"invalid_request_error","param":null,"code":null}}`: minutes.ErrTooLong,
		`{"error":"prompt too long; exceeded max context length by 7 tokens"}`:                                                     minutes.ErrTooLong,
		`{"error":{"message":"Your credit balance is too low","type":"invalid_request_error"}}`:                                    minutes.ErrBudget,
		`{"detail":"list index out of range"}`: nil, `<html>Bad Request</html>`: nil, `"text"`: nil, `[]`: nil, `{"error":null}`: nil, `{"error":{"code":[1]}}`: nil, ``: nil,
	} {
		err := m.said(http.StatusBadRequest, []byte(body))
		var own *minutes.ModelError
		if !errors.As(err, &own) || own.Again || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %v", body, err)
		}
		if want == nil && (errors.Is(err, minutes.ErrTooLong) || errors.Is(err, minutes.ErrBudget)) {
			t.Errorf("%s is taken for more than it says: %v", body, err)
		}
	}
	if err := m.said(http.StatusBadRequest, []byte(`{"detail":"list index out of range"}`)); !strings.Contains(err.Error(), "list index out of range") {
		t.Errorf("what the server said is lost: %v", err)
	}
}

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	if d := retryAfter("7"); d != 7*time.Second {
		t.Error(d)
	}
	if d := retryAfter(time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)); d < 50*time.Minute || d > time.Hour {
		t.Error(d)
	}
	for _, v := range []string{"", "soon", "-3", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)} {
		if d := retryAfter(v); d != 0 {
			t.Errorf("%q: %s", v, d)
		}
	}
}

func FuzzEvents(f *testing.F) {
	f.Add("data: {\"choices\":[{\"delta\":{\"content\":\"yes\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
	f.Add("data: {\"error\":\"x\"}\n\n")
	f.Add(": ping\r\n\r\ndata:\ndata:[DONE]")
	m := &Model{}
	if err := m.server.init(Options{Client: &http.Client{Transport: http.NewFileTransport(http.Dir("."))}, Base: "http://127.0.0.1/v1", Name: "m"}); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in string) {
		pieces := ""
		s := &stream{m: m, limit: 10, emit: func(p minutes.Piece) { pieces += p.Text }}
		if err := s.events(strings.NewReader(in)); err == nil && pieces != s.text.String() {
			t.Errorf("%q is emitted, %q is kept", pieces, s.text.String())
		}
		_, _ = detail([]byte(in))
		_ = load([]byte(in))
	})
}
