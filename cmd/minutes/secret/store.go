package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"github.com/dailyminutes/minutes"
)

// Store keeps a secret in the encrypted store below the config folder, for machines without a
// keyring: { keyring = NAME } finds it there. Each is an age file; the key to all is identity.txt
// beside them, made at first use. It keeps a stolen backup of one file, or a glance, from giving the
// secret away; whoever reads both files has it. A systemd credential called minutes-identity, where
// there is one, is the key instead.
func Store(o Options, name string, value minutes.Secret) error {
	o = o.filled()
	path, err := o.storePath(name)
	if err != nil {
		return err
	}
	if value.Empty() {
		return minutes.WithHint(errors.New("an empty secret is not stored"), "type it, then Enter")
	}
	id, err := o.identity(true)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, id.Recipient())
	if err != nil {
		return fmt.Errorf("encrypt %s: %w", clean(name), err)
	}
	if _, err = io.WriteString(w, value.Reveal()); err == nil {
		err = w.Close()
	}
	if err != nil {
		return fmt.Errorf("encrypt %s: %w", clean(name), err)
	}
	return replace(path, out.Bytes())
}

// Forget removes a secret from the encrypted store; one that is not there is minutes.ErrNotFound.
func Forget(o Options, name string) error {
	path, err := o.filled().storePath(name)
	if err != nil {
		return err
	}
	if err := os.Remove(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("secret %s: %w", clean(name), minutes.ErrNotFound)
	} else if err != nil {
		return fmt.Errorf("secret %s cannot be removed: %w", clean(name), bare(err))
	}
	return nil
}

// stored is fs.ErrNotExist when there is none.
func (o Options) stored(name string) (string, error) {
	path, err := o.storePath(name)
	if err != nil {
		return "", fs.ErrNotExist // a keyring may have names that are no file's
	}
	data, err := readOwn(path)
	if err != nil {
		return "", err
	}
	data, err = o.decrypt(path, data)
	return string(data), err
}

func (o Options) storePath(name string) (string, error) {
	if name == "" || len(name) > 64 || strings.HasPrefix(name, ".") ||
		strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789._@-") != "" {
		return "", minutes.WithHint(fmt.Errorf("%q is no name for a secret", clean(name)), "use letters, digits, and . _ @ -")
	}
	return filepath.Join(o.Dir, "secrets", name+".age"), nil
}

func (o Options) decrypt(path string, data []byte) ([]byte, error) {
	id, err := o.identity(false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, minutes.WithHint(fmt.Errorf("%s is encrypted and its identity.txt is gone", clean(path)), "put identity.txt back beside it, or store the secret again")
	}
	if err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(data), id)
	if err == nil {
		data, err = io.ReadAll(io.LimitReader(r, maxSecret+1))
	}
	if err != nil {
		return nil, minutes.WithHint(fmt.Errorf("%s cannot be decrypted with this machine's identity", clean(path)), "it was made with another identity.txt, or is damaged: store the secret again")
	}
	return data, nil
}

// identity is the key. create makes one where there is none.
func (o Options) identity(create bool) (*age.X25519Identity, error) {
	path := filepath.Join(o.Dir, "secrets", "identity.txt")
	if dir := o.Getenv("CREDENTIALS_DIRECTORY"); filepath.IsAbs(dir) {
		if c := filepath.Join(dir, "minutes-identity"); exists(c) {
			path, create = c, false
		}
	}
	data, err := readOwn(path)
	if errors.Is(err, fs.ErrNotExist) && create {
		id, err := age.GenerateX25519Identity()
		if err != nil {
			return nil, fmt.Errorf("make an identity: %w", err)
		}
		return id, createOnce(path, []byte("# the key to the secrets in this folder: keep it to yourself\n"+id.String()+"\n"))
	}
	if err != nil {
		return nil, err
	}
	for line := range strings.SplitSeq(string(data), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			id, err := age.ParseX25519Identity(line)
			if err != nil {
				break // its error quotes the key
			}
			return id, nil
		}
	}
	return nil, minutes.WithHint(fmt.Errorf("%s holds no identity", clean(path)), "remove it and store the secrets again")
}

func exists(path string) bool { _, err := os.Lstat(path); return err == nil }

// createOnce writes a new file, never over one that another process has just made.
func createOnce(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the folder of secrets: %w", bare(err))
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", clean(path), bare(err))
	}
	return finish(f, data)
}

// replace puts data at path whole or not at all.
func replace(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", clean(path), bare(err))
	}
	if err := finish(f, data); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", clean(path), bare(err))
	}
	return nil
}

// finish writes, syncs and closes f, and removes it when that fails.
func finish(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", clean(f.Name()), bare(err))
	}
	return nil
}
