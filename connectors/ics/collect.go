package ics

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// parallel is how many documents are parsed at once; the jail has a child a core.
const parallel = 4

// arguments are those of every document.
func (s *source) arguments(docs []document, w window) arguments {
	args := arguments{Source: s.env.Name, Private: s.env.Private, From: w.from, To: w.to,
		Zone: s.env.Zone.String(), Exported: true, Revisions: len(docs) > 1}
	for _, a := range s.env.Profile.Addresses {
		args.Addresses = append(args.Addresses, strings.ToLower(strings.TrimSpace(a)))
	}
	args.Offset, args.Changes = export(s.env.Zone, w.from, w.to)
	return args
}

// fingerprint is of all that items are made from: where it is the last one's, on the same day, nothing
// has to be read again. It is "" where something could not be read, which is then tried again.
func fingerprint(docs []document, args arguments) string {
	b, err := json.Marshal(args)
	h := sha256.New()
	h.Write(b)
	for _, d := range docs {
		if d.err != nil || err != nil {
			return ""
		}
		one := sha256.Sum256(d.data)
		fmt.Fprintf(h, "%q", d.label)
		h.Write(one[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// parse sends the documents through the jail and puts together what comes out. One document that
// cannot be read is the error; of several, each costs itself.
func (s *source) parse(ctx context.Context, docs []document, args arguments) (collection, error) {
	parsed := make([]connectors.Parsed, len(docs))
	var g errgroup.Group
	g.SetLimit(parallel)
	for i := range docs {
		if docs[i].err != nil {
			continue
		}
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			// The same guard as in the jail: a web page need not go in to be refused.
			d := &docs[i]
			if d.err = calendarAtAll(d.data); d.err == nil {
				parsed[i], d.err = s.parseOne(ctx, *d, args)
			}
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return collection{}, err
	}
	return s.collect(docs, parsed)
}

func (s *source) parseOne(ctx context.Context, d document, args arguments) (connectors.Parsed, error) {
	args.Label = d.label
	b, err := json.Marshal(args)
	if err != nil {
		return connectors.Parsed{}, err
	}
	p, err := s.env.Parse(ctx, connectors.Document{Parser: "ics", Data: d.data, Args: b})
	return p, hinted(err)
}

func (s *source) collect(docs []document, parsed []connectors.Parsed) (collection, error) {
	c := collection{whole: true, lost: map[string]bool{}}
	best := map[string]revision{}
	at := map[string]int{}
	failed := 0
	for i, d := range docs {
		if d.err != nil {
			failed++
			c.whole = false
			if failed <= maxRejections {
				c.rejected = append(c.rejected, s.rejection(d))
			}
			continue
		}
		p := parsed[i]
		c.rejected = append(c.rejected, p.Rejected...)
		c.whole = c.whole && p.Facts[factCut] == ""
		for id := range strings.SplitSeq(p.Facts[factLost], ",") {
			c.lost[id] = true
		}
		var revisions map[string]revision
		if r := p.Facts[factRevisions]; r != "" {
			_ = json.Unmarshal([]byte(r), &revisions) // without it the first file wins
		}
		for _, it := range p.Items {
			r := revisions[it.ID]
			if j, ok := at[it.ID]; !ok {
				at[it.ID] = len(c.items)
				c.items = append(c.items, s.local(it))
			} else if r.compare(best[it.ID]) > 0 {
				c.items[j] = s.local(it)
			} else {
				continue
			}
			best[it.ID] = r
		}
	}
	if len(docs) == failed && failed > 0 {
		return c, docs[0].err
	}
	c.items = inOrder(c.items)
	return c, nil
}

// local gives times the user's zone back, and lists their emptiness: a frame of the jail carries
// neither.
func (s *source) local(it minutes.Item) minutes.Item {
	it.At = it.At.In(s.env.Zone)
	it.Event.Start, it.Event.End = it.Event.Start.In(s.env.Zone), it.Event.End.In(s.env.Zone)
	if it.Tags == nil { // lists are never null in JSON
		it.Tags = []string{}
	}
	if it.Event.Attendees == nil {
		it.Event.Attendees = []minutes.Address{}
	}
	return it
}

func (s *source) rejection(d document) minutes.Rejection {
	next := minutes.Hint(d.err)
	if next == "" {
		next = "check the file"
	}
	return minutes.Rejection{Source: s.env.Name, Item: minutes.CleanLine(d.label).Cut(120),
		Reason: minutes.CleanLine(d.err.Error()).Cut(200), Next: minutes.CleanLine(next)}
}
