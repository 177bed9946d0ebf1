//go:build unix

package main

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// canaries are secrets by the place they are kept in. Each begins with letters that no encoding of text
// changes and that nothing else holds.
func canaries() map[string]string {
	return map[string]string{
		"literal": `CANARY-lit-5b1e7788 &"/\%+`, "env": `CANARY-env-77af90cc "quoted" %41`, "file": `CANARY-fil-c0de12ab<&>`,
		"command": `CANARY-com-91d3e0f4'&`, "store": `CANARY-sto-3c3d5e6f %2F+/`, "calendar path": "CANARY-pth-e44b0a1b2c",
		"calendar query": "CANARY-qry-0b0c0d0e0f", "key in query": "CANARY-alp-0f0f1e1e", "key in header": `CANARY-fin-2a2b2c2d`,
		"userinfo": "CANARY-usr-9a9b9c9d", "proxy": "CANARY-prx-6d6e6f60", "variable": "CANARY-var-4f4e4d4c", "model": "CANARY-mod-7c7b7a79",
	}
}

// written are the ways to write a canary's letters.
func written(c string) []string {
	core := c[:len("CANARY-xxx-00000000")]
	out := []string{core, hex.EncodeToString([]byte(core)), strings.ToUpper(hex.EncodeToString([]byte(core)))}
	var percent, unicode strings.Builder
	for _, b := range []byte(core) {
		fmt.Fprintf(&percent, "%%%02X", b)
		fmt.Fprintf(&unicode, `\u%04x`, b)
	}
	out = append(out, percent.String(), strings.ToLower(percent.String()), unicode.String())
	for _, before := range []string{"", "x", "xx"} { // what stands in front shifts what comes out
		text := base64.RawStdEncoding.EncodeToString([]byte(before + core))
		out = append(out, text[4*((len(before)+2)/3):len(text)/4*4-4])
	}
	return out
}

// gossips is a server that repeats all it was told, in every place where a client may look: in the answer's
// head, its body (plain, quoted, encoded, broken off, as half a calendar and half a feed) and its Location.
func gossips(t testing.TB, code int) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told := r.URL.String() + " " + fmt.Sprint(r.Header)
		w.Header().Set("X-Told", told)
		w.Header().Set("ETag", `"`+url.QueryEscape(told)+`"`)
		w.Header().Set("WWW-Authenticate", `Basic realm="`+url.QueryEscape(told)+`"`)
		if code == http.StatusFound {
			w.Header().Set("Location", "http://10.0.0.1/next?"+r.URL.RawQuery+"&k="+r.Header.Get("X-Finnhub-Token")+"&a="+url.QueryEscape(r.Header.Get("Authorization")))
		}
		w.WriteHeader(code)
		fmt.Fprintf(w, `{"error": %q, "Error Message": %q, "Information": %q, "told": "%s`, told, told, url.QueryEscape(told), base64.StdEncoding.EncodeToString([]byte(told)))
		fmt.Fprintf(w, "\nBEGIN:VCALENDAR\nBEGIN:%s\n<rss><channel><%s>\n", told, told)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// breaks is a server that ends badly: a broken compression, a broken connection, a certificate of nobody's.
func breaks(t testing.TB) []string {
	squeezed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		fmt.Fprint(z, r.URL, r.Header)
		_ = z.Flush()
	}))
	torn := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100000")
		fmt.Fprint(w, r.URL, r.Header)
		panic(http.ErrAbortHandler)
	}))
	nobodys := httptest.NewUnstartedServer(http.NotFoundHandler())
	nobodys.Config.ErrorLog = log.New(io.Discard, "", 0)
	nobodys.StartTLS()
	var out []string
	for _, s := range []*httptest.Server{squeezed, torn, nobodys} {
		t.Cleanup(s.Close)
		out = append(out, s.URL)
	}
	return out
}

// blabs is a mail server that refuses every login and repeats it, plainly and in base64.
func blabs(t testing.TB) string {
	return serveTCP(t, func(c net.Conn) {
		fmt.Fprint(c, "* OK [CAPABILITY IMAP4rev1] hello\r\n")
		buf := make([]byte, 4096)
		n, _ := c.Read(buf)
		line := strings.TrimSpace(string(buf[:n]))
		tag, _, _ := strings.Cut(line, " ")
		fmt.Fprintf(c, "%s NO [ALERT] who sent %s is not known (%s)\r\n* BYE %s\r\n", tag, line, url.QueryEscape(line), line)
	})
}

// settle puts every secret where the user would: variables, files, the encrypted store, the config.
func (s *secretDay) settle(world string) {
	b, c := s.b, canaries()
	b.env = append(b.env, "MAIL_PASSWORD="+c["env"], "UNRELATED_TOKEN="+c["variable"], "MINUTES_LOG=debug", "TMPDIR="+filepath.Join(b.dir, "tmp"),
		"HTTP_PROXY=http://sam:"+c["proxy"]+"@127.0.0.1:9", "https_proxy=http://sam:"+c["proxy"]+"@127.0.0.1:9", "ALL_PROXY=socks5://sam:"+c["proxy"]+"@127.0.0.1:9",
		"DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere")
	if err := os.MkdirAll(filepath.Join(b.dir, "tmp"), 0o700); err != nil {
		b.t.Fatal(err)
	}
	b.file("secret/password", c["file"]+"\n")
	b.file("secret/other", c["command"])
	b.configure(s.config(world))
	cmd := b.command("auth", "store")
	cmd.Stdin = strings.NewReader(c["store"] + "\n")
	out, _ := cmd.CombinedOutput()
	s.look("auth", string(out))
	if !strings.Contains(string(out), "store: stored in ") {
		b.t.Fatalf("auth: %s", out)
	}
	if key, err := os.ReadFile(filepath.Join(b.dir, "secrets", "identity.txt")); err == nil {
		_, id, _ := strings.Cut(string(key), "AGE-SECRET-KEY-")
		s.needles["identity"] = []string{strings.TrimSpace(id)}
	}
}

// config is the same each time it is asked.
func (s *secretDay) config(world string) string {
	if s.conf == "" {
		s.conf = secretive(s.b.t, s.b, world, s.full)
	}
	return s.conf
}

// secretive is a config with a secret of each kind, in sources that fail in ways which would tell it.
func secretive(t testing.TB, b *box, world string, full bool) string {
	c := canaries()
	host, port, _ := net.SplitHostPort(blabs(t))
	out := world
	imap := func(name, password string) {
		out += fmt.Sprintf("\n[[connectors.imap]]\nname = %q\nhost = %q\nport = %s\ntls = \"none\"\nusername = \"sam\"\npassword = %s\n", name, host, port, password)
	}
	imap("literal", "'"+c["literal"]+"'")
	out = strings.Replace(out, "password = '"+c["literal"]+"'", `password = "`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(c["literal"])+`"`, 1)
	imap("env", `{ env = "MAIL_PASSWORD" }`)
	imap("file", `{ file = "`+filepath.Join(b.dir, "secret/password")+`" }`)
	imap("command", `{ command = ["cat", "`+filepath.Join(b.dir, "secret/other")+`"] }`)
	imap("store", `{ keyring = "test-store" }`)
	imap("complains", `{ command = ["sh", "-c", "cat `+filepath.Join(b.dir, "secret/other")+`; cat `+filepath.Join(b.dir, "secret/other")+` >&2; exit 3"] }`)
	var at []string
	codes := []int{200, 302, 401}
	if full {
		codes = append(codes, 403, 404, 429, 500)
	}
	for _, code := range codes {
		at = append(at, gossips(t, code))
	}
	model := at[2] + "/v1"
	if full { // these, 429 and 500 are asked again, after pauses
		at = append(at, breaks(t)...)
	}
	for i, at := range at {
		withUser := strings.Replace(at, "://", "://sam:"+c["userinfo"]+"@", 1)
		out += fmt.Sprintf("\n[[connectors.ics]]\nname = \"ics%d\"\nurl = %q\n", i, at+"/"+c["calendar path"]+"/basic.ics?key="+c["calendar query"]) +
			fmt.Sprintf("\n[[connectors.ics]]\nname = \"icsuser%d\"\nurl = %q\n", i, withUser+"/basic.ics") +
			fmt.Sprintf("\n[[connectors.market]]\nname = \"finnhub%d\"\nprovider = \"finnhub\"\nbase_url = %q\nsymbols = [\"AAPL\"]\napi_key = %q\n", i, at, c["key in header"]) +
			fmt.Sprintf("\n[[connectors.market]]\nname = \"alpha%d\"\nprovider = \"alphavantage\"\nbase_url = %q\nsymbols = [\"AAPL\"]\napi_key = %q\n", i, at, c["key in query"]) +
			fmt.Sprintf("\n[[connectors.dummy]]\nname = \"notes%d\"\nurl = %q\ntoken = { file = %q }\n", i, at+"/n.jsonl", filepath.Join(b.dir, "secret/password"))
	}
	return out + fmt.Sprintf("\n[[runtime.model]]\nname = \"far\"\ntype = \"openai\"\nbase_url = %q\nmodel = \"m\"\napi_key = %q\n", model, c["model"])
}
