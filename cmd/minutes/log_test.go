//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestTheLogIsWrittenOnlyWhereNobodyElseHasAHand(t *testing.T) {
	for what, c := range map[string]struct {
		put func(dir, log string) error
		ok  bool
	}{
		"nothing there":          {func(string, string) error { return nil }, true},
		"a file open to others":  {func(_, log string) error { return os.WriteFile(log, []byte("old\n"), 0o644) }, true},
		"a folder open to look":  {func(dir, _ string) error { return os.Chmod(dir, 0o755) }, true},
		"a folder open to write": {func(dir, _ string) error { return os.Chmod(dir, 0o777) }, false},
		"a link":                 {func(dir, log string) error { return os.Symlink(filepath.Join(dir, "other"), log) }, false},
		"a pipe":                 {func(_, log string) error { return syscall.Mkfifo(log, 0o600) }, false},
		"a device":               {func(_, log string) error { return os.Symlink("/dev/null", log) }, false},
		"a folder":               {func(_, log string) error { return os.Mkdir(log, 0o700) }, false},
		"a second name of a file of the user's": {func(dir, log string) error {
			other := filepath.Join(dir, "other")
			if err := os.WriteFile(other, nil, 0o600); err != nil {
				return err
			}
			return os.Link(other, log)
		}, false},
	} {
		dir := filepath.Join(t.TempDir(), "state")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		log := filepath.Join(dir, "minutes.log")
		if err := c.put(dir, log); err != nil {
			t.Fatal(err)
		}
		f, err := logFile(dir)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", what, err)
		}
		if err == nil {
			if st, err := os.Stat(log); err != nil || st.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v", what, st.Mode(), err)
			}
			_ = f.Close()
		}
		if b, err := os.ReadFile(filepath.Join(dir, "other")); err == nil && len(b) > 0 {
			t.Errorf("%s: the other file was written to", what)
		}
	}
	if os.Getuid() == 0 {
		dir := t.TempDir()
		if err := os.Chown(dir, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		if _, err := logFile(dir); err == nil {
			t.Error("the log was written into another user's folder")
		}
	}
}

func TestTheLogIsRotated(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "minutes.log")
	for round := range 3 {
		if err := os.WriteFile(log, bytes.Repeat([]byte("x"), maxLog+1+round), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := logFile(dir)
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		old, err := os.Stat(log + ".1")
		now, err2 := os.Stat(log)
		if err != nil || err2 != nil || old.Size() != int64(maxLog+1+round) || now.Size() != 0 {
			t.Errorf("round %d: %v, %v", round, err, err2)
		}
	}
	if names, _ := os.ReadDir(dir); len(names) != 2 {
		t.Errorf("%d files: %v", len(names), names)
	}
}
