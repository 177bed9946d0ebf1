package market

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/dailyminutes/minutes"
)

// recall reads a value of State; one that is missing or damaged leaves into as it is.
func (s *source) recall(ctx context.Context, key string, into any) error {
	b, err := s.env.State.Get(ctx, key)
	if err != nil {
		return err
	}
	_ = json.Unmarshal(b, into)
	return nil
}

func (s *source) remember(ctx context.Context, key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.env.State.Put(ctx, key, b)
}

// pause waits between requests.
func (s *source) pause(ctx context.Context, d time.Duration) error {
	if s.env.Wait != nil {
		return s.env.Wait(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// rest leaves the provider alone for d, over runs of the program, and is the error that says so.
func (s *source) rest(ctx context.Context, d time.Duration) error {
	until := s.env.Now().Add(min(d, 24*time.Hour))
	if err := s.remember(ctx, "rest", until); err != nil {
		return err
	}
	return s.resting(until)
}

// paused is the error of a provider that is being left alone, nil when it may be asked.
func (s *source) paused(ctx context.Context) error {
	var until time.Time
	if err := s.recall(ctx, "rest", &until); err != nil {
		return err
	}
	if now := s.env.Now(); until.After(now) && until.Sub(now) <= 24*time.Hour {
		return s.resting(until)
	}
	return nil
}

func (s *source) resting(until time.Time) error {
	return minutes.WithHint(fmt.Errorf("%s was asked too often and is left alone until %s: %w",
		s.provider.name, until.In(s.env.Zone).Format("2 January 15:04"), minutes.ErrBudget),
		"wait; if it happens often, fetch less often or name fewer symbols")
}

// perDay is what a free key of Alpha Vantage may ask.
const perDay = 25

// spend counts a request against the day's.
func (s *source) spend(ctx context.Context) error {
	var spent struct {
		Day  string `json:"day"`
		Used int    `json:"used"`
	}
	if err := s.recall(ctx, "spent", &spent); err != nil {
		return err
	}
	if today := s.env.Now().UTC().Format(time.DateOnly); spent.Day != today || spent.Used < 0 {
		spent.Day, spent.Used = today, 0
	}
	if spent.Used >= perDay {
		return minutes.WithHint(fmt.Errorf("the %d requests of a day are used up: %w", perDay, minutes.ErrBudget), "wait for tomorrow, or name fewer symbols")
	}
	spent.Used++
	return s.remember(ctx, "spent", spent)
}
