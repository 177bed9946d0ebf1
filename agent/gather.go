package agent

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dailyminutes/minutes"
)

// How far back and ahead a brief looks. Mail reaches to the brief before as well, so that nothing
// falls between two mornings, but not past maxAway: after a month away the rest is for search.
const (
	lookBack  = 36 * time.Hour
	maxAway   = 21 * 24 * time.Hour
	lookAhead = 7                   // days
	history   = 30 * 24 * time.Hour // of mail I sent: what I answered, what I wait for
	maxItems  = 5000                // of one kind; far above what a person gets, far below what hurts
)

// gathered is everything a brief may speak of.
type gathered struct {
	items  []minutes.Item // candidates
	sent   []minutes.Item // my own mail, for context
	before *minutes.Brief
	log    []minutes.Judgement
	open   []minutes.Action
}

// gather reads the candidates of the morning from the store.
func (a *Agent) gather(ctx context.Context, m minutes.Morning) (gathered, error) {
	var g gathered
	var err error
	if b, err := a.Archive.Before(ctx, m.Day); err == nil {
		g.before = &b
	} else if !notFound(err) {
		return g, fmt.Errorf("read the brief before: %w", err)
	}
	if g.log, err = a.Journal.Judgements(ctx); err != nil {
		return g, err
	}
	if g.open, err = a.Loops.Actions(ctx, ""); err != nil {
		return g, err
	}
	since := m.Now.Add(-lookBack)
	if g.before != nil && g.before.GeneratedAt.Before(since) {
		since = g.before.GeneratedAt
	}
	if away := m.Now.Add(-maxAway); since.Before(away) {
		since = away
	}
	for _, q := range a.windows(m, since) {
		items, err := a.Library.Items(ctx, q)
		if err != nil {
			return g, fmt.Errorf("read the %s of the morning: %w", q.Kind, err)
		}
		g.sort(m, a.usable(items), since)
	}
	return g, a.gatherAsked(ctx, &g)
}

func (a *Agent) windows(m minutes.Morning, since time.Time) []minutes.Query {
	soon := m.Now.Add(time.Hour) // clocks differ: a mail from a minute ahead is not from the future
	return []minutes.Query{
		{Kind: minutes.KindMail, Since: m.Now.Add(-history), Until: soon, Limit: maxItems, Bodies: true},
		{Kind: minutes.KindEvent, Since: minutes.DayStart(m.Now, -14), Until: minutes.DayStart(m.Now, lookAhead), Limit: maxItems, Bodies: true},
		{Kind: minutes.KindStory, Since: since, Until: soon, Limit: maxItems, Bodies: true},
		{Kind: minutes.KindArticle, Since: since, Until: soon, Limit: maxItems, Bodies: true},
		{Kind: minutes.KindQuote, Since: m.Now.AddDate(0, 0, -7), Limit: maxItems},
		{Kind: minutes.KindForecast, Since: m.Now.AddDate(0, 0, -1), Limit: maxItems},
		{Kind: minutes.KindNote, Since: since, Until: soon, Limit: maxItems, Bodies: true},
	}
}

// sort puts items where they belong: my own mail is context; mail older than the window counts only
// while it waits: unread and flagged, or unread, of this week and from a person; an event counts
// while it has not ended before today.
func (g *gathered) sort(m minutes.Morning, items []minutes.Item, since time.Time) {
	dayStart := minutes.DayStart(m.Now, 0)
	for _, it := range items {
		switch {
		case it.Mail != nil && it.Mail.FromMe:
			g.sent = append(g.sent, it)
		case it.Mail != nil && it.At.Before(since) && !waits(it, m.Now):
			continue
		case it.Event != nil && !it.Event.End.After(dayStart) && !it.Event.Start.After(dayStart):
			continue
		default:
			g.items = append(g.items, it)
		}
	}
}

// waits says that an older mail is still to be dealt with.
func waits(it minutes.Item, now time.Time) bool {
	if !it.Mail.Unread {
		return false
	}
	return it.Mail.Flagged || !it.Mail.Bulk && it.Mail.ListID == "" && it.At.After(now.AddDate(0, 0, -7))
}

// gatherAsked adds the mails that open actions rest on, however old.
func (a *Agent) gatherAsked(ctx context.Context, g *gathered) error {
	var ids []string
	for _, act := range g.open {
		if act.Status == "open" && !slices.ContainsFunc(g.items, func(it minutes.Item) bool { return it.ID == act.Item }) {
			ids = append(ids, act.Item)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	items, err := a.Library.Items(ctx, minutes.Query{IDs: ids, Bodies: true})
	if err != nil {
		return fmt.Errorf("read what the open actions rest on: %w", err)
	}
	for _, it := range a.usable(items) {
		if it.Mail != nil && it.Mail.FromMe {
			if !slices.ContainsFunc(g.sent, func(s minutes.Item) bool { return s.ID == it.ID }) {
				g.sent = append(g.sent, it)
			}
			continue
		}
		g.items = append(g.items, it)
	}
	return nil
}

// usable leaves out what came from sources that the config no longer has, or has switched off.
func (a *Agent) usable(items []minutes.Item) []minutes.Item {
	on := map[string]bool{}
	for _, s := range a.Sources {
		on[s.Name()] = !s.Off
	}
	return slices.DeleteFunc(items, func(it minutes.Item) bool { return !on[it.Source] })
}
