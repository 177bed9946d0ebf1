//go:build unix

package openai

import (
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

// BenchmarkStreams reads seven answers at once from the server in MINUTES_LLMSIM (its /v1), another
// process: what is counted is this one's CPU for each event, and how much of a prompt's fixed part the server's prefix
// cache had after the first call.
func BenchmarkStreams(b *testing.B) {
	base := os.Getenv("MINUTES_LLMSIM")
	if base == "" {
		b.Skip("no MINUTES_LLMSIM")
	}
	tr := &http.Transport{MaxIdleConnsPerHost: 8}
	defer tr.CloseIdleConnections()
	m, err := New(Options{Client: &http.Client{Transport: tr}, Base: base, Name: "tiny", Window: 16384})
	if err != nil {
		b.Fatal(err)
	}
	fixed := strings.Repeat("Answer shortly, with what the text says and nothing else. ", 40)
	ask := func(user string, tokens int) minutes.Usage {
		p := runtimetest.Prompt(user)
		p.System.Safe, p.MaxTokens = minutes.Clean(fixed), tokens
		a, err := m.Generate(b.Context(), p, func(minutes.Piece) {})
		if err != nil {
			b.Error(err)
		}
		return a.Usage
	}
	ask("warm up", 1)
	const streams, tokens = 7, 400
	cached, worst := 0.0, 1.0
	before, start := cpu(), time.Now()
	for b.Loop() {
		var wg sync.WaitGroup
		var mu sync.Mutex
		for range streams {
			wg.Go(func() {
				u := ask("the item of the day, which is new to the server", tokens)
				mu.Lock()
				defer mu.Unlock()
				cached = float64(u.CachedTokens) / float64(len(fixed)/4/16*16)
				worst = min(worst, cached)
			})
		}
		wg.Wait()
	}
	b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N*streams*tokens), "µs-CPU/event")
	b.ReportMetric(time.Since(start).Seconds()/float64(b.N), "s/round")
	b.ReportMetric(100*worst, "%cached-at-worst")
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
