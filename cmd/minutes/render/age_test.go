package render

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// An expired brief is marked with its age in every form that people read.
func TestAnExpiredBriefSaysHowOldItIs(t *testing.T) {
	made := time.Date(2026, 3, 10, 7, 0, 0, 0, time.UTC)
	b := minutes.Brief{Day: "2026-03-10", Timezone: "UTC", GeneratedAt: made, Stale: true}
	for name, write := range map[string]func(io.Writer, minutes.Brief, Options) error{"plain": Plain, "markdown": Markdown, "html": HTML} {
		var old, fresh strings.Builder
		if err := write(&old, b, Options{Hours: 24, Now: made.Add(3 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(old.String(), "made at 07:00 on Tuesday, 3 h ago, expired") {
			t.Errorf("%s: %s", name, old.String())
		}
		c := b
		c.Stale = false
		if err := write(&fresh, c, Options{Hours: 24, Now: made.Add(time.Minute)}); err != nil || strings.Contains(fresh.String(), "expired") {
			t.Errorf("%s: %v %s", name, err, fresh.String())
		}
	}
}
