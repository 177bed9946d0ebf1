package imap

import (
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
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
	// Room for every message asked for, which the library hands on once each: the reader never waits.
	m.messages, m.fetched = make(chan received, len(m.want)), make(chan error, 1)
	go m.stream(v.c.Fetch(imap.UIDSetNum(m.want...), o))
}

// received is a message with its flags.
type received struct {
	record
	bits flagBit
}

// stream drains cmd, beside the visit.
func (m *mailbox) stream(cmd *imapclient.FetchCommand) {
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		if r, ok := m.collect(msg); ok {
			m.messages <- r
		}
	}
	m.fetched <- cmd.Close()
	close(m.messages)
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
	for got := range m.messages {
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
	if err2 := <-m.fetched; err == nil {
		err = err2
	}
	if err != nil {
		m.err = v.why("messages of "+m.name, err)
		d.addAll(m.lacking)
		m.lacking = nil
		return
	}
	m.done = true
}

// collect reads one FETCH response.
func (m *mailbox) collect(msg *imapclient.FetchMessageData) (got received, ok bool) {
	rec, bits := record{}, flagBit(0)
	rec.meta.Folder, rec.meta.Sent = m.name, m.sent
	var head, text []byte
	var structure imap.BodyStructure
	told := false // a header came, if an empty one
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch it := item.(type) {
		case imapclient.FetchItemDataUID:
			rec.meta.UID = uint32(it.UID)
		case imapclient.FetchItemDataFlags:
			bits = flagBits(it.Flags)
		case imapclient.FetchItemDataInternalDate:
			rec.meta.Received = it.Time
		case imapclient.FetchItemDataRFC822Size:
			rec.meta.Size = it.Size
		case imapclient.FetchItemDataBodyStructure:
			structure = it.BodyStructure
		case imapclient.FetchItemDataBodySection:
			told = true
			switch {
			case it.Literal == nil || len(it.Section.Part) > 0:
			case it.Section.Specifier == imap.PartSpecifierHeader:
				head = readUpTo(it.Literal, keptHeader)
			case it.Section.Specifier == imap.PartSpecifierText:
				text = readUpTo(it.Literal, firstText)
			}
		}
	}
	rec.meta.Unread = bits&flagSeen == 0 && !m.sent
	rec.meta.Flagged, rec.meta.Answered = bits&flagFlagged != 0, bits&flagAnswered != 0
	if head = trimBlank(head); len(head) > 0 {
		rec.raw = append(append(make([]byte, 0, len(head)+len(text)+4), head...), "\r\n\r\n"...)
	}
	rec.raw = append(rec.raw, text...)
	whole := len(text) < firstText
	if structure != nil {
		rec.inspect(structure, whole)
	} else {
		rec.meta.Cut = !whole
	}
	// A server may tell us of a changed flag in between: that is not the message. It will come at the
	// next look, since nothing here remembers it as read.
	return received{rec, bits}, rec.meta.UID != 0 && told
}

// readUpTo keeps n bytes of a literal; the library discards the rest.
func readUpTo(r imap.LiteralReader, n int64) []byte {
	b := make([]byte, min(max(r.Size(), 0), n))
	got, err := io.ReadFull(r, b)
	if err != nil {
		return b[:got] // the connection ends, and the command says so
	}
	return b
}

func trimBlank(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}

// leaf is a part as the server's BODYSTRUCTURE tells of it.
type leaf struct {
	need
	kind, name string
	attached   bool
}

// inspect decides from the structure what the message still lacks and what is attached to it. whole
// says that all of its text was fetched already.
func (rec *record) inspect(structure imap.BodyStructure, whole bool) {
	leaves := leavesOf(structure)
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
		n := leaves[i].need
		limit := int64(plainPart)
		if leaves[i].kind == "text/html" {
			limit = htmlPart
		}
		rec.meta.Cut = rec.meta.Cut || n.size > limit && leaves[i].kind != "text/calendar"
		n.size = min(max(n.size, 1), limit)
		rec.needs = append(rec.needs, n)
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

// leavesOf lists the leaves in order. Messages inside the message are files.
func leavesOf(structure imap.BodyStructure) []leaf {
	var out []leaf
	structure.Walk(func(path []int, bs imap.BodyStructure) bool {
		p, ok := bs.(*imap.BodyStructureSinglePart)
		if !ok || len(out) >= maxParts {
			return len(path) < maxDepth && len(out) < maxParts
		}
		l := leaf{kind: p.MediaType(), name: p.Filename()}
		l.need = need{path: slices.Clone(path), size: int64(p.Size),
			meta: partMeta{Type: l.kind, Params: p.Params, Encoding: p.Encoding}}
		disp := ""
		if d := p.Disposition(); d != nil {
			disp = strings.ToLower(d.Value)
		}
		text := strings.HasPrefix(l.kind, "text/")
		switch {
		case disp == "attachment", !text && l.name != "":
			l.attached = disp == "attachment" || !strings.HasPrefix(l.kind, "image/") || p.ID == ""
		case l.kind == "message/rfc822":
			l.attached, l.name = true, "attached message"
		case l.kind == "application/ms-tnef":
			l.attached, l.name = true, "winmail.dat"
		}
		if signature(l.kind) {
			l.attached = false
		}
		if l.attached && l.name == "" {
			l.name = "unnamed file"
		}
		out = append(out, l)
		return true
	})
	return out
}

func signature(kind string) bool {
	switch kind {
	case "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-encrypted":
		return true
	}
	return false
}
