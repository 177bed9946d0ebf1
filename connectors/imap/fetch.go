package imap

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// look is one visit: ask all folders what there is, read it, read what big messages still lack. In
// each of the three, all is sent before anything is awaited. in says that the server let us in.
func (s *source) look(ctx context.Context, from minutes.Cursor, cur cursor) (b minutes.Batch, in bool, err error) {
	if len(from.Token) == 0 {
		// A first look finds mail, and signing in leaves time to start the parsers.
		_, _ = s.env.Parse(ctx, connectors.Document{})
	}
	v, err := s.open(ctx)
	if err != nil {
		return s.reminded(from, cur), false, err
	}
	defer v.close()
	v.plain = cur.Plain
	r := &round{visit: v, since: s.since(from), cur: cur, desk: newDesk(ctx, s)}
	r.ask()
	r.read()
	r.finish()
	b, err = r.batch(from)
	return b, true, err
}

// since is where the first look begins: the configured window, or the last success if that is longer ago.
func (s *source) since(from minutes.Cursor) time.Time {
	t := s.env.Now().Add(-time.Duration(s.config.Since))
	if !from.At.IsZero() && from.At.Before(t) {
		return from.At
	}
	return t
}

// A round is the work of one visit.
type round struct {
	*visit
	since time.Time
	cur   cursor
	desk  *desk
	boxes []*mailbox // the most important first
	late  *mailbox   // the Sent folder, when LIST had to find it first
	lists error
}

// ask opens every folder that is known by name and asks what there is to read. The folders are
// asked in reverse, so that the first one is open when reading begins.
func (r *round) ask() {
	for _, name := range r.config.Folders {
		r.boxes = append(r.boxes, &mailbox{name: name, known: r.cur.Folders[name]})
	}
	sent := *r.config.Sent
	find := sent == "auto" && r.cur.Sent == "" && !r.cur.Plain
	if sent == "auto" {
		sent = r.cur.Sent
	}
	r.addSent(sent)
	var list *imapclient.ListCommand
	if find {
		list = r.list()
	}
	for _, m := range slices.Backward(r.boxes) {
		r.visit.ask(m, r.since)
	}
	r.trips++
	if find {
		var name string
		name, r.lists = r.findSent(list)
		r.cur.Sent = name
		r.late = r.addSent(name)
	}
	var again []*mailbox
	for _, m := range slices.Backward(r.boxes) {
		if m != r.late && r.hear(m) {
			again = append(again, m)
		}
	}
	for _, m := range again {
		r.visit.ask(m, r.since)
	}
	if len(again) > 0 {
		r.trips++
	}
	for _, m := range again {
		r.hear(m)
	}
}

// addSent adds the Sent folder, unless it is one of those named in the config: then that one is it.
func (r *round) addSent(name string) *mailbox {
	if name == "" {
		return nil
	}
	for _, m := range r.boxes {
		if strings.EqualFold(m.name, name) {
			m.sent = true
			return nil
		}
	}
	m := &mailbox{name: name, sent: true, known: r.cur.Folders[name]}
	r.boxes = append(r.boxes, m)
	return m
}

// read fetches the messages of all folders asked, and asks the Sent folder if it was found just now.
func (r *round) read() {
	work := r.work()
	for _, m := range work {
		r.fetch(m)
	}
	if r.late != nil {
		r.visit.ask(r.late, r.since)
	}
	if len(work) > 0 || r.late != nil {
		r.trips++
	}
	for _, m := range work {
		r.receive(m, r.desk, r.since)
	}
	if r.late != nil && r.hear(r.late) {
		r.late.err = r.why("folder "+r.late.name, errProtocol)
	}
}

// work is the folders with something to read, the open one first.
func (r *round) work() []*mailbox {
	var out []*mailbox
	for _, m := range r.boxes {
		if m == r.late || m.err != nil {
			continue
		}
		if len(m.want) == 0 {
			m.done = true
			continue
		}
		if m == r.selected {
			out = slices.Insert(out, 0, m)
		} else {
			out = append(out, m)
		}
	}
	return out
}

// finish fetches the parts that messages lack, and the Sent folder's messages if it was late.
func (r *round) finish() {
	late := r.late != nil && r.late.err == nil && len(r.late.want) > 0
	if late {
		r.fetch(r.late)
	} else if r.late != nil && r.late.err == nil {
		r.late.done = true
	}
	waits := late
	for _, m := range r.boxes {
		if m.err == nil && len(m.lacking) > 0 {
			r.fetchParts(m)
			waits = true
		}
	}
	if waits {
		r.trips++
	}
	if late {
		r.receive(r.late, r.desk, r.since)
		r.desk.addAll(r.late.lacking) // what I wrote myself is short, or known to me
		r.late.lacking = nil
	}
	for _, m := range r.boxes {
		if len(m.lacking) > 0 {
			r.receiveParts(m, r.desk)
		}
	}
}

// batch waits for the parsing and puts the result together.
func (r *round) batch(from minutes.Cursor) (minutes.Batch, error) {
	b := r.desk.close()
	err := r.desk.err
	if r.ctx.Err() != nil {
		err = fmt.Errorf("imap: %w", r.ctx.Err())
	}
	if err != nil {
		// What was parsed is good; but nobody knows which of it the cursor would cover.
		b.Next = from
		for _, m := range r.boxes {
			r.remind(&b, m.name, r.cur.Folders[m.name].Left)
		}
		return b, err
	}
	var errs []error
	if r.lists != nil {
		errs = append(errs, r.lists)
	}
	next := cursor{Version: cursorVersion, Sent: r.cur.Sent, Plain: r.plain, Folders: map[string]folder{}}
	room := maxLeft
	for _, m := range r.boxes {
		if m.err == nil && m.done {
			b.Part = true
			f := r.advance(m)
			f.Left = r.leftOut(m, room)
			room -= len(f.Left)
			r.remind(&b, m.name, f.Left)
			if f.Low > 0 {
				next.Folders[m.name] = f
			}
			r.logLeftOut(m)
			if n := len(m.missing); n > 0 {
				b.Rejected = append(b.Rejected, r.withheld(m, n))
			}
			continue
		}
		if f, ok := r.cur.Folders[m.name]; ok {
			next.Folders[m.name] = f
			room -= len(f.Left)
			r.remind(&b, m.name, f.Left)
		}
		if m.err != nil {
			errs = append(errs, m.err)
		}
		if m.sent && *r.config.Sent == "auto" {
			next.Sent = "" // look for it again
		}
	}
	for _, text := range r.g.alerts() {
		b.Rejected = append(b.Rejected, minutes.Rejection{Source: r.env.Name, Item: minutes.CleanLine("a notice from the mail server"),
			Reason: r.clean(text).Cut(300), Next: minutes.CleanLine("follow the notice; mail was read all the same")})
	}
	b.Next = minutes.Cursor{At: from.At}
	if b.Next.Token, err = json.Marshal(next); err != nil {
		return b, err
	}
	if len(errs) == 0 {
		b.Next.At = r.env.Now()
	}
	r.env.Log.Debug("imap: read", "items", len(b.Items), "rejected", len(b.Rejected), "round_trips", r.trips)
	return b, errors.Join(errs...)
}

// withheld is what is said of messages that the server told of and did not send. One may have been
// moved away in between.
func (r *round) withheld(m *mailbox, n int) minutes.Rejection {
	return minutes.Rejection{Source: r.env.Name, Item: minutes.CleanLine("messages in " + m.name),
		Reason: minutes.CleanLine(fmt.Sprintf("%d of %d that the server told of did not come", n, len(m.want))),
		Next:   minutes.CleanLine("they are asked for again next time; if it stays, look into the folder with your mail program")}
}

func (r *round) logLeftOut(m *mailbox) {
	if left := m.all - len(m.want); left > 0 {
		r.env.Log.Info("imap: more messages than limit", "folder", m.name, "left_out", left)
	}
}

// advance is the folder's state after it was read. Low is 0 where the server gives no UIDNEXT and
// there was nothing to read: then nobody knows what would be new, and the next look is a first one.
func (r *round) advance(m *mailbox) folder {
	f := folder{Validity: m.data.UIDValidity, Next: uint32(m.data.UIDNext), Low: m.known.Low, ModSeq: m.data.HighestModSeq, Seen: m.seen}
	if m.known.Validity == 0 {
		f.Low = f.Next
		for _, u := range m.want {
			if f.Low == 0 || uint32(u) < f.Low {
				f.Low = uint32(u)
			}
		}
	}
	if f.Next > 0 {
		f.Low = min(f.Low, f.Next) // a UID past it was a lie, or will be told again
	}
	if len(m.missing) > 0 && f.ModSeq > 0 {
		// Not all came of what there was: the next look asks the same again, after a first one by flags.
		f.ModSeq = m.known.ModSeq
	}
	if f.ModSeq > 0 {
		f.Seen = nil
		return f
	}
	// Without MODSEQ flags are remembered; of the newest messages only, or the token would grow.
	keep := max(2*r.config.Limit, 500)
	if len(f.Seen) > keep {
		uids := make([]uint32, 0, len(f.Seen))
		for u := range f.Seen {
			uids = append(uids, u)
		}
		slices.Sort(uids)
		f.Low = uids[len(uids)-keep]
		for _, u := range uids[:len(uids)-keep] {
			delete(f.Seen, u)
		}
	}
	return f
}
