package imap

import (
	"fmt"

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
}

// receiveParts takes the parts and sends the messages on. One whose parts did not come is parsed as
// far as it was read, and says that it was cut.
func (v *visit) receiveParts(m *mailbox, d *desk) {
	err := m.reopened()
	byUID := map[uint32]*record{}
	for i := range m.lacking {
		byUID[m.lacking[i].meta.UID] = &m.lacking[i]
	}
	got := map[string][]byte{}
	for _, g := range m.groups {
		for msg := g.cmd.Next(); msg != nil; msg = g.cmd.Next() {
			uid, body := collectPart(msg, g.limit)
			if err == nil && body != nil {
				got[fmt.Sprint(uid, g.path)] = body
			}
		}
		if err2 := g.cmd.Close(); err == nil {
			err = err2
		}
	}
	for _, rec := range byUID {
		for _, n := range rec.needs {
			if body, ok := got[fmt.Sprint(rec.meta.UID, n.path)]; ok {
				n.meta.Bytes = len(body)
				rec.meta.Parts = append(rec.meta.Parts, n.meta)
				rec.parts = append(rec.parts, body)
			} else {
				rec.meta.Cut = true
			}
		}
	}
	d.addAll(m.lacking)
	m.lacking = nil
	if err != nil {
		m.err = v.why("parts of messages in "+m.name, err)
	}
}

func collectPart(msg *imapclient.FetchMessageData, limit int64) (uid uint32, body []byte) {
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch it := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = uint32(it.UID)
		case imapclient.FetchItemDataBodySection:
			if it.Literal != nil {
				body = readUpTo(it.Literal, limit)
			}
		}
	}
	return uid, body
}
