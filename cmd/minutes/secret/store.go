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
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return minutes.WithHint(fmt.Errorf("make the folder of secrets: %w", bare(err)), "check that you may write in "+clean(o.Dir))
	}
	if err := checkFolder(filepath.Dir(path)); err != nil {
		return err
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

// File is where the encrypted store has, or would have, an entry; "" if its name will not do for a file.
func File(o Options, name string) string {
	path, _ := o.storePath(name)
	return path
}

// forget removes a secret from the encrypted store; one that is not there is minutes.ErrNotFound.
func forget(o Options, name string) error {
	path, err := o.storePath(name)
	if err != nil {
		return fmt.Errorf("secret %s: %w", clean(name), minutes.ErrNotFound) // a keyring may have names that are no file's
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

// storeHas says whether the encrypted store has an entry of that name, whatever it holds.
func (o Options) storeHas(name string) bool {
	path, err := o.storePath(name)
	return err == nil && exists(path)
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
		id, bad := age.GenerateX25519Identity()
		if bad != nil {
			return nil, fmt.Errorf("make an identity: %w", bad)
		}
		made := createOnce(path, []byte("# the key to the secrets in this folder: keep it to yourself\n"+id.String()+"\n"))
		if !errors.Is(made, fs.ErrExist) {
			return id, made
		}
		data, err = readOwn(path) // another process has just made one: that is the key
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

// createOnce writes a new file, whole or not at all, and never over one that another process has just
// made: that is fs.ErrExist.
func createOnce(path string, data []byte) error {
	return put(path, data, os.Link)
}

// replace puts data at path whole or not at all.
func replace(path string, data []byte) error {
	return put(path, data, os.Rename)
}

// put writes a file beside path and gives it that name.
func put(path string, data []byte, name func(from, to string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err == nil {
		defer func() { _ = os.Remove(f.Name()) }() // gone already where it was renamed
		if err = finish(f, data); err == nil {
			err = name(f.Name(), path)
		}
	}
	if err != nil {
		return minutes.WithHint(fmt.Errorf("write %s: %w", clean(path), bare(err)), "check that you may write there, and that there is room")
	}
	return nil
}

// finish writes, syncs and closes f.
func finish(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
