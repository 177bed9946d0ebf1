package minutes

import (
	"slices"
	"strings"
	"time"
)

// Morning is what a brief is made for: the moment, the place in time, the person.
type Morning struct {
	Now     time.Time      // in Zone
	Day     string         // 2006-01-02 in Zone
	Zone    *time.Location // the user's
	Profile Profile
	Words   int // the brief's budget: words of the plain form less links
	Hours   int // 24 or 12: how times are written
}

// DayStart is the first moment of the day that lies days after t's, in t's zone. That is not always
// midnight: where clocks go forward at 0:00 the day begins at 1:00, and time.Date would give an hour
// of the day before; where they go back at 1:00 there are two midnights, and this is the first.
func DayStart(t time.Time, days int) time.Time {
	noon := time.Date(t.Year(), t.Month(), t.Day()+days, 12, 0, 0, 0, t.Location())
	start := time.Date(noon.Year(), noon.Month(), noon.Day(), 0, 0, 0, 0, t.Location())
	if start.Day() != noon.Day() {
		_, start = start.ZoneBounds()
		return start.In(t.Location())
	}
	if before := start.Add(-time.Hour); before.Day() == noon.Day() {
		return before
	}
	return start
}

// Profile is the person. Addresses are lower case. All of it is private.
type Profile struct {
	Name      string
	Addresses []string
	Interests []string
	Important []string // senders and words that matter from day one
	Muted     []string
}

// A Claim is one text a person reads, with the items it speaks of and the words it rests on. One
// without evidence does not exist, but for slots marked Empty.
type Claim struct {
	ID       string     `json:"id"`
	Text     Safe       `json:"text"`
	Items    []string   `json:"items"`
	Evidence []Evidence `json:"evidence"`
	Engine   Engine     `json:"engine"`
	Section  string     `json:"section,omitempty"` // of a TL;DR slot: mail, action, calendar, market, business
	Empty    bool       `json:"empty,omitempty"`
}

// Evidence is a quote that occurs in the item: in its title, author, excerpt, body or in the
// line that Facts writes of its closed fields.
type Evidence struct {
	Item  string `json:"item"`
	Quote Safe   `json:"quote"`
}

// Engine says who wrote a claim.
type Engine string

// The engines.
const (
	EngineModel    Engine = "model"
	EngineExtract  Engine = "extract"  // the item's own words
	EngineComputed Engine = "computed" // put together by code from closed fields
)

// A Brief is one morning, as `brief --json` prints it: minutes.brief/v1.
type Brief struct {
	Schema         string         `json:"schema"`
	Day            string         `json:"day"`
	Timezone       string         `json:"timezone"`
	GeneratedAt    time.Time      `json:"generated_at"`
	ExpiresAt      time.Time      `json:"expires_at"`
	Stale          bool           `json:"stale"`
	ReadingSeconds int            `json:"reading_seconds"`
	Engine         Composer       `json:"engine"`
	TLDR           []Claim        `json:"tldr"`
	Summary        []Claim        `json:"summary"`
	Insights       []Claim        `json:"insights"`
	Agenda         []AgendaEntry  `json:"agenda"`
	Actions        []Action       `json:"actions"`
	Sections       []Section      `json:"sections"`
	Changes        Changes        `json:"changes"`
	Sources        []SourceStatus `json:"sources"`
	Verification   Verification   `json:"verification"`
	Usage          Usage          `json:"usage"`
	Timing         Timing         `json:"timing_ms"`
	Trace          []Step         `json:"trace,omitempty"`
	Fingerprint    string         `json:"fingerprint,omitempty"` // of what it was made from, but the items
}

// Claims are all texts of the brief that a person reads, in reading order.
func (b Brief) Claims() []Claim {
	out := slices.Concat(b.TLDR, b.Summary, b.Insights)
	for _, e := range b.Agenda {
		if e.Prepare != nil {
			out = append(out, *e.Prepare)
		}
	}
	for _, s := range b.Sections {
		out = append(out, s.Lines...)
	}
	return out
}

// Composer says what put the brief together, and which models were passed over.
type Composer struct {
	Composer  string     `json:"composer"` // model or extractive
	Model     string     `json:"model"`
	Fallbacks []Fallback `json:"fallbacks"`
	// Prose is "woven" where a model made flowing sentences of several items' lines: each was checked,
	// but the writer of one item may have coloured what is said of another.
	Prose string `json:"prose,omitempty"`
}

// A Fallback is a model that was passed over, and why.
type Fallback struct {
	Model string `json:"model"`
	Error string `json:"error"`
}

// AgendaEntry is one event of the day.
type AgendaEntry struct {
	Item      string    `json:"item"`
	Start     time.Time `json:"start"`
	End       time.Time `json:"end"`
	AllDay    bool      `json:"all_day"`
	Title     Safe      `json:"title"`
	Location  Safe      `json:"location"`
	Conflicts []string  `json:"conflicts"` // ids of the events it overlaps
	Prepare   *Claim    `json:"prepare"`
}

// An Action is an open loop: what I owe (Owner "me") or wait for ("them"). Its ID is the same
// whenever the same thing is asked again. Due is nil where no deadline was given.
type Action struct {
	ID       string     `json:"id"`
	Text     Safe       `json:"text"`
	Owner    string     `json:"owner"`
	Who      Safe       `json:"who,omitzero"` // the other person
	Due      *time.Time `json:"due"`
	DueAll   bool       `json:"due_all_day,omitempty"` // due at some time on that day
	Item     string     `json:"item"`
	Evidence []Evidence `json:"evidence"`
	Status   string     `json:"status"` // open or done
	AgeDays  int        `json:"age_days"`
	Since    time.Time  `json:"since"` // when it was first asked
}

// A Section lists the items of one kind that made it; LeftOut counts those that did not, and Why
// says what they were.
type Section struct {
	Kind  string   `json:"kind"` // mail, calendar, market, news, weather
	Items []Scored `json:"items"`
	// Lines are what is read of Items: one claim for each, in the same order, and what a reader
	// shows in place of titles. A brief older than the field has none.
	Lines   []Claim `json:"lines,omitempty"`
	LeftOut int     `json:"left_out"`
	Why     Safe    `json:"left_out_why,omitzero"`
}

// Changes are ids, since the brief before.
type Changes struct {
	New       []string `json:"new"`
	Changed   []string `json:"changed"`
	Resolved  []string `json:"resolved"`
	StillOpen []string `json:"still_open"`
}

// SourceStatus is how one source did. Error and Hint never hold a secret.
type SourceStatus struct {
	Name      string      `json:"name"`
	Kind      string      `json:"kind"`
	Status    string      `json:"status"` // ok, partial, stale, failed, off
	Items     int         `json:"items"`
	New       int         `json:"new"`
	FetchedAt time.Time   `json:"fetched_at,omitzero"` // the last success; zero if there was none
	ElapsedMS int64       `json:"elapsed_ms"`
	Error     Safe        `json:"error"`
	Hint      Safe        `json:"hint"`
	FailedAt  time.Time   `json:"failed_since,omitzero"` // when it began to fail without a success between
	Failures  int         `json:"failures,omitempty"`    // since then, in a row
	RetryAt   time.Time   `json:"retry_at,omitzero"`     // it failed too often: until then it is asked only by name
	Rejected  []Rejection `json:"rejected,omitempty"`
}

// LeftOut is what could not be read, but for what Error says already: a part that failed is both.
func (s SourceStatus) LeftOut() []Rejection {
	var out []Rejection
	for _, r := range s.Rejected {
		if !strings.Contains(s.Error.String(), r.Reason.String()) {
			out = append(out, r)
		}
	}
	return out
}

// Together is sources with those of which the same went wrong as one, where the first of them stands: its
// name is the names, FetchedAt the oldest. That there is no network is read once, not seven times.
func Together(sources []SourceStatus) []SourceStatus {
	var out []SourceStatus
	for _, s := range sources {
		at := slices.IndexFunc(out, func(o SourceStatus) bool {
			return !s.Error.Empty() && o.Status == s.Status && o.Error == s.Error && o.Hint == s.Hint
		})
		if at < 0 {
			out = append(out, s)
			continue
		}
		o := &out[at]
		o.Name += ", " + s.Name
		if o.FetchedAt.IsZero() || !s.FetchedAt.IsZero() && s.FetchedAt.Before(o.FetchedAt) {
			o.FetchedAt = s.FetchedAt
		}
	}
	return out
}

// Verification counts what the verifier did.
type Verification struct {
	Claims    int `json:"claims"`
	Supported int `json:"supported"`
	Repaired  int `json:"repaired"`
	Dropped   int `json:"dropped"`
}

// Usage is what models cost.
type Usage struct {
	Calls            int     `json:"calls"`
	PromptTokens     int     `json:"prompt_tokens"`
	CompletionTokens int     `json:"completion_tokens"`
	CachedTokens     int     `json:"cached_tokens"`
	CostUSD          float64 `json:"cost_usd"`
	TTFTMS           float64 `json:"ttft_ms"`
	TokensPerSecond  float64 `json:"tokens_per_second"`
}

// Timing is how long each step took, in milliseconds.
type Timing struct {
	Fetch       int64 `json:"fetch"`
	Keep        int64 `json:"keep"`
	Rank        int64 `json:"rank"`
	Read        int64 `json:"read"`
	Investigate int64 `json:"investigate"`
	Compose     int64 `json:"compose"`
	Verify      int64 `json:"verify"`
	Total       int64 `json:"total"`
}

// A Step is one turn of the agent's loop.
type Step struct {
	Step    int          `json:"step"`
	Thought Safe         `json:"thought"`
	Actions []StepAction `json:"actions"`
}

// A StepAction is one tool call of a Step.
type StepAction struct {
	Tool  string `json:"tool"`
	Args  Safe   `json:"args"`
	MS    int64  `json:"ms"`
	Items int    `json:"items"`
	Error Safe   `json:"error"`
}

// A Run is one preload, kept with how it went. End is zero while it runs or if it was killed.
type Run struct {
	ID      int64          `json:"id"`
	Kind    string         `json:"kind"` // preload, or only: one of named sources
	Day     string         `json:"day"`
	Start   time.Time      `json:"start"`
	End     time.Time      `json:"end,omitzero"`
	Outcome string         `json:"outcome"` // ok, partial, failed, interrupted
	Error   Safe           `json:"error"`
	Sources []SourceStatus `json:"sources"`
	Timing  Timing         `json:"timing_ms"`
}

// Progress is one moment of a run, for a bar, a line or a log.
type Progress struct {
	Step   string // fetch, keep, rank, read, investigate, compose, verify, cache
	Source string // of a fetch
	State  string // start, done, failed, partial
	Items  int
	Note   Safe
	Took   time.Duration
}

// A Judgement is one line of the append-only log that ranking learns from. Item is what was
// judged; Labels are what it was known by at the time, so that the log can be replayed after the
// item is gone. An undo names the judgement it takes back in Undoes.
type Judgement struct {
	ID     int64     `json:"id"`
	At     time.Time `json:"at"`
	Verb   string    `json:"verb"` // up, down, clear, mute, unmute, undo; in the log also done, which is never listed
	Item   string    `json:"item,omitempty"`
	Title  Safe      `json:"title,omitzero"`
	Term   string    `json:"term,omitempty"` // of mute and unmute: a word, sender or source
	Labels []string  `json:"labels,omitempty"`
	Undoes int64     `json:"undoes,omitempty"`
}
