package ics

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// Limits of a folder: a vdir holds a file an event, in one folder a calendar.
const (
	maxFiles = 20_000
	maxAll   = 256 << 20 // bytes of all files
	maxUnder = 4         // folders below the one that was named
)

// files are the documents at the configured path.
func (s *source) files(ctx context.Context) ([]document, error) {
	name, err := expandHome(s.config.Path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, pathError(err, name)
	}
	if info.IsDir() {
		return folder(ctx, name)
	}
	// The folder is the user's word; the file in it is opened like those of a folder.
	data, err := readFile(os.OpenFile, name, info)
	if err != nil {
		return nil, pathError(err, name)
	}
	return []document{{label: filepath.Base(name), data: data}}, nil
}

func expandHome(name string) (string, error) {
	if name != "~" && !strings.HasPrefix(name, "~/") {
		return name, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", minutes.WithHint(errors.New("the home directory is not known"), "write the whole path")
	}
	return filepath.Join(home, name[1:]), nil
}

func pathError(err error, name string) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		hint := "check path in the config"
		if !filepath.IsAbs(name) {
			hint = "write the whole path in the config: from cron the program starts elsewhere"
		}
		return minutes.WithHint(fmt.Errorf("%s: %w", name, minutes.ErrNotFound), hint)
	case errors.Is(err, fs.ErrPermission):
		return minutes.WithHint(fmt.Errorf("%s may not be read", name), "check the file's permissions")
	}
	return minutes.WithHint(fmt.Errorf("%s: %w", name, err), "check path in the config: it must be an .ics file or a folder of them")
}

// folder reads the .ics files of a folder and those below it. Links may lead to other places in the
// folder but not out of it: os.Root sees to that.
func folder(ctx context.Context, name string) ([]document, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, pathError(err, name)
	}
	defer func() { _ = root.Close() }()
	names, err := list(ctx, root.FS())
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, minutes.WithHint(fmt.Errorf("%s: there is no .ics file in it", name), "check path in the config: it must be an .ics file or a folder of them")
	}
	var docs []document
	total := 0
	for _, n := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		d := document{label: n}
		info, err := root.Stat(n)
		if err == nil {
			d.data, err = readFile(root.OpenFile, n, info)
		}
		if d.err = err; err == nil {
			if total += len(d.data); total > maxAll {
				return nil, minutes.WithHint(fmt.Errorf("%s: more than %d MiB of calendars", name, maxAll>>20), "name the folder of one calendar")
			}
		}
		docs = append(docs, d)
	}
	return docs, nil
}

// list finds calendar files in order. Hidden files are what editors and sync programs leave behind.
func list(ctx context.Context, dir fs.FS) ([]string, error) {
	var names []string
	err := fs.WalkDir(dir, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && p == ".":
			return pathError(err, "the folder")
		case p != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case err != nil: // a folder that may not be read: opened like a file, it is told like one
			names = append(names, p)
			return fs.SkipDir
		case d.IsDir():
			if strings.Count(p, "/") >= maxUnder {
				return fs.SkipDir
			}
			return nil
		}
		switch strings.ToLower(path.Ext(p)) {
		case ".ics", ".ical", ".icalendar":
			if len(names) == maxFiles {
				return minutes.WithHint(fmt.Errorf("more than %d calendar files", maxFiles), "name the folder of one calendar")
			}
			names = append(names, p)
		}
		return nil
	})
	slices.SortFunc(names, cmp.Compare[string])
	return names, err
}

// readFile reads a regular file that is not too large. Anything else (a pipe, a device) is refused
// before it is opened: opening alone may wait for ever.
func readFile(open func(string, int, os.FileMode) (*os.File, error), name string, info fs.FileInfo) ([]byte, error) {
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := open(name, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, err
	}
	return data, nil // the parser's guard refuses what is too large
}
