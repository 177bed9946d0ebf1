//go:build unix

package secret

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/dailyminutes/minutes"
)

// Opening a pipe waits for whoever writes to it: for ever.
func TestAPipeOrADeviceInPlaceOfAFileDoesNotHang(t *testing.T) {
	o := testOptions(t)
	if err := Store(o, "work", minutes.NewSecret(canary)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"identity.txt", "work.age"} {
		path := filepath.Join(o.Dir, "secrets", name)
		was, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for what, put := range map[string]func() error{
			"a pipe":    func() error { return syscall.Mkfifo(path, 0o600) },
			"a link":    func() error { return os.Symlink("/etc/hostname", path) },
			"a loop":    func() error { return os.Symlink(path, path) },
			"a folder":  func() error { return os.Mkdir(path, 0o700) },
			"a device":  func() error { return os.Symlink("/dev/zero", path) },
			"no rights": func() error { return os.WriteFile(path, was, 0o644) },
		} {
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			if err := put(); err != nil {
				t.Fatal(err)
			}
			if got, err := resolve(o, minutes.SecretRef{Keyring: "work"}); err == nil || strings.Contains(err.Error(), canary) {
				t.Errorf("%s as %s: %q, %v", name, what, got, err)
			}
		}
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		write(t, path, string(was), 0o600)
	}
	if got, err := resolve(o, minutes.SecretRef{Keyring: "work"}); err != nil || got != canary {
		t.Errorf("put back: %v", err)
	}
	if _, err := resolve(o, minutes.SecretRef{File: "/dev/zero"}); err == nil {
		t.Error("a device was read")
	}
}

// What is written is closed to others from its first byte, whatever the umask says.
func TestNoUmaskOpensAFile(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	o := testOptions(t)
	o.Dir = filepath.Join(o.Dir, "minutes")
	if err := Store(o, "work", minutes.NewSecret(canary)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"": 0o700, "secrets": 0o700, "secrets/identity.txt": 0o600, "secrets/work.age": 0o600} {
		if st, err := os.Stat(filepath.Join(o.Dir, name)); err != nil || st.Mode().Perm() != want {
			t.Errorf("%q: %v, %v", name, st.Mode(), err)
		}
	}
}

// The owner's and the mode's check hold for the file, by whatever name it is reached.
func TestAnotherNameOfAForeignFileIsRefused(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can make a file of another user")
	}
	dir := t.TempDir()
	path, name := write(t, filepath.Join(dir, "theirs"), canary, 0o600), filepath.Join(dir, "name")
	if err := os.Chown(path, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(path, name); err != nil {
		t.Fatal(err)
	}
	if got, err := resolve(testOptions(t), minutes.SecretRef{File: name}); err == nil || !strings.Contains(err.Error(), "another user") {
		t.Errorf("%q, %v", got, err)
	}
}
