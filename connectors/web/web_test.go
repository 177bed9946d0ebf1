package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// client waits for nothing and remembers what it would have waited.
func client(t *testing.T) (*Client, *[]time.Duration) {
	t.Helper()
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	var mu sync.Mutex
	waits := &[]time.Duration{}
	return &Client{HTTP: &http.Client{Transport: tr}, Now: func() time.Time { return noon },
		Wait: func(ctx context.Context, d time.Duration) error {
			mu.Lock()
			defer mu.Unlock()
			*waits = append(*waits, d)
			return ctx.Err()
		}}, waits
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func TestGetIsConditionalAndNamesTheProgram(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("User-Agent"), "minutes") {
			t.Errorf("User-Agent %q", r.Header.Get("User-Agent"))
		}
		w.Header().Set("ETag", `W/"a b"`)
		w.Header().Set("Last-Modified", "yesterday, about noon")
		if r.Header.Get("If-None-Match") == `W/"a b"` && r.Header.Get("If-Modified-Since") == "yesterday, about noon" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write([]byte("body"))
	})
	c, _ := client(t)
	res, err := c.Get(t.Context(), Request{URL: s.URL})
	if err != nil || string(res.Body) != "body" {
		t.Fatalf("%q, %v", res.Body, err)
	}
	res, err = c.Get(t.Context(), Request{URL: s.URL, ETag: res.ETag, LastModified: res.LastModified})
	if err != nil || !res.NotModified || len(res.Body) != 0 {
		t.Fatalf("validators must travel verbatim and give a 304: %+v, %v", res, err)
	}
}

func TestCapHoldsAfterDecompression(t *testing.T) {
	var z bytes.Buffer
	g := gzip.NewWriter(&z)
	_, _ = g.Write(make([]byte, 3<<20))
	_ = g.Close()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(z.Bytes())
	})
	c, _ := client(t)
	_, err := c.Get(t.Context(), Request{URL: s.URL, MaxBytes: 2 << 20})
	if err == nil || !strings.Contains(err.Error(), "larger than 2 MiB") {
		t.Fatalf("%d bytes on the wire, 3 MiB decoded: %v", z.Len(), err)
	}
	if res, err := c.Get(t.Context(), Request{URL: s.URL, MaxBytes: 3 << 20}); err != nil || len(res.Body) != 3<<20 {
		t.Fatalf("exactly at the cap: %d, %v", len(res.Body), err)
	}
}

func TestDamagedAnswersAreClearErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		h    http.HandlerFunc
		want string
	}{
		"corrupt gzip": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("this is not gzip at all"))
		}, "compression is damaged"},
		"short": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("ten bytes."))
		}, "broke off"},
		"reset": {func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }, "broke off"},
		"other encoding": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			_, _ = w.Write([]byte("x"))
		}, "not asked for"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, tc.h)
			c, _ := client(t)
			_, err := c.Get(t.Context(), Request{URL: s.URL + "/?key=CANARY"})
			wantError(t, err, tc.want)
		})
	}
}

// wantError checks what every error promises: its words, a hint, and no secret.
func wantError(t *testing.T, err error, words string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), words) {
		t.Fatalf("error %v, want %q in it", err, words)
	}
	if minutes.Hint(err) == "" {
		t.Errorf("no hint: %v", err)
	}
	if all := fmt.Sprintf("%v %+v %s", err, err, minutes.Hint(err)); strings.Contains(all, "CANARY") {
		t.Errorf("a secret in the error: %s", all)
	}
}

func TestStatusesMapToErrorsOneCanActOn(t *testing.T) {
	for code, kind := range map[int]error{401: minutes.ErrAuth, 403: minutes.ErrAuth, 404: minutes.ErrNotFound,
		410: minutes.ErrNotFound, 418: nil, 511: minutes.ErrOffline} {
		n := atomic.Int32{}
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			n.Add(1)
			w.WriteHeader(code)
			_, _ = w.Write([]byte(`{"reason":"because"}`))
		})
		c, _ := client(t)
		_, err := c.Get(t.Context(), Request{URL: s.URL + "/?key=CANARY"})
		wantError(t, err, fmt.Sprint(code))
		var st *StatusError
		if !errors.As(err, &st) || st.Code != code || string(st.Body) != `{"reason":"because"}` {
			t.Errorf("%d: %#v", code, st)
		}
		if kind != nil && !errors.Is(err, kind) {
			t.Errorf("%d is not %v: %v", code, kind, err)
		}
		if n.Load() != 1 {
			t.Errorf("%d was tried %d times", code, n.Load())
		}
	}
}

func TestPassingFailuresAreTriedThreeTimes(t *testing.T) {
	for _, code := range []int{408, 425, 429, 500, 502, 503, 504} {
		n := atomic.Int32{}
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if n.Add(1) < 3 {
				w.WriteHeader(code)
			}
		})
		c, waits := client(t)
		if _, err := c.Get(t.Context(), Request{URL: s.URL}); err != nil {
			t.Errorf("%d: %v", code, err)
		}
		w := *waits
		if len(w) != 2 || w[0] < 500*time.Millisecond || w[0] >= 1500*time.Millisecond || w[1] < time.Second || w[1] >= 3*time.Second {
			t.Errorf("%d waited %v, want 1 s and 2 s give or take half", code, w)
		}
	}
	n := atomic.Int32{}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { n.Add(1); w.WriteHeader(503) })
	c, _ := client(t)
	_, err := c.Get(t.Context(), Request{URL: s.URL})
	wantError(t, err, "503 Service Unavailable")
	if n.Load() != 3 {
		t.Errorf("tried %d times", n.Load())
	}
}

func TestRetryAfterIsHonouredUpToAMinute(t *testing.T) {
	for _, tc := range []struct {
		header string
		wait   []time.Duration
		after  time.Duration
	}{
		{"7", []time.Duration{7 * time.Second, 7 * time.Second}, 7 * time.Second},
		{noon.Add(30 * time.Second).Format(http.TimeFormat), []time.Duration{30 * time.Second, 30 * time.Second}, 30 * time.Second},
		{"3600", nil, time.Hour},
		{"99999999999999999999", nil, 0},
		{"-5", nil, 0},
	} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", tc.header)
			w.WriteHeader(429)
		})
		c, waits := client(t)
		_, err := c.Get(t.Context(), Request{URL: s.URL})
		wantError(t, err, "429")
		var st *StatusError
		if errors.As(err, &st); st == nil || st.RetryAfter != tc.after {
			t.Errorf("%s: %+v", tc.header, st)
		}
		if tc.after > 0 && fmt.Sprint(*waits) != fmt.Sprint(tc.wait) {
			t.Errorf("%s: waited %v, want %v", tc.header, *waits, tc.wait)
		}
	}
}

func TestARetryAfterPastTheDeadlineIsReturnedNotSleptOn(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "50")
		w.WriteHeader(503)
	})
	c, waits := client(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := c.Get(ctx, Request{URL: s.URL})
	wantError(t, err, "503")
	if len(*waits) != 0 {
		t.Errorf("waited %v with 20 s left", *waits)
	}
}

func TestConnectionErrorsAreOfflineWithAReason(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := "http://user:CANARY@" + l.Addr().String() + "/path?key=CANARY"
	_ = l.Close()
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	tlsServer := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(tlsServer.Close)
	for _, tc := range []struct{ url, want string }{
		{refused, "connection refused"},
		{"https" + strings.TrimPrefix(plain.URL, "http") + "/?key=CANARY", "does not speak TLS"},
		{tlsServer.URL + "/?key=CANARY", "signed by nobody"},
	} {
		c, _ := client(t)
		_, err := c.Get(t.Context(), Request{URL: tc.url})
		wantError(t, err, tc.want)
		if !errors.Is(err, minutes.ErrOffline) {
			t.Errorf("%v is not ErrOffline", err)
		}
	}
	c, _ := client(t)
	c.HTTP.Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "nowhere.test", IsNotFound: true}
	}
	_, err = c.Get(t.Context(), Request{URL: "http://nowhere.test/?key=CANARY"})
	wantError(t, err, "no such host")
}

func TestCertificateForAnotherHostIsExplained(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	c, _ := client(t)
	tr := s.Client().Transport.(*http.Transport).Clone()
	tr.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.Listener.Addr().String())
	}
	c.HTTP = &http.Client{Transport: tr}
	_, err := c.Get(t.Context(), Request{URL: "https://elsewhere.test/?key=CANARY"})
	wantError(t, err, "for another host")
}

func TestTheBrokersHintIsKept(t *testing.T) {
	c, waits := client(t)
	blocked := minutes.WithHint(errors.New("blocked by the egress rules: 10.0.0.1 is private"), "name the host in the config")
	c.HTTP.Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, fmt.Errorf("dial: %w", blocked)
	}
	_, err := c.Get(t.Context(), Request{URL: "http://a.test/?key=CANARY"})
	wantError(t, err, "blocked by the egress rules")
	if minutes.Hint(err) != "name the host in the config" || len(*waits) != 0 {
		t.Errorf("hint %q after %d waits", minutes.Hint(err), len(*waits))
	}
}

func TestRequestsToOneHostAreFew(t *testing.T) {
	var now, most atomic.Int32
	release := make(chan struct{})
	var arrived sync.WaitGroup
	arrived.Add(3)
	var once [3]sync.Once
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n <= 3 {
			once[n-1].Do(arrived.Done)
		}
		<-release
	})
	c, _ := client(t)
	c.PerHost = 3
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := c.Get(t.Context(), Request{URL: s.URL}); err != nil {
				t.Error(err)
			}
		})
	}
	arrived.Wait()
	close(release)
	all.Wait()
	if most.Load() != 3 {
		t.Errorf("%d at once, want 3", most.Load())
	}
}

func TestCancelEndsAWaitAtOnce(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) })
	c, _ := client(t)
	ctx, cancel := context.WithCancel(t.Context())
	c.Wait = func(ctx context.Context, d time.Duration) error { cancel(); return ctx.Err() }
	_, err := c.Get(ctx, Request{URL: s.URL})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	_, err = c.Get(ctx, Request{URL: s.URL})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

func TestAStalledServerIsLeft(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"no answer within 50ms": func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"the server stopped sending: nothing came for 60ms": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "some")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, h)
			c, waits := client(t)
			c.Limits = minutes.Deadlines{Headers: 50 * time.Millisecond, Idle: 60 * time.Millisecond}
			_, err := c.Get(t.Context(), Request{URL: s.URL})
			wantError(t, err, name)
			if !errors.Is(err, minutes.ErrOffline) || len(*waits) > 0 {
				t.Errorf("%v is not ErrOffline, or was tried again: %v", err, *waits)
			}
		})
	}
}

// TestABodyGoesWhereThereIsRoom: one that fits takes no new memory, one that does not is whole all the same.
func TestABodyGoesWhereThereIsRoom(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("x", len(r.URL.Query().Get("n"))*1000))
	})
	c, _ := client(t)
	room := make([]byte, 0, 8000)
	for n, fits := range map[string]bool{"123": true, "1234567890": false} {
		res, err := c.Get(t.Context(), Request{URL: s.URL + "/?n=" + n, Room: room})
		if err != nil || len(res.Body) != len(n)*1000 {
			t.Fatalf("%d bytes, %v", len(res.Body), err)
		}
		if got := &res.Body[0] == &room[:1][0]; got != fits {
			t.Errorf("%d bytes in the room: %v", len(res.Body), got)
		}
	}
}
