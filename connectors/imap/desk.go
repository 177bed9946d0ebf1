package imap

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// A document holds many messages, since a frame to the jail costs more than most of them; not more
// than these, so that one which kills its child costs little of the others' time.
const (
	pileMessages = 40
	pilesAtOnce  = 4 // the pool has a parser for each core; the others wait with their document ready
	pileBytes    = 512 << 10
)

// A desk sends messages to the parser in documents, while others are still being fetched, and
// gathers what comes of them.
type desk struct {
	s    *source
	ctx  context.Context
	base parseArgs
	cur  pile

	wg    sync.WaitGroup
	slots chan struct{}
	spare sync.Pool // of a pile's bytes, which the parser has copied when it answers
	mu    sync.Mutex
	b     minutes.Batch
	left  map[place]string // of what was rejected, why
	err   error            // the parser could not be had at all
}

// A pile is a document in the making: messages, and their bytes one after another.
type pile struct {
	messages []meta
	data     []byte
}

func newDesk(ctx context.Context, s *source) *desk {
	mine := append([]string{}, s.env.Profile.Addresses...)
	if u := cleanEmail(s.config.Username); u != "" && !slices.Contains(mine, u) {
		mine = append(mine, u)
	}
	return &desk{s: s, ctx: ctx, slots: make(chan struct{}, pilesAtOnce), left: map[place]string{}, base: parseArgs{Source: s.env.Name,
		Zone: s.env.Zone.String(), Now: s.env.Now().Truncate(time.Second), Addresses: mine, Private: s.env.Private, LocalOnly: s.config.LocalOnly}}
}

func (d *desk) addAll(rs []record) {
	for _, r := range rs {
		d.add(r)
	}
}

// add takes one message. It blocks while enough documents are being read.
func (d *desk) add(r record) {
	if d.cur.data == nil {
		if b, ok := d.spare.Get().(*[]byte); ok {
			d.cur.data = (*b)[:0]
		} else {
			d.cur.data = make([]byte, 0, pileMessages*(firstText+1024))
		}
		d.cur.messages = make([]meta, 0, pileMessages)
	}
	r.meta.Raw = len(r.raw)
	d.cur.messages = append(d.cur.messages, r.meta)
	d.cur.data = append(d.cur.data, r.raw...)
	for _, p := range r.parts {
		d.cur.data = append(d.cur.data, p...)
	}
	if len(d.cur.messages) >= pileMessages || len(d.cur.data) >= pileBytes {
		d.flush()
	}
}

func (d *desk) flush() {
	s := d.cur
	d.cur = pile{}
	if len(s.messages) == 0 {
		return
	}
	d.slots <- struct{}{}
	d.wg.Go(func() {
		defer func() { <-d.slots }()
		d.parse(s)
		if b := s.data[:0]; cap(b) <= 2*pileBytes {
			d.spare.Put(&b)
		}
	})
}

// parse reads a document. When it fails as a whole, its messages are read one by one: the one that
// did it costs itself.
func (d *desk) parse(s pile) {
	got, err := d.s.env.Parse(d.ctx, d.document(s))
	switch {
	case err == nil:
		d.mu.Lock()
		d.b.Items = append(d.b.Items, got.Items...)
		d.b.Rejected = append(d.b.Rejected, got.Rejected...)
		d.setAside(s.messages, got.Rejected)
		d.mu.Unlock()
	case d.ctx.Err() != nil:
	case len(s.messages) > 1:
		for data := s.data; len(s.messages) > 0; s.messages = s.messages[1:] {
			n := s.messages[0].bytes()
			d.parse(pile{s.messages[:1], data[:n]})
			data = data[n:]
		}
	case !errors.Is(err, connectors.ErrKilled) && strings.HasPrefix(err.Error(), "jail:"):
		d.mu.Lock()
		d.err = minutes.WithHint(fmt.Errorf("imap: %w", err), "run minutes doctor: the parser cannot be started")
		d.mu.Unlock()
	default:
		m := message{parseArgs: &d.base, meta: &s.messages[0]}
		d.mu.Lock()
		rejected := m.reject(err)
		d.b.Rejected = append(d.b.Rejected, rejected)
		d.setAside(s.messages, []minutes.Rejection{rejected})
		d.mu.Unlock()
	}
}

// bytes is how many of a document are the message's and its parts'.
func (m meta) bytes() int {
	n := m.Raw
	for _, p := range m.Parts {
		n += p.Bytes
	}
	return n
}

func (d *desk) document(s pile) connectors.Document {
	args := d.base
	args.Messages = s.messages
	b, err := json.Marshal(args)
	if err != nil {
		b = []byte("unreadable") // cannot be: strings, numbers and times
	}
	return connectors.Document{Parser: parserName, Data: s.data, Args: b}
}

// close waits for the last document and gives the items, newest first, each once: of a message in two
// folders the copy that is not in Sent.
func (d *desk) close() minutes.Batch {
	d.flush()
	d.wg.Wait()
	items := d.b.Items
	for i := range items {
		d.unpack(&items[i])
	}
	slices.SortStableFunc(items, func(a, b minutes.Item) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		if c := strings.Compare(a.ID, b.ID); c != 0 {
			return c
		}
		return sentLast(a) - sentLast(b)
	})
	at := map[string]int{}
	kept := items[:0]
	for _, it := range items {
		if i, twice := at[it.ID]; twice {
			if sentLast(it) < sentLast(kept[i]) {
				kept[i] = it
			}
			continue
		}
		at[it.ID] = len(kept)
		kept = append(kept, it)
	}
	d.b.Items = kept
	return d.b
}

// unpack restores what gob loses on the way from the jail: a zone's name, and empty lists, which are
// [] in JSON and not null.
func (d *desk) unpack(it *minutes.Item) {
	it.At = it.At.In(d.s.env.Zone)
	it.Tags = append([]string{}, it.Tags...)
	m := it.Mail
	m.To, m.Cc = append([]minutes.Address{}, m.To...), append([]minutes.Address{}, m.Cc...)
	m.Attachments = append([]string{}, m.Attachments...)
	if e := m.Invite; e != nil {
		e.Start, e.End = e.Start.In(d.s.env.Zone), e.End.In(d.s.env.Zone)
		e.Attendees = append([]minutes.Address{}, e.Attendees...)
	}
}

func sentLast(it minutes.Item) int {
	if slices.Contains(it.Tags, "sent") {
		return 1
	}
	return 0
}
