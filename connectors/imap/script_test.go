package imap

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// serve accepts connections until the test ends and waits for all that were handled.
func serve(t testing.TB, l net.Listener, handle func(net.Conn)) {
	t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[c] = true
			mu.Unlock()
			wg.Go(func() {
				handle(c)
				_ = c.Close()
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
}

// scriptLines is script with each line of the client's shown to see.
func scriptLines(c net.Conn, answers map[string]string, see func(line string)) {
	r, w := io.Pipe()
	go func() {
		in := bufio.NewReader(c)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				_ = w.Close()
				return
			}
			see(line)
			if _, err := io.WriteString(w, line); err != nil {
				return
			}
		}
	}()
	defer r.Close()
	script(tapped{c, r}, answers, nil)
}

type tapped struct {
	net.Conn
	r io.Reader
}

func (t tapped) Read(b []byte) (int, error) { return t.r.Read(b) }

// script speaks as a server: a greeting, sign-in, and the answers by verb, TAG replaced. special is
// asked first and says whether it has answered.
func script(c net.Conn, answers map[string]string, special func(verb, tag string) bool) {
	if _, err := io.WriteString(c, "* OK [CAPABILITY IMAP4rev1] ready\r\n"); err != nil {
		return
	}
	in := bufio.NewReader(c)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		f := strings.Fields(line)
		if len(f) < 2 {
			return
		}
		tag, verb := f[0], strings.ToUpper(f[1])
		if verb == "UID" && len(f) > 2 {
			verb = strings.ToUpper(f[2])
		}
		if special != nil && special(verb, tag) {
			continue
		}
		answer, ok := answers[verb]
		if !ok {
			switch verb {
			case "LOGIN":
				answer = "TAG OK [CAPABILITY IMAP4rev1] in\r\n"
			case "LOGOUT":
				answer = "* BYE\r\nTAG OK out\r\n"
			default:
				answer = "TAG OK done\r\n"
			}
		}
		if _, err := io.WriteString(c, strings.ReplaceAll(answer, "TAG", tag)); err != nil {
			return
		}
	}
}
