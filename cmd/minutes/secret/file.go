package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dailyminutes/minutes"
)

// ageHeader is how an age file begins.
const ageHeader = "age-encryption.org/v1"

// fromFile takes the first line of a file that its owner alone can read, or of an age file that our
// identity opens.
func (o Options) fromFile(path string) (string, error) {
	p, err := absolute(path)
	if err != nil {
		return "", err
	}
	data, err := readOwn(p)
	if err != nil {
		return "", err
	}
	if bytes.HasPrefix(data, []byte(ageHeader)) {
		if data, err = o.decrypt(p, data); err != nil {
			return "", err
		}
	}
	return firstLine(string(data)), nil
}

// readOwn reads a file and refuses a link, another user's file and one that others can read: it is
// checked on the open file, so that nothing can be put in its place between.
func readOwn(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|noFollow, 0)
	if err != nil {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, minutes.WithHint(fmt.Errorf("%s is not there: %w", clean(path), fs.ErrNotExist), "write it, and chmod 600 it")
		case isLoop(err):
			return nil, minutes.WithHint(fmt.Errorf("%s is a link", clean(path)), "name the file itself")
		}
		return nil, minutes.WithHint(fmt.Errorf("%s cannot be opened: %w", clean(path), bare(err)), "check its permissions")
	}
	defer f.Close()
	st, err := f.Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s cannot be read: %w", clean(path), bare(err))
	case !st.Mode().IsRegular():
		return nil, minutes.WithHint(fmt.Errorf("%s is not a file", clean(path)), "name a file")
	case !ownedByMe(st):
		return nil, minutes.WithHint(fmt.Errorf("%s belongs to another user", clean(path)), "chown it, or make a copy of your own")
	case open(st):
		return nil, minutes.WithHint(fmt.Errorf("%s can be read by others", clean(path)), "chmod 600 "+clean(path))
	}
	if err := checkFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", clean(path), bare(err))
	}
	if len(data) > maxSecret {
		return nil, minutes.WithHint(fmt.Errorf("%s is over 64 KiB", clean(path)), "it must hold the secret alone")
	}
	return data, nil
}

// checkFolder refuses a folder in which somebody else may put another file of ours in this one's place.
// Root may anyway, and in a folder like /tmp names are safe from others.
func checkFolder(dir string) error {
	st, err := os.Stat(dir)
	switch {
	case err != nil:
		return fmt.Errorf("%s cannot be looked at: %w", clean(dir), bare(err))
	case !ownedByMe(st):
		return minutes.WithHint(fmt.Errorf("%s belongs to another user", clean(dir)), "keep the secret in a folder of your own")
	case writable(st) && st.Mode()&fs.ModeSticky == 0:
		return minutes.WithHint(fmt.Errorf("%s can be written to by others", clean(dir)), "chmod 700 "+clean(dir))
	}
	return nil
}

// bare is the system's reason without the path.
func bare(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	var le *os.LinkError
	if errors.As(err, &le) {
		return le.Err
	}
	return err
}
