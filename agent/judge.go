package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dailyminutes/minutes"
)

// Judge records a thumb: verb is up, down or clear. The judgement is on disk when Judge returns.
func (a *Agent) Judge(ctx context.Context, verb, id string) (minutes.Judgement, error) {
	switch verb {
	case "up", "down", "clear":
	default:
		return minutes.Judgement{}, fmt.Errorf("%q is not a judgement: up, down or clear", verb)
	}
	it, err := a.Library.Item(ctx, id)
	if err != nil {
		return minutes.Judgement{}, err
	}
	return a.record(ctx, minutes.Judgement{Verb: verb, Item: it.ID, Title: it.Title, Labels: a.Feedback.Labels(it)})
}

// Mute sinks everything that term (a word, a sender, a source) names; Unmute takes that back.
func (a *Agent) Mute(ctx context.Context, term string) (minutes.Judgement, error) {
	return a.mute(ctx, "mute", term)
}

// Unmute takes a Mute back.
func (a *Agent) Unmute(ctx context.Context, term string) (minutes.Judgement, error) {
	return a.mute(ctx, "unmute", term)
}

func (a *Agent) mute(ctx context.Context, verb, term string) (minutes.Judgement, error) {
	term = strings.ToLower(minutes.CleanLine(term).String())
	if term == "" {
		return minutes.Judgement{}, fmt.Errorf("nothing to %s: name a word, a sender or a source", verb)
	}
	return a.record(ctx, minutes.Judgement{Verb: verb, Term: term})
}

// Undo takes the last judgement back, exactly: the next ranking is as if it had never been made.
// The log keeps both. It returns the judgement that was taken back.
func (a *Agent) Undo(ctx context.Context) (minutes.Judgement, error) {
	log, err := a.Journal.Judgements(ctx)
	if err != nil {
		return minutes.Judgement{}, err
	}
	last, ok := a.Feedback.Undo(log)
	if !ok {
		return minutes.Judgement{}, errors.New("nothing to undo")
	}
	if _, err := a.record(ctx, minutes.Judgement{Verb: "undo", Item: last.Item, Title: last.Title, Undoes: last.ID}); err != nil {
		return minutes.Judgement{}, err
	}
	return last, nil
}

func (a *Agent) record(ctx context.Context, j minutes.Judgement) (minutes.Judgement, error) {
	j.At = a.Now()
	kept, err := a.Journal.Judge(ctx, j)
	if err != nil {
		return minutes.Judgement{}, err
	}
	return kept, nil
}

// Open are the open loops, soonest due first.
func (a *Agent) Open(ctx context.Context) ([]minutes.Action, error) {
	as, err := a.Loops.Actions(ctx, "open")
	if err != nil {
		return nil, err
	}
	now := a.Now()
	for i := range as {
		as[i].AgeDays = int(now.Sub(as[i].Since).Hours() / 24)
	}
	return as, nil
}

// Close marks an action done. ref is an action's id, or an item's: then every action that rests on
// it is done. It returns what it closed.
func (a *Agent) Close(ctx context.Context, ref string) ([]minutes.Action, error) {
	open, err := a.Open(ctx)
	if err != nil {
		return nil, err
	}
	var closed []minutes.Action
	for _, act := range open {
		if act.ID != ref && act.Item != ref {
			continue
		}
		if err := a.Loops.Done(ctx, act.ID, a.Now()); err != nil {
			return closed, fmt.Errorf("mark %s done: %w", act.ID, err)
		}
		act.Status = "done"
		closed = append(closed, act)
	}
	if len(closed) == 0 {
		return nil, fmt.Errorf("no open action is or rests on %q: %w", ref, minutes.ErrNotFound)
	}
	return closed, nil
}
