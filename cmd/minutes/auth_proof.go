package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/config"
	"github.com/dailyminutes/minutes/cmd/minutes/secret"
)

// proofWait bounds the child that looks for the secret.
const proofWait = 45 * time.Second

// unattended looks for the secret as cron will: in a process of its own, without this session's
// environment, folder and terminal. It says what came of it; errFindings if it is not found.
func (a *auth) unattended(ctx context.Context, e config.Credential, value minutes.Secret) error {
	place, problem := a.child(ctx, e.Ref.Keyring, value)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if problem != "" {
		a.say("%s: a run without your session, as from cron, will NOT find it: %s", a.name, problem)
		a.say("  next: %s", a.remedy())
		return errFindings
	}
	while := ""
	if place == secret.PlaceRing {
		while = ", while you are logged in and it is unlocked"
	}
	a.say("%s: a run without your session, as from cron, finds it in %s%s", a.name, place, while)
	return nil
}

func (a *auth) child(ctx context.Context, entry string, value minutes.Secret) (place, problem string) {
	exe, err := os.Executable()
	if err != nil {
		return "", err.Error()
	}
	args := []string{"auth", "--found", entry}
	if a.config != "" {
		args = append(args, "--config", absolute(a.config))
	}
	ctx, cancel := context.WithTimeout(ctx, proofWait)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe, append(args, "--", a.name)...)
	cmd.Env, cmd.Dir = bare(), "/"
	if runtime.GOOS == "windows" {
		cmd.Dir = ""
	}
	cmd.SysProcAttr, cmd.WaitDelay = detached(), time.Second
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(value.Reveal()+"\n"), &out, &errs
	if err := cmd.Run(); err != nil {
		said, _, _ := strings.Cut(errs.String(), "\n")
		if said == "" {
			said = err.Error()
		}
		return "", secret.Redact(strings.TrimPrefix(said, "minutes: "), value.Reveal())
	}
	return strings.TrimSpace(out.String()), ""
}

// bare is the environment of cron: a home and where programs are.
func bare() []string {
	if runtime.GOOS != "windows" {
		return []string{"HOME=" + os.Getenv("HOME"), "PATH=/usr/bin:/bin"}
	}
	var env []string
	for _, name := range []string{"SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PATH"} {
		env = append(env, name+"="+os.Getenv(name))
	}
	return env
}

// remedy is for what makes the difference between this session and none.
func (a *auth) remedy() string {
	for _, name := range []string{"MINUTES_CONFIG", "XDG_CONFIG_HOME"} {
		if os.Getenv(name) != "" && a.config == "" {
			return fmt.Sprintf("cron does not have your %s: let it call minutes --config %s, and run this command so too", name, absolute(a.cfg.Path))
		}
	}
	if a.file {
		return "check the permissions of " + secretsDir(a.cfg)
	}
	return fmt.Sprintf("keep it in the encrypted store instead: minutes auth %s --file", a.name)
}

// compare is the child's part: it says where the secret is found, if it is the one on stdin.
func (a *auth) compare(ctx context.Context, e config.Credential, lines *bufio.Reader) error {
	want, err := oneLine(lines)
	if err != nil {
		return err
	}
	got, place, err := secret.Find(ctx, a.options(), e.Ref)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(want), []byte(got.Reveal())) != 1 {
		return errors.New("it finds another one in " + place)
	}
	_, err = fmt.Fprintln(a.out, minutes.CleanLine(place))
	return err
}
