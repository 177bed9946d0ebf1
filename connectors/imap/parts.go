package imap

import (
	"fmt"
	"strconv"

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
	v.mu.Lock()
	m.parts, m.asked = map[partOf][]byte{}, map[partOf]bool{}
	v.mu.Unlock()
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
			v.mu.Lock()
			m.asked[partOf{rec.meta.UID, pathName(n.path)}] = true
			v.mu.Unlock()
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
	for _, g := range m.groups {
		if err2 := g.cmd.Close(); err == nil {
			err = err2
		}
	}
	v.mu.Lock()
	parts := m.parts
	m.parts, m.asked = nil, nil
	v.mu.Unlock()
	for i := range m.lacking {
		rec := &m.lacking[i]
		for _, n := range rec.needs {
			body, ok := parts[partOf{rec.meta.UID, pathName(n.path)}]
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

// partOf names a part of a message: a part is known by the section that the server names, not by the
// command that brought it.
type partOf struct {
	uid  uint32
	path string
}

func pathName(path []int) string {
	b := make([]byte, 0, 16)
	for _, n := range path {
		b = strconv.AppendInt(append(b, '.'), int64(n), 10)
	}
	return string(b)
}
