package main

import (
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// canaries are secrets by the way in which the config names them. Each is a text that nothing else
// holds.
func canaries() map[string]string {
	return map[string]string{"literal": "CANARY-lit-5b1e", "env": "CANARY-env-77af", "file": "CANARY-fil-c0de", "command": "CANARY-com-91d3",
		"calendar": "CANARY-cal-e44b", "alpha": "CANARY-alp-0f0f"}
}

// gossips is a server that repeats all it was told, in every place where a client may look.
func gossips(t testing.TB, code int) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told := r.URL.String() + " " + fmt.Sprint(r.Header)
		w.Header().Set("X-Told", told)
		if code == http.StatusFound {
			w.Header().Set("Location", "http://10.0.0.1/next?"+r.URL.RawQuery+"&k="+r.Header.Get("X-Finnhub-Token"))
		}
		w.WriteHeader(code)
		fmt.Fprintf(w, `{"error": %q, "Error Message": %q}`, told, told)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// blabs is a mail server that refuses every login and repeats it.
func blabs(t testing.TB) string {
	return serveTCP(t, func(c net.Conn) {
		fmt.Fprint(c, "* OK [CAPABILITY IMAP4rev1] hello\r\n")
		buf := make([]byte, 4096)
		n, _ := c.Read(buf)
		line := strings.TrimSpace(string(buf[:n]))
		tag, _, _ := strings.Cut(line, " ")
		fmt.Fprintf(c, "%s NO [ALERT] who sent %s is not known\r\n* BYE %s\r\n", tag, line, line)
	})
}

// secretive has a secret of each kind, in sources that fail in ways which would tell it.
func secretive(t testing.TB, b *box, world string) string {
	c := canaries()
	host, port, _ := net.SplitHostPort(blabs(t))
	imap := func(name, password string) string {
		return fmt.Sprintf("\n[[connectors.imap]]\nname = %q\nhost = %q\nport = %s\ntls = \"none\"\nusername = \"sam\"\npassword = %s\n", name, host, port, password)
	}
	b.env = append(b.env, "MAIL_PASSWORD="+c["env"])
	out := world +
		imap("literal", `"`+c["literal"]+`"`) +
		imap("env", `{ env = "MAIL_PASSWORD" }`) +
		imap("file", `{ file = "`+b.file("secret/password", c["file"]+"\n")+`" }`) +
		imap("command", `{ command = ["cat", "`+b.file("secret/other", c["command"])+`"] }`)
	codes := []int{200, 302, 401, 403, 404}
	if long() {
		codes = append(codes, 429, 500) // asked three times, with pauses
	}
	for i, code := range codes {
		at := gossips(t, code)
		out += fmt.Sprintf("\n[[connectors.ics]]\nname = \"ics%d\"\nurl = { command = [\"printf\", \"%s/%s/basic.ics?key=%s\"] }\n", i, at, c["calendar"], c["calendar"]) +
			fmt.Sprintf("\n[[connectors.market]]\nname = \"finnhub%d\"\nprovider = \"finnhub\"\nbase_url = %q\nsymbols = [\"AAPL\"]\napi_key = { env = \"MAIL_PASSWORD\" }\n", i, at) +
			fmt.Sprintf("\n[[connectors.market]]\nname = \"alpha%d\"\nprovider = \"alphavantage\"\nbase_url = %q\nsymbols = [\"AAPL\"]\napi_key = %q\n", i, at, c["alpha"]) +
			fmt.Sprintf("\n[[connectors.dummy]]\nname = \"notes%d\"\nurl = %q\ntoken = { file = %q }\n", i, at+"/n.jsonl", filepath.Join(b.dir, "secret/password"))
	}
	return out
}

// TestE2ENoSecretAnywhere spends a day with secrets in every place and every failure that would tell
// one, and then looks for them in all that was written and printed.
func TestE2ENoSecretAnywhere(t *testing.T) {
	t.Parallel()
	w, world := startDemo(t)
	b := newBox(t, "", w.Now)
	b.configure(secretive(t, b, world))
	look := func(where, text string) {
		for kind, c := range canaries() {
			if strings.Contains(text, c) {
				i := strings.Index(text, c)
				t.Errorf("%s tells the secret %s: …%s…", where, kind, text[max(0, i-120):min(len(text), i+60)])
			}
		}
	}
	printed := 0
	for _, args := range [][]string{
		{"preload"}, {"brief", "--json"}, {"brief", "--markdown"}, {"brief", "--html"}, {"brief", "--plain"}, {"brief", "--trace", "--json"},
		{"sources"}, {"sources", "--json"}, {"sources", "test"}, {"doctor"}, {"doctor", "--json"}, {"doctor", "--egress"},
		{"config", "show"}, {"config", "check"}, {"items", "--json"}, {"export"}, {"search", "CANARY"}, {"feedback", "mute", "noise"},
		{"backup", filepath.Join(b.dir, "copy.db")}, {"export", "--out", filepath.Join(b.dir, "all.jsonl")}, {"preload", "--only", "alpha0"},
		{"preload", "--only", "nosuch"}, {"restore", b.conf},
	} {
		r := b.run(args...)
		look("stdout of "+strings.Join(args, " "), r.out)
		look("stderr of "+strings.Join(args, " "), r.err)
		printed += len(r.out) + len(r.err)
	}
	b.configure(strings.Replace(secretive(t, b, world), `name = "literal"`, `nam = "literal"`, 1)) // wrong in the line above a secret
	for _, args := range [][]string{{"config", "check"}, {"preload"}} {
		r := b.run(args...)
		if r.code != 2 {
			t.Errorf("a wrong config: exit %d", r.code)
		}
		look("a config error", r.out+r.err)
	}
	files, size := 0, 0
	err := filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == b.conf || strings.HasPrefix(path, filepath.Join(b.dir, "secret")) {
			return err
		}
		raw, err := os.ReadFile(path)
		look(path, string(raw))
		files++
		size += len(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 5 {
		t.Errorf("%d files were looked at", files)
	}
	t.Logf("secrets: %d canaries, %d bytes printed, %d files with %d bytes, looked through", len(canaries()), printed, files, size)
}
