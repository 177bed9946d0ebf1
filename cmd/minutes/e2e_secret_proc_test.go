//go:build unix

package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// stalls is a server that answers when it is let go; asked tells that it was asked.
func stalls(t testing.TB) (at string, asked <-chan struct{}, let func()) {
	in, out := make(chan struct{}, 16), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		in <- struct{}{}
		select {
		case <-out:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL, in, func() { close(out) }
}

// interrupted looks at a run from outside while it waits: at what all its processes were started with. Then
// one of its parsers is broken, and the run itself, in the middle: what that leaves is looked through too.
func (s *secretDay) interrupted(world string) {
	if runtime.GOOS != "linux" {
		return
	}
	t, b := s.b.t, s.b
	at, asked, let := stalls(t)
	defer let()
	b.configure(s.config(world) + fmt.Sprintf("\n[[connectors.dummy]]\nname = \"slow\"\nurl = %q\n", at+"/n.jsonl"))
	defer b.configure(s.config(world))
	var out, errs bytes.Buffer
	cmd := b.command("preload")
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	jailed := 0
	for deadline := time.Now().Add(10 * time.Second); jailed == 0 && time.Now().Before(deadline); {
		for _, p := range descendants(cmd.Process.Pid) {
			argv, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p))
			s.look("a process's arguments", string(argv))
			if bytes.HasPrefix(argv, []byte("minutes-jail")) {
				environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p))
				s.look("a parser's environment", string(environ))
				_ = syscall.Kill(p, syscall.SIGSEGV)
				jailed++
			}
		}
	}
	if jailed == 0 {
		t.Error("no parser was seen")
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	s.look("a killed preload", out.String()+errs.String())
	if _, err := os.Stat(filepath.Join(b.data(), "minutes.db-wal")); err != nil {
		t.Errorf("a killed preload left no WAL to look through: %v", err)
	}
	s.lookAtFiles()
}

// descendants are the processes that pid started, and pid.
func descendants(pid int) []int {
	children := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		raw, _ := os.ReadFile(path)
		_, rest, ok := strings.Cut(string(raw), ") ")
		fields := strings.Fields(rest)
		id, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if !ok || len(fields) < 2 || err != nil {
			continue
		}
		parent, _ := strconv.Atoi(fields[1])
		children[parent] = append(children[parent], id)
	}
	all := []int{pid}
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all
}

// opened has the program start a browser that writes down what it was given. A proxy is the browser's
// business too, and its variable stays.
func (s *secretDay) opened() {
	if runtime.GOOS != "linux" {
		return
	}
	t, b := s.b.t, s.b
	seen := filepath.Join(b.dir, "secret", "seen") // not among the files that are looked through
	opener := b.file("bin/xdg-open", "#!/bin/sh\n{ env; echo \"$@\"; } > "+seen+"\n")
	if err := os.Chmod(opener, 0o700); err != nil {
		t.Fatal(err)
	}
	was := b.env
	defer func() { b.env = was }()
	b.env = nil
	for _, e := range was {
		if !strings.Contains(strings.ToLower(e), "_proxy=") && !strings.HasPrefix(e, "UNRELATED_TOKEN=") {
			b.env = append(b.env, strings.Replace(e, "PATH=", "PATH="+filepath.Dir(opener)+":", 1))
		}
	}
	s.ran(b.run("brief", "--plain"), "brief --plain") // which numbers the items
	for n := 1; n < 30; n++ {
		r := b.run("open", strconv.Itoa(n))
		s.ran(r, "open")
		if raw, err := os.ReadFile(seen); err == nil {
			s.look("the opener's environment", string(raw))
			return
		}
	}
	t.Errorf("nothing could be opened: %s", b.run("open", "1").err)
}

// A program that breaks leaves no picture of its memory: it holds passwords and mail.
func TestE2EABrokenProgramLeavesNoCore(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("signals and core files as on Linux")
	}
	t.Parallel()
	if n := segv(t, ""); n != 0 {
		t.Errorf("%d core files", n)
	}
}

// coresHere says whether a program that breaks leaves a core file in its folder on this system.
func coresHere(t testing.TB) bool {
	pattern, err := os.ReadFile("/proc/sys/kernel/core_pattern")
	var l syscall.Rlimit
	here := err == nil && strings.HasPrefix(string(pattern), "core") && syscall.Getrlimit(syscall.RLIMIT_CORE, &l) == nil && l.Max > 0
	if !here {
		t.Log("this system leaves no core files in the folder: the control of that cannot be run")
	}
	return here
}

// segv breaks a preload in the middle, with all that would make it leave a core, and counts what it left.
func segv(t testing.TB, bin string) int {
	t.Helper()
	w, world := startDemo(t)
	at, asked, let := stalls(t)
	defer let()
	b := newBox(t, world+fmt.Sprintf("\n[[connectors.dummy]]\nname = \"slow\"\nurl = %q\n", at+"/n.jsonl"), w.Now)
	if bin != "" {
		b.bin = bin
	}
	b.env = append(b.env, "GOTRACEBACK=crash")
	cmd := b.command("preload")
	cmd.Args = append([]string{"sh", "-c", `ulimit -c "$(ulimit -H -c)"; exec "$@"`, "sh", b.bin}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	_ = cmd.Process.Signal(syscall.SIGSEGV)
	_ = cmd.Wait()
	cores, err := filepath.Glob(filepath.Join(b.dir, "core*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(cores)
}
