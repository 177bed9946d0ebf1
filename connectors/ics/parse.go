package ics

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/ics/ical"
)

// maxBytes is the largest calendar that is read: ten years of a busy person, attachments left out.
const maxBytes = 10 << 20

// maxRejections is how many lost events are told one by one.
const maxRejections = 40

// arguments are what the parser is told beside the bytes. It has no clock, no config and no zone
// database of the user's.
type arguments struct {
	Source    string     `json:"source"`
	Private   bool       `json:"private,omitempty"`
	Label     string     `json:"label,omitempty"` // of the document: a file's name or a host
	Addresses []string   `json:"addresses,omitempty"`
	From      time.Time  `json:"from"`
	To        time.Time  `json:"to"`
	Zone      string     `json:"zone"`              // the user's
	Offset    int        `json:"offset,omitempty"`  // before the first of Changes
	Changes   [][2]int64 `json:"changes,omitempty"` // unix seconds, offset from then on
	Exported  bool       `json:"exported,omitempty"`
	Revisions bool       `json:"revisions,omitempty"` // say how new each item is: several files may hold it
}

// The facts that the parser gives beside the items.
const (
	factEvents    = "events"    // how many events the document holds
	factName      = "name"      // the calendar's
	factCut       = "cut"       // why the document is not all there
	factLost      = "lost"      // identities of events that were lost, by commas: theirs are not gone
	factRevisions = "revisions" // JSON: id to revision
)

// parse reads a calendar into the occurrences of its events in a window. It is pure: what it is not
// given in Args it does not know.
func parse(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var args arguments
	if err := json.Unmarshal(doc.Args, &args); err != nil {
		return connectors.Parsed{}, fmt.Errorf("arguments: %w", err)
	}
	user, err := args.location()
	if err != nil {
		return connectors.Parsed{}, err
	}
	if err := calendarAtAll(doc.Data); err != nil {
		return connectors.Parsed{}, err
	}
	f, err := scanFile(doc.Data)
	if err != nil {
		return connectors.Parsed{}, minutes.WithHint(err, "export a shorter time from the calendar program")
	}
	x := expandFile(f, user, args.From, args.To, maxOccurrences)
	return result(x, args, user), nil
}

// expandFile is the part of parse that makes no words: what the speed of calendars is measured by.
func expandFile(f *file, user *time.Location, from, to time.Time, limit int) *expander {
	steps := zoneSteps
	x := &expander{file: f, from: from.Unix(), to: to.Unix(), steps: fileSteps, limit: limit,
		zones: newZones(f, user, from, to, &steps)}
	x.run()
	return x
}

func (a arguments) location() (*time.Location, error) {
	if a.Exported {
		return userZone(a.Zone, a.Offset, a.Changes)
	}
	loc, err := time.LoadLocation(a.Zone)
	if err != nil || a.Zone == "Local" {
		return nil, fmt.Errorf("the zone %.40q is not known here", a.Zone)
	}
	return loc, nil
}

// calendarAtAll refuses what is not a calendar, with the reason that is likely.
func calendarAtAll(data []byte) error {
	if len(data) > maxBytes {
		return minutes.WithHint(fmt.Errorf("the calendar is larger than %d MiB", maxBytes>>20), "export a shorter time from the calendar program, without attachments")
	}
	head := bytes.ToUpper(bytes.ReplaceAll(data[:min(len(data), 64<<10)], []byte{0}, nil))
	if bytes.Contains(head, []byte("BEGIN:VCALENDAR")) || bytes.Contains(head, []byte("BEGIN:VEVENT")) {
		return nil
	}
	trimmed := bytes.TrimSpace(head)
	switch {
	case len(trimmed) == 0:
		return minutes.WithHint(errors.New("the calendar is empty"), "check that it is shared or exported, and try again later")
	case bytes.HasPrefix(trimmed, []byte("<")) || bytes.Contains(trimmed, []byte("<HTML")):
		return minutes.WithHint(errors.New("a web page came instead of a calendar"),
			"if this network wants a sign-in, open a browser first; else copy the calendar's secret iCal address, not the address of its page")
	case bytes.HasPrefix(trimmed, []byte("BEGIN:")) || bytes.Contains(data, []byte("BEGIN:V")):
		return nil
	}
	return minutes.WithHint(errors.New("this is not a calendar"), "it should begin with BEGIN:VCALENDAR: check the address or file")
}

// result makes items, rejections and facts of an expansion.
func result(x *expander, args arguments, user *time.Location) connectors.Parsed {
	w := &writer{file: x.file, args: args, zone: user, last: -1}
	out := connectors.Parsed{Facts: map[string]string{factEvents: strconv.Itoa(len(x.events))}}
	seen := make(map[string]int, len(x.out))
	revisions := map[string]revision{}
	for _, o := range x.out {
		it := w.item(o)
		if at, ok := seen[it.ID]; ok { // the file says it twice in a way that is no version
			out.Items[at] = it
			continue
		}
		seen[it.ID] = len(out.Items)
		out.Items = append(out.Items, it)
		if args.Revisions {
			revisions[it.ID] = x.events[o.event].revision()
		}
	}
	out.Items = inOrder(out.Items)
	w.reject(x, &out)
	for _, c := range x.calendars {
		if len(c.name) > 0 && out.Facts[factName] == "" {
			out.Facts[factName] = minutes.CleanLine(ical.Text(c.name)).Cut(100).String()
		}
	}
	if len(revisions) > 0 {
		if b, err := json.Marshal(revisions); err == nil {
			out.Facts[factRevisions] = string(b)
		}
	}
	return out
}

// inOrder sorts items by time, then by id. Items are large: places are sorted, then they move once.
func inOrder(items []minutes.Item) []minutes.Item {
	type place struct {
		at int64
		i  int
	}
	places := make([]place, len(items))
	for i := range items {
		places[i] = place{items[i].At.Unix(), i}
	}
	slices.SortFunc(places, func(a, b place) int {
		if a.at != b.at {
			return cmp.Compare(a.at, b.at)
		}
		return cmp.Compare(items[a.i].ID, items[b.i].ID)
	})
	out := make([]minutes.Item, len(items))
	for i, p := range places {
		out[i] = items[p.i]
	}
	return out
}

// reject tells what was lost and why.
func (w *writer) reject(x *expander, out *connectors.Parsed) {
	label := w.args.Label
	if label == "" {
		label = "the calendar"
	}
	add := func(item, reason, next string) {
		out.Rejected = append(out.Rejected, minutes.Rejection{Source: w.args.Source,
			Item: minutes.CleanLine(item).Cut(120), Reason: minutes.CleanLine(reason).Cut(200), Next: minutes.CleanLine(next)})
	}
	var lost []string
	for i, f := range x.failed {
		e := &x.events[f.event]
		if lost = append(lost, identity(w.args.Source, e)); i < maxRejections {
			add(fmt.Sprintf("%s, line %d: %s", label, e.line, e.called()), f.reason, "open the event in your calendar program and save it anew")
		}
	}
	if n := len(x.failed) - maxRejections; n > 0 {
		add(label, fmt.Sprintf("%d more events could not be read", n), "look at the program that writes this calendar")
	}
	if x.full {
		w.cut(out, fmt.Sprintf("more than %d events in five weeks", maxOccurrences))
		add(label, out.Facts[factCut], "choose a smaller calendar")
	}
	if x.deep {
		add(label, fmt.Sprintf("components nested more than %d deep were passed over", maxDepth), "look at the program that writes this calendar")
	}
	if x.cut != "" {
		w.cut(out, x.cut)
		add(label, x.cut+": END:VCALENDAR is missing", "export or fetch the calendar again")
	}
	if len(lost) > 0 {
		slices.Sort(lost)
		out.Facts[factLost] = strings.Join(slices.Compact(lost), ",")
	}
}

func (w *writer) cut(out *connectors.Parsed, why string) { out.Facts[factCut] = why }

// called is what a person would call the event.
func (e *event) called() string {
	for _, s := range []string{e.text(pSummary), ical.String(e.uid)} {
		if s != "" {
			return strconv.Quote(minutes.CleanLine(s).Cut(60).String())
		}
	}
	return "an event"
}

// A revision orders the same occurrence from several files: a change beats the series' own.
type revision struct {
	Changed  bool  `json:"c,omitempty"`
	Sequence int64 `json:"s,omitempty"`
	Stamp    int64 `json:"t,omitempty"`
	Modified int64 `json:"m,omitempty"`
}

func (e *event) revision() revision {
	return revision{e.original.kind != missing, e.sequence, e.stamped, e.modified}
}

func (r revision) compare(o revision) int {
	if r.Changed != o.Changed {
		if r.Changed {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(r.Sequence, o.Sequence), cmp.Compare(r.Stamp, o.Stamp), cmp.Compare(r.Modified, o.Modified))
}
