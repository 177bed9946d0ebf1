package egress

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// waysOut are the names of the standard library that open a connection or make something that does.
func waysOut() map[string][]string {
	return map[string][]string{
		"net/http": {"DefaultClient", "DefaultTransport", "Get", "Head", "Post", "PostForm", "Client{", "Transport{", "ProxyFromEnvironment"},
		"net": {"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialIP", "DialUnix", "Dialer{", "Resolver{", "DefaultResolver", "LookupHost", "LookupIP",
			"LookupAddr", "LookupCNAME", "LookupMX", "LookupNS", "LookupSRV", "LookupTXT", "ResolveTCPAddr", "ResolveUDPAddr", "ResolveIPAddr",
			"ListenPacket", "ListenUDP", "ListenMulticastUDP", "ListenIP", "FileConn", "FilePacketConn"},
		"net/textproto":              {"Dial"},
		"net/rpc/jsonrpc":            {"Dial"},
		"log/syslog":                 {"Dial", "New", "NewLogger"},
		"golang.org/x/net/http2":     {"Transport{", "ConfigureTransport", "ConfigureTransports"},
		"golang.org/x/net/proxy":     {"FromEnvironment", "FromEnvironmentUsing", "FromURL", "SOCKS5", "Dial"},
		"golang.org/x/net/websocket": {"Dial", "DialConfig"},
		"net/http/httputil":          {"ReverseProxy{", "NewSingleHostReverseProxy"},
		"syscall":                    {"Socket", "Connect"},
		"golang.org/x/sys/unix":      {"Socket", "Connect"},
		"crypto/tls":                 {"Dial", "DialWithDialer", "Dialer{"},
		"net/smtp":                   {"Dial", "SendMail"},
		"net/rpc":                    {"Dial", "DialHTTP"},
		"github.com/emersion/go-imap/v2/imapclient": {"DialTLS", "DialInsecure", "DialStartTLS"},
	}
}

// exempt are folders that serve, or measure from outside, and never run for a user's data.
func exempt(file string) string {
	for folder, why := range map[string]string{
		"cmd/minutes/egress/":       "the broker itself",
		"cmd/minutes/demo/":         "serves the bundled world on loopback",
		"connectors/connectortest/": "the suite's own servers and the client that stands for the broker's",
		"runtime/runtimetest/":      "the same for models",
	} {
		if strings.HasPrefix(file, folder) {
			return why
		}
	}
	return ""
}

// departures lists where a file leaves past the broker.
func departures(f *ast.File, fset *token.FileSet) []string {
	named := map[string]string{} // local name of an import to its path
	for _, im := range f.Imports {
		p, _ := strconv.Unquote(im.Path.Value)
		if _, watched := waysOut()[p]; watched {
			name := p[strings.LastIndexByte(p, '/')+1:]
			if im.Name != nil {
				name = im.Name.Name
			}
			if name == "." {
				return []string{fset.Position(im.Pos()).String() + ": names of " + p + " without a name before them"}
			}
			named[name] = p
		}
	}
	fine := map[ast.Expr]bool{} // a pointer that is handed on; a client around somebody else's transport
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.StarExpr:
			fine[n.X] = true
		case *ast.CompositeLit:
			fine[n.Type] = fine[n.Type] || borrows(n)
		}
		return true
	})
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		id, ok := sel.X.(*ast.Ident)
		if !ok {
			return true
		}
		for _, w := range waysOut()[named[id.Name]] {
			if w == sel.Sel.Name || w == sel.Sel.Name+"{" && !fine[sel] {
				out = append(out, fset.Position(sel.Pos()).String()+": "+id.Name+"."+w)
			}
		}
		return true
	})
	return out
}

// borrows holds for a literal with a transport, which came from somewhere.
func borrows(lit *ast.CompositeLit) bool {
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, _ := kv.Key.(*ast.Ident)
		none, _ := kv.Value.(*ast.Ident)
		if key != nil && key.Name == "Transport" && (none == nil || none.Name != "nil") {
			return true
		}
	}
	return false
}

func TestNothingLeavesPastTheBroker(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	fset := token.NewFileSet()
	seen := 0
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, p)
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if n := d.Name(); rel != "." && (strings.HasPrefix(n, ".") || n == "testdata" || n == "bin") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") || exempt(rel) != "" {
			return nil
		}
		f, err := parser.ParseFile(fset, p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		seen++
		for _, at := range departures(f, fset) {
			t.Errorf("%s: connections come from the broker, through Env.Client and Env.Dial", strings.TrimPrefix(at, root+"/"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 20 {
		t.Fatalf("only %d files seen: the walk is broken", seen)
	}
}

// What is started can connect to where it likes, so the places that start something are these.
func TestProgramsAreStartedInKnownPlaces(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	want := map[string]string{
		"cmd/minutes/opener.go":         "the browser, on a link that WebURL checked",
		"cmd/minutes/auth_proof.go":     "this program again, to find a secret as cron would",
		"cmd/minutes/secret/command.go": "the password command of the config",
		"connectors/jail/process.go":    "this program again, to parse",
		"connectors/jail/limit_unix.go": "the same", "connectors/jail/limit_other.go": "the same",
	}
	found := 0
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, p)
		rel = filepath.ToSlash(rel)
		if d.IsDir() && rel != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "bin") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, im := range f.Imports {
			if im.Path.Value != `"os/exec"` {
				continue
			}
			if found++; want[rel] == "" {
				t.Errorf("%s starts programs", rel)
			}
		}
		return nil
	})
	if err != nil || found != len(want) {
		t.Errorf("%d places start programs, want %d; %v", found, len(want), err)
	}
}

func TestTheLintSeesEveryWayOut(t *testing.T) {
	for src, want := range map[string]int{
		`package p; import "net/http"; var c = &http.Client{}`:                                                 1,
		`package p; import h "net/http"; func f() { h.Get("x") }`:                                              1,
		`package p; import "net"; func f() { var d net.Dialer; _ = d; net.Dial("a", "b") }`:                    2,
		`package p; import "net/http"; var c = http.DefaultClient`:                                             1,
		`package p; import "net/http"; var c = new(http.Client)`:                                               1,
		`package p; import "net/http"; type t struct{ c http.Client }`:                                         1,
		`package p; import "net"; func f() { net.ListenPacket("udp", ":0") }`:                                  1,
		`package p; import "crypto/tls"; func f() { tls.Dial("", "", nil) }`:                                   1,
		`package p; import . "net/http"; var c = DefaultClient`:                                                1,
		`package p; import "net/http"; var c = []http.Client{{}}`:                                              1,
		`package p; import "net/http"; type c = http.Client`:                                                   1,
		`package p; import "net/http"; type d struct{ http.Transport }`:                                        1,
		`package p; import "net/http"; var c = &http.Client{Timeout: 1}`:                                       1,
		`package p; import "net/http"; var c = &http.Client{Transport: nil}`:                                   1,
		`package p; import "net/http"; var c = &http.Client{Transport: http.DefaultTransport}`:                 1,
		`package p; import "net"; func f() { net.LookupHost("x"); net.DefaultResolver.LookupIP(nil, "", "") }`: 2,
		`package p; import "net/http"; func f(t http.RoundTripper) { g(&http.Client{Transport: t}) }`:          0,
		`package p; import "net/http"; func f(c *http.Client) { c.Get("x") }`:                                  0,
		`package p; import "net"; func f() { net.Listen("tcp", ":0") }`:                                        0,
	} {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "p.go", src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := departures(f, fset); len(got) != want {
			t.Errorf("%s: %v, want %d", src, got, want)
		}
	}
}
