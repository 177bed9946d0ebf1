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

// lineRoom is how many words a line that a model may write takes up, whatever it says.
const lineRoom = 22

// orRead prefers a model's line to one that lifts the writer's own sentence; what code could turn to the
// reader stands. Where models read, a line takes up the same room whether one was written or refused, long
// or short: the writer of one item must not decide how much there is room for of the others.
func (d *desk) orRead(it minutes.Item, c minutes.Claim) minutes.Claim {
	if !d.reads || c.Text.Empty() || c.Engine == minutes.EngineComputed && it.Story == nil || len(c.Items) != 1 {
		return c
	}
	if it.Mail != nil && !strings.Contains(c.Text.String(), "“") && d.owed(it.ID) {
		return c
	}
	room := max(count(c.Text.String()), lineRoom)
	if read, ok := d.readLine(it); ok && count(read.Text.String()) <= room {
		c = read
	}
	d.room[c.Text.String()] = room
	return c
}

// roomOf is how many words a brief takes up: those that are read, and what its lines were given beyond.
func (d *desk) roomOf(b minutes.Brief) int {
	n := Words(b)
	for _, c := range b.Claims() {
		if room, ok := d.room[c.Text.String()]; ok {
			n += room - count(c.Text.String())
		}
	}
	return n
}
