package extract

import (
	"strings"

	"github.com/dailyminutes/minutes"
)

// readLine is what a model said of an item, if it read it and the line held. A mail that looks like
// fraud is never said in words that it chose.
func (d *desk) readLine(it minutes.Item) (minutes.Claim, bool) {
	r, ok := d.in.Readings[it.ID]
	if !ok || r.Line.Empty() || d.classes[it.ID] == suspect {
		return minutes.Claim{}, false
	}
	return claim(minutes.EngineModel, stop(r.Line.String()), evidence(r.Evidence)...), true
}

// orRead prefers a model's line to one that lifts the writer's own sentence; what code could turn to the
// reader stands.
func (d *desk) orRead(it minutes.Item, c minutes.Claim) minutes.Claim {
	if c.Text.Empty() || c.Engine == minutes.EngineComputed && it.Story == nil || len(c.Items) != 1 {
		return c
	}
	if it.Mail != nil && !strings.Contains(c.Text.String(), "“") && d.owed(it.ID) {
		return c
	}
	if read, ok := d.readLine(it); ok {
		return read
	}
	return c
}
