// Package doctor looks for what would spoil a morning (a config others can read, a clock that is
// off, a database that is damaged, a source that does not answer) and says how to mend it.
package doctor

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// A Finding is the result of one check. One that is not OK has a Remedy; one that is and has one all
// the same is a note: worth knowing, and nothing that is wrong here.
type Finding struct {
	Check  string       `json:"check"`
	OK     bool         `json:"ok"`
	Text   minutes.Safe `json:"text"`
	Remedy minutes.Safe `json:"remedy"`
}

// A Patient is what is looked at. Probe asks one source live and returns how many items it has, -1
// when it cannot tell; Database returns what is wrong with the memory; Models asks each model how it
// stands, nil where none can be asked.
type Patient struct {
	Config   string // path, "" when the defaults are in force
	DataDir  string
	Database func(ctx context.Context) ([]string, error)
	Sources  []minutes.SourceStatus
	Probe    func(ctx context.Context, name string) (int, error)
	Models   func(ctx context.Context) ([]Model, error)
	Now      func() time.Time
	ZoneName string
	LastRun  *minutes.Run
}

// Examine runs every check; none stops the others.
func Examine(ctx context.Context, p Patient) []Finding {
	out := []Finding{p.config(), p.folder()}
	out = append(out, p.clock()...)
	out = append(out, p.database(ctx)...)
	out = append(out, p.lastRun()...)
	out = append(out, p.sources(ctx)...)
	out = append(out, p.models(ctx)...)
	return append(out, p.leftOut()...)
}

func good(check, format string, args ...any) Finding {
	return Finding{Check: check, OK: true, Text: minutes.CleanLine(fmt.Sprintf(format, args...))}
}

func bad(check, text, remedy string) Finding {
	return Finding{Check: check, Text: minutes.CleanLine(text), Remedy: minutes.CleanLine(remedy)}
}

func (p Patient) config() Finding {
	if p.Config == "" {
		return good("config", "no config file; the defaults are in force (minutes init writes one)")
	}
	st, err := os.Stat(p.Config)
	if err != nil {
		return bad("config", err.Error(), "check the path, or write one with minutes init")
	}
	if open(st.Mode()) {
		return bad("config", fmt.Sprintf("%s can be read by others", p.Config), "chmod 600 "+p.Config)
	}
	return good("config", "%s is well-formed and yours alone", p.Config)
}

func (p Patient) folder() Finding {
	st, err := os.Stat(p.DataDir)
	if err != nil {
		return bad("data", err.Error(), "check the disk, or choose another folder with --data-dir")
	}
	if open(st.Mode()) {
		return bad("data", fmt.Sprintf("%s can be read by others", p.DataDir), "chmod 700 "+p.DataDir)
	}
	return good("data", "%s is yours alone", p.DataDir)
}

// open says whether anyone but the owner has a right; on Windows the mode tells nothing.
func open(m fs.FileMode) bool { return runtime.GOOS != "windows" && m.Perm()&0o077 != 0 }

func (p Patient) clock() []Finding {
	now := p.Now()
	out := []Finding{good("clock", "%s", now.Format("Monday 2 January 2006 15:04 MST"))}
	if now.Year() < 2025 || now.Year() > 2100 {
		out[0] = bad("clock", "the clock says "+now.Format(time.RFC1123), "set the system clock: deadlines and 'today' depend on it")
	}
	if _, err := time.LoadLocation(p.ZoneName); err != nil || p.ZoneName == "" {
		return append(out, bad("zone", fmt.Sprintf("the time zone %q is not known", p.ZoneName), `set timezone = "Europe/Berlin" (yours) in the config`))
	}
	return append(out, good("zone", "%s", p.ZoneName))
}

func (p Patient) database(ctx context.Context) []Finding {
	faults, err := p.Database(ctx)
	var out []Finding
	for _, f := range faults {
		text, remedy := f, "keep a copy of the data folder, then minutes restore FILE with the last backup"
		if i := strings.LastIndex(f, " ("); i > 0 && strings.HasSuffix(f, ")") {
			text, remedy = f[:i], f[i+2:len(f)-1] // it says itself what to do
		}
		out = append(out, bad("database", text, remedy))
	}
	if err != nil {
		remedy := minutes.Hint(err)
		if remedy == "" {
			remedy = "look at the data folder and its disk, then try again"
		}
		out = append(out, bad("database", err.Error(), remedy))
	}
	if len(out) == 0 {
		return []Finding{good("database", "sound")}
	}
	return out
}

// lastRun finds a schedule that has stopped: the brief is what all this is for.
func (p Patient) lastRun() []Finding {
	if p.LastRun == nil {
		return []Finding{good("preload", "never run yet: minutes preload")}
	}
	age := p.Now().Sub(p.LastRun.Start)
	switch {
	case p.LastRun.Outcome == "failed":
		return []Finding{bad("preload", "the last run failed: "+p.LastRun.Error.String(), "run minutes preload and read what it says")}
	case age > 4*24*time.Hour:
		return []Finding{bad("preload", fmt.Sprintf("the last run was %d days ago", int(age.Hours()/24)), "is cron still calling minutes preload?")}
	}
	return []Finding{good("preload", "last run %s: %s", p.LastRun.Start.Format("Monday 15:04"), p.LastRun.Outcome)}
}

func (p Patient) sources(ctx context.Context) []Finding {
	out := make([]Finding, len(p.Sources))
	done := make(chan struct{})
	for i, s := range p.Sources {
		go func() {
			defer func() { done <- struct{}{} }()
			check := "source " + s.Name
			if s.Status == "off" {
				out[i] = good(check, "switched off")
				return
			}
			n, err := p.Probe(ctx, s.Name)
			switch {
			case err != nil && minutes.Hint(err) == "":
				out[i] = bad(check, err.Error(), "see minutes sources")
			case err != nil:
				out[i] = bad(check, err.Error(), minutes.Hint(err))
			case n < 0:
				out[i] = good(check, "answers")
			default:
				out[i] = good(check, "answers with %d items", n)
			}
		}()
	}
	for range p.Sources {
		<-done
	}
	return out
}

// leftOut notes entries that could not be read. They are somebody else's mistake and may stay for good:
// a doctor who called the patient ill for them would not be listened to any more.
func (p Patient) leftOut() []Finding {
	var out []Finding
	for _, s := range p.Sources {
		rejected := s.LeftOut() // what failed is a finding
		if len(rejected) == 0 || s.Status == "off" {
			continue
		}
		first := rejected[0]
		f := good("left out "+s.Name, "%s: %s", first.Item, first.Reason)
		f.Remedy = first.Next.Line()
		if n := len(rejected) - 1; n > 0 {
			f.Text = minutes.CleanLine(fmt.Sprintf("%s; and %d more: minutes sources", f.Text, n))
		}
		if f.Remedy.Empty() {
			f.Remedy = minutes.Clean("see minutes sources")
		}
		out = append(out, f)
	}
	return out
}
