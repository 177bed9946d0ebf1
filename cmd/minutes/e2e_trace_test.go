package main

import (
	"bufio"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// stracePath is the tracer; where there is none a test is skipped and says so.
func stracePath(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("skipped: there is no strace (apt-get install strace)")
	}
	out, err := exec.CommandContext(t.Context(), path, "-f", "-o", filepath.Join(t.TempDir(), "probe"), "true").CombinedOutput()
	if err != nil {
		t.Skipf("skipped: strace may not trace here: %v %s", err, out)
	}
	return path
}

// traced are the calls by which a file can change, or be put on disk.
const traced = "openat,open,creat,write,pwrite64,writev,pwritev,pwritev2,truncate,ftruncate,fallocate,fsync,fdatasync,sync_file_range,syncfs,sync," +
	"rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlinkat,mkdir,mkdirat,rmdir,copy_file_range,sendfile,splice"

// trace runs a command in the box and returns what it did to the files below root, with what it said on
// stderr, in the order in which the calls returned.
func (b *box) trace(strace, root string, args ...string) ([]event, ran) {
	b.t.Helper()
	file := filepath.Join(b.t.TempDir(), "trace")
	cmd := b.command(args...)
	wrapped := exec.CommandContext(b.t.Context(), strace, append([]string{"-f", "-qq", "-y", "-xx", "-s", "100000000", "--seccomp-bpf",
		"-e", "trace=" + traced, "-o", file}, cmd.Args...)...)
	var out, errs strings.Builder
	wrapped.Env, wrapped.Dir, wrapped.Stdout, wrapped.Stderr = cmd.Env, cmd.Dir, &out, &errs
	err := wrapped.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		b.t.Fatal(err)
	}
	return readTrace(b.t, file, root), ran{wrapped.ProcessState.ExitCode(), out.String(), errs.String()}
}

// An event is a call that returned.
type event struct {
	op       string // create, mkdir, write, truncate, sync, rename, unlink, say
	path, to string
	off      int64
	data     []byte
	began    int // how many events had returned when it was called
}

var (
	unfinished = regexp.MustCompile(`^(.*) ?<unfinished \.\.\.>$`)
	resumed    = regexp.MustCompile(`^<\.\.\. \w+ resumed>(.*)$`)
	finished   = regexp.MustCompile(`^(\w+)\((.*)\) += (-?\d+)`)
)

// readTrace makes events of strace's lines. A call on a file below root that it does not know fails the
// test: the model would be wrong.
func readTrace(t testing.TB, file, root string) []event {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	type open struct {
		text  string
		began int
	}
	begun := map[string]open{}
	var out []event
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<30)
	for lines.Scan() {
		pid, text, _ := strings.Cut(lines.Text(), " ")
		text = strings.TrimLeft(text, " ")
		began := len(out)
		if m := unfinished.FindStringSubmatch(text); m != nil {
			begun[pid] = open{strings.TrimRight(m[1], " "), began}
			continue
		}
		if m := resumed.FindStringSubmatch(text); m != nil {
			text, began = begun[pid].text+m[1], begun[pid].began
		}
		m := finished.FindStringSubmatch(text)
		if m == nil || strings.HasPrefix(m[3], "-") {
			continue
		}
		if e, ok := toEvent(t, m[1], strings.Split(m[2], ", "), m[3], root); ok {
			e.began = began
			out = append(out, e)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func toEvent(t testing.TB, name string, args []string, result, root string) (event, bool) {
	t.Helper()
	n := number(t, result)
	fd, path := descriptor(args[0])
	if name == "write" && fd == "2" {
		return event{op: "say", data: unhex(args[1])[:n]}, true
	}
	if i := strings.IndexByte(args[0], '"'); i == 0 {
		path = string(unhex(args[0]))
	}
	at := func(i int) string { // a name relative to the folder before it
		name := string(unhex(args[i]))
		if _, dir := descriptor(args[i-1]); !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		return name
	}
	e := event{path: path}
	switch name {
	case "open", "openat": // SQLite's and Go's
		flags := args[1]
		if name == "openat" {
			e.path, flags = at(1), args[2]
		}
		e.op = "open"
		if strings.Contains(flags, "O_CREAT") {
			e.op = "create"
		}
		if strings.Contains(flags, "O_TRUNC") {
			e.op = "emptied"
		}
	case "write":
		e.op, e.off, e.data = "append", -1, unhex(args[1])[:n]
	case "pwrite64":
		e.op, e.data = "write", unhex(args[1])[:n]
		e.off = number(t, args[3])
	case "ftruncate":
		e.op = "truncate"
		e.off = number(t, args[1])
	case "fsync", "fdatasync":
		e.op = "sync"
	case "unlink":
		e.op = "unlink"
	case "unlinkat":
		e.op, e.path = "unlink", at(1)
	case "mkdirat":
		e.op, e.path = "mkdir", at(1)
	case "renameat":
		e.op, e.path, e.to = "rename", at(1), at(3)
	default:
		e.op = name
	}
	if !below(e.path, root) && !below(e.to, root) || strings.HasSuffix(e.path, "-shm") || e.op == "open" {
		return e, false // the index of the log is not durable and made anew
	}
	switch e.op {
	case "create", "append", "write", "truncate", "sync", "unlink", "mkdir", "rename":
		return e, true
	}
	t.Fatalf("%s on %s is not modelled", name, e.path)
	return e, false
}

func number(t testing.TB, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func below(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

// descriptor is an argument like 7<path>; a file without a name has none.
func descriptor(arg string) (fd, path string) {
	fd, rest, ok := strings.Cut(arg, "<")
	if !ok || strings.Contains(rest, "deleted") {
		return fd, ""
	}
	return fd, string(unhex(strings.TrimSuffix(rest, ">")))
}

// unhex is a text that strace wrote as \x41\x42.
func unhex(s string) []byte {
	b, _ := hex.DecodeString(strings.ReplaceAll(strings.Trim(s, `"`), `\x`, ""))
	return b
}
