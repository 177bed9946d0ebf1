package runtimetest

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
)

// A dialect is how a protocol writes the parts of a stream.
type dialect interface {
	kind() string // of content
	piece(v voice, text, think string) string
	end(v voice, reason string, c counts) string
	failed(message string) string // in mid-stream
}

// counts are tokens.
type counts struct{ prompt, cached, answer int }

// instead does what a fault does in place of an answer, if it is such a fault. Error bodies repeat the
// key that came, as some servers do: no error of a client may.
func (s *Server) instead(w http.ResponseWriter, r *http.Request, q Request, reply Reply) bool {
	f := reply.Fault
	if reply.After != "" {
		w.Header().Set("Retry-After", reply.After)
	}
	echo := " (you sent " + q.Header.Get("Authorization") + ")"
	switch {
	case f == Hang:
		s.wait(r)
	case f == Drop:
		panic(http.ErrAbortHandler)
	case f == Moved:
		w.Header().Set("Location", "http://127.0.0.2:9/api/chat")
		w.WriteHeader(http.StatusTemporaryRedirect)
	case f == Page, f == Gateway:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(max(f.status(), http.StatusOK))
		_, _ = io.WriteString(w, "<html><body>Please sign in to the network"+echo+"</body></html>\n")
	case f == NoSuchPath:
		http.Error(w, "404 page not found"+echo, http.StatusNotFound)
	case f.status() != 0:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(f.status())
		_, _ = io.WriteString(w, s.errorBody(q, f, echo))
	default:
		return false
	}
	return true
}

// errorBody is an error as the protocol of the path writes it.
func (s *Server) errorBody(q Request, f Fault, echo string) string {
	message, code := "something went wrong", "null"
	switch f {
	case Unauthorized:
		message, code = "invalid api key", `"invalid_api_key"`
	case Missing:
		message, code = fmt.Sprintf("model '%s' not found", q.Model), "404"
	case Overflow:
		message, code = "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (8000 in the messages, 1000 in the completion).", `"context_length_exceeded"`
		if strings.HasPrefix(q.Path, "/api/") {
			message = "the input length exceeds the context length"
		}
	case TooMany:
		message, code = "slow down", `"rate_limit_exceeded"`
	case Quota:
		message, code = "You exceeded your current quota", `"insufficient_quota"`
	case Busy:
		message = "server busy, please try again.  maximum pending requests exceeded"
	}
	message += echo
	switch {
	case strings.HasPrefix(q.Path, "/api/"):
		return fmt.Sprintf(`{"error":%s}`, quote(message))
	case s.Flat:
		return fmt.Sprintf(`{"object":"error","message":%s,"type":"BadRequestError","param":null,"code":%d}`, quote(message), f.status())
	}
	return fmt.Sprintf(`{"error":{"message":%s,"type":"an_error","param":null,"code":%s}}`, quote(message), code)
}

// chat streams an answer, and spoils it as the reply says.
func (s *Server) chat(d dialect) func(http.ResponseWriter, *http.Request, Request, Reply) {
	return func(w http.ResponseWriter, r *http.Request, q Request, reply Reply) {
		w.Header().Set("Content-Type", d.kind())
		v := voice{s.Name, s.Remote}
		if reply.Fault == Elsewhere {
			v.remote = "https://ollama.com:443"
		}
		out := http.NewResponseController(w)
		send := func(text string) bool {
			_, err := io.WriteString(w, text)
			if err == nil {
				err = out.Flush()
			}
			return err == nil && r.Context().Err() == nil
		}
		if reply.Fault == Silent {
			_ = send("")
			s.wait(r)
			return
		}
		if reply.Think != "" && !send(d.piece(v, "", reply.Think)) {
			return
		}
		pieces := split(spoiled(q, reply))
		for i := 0; i < len(pieces) || reply.Fault.endless(); i++ {
			if reply.Before != nil {
				reply.Before(i)
			}
			if i == len(pieces)/2 && s.inMidStream(d, v, r, reply.Fault, send) {
				return
			}
			if !send(d.piece(v, pieces[i%len(pieces)], "")) {
				s.update(func() { s.gone++ })
				return
			}
		}
		reason := map[Fault]string{Length: "length", Filtered: "content_filter"}[reply.Fault]
		if reason == "" {
			reason = "stop"
		}
		_ = send(d.end(v, reason, s.count(q, reply, len(pieces))))
	}
}

// inMidStream does what a fault does there and says whether it ended the stream.
func (s *Server) inMidStream(d dialect, v voice, r *http.Request, f Fault, send func(string) bool) bool {
	switch f {
	case Stall:
		s.wait(r)
	case Cut:
		panic(http.ErrAbortHandler)
	case NoEnd:
	case Malformed:
		send(strings.Replace(d.piece(v, "x", ""), "}", "", 1))
	case ErrorLine:
		send(d.failed("an error was encountered while running the model"))
	case LongLine:
		send(d.piece(v, strings.Repeat("x", 5<<20), ""))
		return false
	default:
		return false
	}
	return true
}

// spoiled is the text of a reply as its fault has it.
func spoiled(q Request, reply Reply) string {
	switch reply.Fault {
	case Empty:
		return ""
	case OffSchema:
		return `{"unexpected":true}`
	case Prose:
		return "Sure! Here is what you asked for."
	case Spaces:
		return strings.Repeat(" \n", 40)
	case Repeats:
		return "and so on, "
	case Endless:
		return noise(q.N)
	}
	return reply.Text
}

// noise is text without repetition, of about a page.
func noise(seed int) string {
	x := uint64(seed)*2654435761 + 1
	var b strings.Builder
	for range 4096 {
		x = x*6364136223846793005 + 1442695040888963407
		b.WriteByte("abcdefghijklmnopqrstuvwxyz      "[x>>59])
	}
	return b.String()
}

// split cuts a text into pieces of up to four characters.
func split(text string) []string {
	var out []string
	runes := []rune(text)
	for len(runes) > 0 {
		n := min(4, len(runes))
		out = append(out, string(runes[:n]))
		runes = runes[n:]
	}
	if out == nil {
		out = []string{""}
	}
	return out
}

func (s *Server) count(q Request, reply Reply, pieces int) counts {
	c := counts{prompt: reply.Prompt, cached: reply.Cached, answer: pieces}
	window := q.Window
	if window == 0 {
		window = s.Context
	}
	switch {
	case reply.Fault == FullCut:
		c.prompt = window
	case reply.Fault == HalfCut:
		c.prompt = window/2 + 2
	case c.prompt == 0:
		c.prompt = (len(q.System) + len(q.User)) / 4
	}
	return c
}

// vector is a text's embedding: the same text has the same, of length 1.
func vector(text string) []float32 {
	out := make([]float32, 8)
	x := uint64(14695981039346656037)
	for _, b := range []byte(text) {
		x = (x ^ uint64(b)) * 1099511628211
	}
	sum := 0.0
	for i := range out {
		x = x*6364136223846793005 + 1442695040888963407
		out[i] = float32(x>>40)/(1<<23) - 1
		sum += float64(out[i]) * float64(out[i])
	}
	for i := range out {
		out[i] /= float32(math.Sqrt(sum))
	}
	return out
}
