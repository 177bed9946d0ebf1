package config

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dailyminutes/minutes"
)

// An Asker is where Init asks. When it is not Interactive nothing is asked and In is not read.
type Asker struct {
	In          io.Reader
	Out         io.Writer
	Interactive bool
}

// Init writes a commented config at path, 0600, after a few questions. It never overwrites: a file
// that is there already is an error. Passwords are neither asked for nor written.
func Init(path string, ask Asker, kinds []Kind) error { return initialise(path, ask, kinds, here()) }

func initialise(path string, ask Asker, kinds []Kind, w world) error {
	if _, err := os.Lstat(path); err == nil {
		return minutes.WithHint(fmt.Errorf("%s is there already and stays as it is", path), "edit it, then: minutes config check")
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for %s: %w", path, err)
	}
	a := defaultAnswers(w.zoneName())
	if ask.Interactive {
		q := &questions{in: bufio.NewReader(ask.In), out: ask.Out}
		fmt.Fprintf(ask.Out, "This writes %s. Empty answers take what stands in [brackets], or leave it out.\n\n", minutes.CleanLine(path))
		if err := q.ask(&a, has(kinds)); err != nil {
			return err
		}
	}
	text := a.config(kinds)
	if _, err := parse(path, []byte(text), true, kinds, w); err != nil {
		return minutes.WithHint(fmt.Errorf("these answers make no config; nothing was written: %w", err), "run minutes init again")
	}
	if err := create(path, text); err != nil {
		return err
	}
	fmt.Fprintf(ask.Out, "\nWritten: %s (only you can read it)\n", minutes.CleanLine(path))
	for _, n := range a.notes {
		fmt.Fprintln(ask.Out, "  -", minutes.CleanLine(n))
	}
	fmt.Fprintln(ask.Out, "Next: minutes doctor, then minutes preload")
	return nil
}

// create writes a new file that its owner alone can read, and leaves nothing behind when it fails.
func create(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the config folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write the config: %w", err)
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(path)
		return fmt.Errorf("write the config: %w", err)
	}
	return nil
}

func has(kinds []Kind) func(string) bool {
	return func(name string) bool {
		for _, k := range kinds {
			if k.Name == name {
				return true
			}
		}
		return false
	}
}

// questions are asked one a line, so that they work with a screen reader and over a slow line.
type questions struct {
	in  *bufio.Reader
	out io.Writer
}

// line asks for one line; "" takes def.
func (q *questions) line(question, def string) (string, error) {
	if def != "" {
		question += " [" + def + "]"
	}
	fmt.Fprintf(q.out, "%s: ", minutes.Clean(question))
	var b strings.Builder
	for b.Len() < 4096 {
		r, _, err := q.in.ReadRune()
		if err != nil && b.Len() == 0 {
			return "", minutes.WithHint(errors.New("the questions were broken off; nothing was written"), "run minutes init again")
		}
		if err != nil || r == '\n' {
			break
		}
		b.WriteRune(r)
	}
	s := minutes.CleanLine(b.String()).String()
	if s == "" {
		return def, nil
	}
	return s, nil
}

// until asks again until ok takes the answer; ok may change it. Its error is what was wrong.
func (q *questions) until(question, def string, ok func(string) (string, error)) (string, error) {
	for {
		s, err := q.line(question, def)
		if err != nil || s == "" {
			return "", err
		}
		good, bad := ok(s)
		if bad == nil {
			return good, nil
		}
		fmt.Fprintf(q.out, "  %s\n", minutes.CleanLine(bad.Error()))
	}
}

// list asks for several, parted by commas.
func (q *questions) list(question string) ([]string, error) {
	s, err := q.line(question, "")
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out, err
}

// ask goes through the questions. The first broken-off one ends it.
func (q *questions) ask(a *answers, has func(string) bool) error {
	for _, step := range []func(*answers, func(string) bool) error{q.person, q.post, q.calendar, q.reading, q.surroundings} {
		if err := step(a, has); err != nil {
			return err
		}
	}
	return nil
}

func (q *questions) person(a *answers, _ func(string) bool) (err error) {
	if a.name, err = q.line("Your name", a.name); err != nil {
		return err
	}
	for {
		if a.addresses, err = q.list("Your mail addresses, parted by commas"); err != nil {
			return err
		}
		bad := ""
		for i, s := range a.addresses {
			a.addresses[i] = strings.ToLower(s)
			if !looksLikeAddress(s) {
				bad = s
			}
		}
		if bad == "" {
			break
		}
		fmt.Fprintf(q.out, "  %q is no mail address\n", minutes.CleanLine(bad))
	}
	a.interests, err = q.list("What interests you, parted by commas (databases, sailing)")
	return err
}

func looksLikeAddress(s string) bool {
	user, domain, ok := strings.Cut(s, "@")
	return ok && user != "" && strings.Contains(domain, ".") && !strings.ContainsAny(s, " \"<>(),;\\") && !strings.Contains(domain, "@")
}

func (q *questions) post(a *answers, has func(string) bool) (err error) {
	if !has("imap") {
		return nil
	}
	host, user := "", ""
	if len(a.addresses) > 0 {
		g := guessMail(a.addresses[0])
		host, user = g.host, g.user
		if g.note != "" {
			fmt.Fprintf(q.out, "  %s\n", minutes.CleanLine(g.note))
			a.notes = append(a.notes, g.note)
		}
	}
	if a.mailHost, err = q.until("Mail server (IMAP), or - for none", host, serverName); err != nil || a.mailHost == "-" || a.mailHost == "" {
		a.mailHost = ""
		return err
	}
	if a.mailUser, err = q.line("User name there", user); err != nil {
		return err
	}
	a.mailCommand, err = q.until("A command that prints the password (pass show mail), or nothing to use the keyring", "", func(s string) (string, error) {
		var argv minutes.Argv
		return s, argv.UnmarshalText([]byte(s))
	})
	if a.mailCommand == "" {
		a.notes = append(a.notes, "store the mail password: minutes auth mail")
	}
	return err
}

func serverName(s string) (string, error) {
	s = strings.ToLower(s)
	if s != "-" && (strings.ContainsAny(s, "/@: ") || strings.Trim(s, ".") != s) {
		return "", errors.New("the name alone, like imap.example.org")
	}
	return s, nil
}

func (q *questions) calendar(a *answers, has func(string) bool) (err error) {
	if !has("ics") {
		return nil
	}
	a.calendar, err = q.until("Calendar: an .ics file, a folder of them, or an https address", "", func(s string) (string, error) {
		if rest, ok := strings.CutPrefix(s, "webcal://"); ok {
			s = "https://" + rest
		}
		if strings.Contains(s, "://") {
			if minutes.WebURL(s) == "" {
				return "", errors.New("an address begins with https://")
			}
			return s, nil
		}
		return absolute(s)
	})
	return err
}

func (q *questions) reading(a *answers, has func(string) bool) (err error) {
	if !has("feed") {
		return nil
	}
	a.opml, err = q.until("Your feeds as an OPML file (exported by a feed reader), or nothing for a small default list", "", absolute)
	return err
}

func (q *questions) surroundings(a *answers, has func(string) bool) (err error) {
	if has("weather") {
		if a.place, err = q.line("Weather for which town (- for none)", a.place); err != nil {
			return err
		}
		if a.place == "-" {
			a.place = ""
		}
	}
	if has("market") {
		a.watch, err = q.list("Watch list, parted by commas (AAPL, ^GSPC, EUR/USD), or nothing for exchange rates")
	}
	return err
}

// absolute is a file or folder that exists, with ~ taken as the home folder.
func absolute(s string) (string, error) {
	if rest, ok := strings.CutPrefix(s, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", errors.New("write the whole path")
		}
		s = filepath.Join(home, rest)
	}
	p, err := filepath.Abs(s)
	if err != nil {
		return "", errors.New("write the whole path")
	}
	if _, err := os.Stat(p); err != nil {
		return "", fmt.Errorf("%s: %s", p, cause(err))
	}
	return p, nil
}
