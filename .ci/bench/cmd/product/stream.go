package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/egress"
	"github.com/dailyminutes/minutes/runtime/ollama"
	"github.com/dailyminutes/minutes/runtime/openai"
	"github.com/dailyminutes/minutes/runtime/router"
)

const (
	streams = 7
	events  = 400
	tick    = 10 * time.Millisecond // a step of the server: each stream gets one event
	firsts  = 200
)

// stream says what an event costs the client, with seven streams open, and how much later the first piece
// is told than the server sent it. The server is another process, which this one starts. What is around a
// model in the program is around it here: the broker's client, patience, the count.
func stream() {
	self, err := os.Executable()
	must(err)
	server := exec.Command(self, "serve")
	out, err := server.StdoutPipe()
	must(err)
	must(server.Start())
	defer func() { _ = server.Process.Kill(); _ = server.Wait() }()
	base, err := bufio.NewReader(out).ReadString('\n')
	must(err)
	base = strings.TrimSpace(base)
	u, err := url.Parse(base)
	must(err)
	ways := egress.New(egress.Options{})
	defer ways.Close()
	client := func() *http.Client { return ways.ForModel("model", []string{u.Host}) }
	o, err := openai.New(openai.Options{Client: client(), Base: base + "/v1", Name: "sim"})
	must(err)
	l, err := ollama.New(ollama.Options{Client: client(), Base: base, Name: "sim"})
	must(err)
	for _, m := range []struct {
		name  string
		model minutes.Model
	}{{"openai", o}, {"ollama", l}} {
		model := (&router.Meter{}).Count(router.Price{}, router.Wait(router.Local(), m.model))
		took := late(model)
		fmt.Printf("%s: first token, ms added by the client: median %.2f, of 200 the 195th %.2f, the first of all with its connection %.2f\n", m.name, took[1], took[2], took[0])
		fmt.Printf("%s: CPU of a streamed event, µs: %.1f\n", m.name, perEvent(model))
	}
	fmt.Printf("lines: CPU of reading the same lines and nothing else, µs: %.1f\n", perEvent(lines(base)))
}

// lines is a client that reads the lines of a server and makes nothing of them: the floor.
type lines string

func (base lines) Generate(ctx context.Context, p minutes.Prompt, _ func(minutes.Piece)) (minutes.Answer, error) {
	body := strings.NewReader(fmt.Sprintf(`{"max_tokens":%d}`, p.MaxTokens))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, string(base)+"/v1/chat/completions", body)
	must(err)
	res, err := http.DefaultClient.Do(req)
	must(err)
	defer res.Body.Close()
	for in := bufio.NewScanner(res.Body); in.Scan(); {
	}
	return minutes.Answer{}, nil
}

func prompt(tokens int) minutes.Prompt {
	label := minutes.Label{Class: minutes.Public, Origin: minutes.FromSystem}
	return minutes.Prompt{System: minutes.Text{Safe: minutes.Clean(strings.Repeat("Say what the item says and nothing else. ", 40)), Label: label},
		User: minutes.Text{Safe: minutes.Clean("The item of the day."), Label: label}, MaxTokens: tokens}
}

// perEvent is the median of five rounds, in µs an event.
func perEvent(m minutes.Model) float64 {
	var all []float64
	for range 5 {
		before := cpu()
		var wg sync.WaitGroup
		for range streams {
			wg.Go(func() {
				_, err := m.Generate(context.Background(), prompt(events+1), func(minutes.Piece) {})
				must(err)
			})
		}
		wg.Wait()
		all = append(all, float64((cpu()-before).Nanoseconds())/1000/streams/events)
	}
	slices.Sort(all)
	return all[2]
}

// late is, in ms, what lies between the call and the server's hearing of it, and between the server's first
// piece and the caller's hearing of that: of the first call, the median, the 195th of 200.
func late(m minutes.Model) [3]float64 {
	var all []float64
	for range firsts {
		start, heard, text := time.Now(), time.Time{}, ""
		_, err := m.Generate(context.Background(), prompt(3), func(p minutes.Piece) {
			if heard.IsZero() {
				heard, text = time.Now(), p.Text
			}
		})
		must(err)
		var got, sent int64
		if _, err := fmt.Sscanf(text, "%d %d", &got, &sent); err != nil {
			log.Fatalf("the first piece is %q", text)
		}
		all = append(all, float64(got-start.UnixNano()+heard.UnixNano()-sent)/1e6)
	}
	first := all[0]
	slices.Sort(all)
	return [3]float64{first, all[firsts/2], all[194]}
}

func cpu() time.Duration {
	var u syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// serve is the server: every stream gets an event at each step, as a batch of a GPU does it. The first
// piece says when the request came and when the piece left.
func serve() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	step := &beat{change: make(chan struct{})}
	go step.run()
	answer := func(kind, piece, end string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			got := time.Now().UnixNano()
			var q struct {
				Max     int `json:"max_tokens"`
				Options struct {
					Max int `json:"num_predict"`
				}
			}
			must(json.NewDecoder(r.Body).Decode(&q))
			w.Header().Set("Content-Type", kind)
			flush := http.NewResponseController(w)
			for i := range max(q.Max, q.Options.Max) - 1 {
				step.wait()
				text := " word"
				if i == 0 {
					text = fmt.Sprint(got, " ", time.Now().UnixNano(), " ")
				}
				fmt.Fprintf(w, piece, text)
				_ = flush.Flush()
			}
			fmt.Fprint(w, end)
		}
	}
	http.HandleFunc("POST /v1/chat/completions", answer("text/event-stream",
		`data: {"id":"chatcmpl-9f3c1e0b7d8a4c52","object":"chat.completion.chunk","created":1767250800,"model":"sim","choices":[{"index":0,"delta":{"content":"%s"},"logprobs":null,"finish_reason":null}]}`+"\n\n",
		`data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n"))
	http.HandleFunc("POST /api/chat", answer("application/x-ndjson",
		`{"model":"sim","created_at":"2026-01-01T07:00:00.123456789Z","message":{"role":"assistant","content":"%s"},"done":false}`+"\n",
		`{"model":"sim","created_at":"2026-01-01T07:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":420,"eval_count":400}`+"\n"))
	http.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"object":"list","data":[{"id":"sim","object":"model","max_model_len":16384}]}`)
	})
	http.HandleFunc("POST /api/show", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"details":{"family":"llama"},"model_info":{"general.architecture":"llama","llama.context_length":8192},"capabilities":["completion"]}`)
	})
	fmt.Println("http://" + l.Addr().String())
	must(http.Serve(l, nil))
}

// A beat is the steps of the server.
type beat struct {
	mu     sync.Mutex
	change chan struct{}
}

func (b *beat) run() {
	for range time.Tick(tick) {
		b.mu.Lock()
		close(b.change)
		b.change = make(chan struct{})
		b.mu.Unlock()
	}
}

func (b *beat) wait() {
	b.mu.Lock()
	change := b.change
	b.mu.Unlock()
	<-change
}
