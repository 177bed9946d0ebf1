package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/adrg/xdg"
)

// ConfigPath is where the config is looked for: MINUTES_CONFIG, else the user's config folder. The
// working directory is never looked into: commands in a config are run.
func ConfigPath() string { return here().configPath() }

// DataDir is where the database lives: MINUTES_DATA_DIR, else the user's data folder.
func DataDir() string {
	if dir := os.Getenv("MINUTES_DATA_DIR"); dir != "" {
		return dir
	}
	return filepath.Join(xdg.DataHome, "minutes")
}

// StateDir is where the log is written.
func StateDir() string { return filepath.Join(xdg.StateHome, "minutes") }

// world is what the config reads of the machine, so that a test can have its own.
type world struct {
	getenv    func(string) string
	home      string // the user's config folder
	uid       int    // -1 where files have no owners
	localtime string // a link to the zone's file
	timezone  string // a file with the zone's name
}

func here() world {
	return world{getenv: os.Getenv, home: xdg.ConfigHome, uid: os.Getuid(), localtime: "/etc/localtime", timezone: "/etc/timezone"}
}

func (w world) configPath() string {
	if p := w.getenv("MINUTES_CONFIG"); p != "" {
		return p
	}
	return filepath.Join(w.home, "minutes", "config.toml")
}

// owned says whether only the owner can read the file, and what is wrong with who can write it.
// Root's files are taken: root can do as it likes anyway.
func (w world) owned(st fs.FileInfo, path string) (private bool, problem, remedy string) {
	if w.uid < 0 || runtime.GOOS == "windows" {
		return true, "", "" // access lists: the profile folder is the user's own
	}
	owner, ok := ownerOf(st)
	switch {
	case ok && owner != w.uid && owner != 0:
		return false, "belongs to another user", "commands in a config are run: make a copy of your own"
	case st.Mode().Perm()&0o002 != 0:
		return false, "can be written by anybody", "commands in a config are run: chmod 600 " + path
	}
	dir := filepath.Dir(path)
	if in, err := os.Stat(dir); err == nil && in.Mode().Perm()&0o002 != 0 && in.Mode()&fs.ModeSticky == 0 {
		return false, "is in a folder where anybody may put another in its place", "commands in a config are run: chmod 700 " + dir
	}
	return ok && owner == w.uid && st.Mode().Perm()&0o077 == 0, "", ""
}
