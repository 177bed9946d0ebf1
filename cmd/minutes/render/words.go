package render

import (
	"fmt"
	"time"

	"github.com/dailyminutes/minutes"
)

// These are the sentences that all forms of a brief share.

// expired says when an expired brief was made, and how long ago that is at now, if now is known; "" for
// a fresh one.
func expired(b minutes.Brief, made, now time.Time, hours int) string {
	if !b.Stale {
		return ""
	}
	s := "made at " + clock(made, hours) + " on " + made.Format("Monday")
	if now.After(made) {
		s += ", " + ago(now.Sub(made))
	}
	return s + ", expired"
}

// since sums up what changed since the brief before; "" when nothing but new items did.
func since(c minutes.Changes) string {
	if len(c.Changed)+len(c.Resolved)+len(c.StillOpen) == 0 {
		return ""
	}
	return fmt.Sprintf("%d new, %d changed, %d settled, %d still open", len(c.New), len(c.Changed), len(c.Resolved), len(c.StillOpen))
}

// troubled says whether a reader must know about a source.
func troubled(s minutes.SourceStatus) bool {
	return s.Status == "failed" || s.Status == "partial" || s.Status == "stale"
}

// troubleText is what went wrong, how old what is shown is, and the next step.
func troubleText(s minutes.SourceStatus, now time.Time) string {
	out := text(s.Name) + " " + text(s.Status)
	if !s.Error.Empty() {
		out += ": " + s.Error.Line().String()
	}
	if !s.FetchedAt.IsZero() && s.Status != "partial" {
		out += "; last read " + ago(now.Sub(s.FetchedAt))
	}
	if s.RetryAt.After(now) {
		out += fmt.Sprintf("; it failed %d times in a row and is left alone for a while", s.Failures)
	}
	if !s.Hint.Empty() {
		out += ". Next: " + s.Hint.Line().String()
	}
	return out
}

// footnote says how far the brief may be trusted, who wrote it, and what the sources ask to be said.
func footnote(b minutes.Brief) string {
	engine := "put together from your items' own words, without a model"
	if b.Engine.Composer == "model" {
		engine = "written with " + text(b.Engine.Model)
	}
	if b.Engine.Prose == "woven" {
		engine += " and woven: each sentence is checked, yet one writer may colour what is said of another"
	}
	if n := len(b.Engine.Fallbacks); n > 0 {
		engine += fmt.Sprintf("; %s was passed over (%s)", text(b.Engine.Fallbacks[0].Model), minutes.CleanLine(b.Engine.Fallbacks[0].Error).Cut(90))
	}
	s := fmt.Sprintf("%d of %d lines checked against their sources; %s.", b.Verification.Supported, b.Verification.Claims, engine)
	for _, sec := range b.Sections {
		for _, it := range sec.Items {
			if it.Forecast != nil && !it.Forecast.Attribution.Empty() {
				s += " " + it.Forecast.Attribution.Line().String() + "."
			}
		}
	}
	return s
}
