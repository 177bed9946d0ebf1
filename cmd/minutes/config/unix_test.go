//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Opening a pipe waits for whoever writes to it: for ever.
func TestAPipeOrADeviceAsConfigIsRefusedAtOnce(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe.toml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, "/dev/zero", dir} {
		if _, err := load(path, testKinds(), here()); err == nil || !strings.Contains(err.Error(), "is not a file") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A link is as good as what it leads to: configs are often kept in a repository and linked.
func TestALinkedConfigIsHeldToWhatItLeadsTo(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "real.toml"), filepath.Join(dir, "link.toml")
	if err := os.WriteFile(file, []byte("timezone = 'UTC'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	if _, err := load(link, testKinds(), here()); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(file, 0o602); err != nil {
		t.Fatal(err)
	}
	if _, err := load(link, testKinds(), here()); err == nil || !strings.Contains(err.Error(), "written by anybody") {
		t.Errorf("%v", err)
	}
	if os.Getuid() == 0 {
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(file, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		if _, err := load(link, testKinds(), here()); err == nil || !strings.Contains(err.Error(), "another user") {
			t.Errorf("%v", err)
		}
	}
}

func TestAConfigWhereAnybodyMayPutAnotherIsRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(path, []byte("timezone = 'UTC'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, ok := range map[os.FileMode]bool{0o777: false, 0o777 | os.ModeSticky: true, 0o755: true, 0o700: true} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := load(path, testKinds(), here()); (err == nil) != ok {
			t.Errorf("folder of mode %v: %v", mode, err)
		}
	}
}
