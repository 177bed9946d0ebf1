//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What the program makes is for its user alone from the first moment, whatever the umask: the mode is in the
// call that makes it, not in one after it.
func TestE2EWhatIsMadeIsClosedFromTheFirstMoment(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		if long() && runtime.GOOS == "linux" {
			t.Error("needs strace")
		}
		t.Skip("needs strace")
	}
	t.Parallel()
	w, world := startDemo(t)
	b := newBox(t, strings.Replace(world, `password = "demo"`, `password = { keyring = "test-mail" }`, 1), w.Now)
	b.env = append(b.env, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere")
	trace := filepath.Join(t.TempDir(), "trace")
	calls := regexp.MustCompile(`(openat|mkdirat|mkdir|open|creat|unlink|unlinkat|rename|renameat)\((?:AT_FDCWD, )?"([^"]*)"(?:, ([A-Z_|]+))?(?:, (0[0-7]+))?\) = [^-]`)
	files, folders := 0, 0
	there := map[string]bool{} // made before: SQLite opens with O_CREAT and 0644 what it was given
	for _, args := range [][]string{{"auth", "mail"}, {"preload"}, {"feedback", "mute", "noise"}, {"export", "--out", filepath.Join(b.dir, "all.jsonl")}, {"backup", filepath.Join(b.dir, "copy.db")}} {
		cmd := b.command(args...)
		cmd.Stdin = strings.NewReader("demo\n")
		cmd.Args = append([]string{"sh", "-c", `umask 0; exec strace -f -qq -s 4096 -e trace=openat,open,creat,mkdir,mkdirat,unlink,unlinkat,rename,renameat -o "$0" "$@"`, trace, b.bin}, cmd.Args[1:]...)
		cmd.Path = "/bin/sh"
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		raw, err := os.ReadFile(trace)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range calls.FindAllStringSubmatch(string(raw), -1) {
			switch mkdir := strings.HasPrefix(m[1], "mkdir"); {
			case !strings.HasPrefix(m[2], b.dir):
			case mkdir && m[4] != "0700":
				t.Errorf("%v: %s", args, m[0])
			case mkdir:
				folders++
			case !strings.Contains(m[3], "O_CREAT"):
				there[m[2]] = there[m[2]] && strings.HasPrefix(m[1], "open") // not if it was removed
			case m[4] != "0600" && !there[m[2]]:
				t.Errorf("%v: %s", args, m[0])
			case !there[m[2]]:
				there[m[2]] = true
				files++
			}
		}
	}
	if files < 8 || folders < 3 {
		t.Errorf("only %d files and %d folders were seen to be made", files, folders)
	}
	t.Logf("secrets: %d files and %d folders made with umask 0, each closed to others from the first moment", files, folders)
}

// Another program of the same user cannot read the memory or the variables of this one and of its parsers: the
// kernel gives what it tells of them to root. The parsers work all the same.
func TestE2ENobodyLooksIntoTheProgram(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the kernel closes a process to its user's others on Linux")
	}
	t.Parallel()
	if parsers, open := lookedInto(t, ""); parsers == 0 || len(open) > 0 {
		t.Errorf("%d parsers; can be looked into: %q", parsers, open)
	}
}

// lookedInto looks at a run of the program at bin, or the tested one, while it waits for a source.
func lookedInto(t testing.TB, bin string) (parsers int, open []string) {
	t.Helper()
	w, world := startDemo(t)
	at, asked, let := stalls(t)
	defer let()
	b := newBox(t, world+fmt.Sprintf("\n[[connectors.dummy]]\nname = \"slow\"\nurl = %q\n", at+"/n.jsonl"), w.Now)
	if bin != "" {
		b.bin = bin
	}
	cmd := b.command("preload")
	if os.Getuid() == 0 { // root's are root's anyway: be somebody else
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		giveTo(t, b, cmd)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	open = []string{"nobody looked"}
	for deadline := time.Now().Add(5 * time.Second); (parsers == 0 || len(open) > 0) && time.Now().Before(deadline); {
		parsers, open = lookInto(cmd.Process.Pid) // a process that has just started closes itself first of all
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return parsers, open
}

// lookInto counts the parsers among the processes of a run, and names those of all that another program of
// the same user can look into.
func lookInto(pid int) (parsers int, open []string) {
	for _, p := range descendants(pid) {
		argv, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p))
		st, err := os.Stat(fmt.Sprintf("/proc/%d/environ", p))
		parser := strings.HasPrefix(string(argv), "minutes-jail")
		if err != nil || p != pid && !parser {
			continue
		}
		if parser {
			parsers++
		}
		if parser && os.Getenv("MINUTES_BIN") == "" {
			continue // the children of this test binary do not pass through the program's main
		}
		if st.Sys().(*syscall.Stat_t).Uid != 0 {
			open = append(open, string(argv))
		}
	}
	return parsers, open
}

// giveTo makes the box and a copy of the program the other user's.
func giveTo(t testing.TB, b *box, cmd *exec.Cmd) {
	t.Helper()
	bin, err := os.ReadFile(b.bin)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Path = b.file("minutes", string(bin))
	if err := os.Chmod(cmd.Path, 0o700); err != nil {
		t.Fatal(err)
	}
	for dir := b.dir; dir != os.TempDir() && len(dir) > 1; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{b.dir, cmd.Path, b.conf} {
		if err := os.Chown(path, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
}

// What somebody has put in the place of a file is neither waited for nor followed.
func TestE2EWhatStandsInPlaceOfAFileIsNeitherWaitedForNorFollowed(t *testing.T) {
	t.Parallel()
	tried := 0
	w, world := startDemo(t)
	world = strings.Replace(world, `password = "demo"`, `password = { keyring = "test-mail" }`, 1)
	for _, name := range []string{"config.toml", "data/minutes/minutes.db", "data/minutes/minutes.journal", "data/minutes/minutes.lock",
		"state/minutes/minutes.log", "secrets/identity.txt", "secrets/test-mail.age"} {
		for what, put := range map[string]func(path, other string) error{
			"a pipe":         func(path, _ string) error { return syscall.Mkfifo(path, 0o600) },
			"a link":         func(path, other string) error { return os.Symlink(other, path) },
			"a link to none": func(path, other string) error { return os.Symlink(other+"-none", path) },
			"a folder":       func(path, _ string) error { return os.Mkdir(path, 0o700) },
			"a device":       func(path, _ string) error { return os.Symlink("/dev/zero", path) },
		} {
			b := newBox(t, world, w.Now)
			b.env = append(b.env, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere")
			if err := os.MkdirAll(filepath.Join(b.dir, filepath.Dir(name)), 0o700); err != nil {
				t.Fatal(err)
			}
			other := b.file("elsewhere/file", "theirs\n")
			path := filepath.Join(b.dir, name)
			_ = os.Remove(path)
			if err := put(path, other); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"preload", "--only", "mail"}, {"feedback", "mute", "noise"}} {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				cmd := exec.CommandContext(ctx, b.bin, append([]string{"--config", b.conf}, args...)...)
				cmd.Env, cmd.Dir = b.env, b.dir
				out, _ := cmd.CombinedOutput()
				if ctx.Err() != nil {
					t.Errorf("%s as %s: minutes %v waits for ever", name, what, args)
				}
				cancel()
				if strings.Contains(string(out), "panic") {
					t.Errorf("%s as %s: %s", name, what, out)
				}
				tried++
			}
			if raw, err := os.ReadFile(other); err != nil || string(raw) != "theirs\n" {
				t.Errorf("%s as %s: the other file became %.60q, %v", name, what, raw, err)
			}
			if _, err := os.Lstat(other + "-none"); err == nil {
				t.Errorf("%s as %s: what it leads to was made", name, what)
			}
		}
	}
	t.Logf("secrets: %d runs with something else in place of a file, 0 waited, 0 followed", tried)
}
