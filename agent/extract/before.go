package extract

import (
	"time"

	"github.com/dailyminutes/minutes"
)

// held is an event as the brief before knew it.
type held struct {
	start, end time.Time
	where      string
}

func beforeEvents(b *minutes.Brief) map[string]held {
	out := map[string]held{}
	for _, s := range b.Sections {
		for _, it := range s.Items {
			if it.Event != nil {
				out[it.ID] = held{it.Event.Start, it.Event.End, it.Event.Location.String()}
			}
		}
	}
	for _, a := range b.Agenda {
		out[a.Item] = held{a.Start, a.End, a.Location.String()}
	}
	return out
}
