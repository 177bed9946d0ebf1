// Command llmvoice stands before a server of models that says the same word for ever (llmsim) and puts an
// answer in its mouth that is in form and true. The time of every token, the prompt's tokens and how many
// of them the prefix cache had are the server's own. It speaks OpenAI's and Ollama's protocol.
//
//	llmvoice [-addr 127.0.0.1:8078] [-sim http://127.0.0.1:8077] [-window 32768]
//
// GET /stats tells what came since the last /stats, as JSON, and forgets it. A prompt that would be
// cut, because it and its answer do not fit Ollama's num_ctx, is counted. A token is four bytes, as llmsim has it.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"strings"
	"time"
)

var (
	addr   = flag.String("addr", "127.0.0.1:8078", "loopback address")
	sim    = flag.String("sim", "http://127.0.0.1:8077", "the server whose time it is")
	window = flag.Int("window", 32768, "tokens of the model")
)

// A question is a request of either protocol.
type question struct {
	Messages []struct{ Role, Content string }
	Max      int `json:"max_tokens"`
	Options  struct {
		Window int `json:"num_ctx"`
		Max    int `json:"num_predict"`
	}
}

func (q question) of(role string) string {
	out := ""
	for _, m := range q.Messages {
		if m.Role == role {
			out += m.Content
		}
	}
	return out
}

func main() {
	flag.Parse()
	t := &tally{}
	http.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, r *http.Request) { t.serve(w, r, openai{}) })
	http.HandleFunc("POST /api/chat", func(w http.ResponseWriter, r *http.Request) { t.serve(w, r, ollama{}) })
	http.HandleFunc("GET /stats", t.tell)
	for path, body := range map[string]string{
		"GET /v1/models":   `{"object":"list","data":[{"id":"sim","object":"model","max_model_len":` + fmt.Sprint(*window) + `}]}`,
		"GET /api/version": `{"version":"0.34.2"}`,
		"GET /api/tags":    `{"models":[{"name":"sim","model":"sim","size":1}]}`,
		"POST /api/show":   `{"details":{"family":"llama"},"model_info":{"general.architecture":"llama","llama.context_length":` + fmt.Sprint(*window) + `},"capabilities":["completion"]}`,
	} {
		http.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, body)
		})
	}
	log.Fatal(http.ListenAndServe(*addr, nil))
}

// serve answers one request, a piece for each token of the server behind.
func (t *tally) serve(w http.ResponseWriter, r *http.Request, d dialect) {
	var q question
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c := t.begin(q)
	answer := answer(q)
	limit := max(q.Max, q.Options.Max)
	tokens := min((len(answer)+3)/4, limit)
	w.Header().Set("Content-Type", d.kind())
	flush := http.NewResponseController(w)
	err := ask(r, q, tokens, func(i int) {
		t.token(c)
		fmt.Fprint(w, d.piece(answer[min(4*i, len(answer)):min(4*i+4, len(answer))]))
		flush.Flush()
	}, &c.Usage)
	if err != nil {
		log.Print(err)
		panic(http.ErrAbortHandler)
	}
	reason := "stop"
	if tokens == limit {
		reason = "length"
	}
	fmt.Fprint(w, d.end(reason, c.Usage))
	t.end(c)
}

// ask has the server behind make so many tokens, and tells each.
func ask(r *http.Request, q question, tokens int, token func(i int), u *usage) error {
	messages := []map[string]string{}
	for _, m := range q.Messages {
		messages = append(messages, map[string]string{"role": m.Role, "content": m.Content})
	}
	body, err := json.Marshal(map[string]any{"messages": messages, "max_tokens": tokens, "stream": true})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, *sim+"/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	i := 0
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		switch {
		case !ok || data == "[DONE]":
		case strings.Contains(data, `"usage"`):
			var last struct{ Usage *usage }
			last.Usage = u
			if err := json.Unmarshal([]byte(data), &last); err != nil {
				return err
			}
		default:
			token(i)
			i++
		}
	}
	return lines.Err()
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}, Timeout: 10 * time.Minute}
