package imap

import (
	"fmt"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// group is one FETCH for the same part of several messages.
type group struct {
	path  []int
	limit int64
	uids  imap.UIDSet
	cmd   *imapclient.FetchCommand
}

// fetchParts sends one FETCH for each different part that messages of m lack: most are "1" or "1.2".
func (v *visit) fetchParts(m *mailbox) {
	m.reopen(v)
	byKey := map[string]*group{}
	for _, rec := range m.lacking {
		for _, n := range rec.needs {
			limit := int64(plainPart)
			if n.size > plainPart {
				limit = htmlPart
			}
			key := fmt.Sprint(n.path, limit)
			g := byKey[key]
			if g == nil {
				if len(m.groups) >= maxGroups {
					continue
				}
				g = &group{path: n.path, limit: limit}
				byKey[key] = g
				m.groups = append(m.groups, g)
			}
			g.uids.AddNum(imap.UID(rec.meta.UID))
		}
	}
	for _, g := range m.groups {
		g.cmd = v.c.Fetch(g.uids, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{
			{Part: g.path, Peek: true, Partial: &imap.SectionPartial{Size: g.limit}}}})
	}
	m.gathered = gather(m.groups)
}

// receiveParts takes the parts and sends the messages on. One whose parts did not come is parsed as
// far as it was read, and says that it was cut.
func (v *visit) receiveParts(m *mailbox, d *desk) {
	err := m.reopened()
	a := <-m.gathered
	if err == nil {
		err = a.err
	}
	for i := range m.lacking {
		rec := &m.lacking[i]
		for _, n := range rec.needs {
			body, ok := a.parts[partKey(rec.meta.UID, n.path)]
			if !ok || err != nil {
				rec.meta.Cut = true
				continue
			}
			n.meta.Bytes = len(body)
			rec.meta.Parts = append(rec.meta.Parts, n.meta)
			rec.parts = append(rec.parts, body)
		}
	}
	d.addAll(m.lacking)
	m.lacking = nil
	if err != nil {
		m.err = v.why("parts of messages in "+m.name, err)
	}
}

// gather begins to drain the groups, all at once and beside the visit. A server may work on several
// FETCH of one folder at a time and answer in any order (Dovecot does), and the library then hands a
// part to whichever command asked for that message: a part is known by the section that the server
// names, not by the command that brought it.
func gather(groups []*group) chan partAnswer {
	var mu sync.Mutex
	a := partAnswer{parts: map[string][]byte{}}
	var wg sync.WaitGroup
	for _, g := range groups {
		wg.Go(func() {
			for msg := g.cmd.Next(); msg != nil; msg = g.cmd.Next() {
				for key, body := range partsOf(msg) {
					mu.Lock()
					a.parts[key] = body
					mu.Unlock()
				}
			}
			if err := g.cmd.Close(); err != nil {
				mu.Lock()
				a.err = err
				mu.Unlock()
			}
		})
	}
	to := make(chan partAnswer, 1)
	go func() {
		wg.Wait()
		to <- a
	}()
	return to
}

// partAnswer is the parts that came, by partKey.
type partAnswer struct {
	parts map[string][]byte
	err   error
}

func partsOf(msg *imapclient.FetchMessageData) map[string][]byte {
	var uid uint32
	bodies := map[string][]byte{}
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch it := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = uint32(it.UID)
		case imapclient.FetchItemDataBodySection:
			if it.Literal != nil {
				bodies[fmt.Sprint(it.Section.Part)] = readUpTo(it.Literal, htmlPart)
			}
		}
	}
	out := map[string][]byte{}
	for path, body := range bodies {
		out[fmt.Sprint(uid)+" "+path] = body
	}
	return out
}

func partKey(uid uint32, path []int) string { return fmt.Sprint(uid) + " " + fmt.Sprint(path) }
