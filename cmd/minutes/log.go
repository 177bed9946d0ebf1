package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/dailyminutes/minutes/cmd/minutes/config"
	"github.com/dailyminutes/minutes/cmd/minutes/secret"
)

// maxLog is when the log is rotated; one old file is kept.
const maxLog = 4 << 20

// openLog writes to the state folder, for this user alone and never a secret that was resolved. A log that
// cannot be written safely is no reason to fail: nothing is logged then.
func openLog(sh *shell, known *secret.Known) (*slog.Logger, io.Closer) {
	nothing := slog.New(slog.DiscardHandler)
	if sh.demo != nil {
		return nothing, nil
	}
	dir := sh.state
	if dir == "" {
		dir = config.StateDir()
	}
	f, err := logFile(dir)
	if err != nil {
		return nothing, nil
	}
	return slog.New(secret.Redactor(slog.NewJSONHandler(f, &slog.HandlerOptions{Level: logLevel()}), known.Hide)), f
}

// logLevel is Info, or what MINUTES_LOG says: debug.
func logLevel() slog.Level {
	var l slog.Level
	if l.UnmarshalText([]byte(os.Getenv("MINUTES_LOG"))) != nil {
		return slog.LevelInfo
	}
	return l
}

// logFile is the log, made or opened at its end. It refuses a folder or a file that is another user's or
// that others can write to, a link, a pipe, and a file with a second name.
func logFile(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	st, err := os.Stat(dir)
	if err != nil || !mine(st) {
		return nil, os.ErrPermission
	}
	path := filepath.Join(dir, "minutes.log")
	if st, err := os.Lstat(path); err == nil && st.Mode().IsRegular() && st.Size() > maxLog {
		_ = os.Rename(path, path+".1")
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY|noFollow, 0o600)
	if err != nil {
		return nil, err
	}
	st, err = f.Stat()
	if err == nil && (!st.Mode().IsRegular() || f.Chmod(0o600) != nil) { // one that others could read once
		err = os.ErrPermission
	}
	if err == nil {
		st, err = f.Stat()
	}
	if err != nil || !mine(st) {
		_ = f.Close()
		return nil, os.ErrPermission
	}
	return f, nil
}
