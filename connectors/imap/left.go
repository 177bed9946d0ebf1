package imap

import (
	"maps"
	"slices"

	"github.com/emersion/go-imap/v2"

	"github.com/dailyminutes/minutes"
)

// What a cursor remembers of messages that could not be read: they are said again at every look, until
// they are gone or are read well.
const (
	maxLeft   = 50  // of all folders, the newest of the most important first
	maxReason = 200 // runes
)

// place is where a message is.
type place struct {
	folder string
	uid    uint32
}

// setAside notes which of a document's messages were rejected, and why. d.mu is held.
func (d *desk) setAside(messages []meta, rejected []minutes.Rejection) {
	for _, r := range rejected {
		for i := range messages {
			if at := (place{messages[i].Folder, messages[i].UID}); at.name() == r.Item {
				d.left[at] = r.Reason.Cut(maxReason).String()
			}
		}
	}
}

// recall asks which of the messages left out before are still there, where the other question does not
// tell: a MODSEQ says nothing of what is gone.
func (v *visit) recall(m *mailbox) {
	if len(m.known.Left) == 0 {
		return
	}
	var set imap.UIDSet
	for uid := range m.known.Left {
		set.AddNum(imap.UID(uid))
	}
	v.mu.Lock()
	m.told = map[uint32]flagBit{}
	v.mu.Unlock()
	m.flags = v.c.Fetch(set, &imap.FetchOptions{UID: true, Flags: true})
}

// recalled awaits that. Of what was not answered nothing is known, and it stays as it was.
func (v *visit) recalled(m *mailbox) {
	if m.flags == nil {
		return
	}
	err := m.flags.Close()
	v.mu.Lock()
	told := m.told
	m.told = nil
	v.mu.Unlock()
	if err == nil {
		m.forget(told)
	}
}

// forget drops what was left out before and is not among the messages that there are.
func (m *mailbox) forget(there map[uint32]flagBit) {
	m.known.Left = maps.Clone(m.known.Left) // the old ones hold if this look fails
	maps.DeleteFunc(m.known.Left, func(uid uint32, _ string) bool { _, ok := there[uid]; return !ok })
}

// leftOut is what stays said of a folder after this look: messages rejected now, and those of before
// that were not read again. No more than room.
func (r *round) leftOut(m *mailbox, room int) map[uint32]string {
	left := maps.Clone(m.known.Left)
	for _, u := range m.want {
		uid := uint32(u)
		if !m.missing[uid] {
			delete(left, uid)
		}
		if why, bad := r.desk.left[place{m.name, uid}]; bad {
			if left == nil {
				left = map[uint32]string{}
			}
			left[uid] = why
		}
	}
	for _, uid := range slices.Sorted(maps.Keys(left)) { // the oldest first
		if len(left) > room {
			delete(left, uid)
		}
	}
	return left
}

// remind adds what earlier looks left out of a folder, the newest first.
func (r *round) remind(b *minutes.Batch, name string, left map[uint32]string) {
	for _, uid := range slices.Backward(slices.Sorted(maps.Keys(left))) {
		if _, now := r.desk.left[place{name, uid}]; !now {
			b.Rejected = append(b.Rejected, rejection(r.env.Name, place{name, uid}, left[uid]))
		}
	}
}

// reminded is a batch of nothing but that, of every folder: for a look that found no door open.
func (s *source) reminded(from minutes.Cursor, cur cursor) minutes.Batch {
	b := minutes.Batch{Next: from}
	r := &round{visit: &visit{source: s}, desk: &desk{}}
	for _, name := range slices.Sorted(maps.Keys(cur.Folders)) {
		r.remind(&b, name, cur.Folders[name].Left)
	}
	return b
}
