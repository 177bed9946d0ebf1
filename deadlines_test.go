package minutes

import (
	"testing"
	"time"
)

func TestWithoutAWishTheDeadlinesAreTheRules(t *testing.T) {
	rules := Deadlines{Connect: 5 * time.Second, TLS: 10 * time.Second, Headers: 20 * time.Second, Idle: 15 * time.Second, Source: 30 * time.Second, Pause: time.Second}
	if got := (Deadlines{}).Filled(); got != rules {
		t.Errorf("%+v", got)
	}
	if got := (Deadlines{TLS: time.Minute}).Filled(); got.TLS != time.Minute || got.Source != rules.Source {
		t.Errorf("a wish is not kept: %+v", got)
	}
}
