package imap

import (
	"bytes"
	"errors"
	"time"

	"github.com/emersion/go-imap/v2"
)

// What is fetched of a message. One FETCH asks all messages of a folder for the header fields that
// matter and the start of the text, which is the whole of most mail; what a bigger one lacks is
// asked for by part, so that no attachment is ever read.
const (
	firstText  = 8 << 10   // of every message
	plainPart  = 64 << 10  // of a text part
	htmlPart   = 192 << 10 // of an HTML part: markup is most of it
	keptHeader = 2 * maxHeader
	maxPartSum = 16 << 20 // of all parts asked for by themselves
	maxGroups  = 24       // different parts, each a FETCH of its own
	maxKept    = htmlPart // of one literal, the longest that anything above asks for
)

// headerFields are the fields asked for: Received, DKIM and their like are most of a header.
func headerFields() []string {
	return []string{"From", "Sender", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Id",
		"List-Unsubscribe", "Precedence", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Disposition", "Content-Transfer-Encoding"}
}

// A record is a message as it was fetched, on its way to the parser.
type record struct {
	meta  meta
	raw   []byte
	parts [][]byte
	needs []need
}

// A need is a leaf to be fetched by itself.
type need struct {
	path []int
	size int64
	meta partMeta
}

// fetch sends the FETCH for what m wants.
func (v *visit) fetch(m *mailbox) {
	m.reopen(v)
	o := &imap.FetchOptions{UID: true, Flags: true, InternalDate: true, RFC822Size: true,
		BodySection: []*imap.FetchItemBodySection{
			{Specifier: imap.PartSpecifierHeader, HeaderFields: headerFields(), Peek: true},
			{Specifier: imap.PartSpecifierText, Peek: true, Partial: &imap.SectionPartial{Size: firstText}},
		}}
	if !v.plain {
		o.BodyStructure = &imap.FetchItemBodyStructure{Extended: true}
	}
	v.mu.Lock()
	m.wanted = make(map[uint32]bool, len(m.want))
	for _, uid := range m.want {
		m.wanted[uint32(uid)] = true
	}
	// Room for every message asked for, each of which is taken once: nobody waits for the reader.
	m.messages, m.fetched = make(chan []received, len(m.want)+1), make(chan error, 1)
	v.mu.Unlock()
	cmd := v.c.Fetch(imap.UIDSetNum(m.want...), o)
	go func() {
		err := cmd.Close()
		v.mu.Lock()
		m.missing, m.wanted = m.wanted, nil // whatever comes late is not wanted
		m.pass()
		v.mu.Unlock()
		m.fetched <- err
		close(m.messages)
	}()
}

// received is a message with its flags.
type received struct {
	record
	bits flagBit
}

// take gives a FETCH response to the folder that is open. It runs in the library's reading goroutine,
// before that reads on. A server may work on several commands at a time and answer in any order, as
// Dovecot does, and tell of other messages in between: what a response is shows in what it holds.
func (v *visit) take(f *fetched) {
	v.mu.Lock()
	defer v.mu.Unlock()
	m := v.current()
	if m == nil || f.uid == 0 {
		return
	}
	whole := false
	for _, s := range f.sections {
		if len(s.path) == 0 {
			whole = whole || len(s.body) > 0 // NIL is no message
			continue
		}
		if p := (partOf{f.uid, pathName(s.path)}); m.asked[p] && m.partSum+len(s.body) <= 2*maxPartSum {
			delete(m.asked, p)
			m.partSum += len(s.body)
			m.parts[p] = bytes.Clone(s.body)
		}
	}
	switch {
	case whole && m.wanted[f.uid]:
		delete(m.wanted, f.uid)
		m.came = append(m.came, m.collect(f))
	case len(f.sections) == 0 && f.flags && m.told != nil && f.uid >= m.known.Low && len(m.told) < maxTracked:
		m.told[f.uid] = f.bits
	}
}

// current is the folder that the server has open, nil where there is none.
func (v *visit) current() *mailbox {
	if len(v.boxes) == 0 {
		return nil // signing in
	}
	if box := v.c.Mailbox(); box != nil {
		return v.boxes[box.Name]
	}
	return nil
}

// reopen examines m again if another folder was opened since.
func (m *mailbox) reopen(v *visit) {
	m.resel = nil
	if v.selected != m {
		v.examine(m)
		m.resel = m.sel
	}
}

// reopened awaits that, and that the folder is still the one that was asked.
func (m *mailbox) reopened() error {
	if m.resel == nil {
		return nil
	}
	data, err := m.resel.Wait()
	if err == nil && data.UIDValidity != m.data.UIDValidity {
		err = errors.New("the folder was made anew while it was read")
	}
	return err
}

// receive takes the messages of m as they come. Those that are whole go to the desk at once.
func (v *visit) receive(m *mailbox, d *desk, since time.Time) {
	err := m.reopened()
	first := m.known.Validity == 0
	if m.seen == nil {
		m.seen = map[uint32]flagBit{}
	}
	sum := int64(0)
	for batch := range m.messages {
		for _, got := range batch {
			rec := got.record
			if err != nil {
				continue
			}
			if m.seen[rec.meta.UID] = got.bits; got.bits&(flagDeleted|flagDraft) != 0 {
				continue
			}
			if first && !rec.meta.Received.IsZero() && rec.meta.Received.Before(since) {
				continue
			}
			for _, n := range rec.needs {
				sum += n.size
			}
			if len(rec.needs) > 0 && sum <= maxPartSum {
				m.lacking = append(m.lacking, rec)
				continue
			}
			d.add(rec)
		}
	}
	if err2 := <-m.fetched; err == nil {
		err = err2
	}
	if err != nil {
		m.err = v.why("messages of "+m.name, err)
		d.addAll(m.lacking)
		m.lacking = nil
		return
	}
	for uid := range m.missing {
		delete(m.seen, uid) // told of, and yet it did not come: it will be asked for again
	}
	m.done = true
}

// pass hands on what came, when the server has no more to say for now: a goroutine woken for each
// message would cost as much as the message.
func (v *visit) pass() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, m := range v.boxes {
		m.pass()
	}
}

func (m *mailbox) pass() {
	if len(m.came) > 0 {
		m.messages <- m.came
		m.came = nil
	}
}

// collect makes a message of its FETCH response.
func (m *mailbox) collect(f *fetched) received {
	rec, bits := record{}, f.bits
	rec.meta.Folder, rec.meta.Sent = m.name, m.sent
	rec.meta.UID, rec.meta.Received, rec.meta.Size = f.uid, f.received, f.size
	var head, text []byte
	for _, s := range f.sections {
		switch {
		case len(s.path) > 0:
		case s.what == "HEADER":
			head = trimBlank(s.body[:min(len(s.body), keptHeader)])
		case s.what == "TEXT":
			text = s.body[:min(len(s.body), firstText)]
		}
	}
	rec.meta.Unread = bits&flagSeen == 0 && !m.sent
	rec.meta.Flagged, rec.meta.Answered = bits&flagFlagged != 0, bits&flagAnswered != 0
	rec.raw = make([]byte, 0, len(head)+len(text)+4)
	if len(head) > 0 {
		rec.raw = append(append(rec.raw, head...), "\r\n\r\n"...)
	}
	rec.raw = append(rec.raw, text...)
	whole := len(text) < firstText
	if f.known {
		rec.inspect(f.leaves, whole)
	} else {
		rec.meta.Cut = !whole
	}
	return received{rec, bits}
}

func trimBlank(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}

// inspect decides from the structure what the message still lacks and what is attached to it. whole
// says that all of its text was fetched already.
func (rec *record) inspect(leaves []leaf, whole bool) {
	rec.meta.Known = true
	plain, html, invite := -1, -1, -1
	for i, l := range leaves {
		switch {
		case l.kind == "text/calendar" || l.kind == "application/ics":
			if invite < 0 {
				invite = i
			}
			if l.attached && l.name != "" {
				rec.meta.Files = append(rec.meta.Files, l.name)
			}
		case l.attached:
			rec.meta.Files = append(rec.meta.Files, l.name)
		case l.kind == "text/plain" && plain < 0:
			plain = i
		case l.kind == "text/html" && html < 0:
			html = i
		}
	}
	if whole {
		return
	}
	want := chooseText(leaves, plain, html)
	if invite >= 0 && !early(leaves, invite) {
		want = append(want, invite)
	}
	if len(want) == 1 && want[0] == invite && plain+html >= -1 {
		want = append([]int{max(plain, html)}, want...) // parts replace the text that was read: take it along
	}
	for _, i := range want {
		l := leaves[i]
		limit := int64(plainPart)
		if l.kind == "text/html" {
			limit = htmlPart
		}
		rec.meta.Cut = rec.meta.Cut || l.size > limit && l.kind != "text/calendar"
		rec.needs = append(rec.needs, need{path: l.path, size: min(max(l.size, 1), limit),
			meta: partMeta{Type: l.kind, Params: l.params.table(), Encoding: l.encoding}})
	}
	if len(want) == 0 && plain < 0 && html < 0 && invite < 0 {
		rec.meta.Cut = true
	}
}

// chooseText is the text parts to fetch because what was read does not hold them: the plain one, the
// HTML one where that is missing or a stub beside a much bigger one.
func chooseText(leaves []leaf, plain, html int) []int {
	stub := plain >= 0 && html >= 0 && leaves[plain].size < 600 && leaves[html].size > 4*leaves[plain].size
	switch {
	case plain >= 0 && !stub:
		if early(leaves, plain) {
			return nil
		}
		return []int{plain}
	case html >= 0:
		if early(leaves, html) {
			return nil
		}
		if plain >= 0 {
			return []int{plain, html}
		}
		return []int{html}
	}
	return nil
}

// early says that leaf i surely lies within the first bytes that were read: it and what stands
// before it, with a generous header for each, are smaller than that.
func early(leaves []leaf, i int) bool {
	end := int64(512)
	for _, l := range leaves[:i+1] {
		end += l.size + 512
	}
	return end <= firstText
}
