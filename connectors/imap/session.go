package imap

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/dailyminutes/minutes"
)

// A visit is one session. Its commands are pipelined: all that can be asked at once is, so that the
// time it takes is a handful of round trips. Its methods are called from one goroutine, and what
// commands return is awaited in the order in which they were sent.
type visit struct {
	*source
	ctx      context.Context
	g        *guard
	c        *imapclient.Client
	stop     func() bool
	secret   minutes.Secret
	caps     imap.CapSet
	plain    bool
	selected *mailbox // the last one examined
	trips    int      // waits on the server, for the log

	mu    sync.Mutex // over what take and found touch: these, and of a mailbox what the server fills
	boxes map[string]*mailbox
}

// open connects and signs in, and tries again where that may help.
func (s *source) open(ctx context.Context) (*visit, error) {
	secret, err := s.env.Secret(ctx, s.config.Password)
	if err != nil {
		return nil, s.noSecret(ctx, err)
	}
	return s.patiently(ctx, func() (*visit, error) { return s.enter(ctx, secret) })
}

// enter is one try to sign in.
func (s *source) enter(ctx context.Context, secret minutes.Secret) (*visit, error) {
	g, err := s.dial(ctx)
	if err != nil {
		return nil, err
	}
	v := &visit{source: s, ctx: ctx, g: g, secret: secret, boxes: map[string]*mailbox{}}
	v.stop = context.AfterFunc(ctx, func() { g.fail(ctx.Err()) })
	g.wire.deliver, g.wire.found, g.wire.pause = v.take, v.found, v.pass
	v.c = imapclient.New(g, nil)
	if err := v.c.WaitGreeting(); err != nil {
		defer v.close()
		return nil, v.why("greeting", err)
	}
	v.trips++
	if v.c.State() != imap.ConnStateAuthenticated { // PREAUTH, which only TLS and loopback may say
		v.trips++
		if err := v.c.Login(s.config.Username, secret.Reveal()).Wait(); err != nil {
			defer v.close()
			return nil, v.why("login", err)
		}
	}
	v.caps = v.c.Caps() // nil, which has none, where the server would not tell
	return v, nil
}

// close says goodbye without waiting for the answer, and closes.
func (v *visit) close() {
	v.stop()
	if v.g.why() == nil && v.c.State() != imap.ConnStateLogout {
		v.c.Logout()
	}
	_ = v.c.Close()
}

// A mailbox is one folder during a visit.
type mailbox struct {
	name  string
	sent  bool
	known folder // from the cursor; zero at the first look

	sel    *imapclient.SelectCommand
	search *imapclient.SearchCommand
	flags  *imapclient.FetchCommand

	resel    *imapclient.SelectCommand // when another folder was opened in between
	looking  bool                      // a search is under way
	found    imap.UIDSet
	wanted   map[uint32]bool // messages asked for that have not come
	missing  map[uint32]bool // of them, what did not come at all
	came     []received      // of them, what has not been passed on
	messages chan []received
	fetched  chan error // the end of the FETCH that messages come from
	told     map[uint32]flagBit
	groups   []*group
	parts    map[partOf][]byte
	asked    map[partOf]bool // parts that have not come
	partSum  int
	lacking  []record // messages that wait for parts

	data *imap.SelectData
	want []imap.UID // to read, newest first
	seen map[uint32]flagBit
	all  int // how many there were to read, before the limit
	done bool
	err  error
}

// examine sends EXAMINE: the server will change nothing whatever comes after.
func (v *visit) examine(m *mailbox) {
	m.sel = v.c.Select(m.name, &imap.SelectOptions{ReadOnly: true, CondStore: v.caps.Has(imap.CapCondStore)})
	v.selected = m
	v.mu.Lock()
	v.boxes[m.name] = m
	v.mu.Unlock()
}

// ask sends EXAMINE and, behind it, the question what there is to read. At the first look that is a
// search by date; afterwards what changed since the last MODSEQ, or the flags of all UIDs since Low
// where the server has no MODSEQ.
func (v *visit) ask(m *mailbox, since time.Time) {
	v.examine(m)
	m.search, m.flags = nil, nil
	from := imap.UIDSet{{Start: imap.UID(max(m.known.Low, 1)), Stop: 0}}
	switch {
	case m.known.Validity == 0:
		// SEARCH compares dates in the server's zone, which may be up to 14 hours from ours.
		v.find(m, &imap.SearchCriteria{Since: since.UTC().Add(-14 * time.Hour)})
	case m.known.ModSeq > 0 && v.caps.Has(imap.CapCondStore):
		v.find(m, &imap.SearchCriteria{UID: []imap.UIDSet{from}, ModSeq: &imap.SearchCriteriaModSeq{ModSeq: m.known.ModSeq + 1}})
		v.recall(m)
	default:
		v.mu.Lock()
		m.told = map[uint32]flagBit{}
		v.mu.Unlock()
		m.flags = v.c.Fetch(from, &imap.FetchOptions{UID: true, Flags: true})
	}
}

// find sends a SEARCH, whose answer goes to m.found.
func (v *visit) find(m *mailbox, what *imap.SearchCriteria) {
	v.mu.Lock()
	m.found, m.looking = nil, true // before it is sent: the answer is read by another goroutine
	v.mu.Unlock()
	m.search = v.c.UIDSearch(what, nil)
}

// hear awaits what ask asked. again says that the mailbox is not the one that was read (its UIDVALIDITY
// changed, or what only grows is less), so that the question must be put once more, as at the first look.
func (v *visit) hear(m *mailbox) (again bool) {
	data, err := m.sel.Wait()
	if err != nil {
		m.err = v.why("folder "+m.name, err)
		v.drain(m)
		return false
	}
	m.data = data
	if m.known.other(data) {
		v.drain(m)
		m.known = folder{}
		return true
	}
	if m.search != nil {
		_, err := m.search.Wait()
		v.recalled(m)
		if err != nil {
			m.err = v.why("search in "+m.name, err)
			return false
		}
		v.mu.Lock()
		set := m.found
		m.looking = false
		v.mu.Unlock()
		m.choose(set, imap.UID(max(m.known.Low, 1)), v.config.Limit)
		return false
	}
	v.compare(m)
	return false
}

// other says that this is not the folder that was read, whatever its name: a backup has the same
// UIDVALIDITY, but numbers that were given out already.
func (f folder) other(now *imap.SelectData) bool {
	return f.Validity != 0 && (now.UIDValidity != f.Validity || now.UIDNext != 0 && uint32(now.UIDNext) < f.Next || now.HighestModSeq < f.ModSeq)
}

// drain takes the answers that nobody wants any more.
func (v *visit) drain(m *mailbox) {
	v.mu.Lock()
	m.told, m.looking = nil, false
	v.mu.Unlock()
	if m.search != nil {
		_, _ = m.search.Wait()
	}
	if m.flags != nil {
		_ = m.flags.Close()
	}
}

// compare finds what is new or has other flags than last time.
func (v *visit) compare(m *mailbox) {
	err := m.flags.Close()
	v.mu.Lock()
	m.seen, m.told = m.told, nil
	v.mu.Unlock()
	if err != nil {
		m.err = v.why("flags of "+m.name, err)
		return
	}
	m.forget(m.seen)
	var set imap.UIDSet
	for uid, bits := range m.seen {
		if old, ok := m.known.Seen[uid]; !ok || old != bits {
			set.AddNum(imap.UID(uid))
		}
	}
	m.choose(set, 1, v.config.Limit)
}

// maxTracked bounds the UIDs whose flags are compared or remembered.
const maxTracked = 20_000

// choose says what to read of what there is. A UID past the next one that the server will give out is a
// lie, or came just now: it comes last, so that it takes no other's place.
func (m *mailbox) choose(set imap.UIDSet, low imap.UID, limit int) {
	var next imap.UIDSet
	if m.data.UIDNext > low {
		set, next = split(set, m.data.UIDNext)
	}
	m.want, m.all = newest(set, low, limit)
	more, all := newest(next, low, limit-len(m.want))
	m.want, m.all = append(m.want, more...), m.all+all
}

// split parts set in what is below at and what is not.
func split(set imap.UIDSet, at imap.UID) (below, rest imap.UIDSet) {
	for _, r := range set {
		if r.Start < at {
			below = append(below, imap.UIDRange{Start: r.Start, Stop: min(r.Stop, at-1)})
		}
		if r.Stop >= at {
			rest = append(rest, imap.UIDRange{Start: max(r.Start, at), Stop: r.Stop})
		}
	}
	return below, rest
}

// newest is the highest UIDs of set, at least low, newest first, and how many there are. It goes
// by ranges: a server that says 1:4294967295 costs no memory.
func newest(set imap.UIDSet, low imap.UID, limit int) ([]imap.UID, int) {
	ranges := slices.Clone(set)
	slices.SortFunc(ranges, func(a, b imap.UIDRange) int { return int(int64(b.Stop) - int64(a.Stop)) })
	var out []imap.UID
	all := 0
	last := imap.UID(1<<32 - 1)
	for _, r := range ranges {
		if r.Stop == 0 || r.Stop < r.Start {
			continue
		}
		start := max(r.Start, low)
		for u := min(r.Stop, last); u >= start && u > 0; u-- {
			if len(out) >= limit {
				all += int(u - start + 1)
				break
			}
			all++
			out = append(out, u)
			last = u - 1
		}
	}
	return out, all
}

// findSent awaits LIST and answers with the Sent folder: the one the server marks, else the one with
// the usual name. "" means that there is none.
func (v *visit) findSent(list *imapclient.ListCommand) (string, error) {
	marked, named := "", ""
	for d := list.Next(); d != nil; d = list.Next() {
		if slices.Contains(d.Attrs, imap.MailboxAttrNoSelect) || slices.Contains(d.Attrs, imap.MailboxAttrNonExistent) || !plausible(d.Mailbox) {
			continue
		}
		if slices.ContainsFunc(d.Attrs, func(a imap.MailboxAttr) bool { return strings.EqualFold(string(a), string(imap.MailboxAttrSent)) }) && marked == "" {
			marked = d.Mailbox
		}
		if named == "" && usualSent(d) {
			named = d.Mailbox
		}
	}
	if err := list.Close(); err != nil {
		return "", v.why("list of folders", err)
	}
	if marked != "" {
		return marked, nil
	}
	return named, nil
}

// plausible says that the Sent folder may have this name: it is remembered, and asked for by it.
func plausible(name string) bool {
	odd := func(r rune) bool { return r < ' ' || r == 0x7f || r == '*' || r == '%' || r == utf8.RuneError }
	return len(name) <= 1000 && !strings.EqualFold(name, "INBOX") && strings.IndexFunc(name, odd) < 0
}

// usualSent says that the folder is called as Sent folders are.
func usualSent(d *imap.ListData) bool {
	name := d.Mailbox
	if d.Delim != 0 {
		name = name[strings.LastIndex(name, string(d.Delim))+1:]
	}
	switch strings.ToLower(name) {
	case "sent", "sent items", "sent messages", "sent mail", "sent-mail", "gesendet", "gesendete elemente", "gesendete objekte",
		"envoyés", "éléments envoyés", "messages envoyés", "enviados", "elementos enviados", "inviati", "posta inviata",
		"verzonden", "verzonden items", "itens enviados", "skickat", "sendt", "wysłane":
		return true
	}
	return false
}

// list asks for the folders, with their special uses where the server must be told to say them.
func (v *visit) list() *imapclient.ListCommand {
	var o *imap.ListOptions
	if v.caps.Has(imap.CapSpecialUse) && v.caps.Has(imap.CapListExtended) {
		o = &imap.ListOptions{ReturnSpecialUse: true}
	}
	return v.c.List("", "*", o)
}

// flagBit is a message's flags as far as they matter here.
type flagBit uint8

const (
	flagSeen flagBit = 1 << iota
	flagFlagged
	flagAnswered
	flagDeleted
	flagDraft
)

func flagNamed(name []byte) flagBit {
	switch strings.ToLower(string(name)) {
	case `\seen`:
		return flagSeen
	case `\flagged`:
		return flagFlagged
	case `\answered`:
		return flagAnswered
	case `\deleted`:
		return flagDeleted
	case `\draft`:
		return flagDraft
	}
	return 0
}
