// Package agent holds the use-cases: making the morning's brief, judging, searching what is kept.
// It decides; it knows no SQL, no HTTP, no provider and no terminal. What it needs of the rest is
// stated here as small interfaces and handed in as fields.
package agent

import (
	"context"
	"log/slog"
	"time"

	"github.com/dailyminutes/minutes"
)

// The errors of all that follow say what was being done ("keep the brief: …"), so that nothing here has to.

// Library keeps items with the cursors of their sources.
type Library interface {
	Cursor(ctx context.Context, source string) (minutes.Cursor, error)
	Keep(ctx context.Context, source string, b minutes.Batch) (minutes.Kept, error)
	Items(ctx context.Context, q minutes.Query) ([]minutes.Item, error)
	Item(ctx context.Context, id string) (minutes.Item, error)
}

// Archive keeps every brief with the ranking it was made from.
type Archive interface {
	Brief(ctx context.Context, day string) (minutes.Brief, error)
	Before(ctx context.Context, day string) (minutes.Brief, error)
	KeepBrief(ctx context.Context, b minutes.Brief, ranked []minutes.Scored) error
	Ranking(ctx context.Context, day string) ([]minutes.Scored, error)
}

// Journal is the append-only log of judgements. Judge returns when the judgement is on disk.
type Journal interface {
	Judge(ctx context.Context, j minutes.Judgement) (minutes.Judgement, error)
	Judgements(ctx context.Context) ([]minutes.Judgement, error)
}

// Loops is the ledger of what I owe and what I wait for.
type Loops interface {
	Actions(ctx context.Context, status string) ([]minutes.Action, error)
	KeepActions(ctx context.Context, as []minutes.Action) error
	Done(ctx context.Context, id string, at time.Time) error
}

// Runs records preloads and lets one run at a time, across processes.
type Runs interface {
	Lock(ctx context.Context, wait time.Duration, waiting func()) (unlock func(), waited bool, err error)
	Begin(ctx context.Context, r minutes.Run) (minutes.Run, error)
	End(ctx context.Context, r minutes.Run) error
	Runs(ctx context.Context, limit int) ([]minutes.Run, error)
}

// Health keeps how each source last did.
type Health interface {
	KeepStatus(ctx context.Context, s minutes.SourceStatus) error
	Statuses(ctx context.Context) ([]minutes.SourceStatus, error)
}

// Upkeep drops what is older than the user wants kept.
type Upkeep interface {
	Retain(ctx context.Context, items, briefs time.Duration) (int, error)
}

// Finder searches all that is kept by its words.
type Finder interface {
	Search(ctx context.Context, q minutes.Query) ([]minutes.Hit, error)
}

// Feedback turns judgements into an order. Labels are what an item is known by; Undo is the
// judgement that an undo would take back.
type Feedback interface {
	Rank(m minutes.Morning, groups []minutes.Group, log []minutes.Judgement) []minutes.Scored
	Labels(it minutes.Item) []string
	Undo(log []minutes.Judgement) (minutes.Judgement, bool)
}

// A Configured source is a minutes.Source with what the user said of it.
type Configured struct {
	minutes.Source
	Kind    string
	Off     bool // listed, never fetched
	Local   bool // reads files of this machine: how it does says nothing of the network
	Private bool
	// LocalOnly items never leave this machine.
	LocalOnly bool
}

// Agent is the program's use-cases over what it is handed. All fields but Log are required.
type Agent struct {
	Sources  []Configured
	Library  Library
	Archive  Archive
	Journal  Journal
	Loops    Loops
	Runs     Runs
	Health   Health
	Upkeep   Upkeep
	Feedback Feedback
	Readings Readings // nil: nothing is read by a model
	Models   Models
	Key      []byte // of this install: handles are made with it
	Finder   Finder // nil: questions are answered from no memory
	Merge    func([]minutes.Item) []minutes.Group
	Now      func() time.Time
	Settings Settings
	Log      *slog.Logger
}

// Settings are the user's, from the config.
type Settings struct {
	Zone       *time.Location
	ZoneName   string
	Profile    minutes.Profile
	Words      int
	Hours      int
	Expires    time.Duration
	KeepItems  time.Duration
	KeepBriefs time.Duration
	Version    string // of the program: another one may compose another brief
	// Deadline bounds one source's fetch, whatever else it waits for; 0 means 30 s.
	Deadline time.Duration
	// Prose is "woven" where the summary's lines are to be made flowing sentences, else "".
	Prose string
	// Unwatched says that nobody waits at a terminal: a brief may take longer.
	Unwatched bool
}

// Morning is the moment a brief made now is for.
func (a *Agent) Morning() minutes.Morning {
	now := a.Now().In(a.Settings.Zone)
	return minutes.Morning{Now: now, Day: now.Format(time.DateOnly), Zone: a.Settings.Zone,
		Profile: a.Settings.Profile, Words: a.Settings.Words, Hours: a.Settings.Hours}
}

func (a *Agent) log() *slog.Logger {
	if a.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return a.Log
}
