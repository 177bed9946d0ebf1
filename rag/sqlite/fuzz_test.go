package sqlite

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// FuzzUnseal reads any bytes as a line of the journal: a judgement that is read is written and read as the
// same again, and one byte that is another in a sealed line never makes it another judgement.
func FuzzUnseal(f *testing.F) {
	j := minutes.Judgement{ID: 7, At: time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC), Verb: "up", Item: "feed:1", Title: minutes.Clean("a title"), Labels: []string{"a"}}
	line, err := seal(j)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line, 3, byte(1))
	f.Add([]byte(`{"id":1,"at":"2026-01-01T00:00:00Z","verb":"down"}`), 0, byte(0))
	f.Add([]byte(`{"id":1}{"id":2}`), 0, byte(0))
	f.Add([]byte(`,"sum":"00000000"}`), 0, byte(0))
	f.Fuzz(func(t *testing.T, line []byte, at int, flip byte) {
		j, err := unseal(bytes.Clone(line))
		if err != nil {
			return
		}
		once, err := seal(j)
		if err != nil {
			t.Fatalf("%+v was read and cannot be written: %v", j, err)
		}
		again, err := unseal(bytes.Clone(once))
		if err != nil {
			t.Fatalf("%s: %v", once, err)
		}
		if twice, _ := seal(again); !bytes.Equal(once, twice) {
			t.Errorf("%s, then %s", once, twice)
		}
		if at < 0 || at >= len(once) || flip == 0 {
			return
		}
		spoilt := bytes.Clone(once)
		spoilt[at] ^= flip
		if other, err := unseal(spoilt); err == nil {
			if now, _ := seal(other); !bytes.Equal(now, once) {
				t.Errorf("byte %d makes %s of %s", at, now, once)
			}
		}
	})
}

// logOf is a sound log of transactions of one page each, 512 bytes from content on.
func logOf(content []byte, frames int) []byte {
	log := binary.BigEndian.AppendUint32(nil, 0x377f0682)
	for _, n := range []uint32{3007000, 512, 0, 0x1234, 0x5678} {
		log = binary.BigEndian.AppendUint32(log, n)
	}
	var sum [2]uint32
	seal := func(b []byte) []byte {
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, sum[0]), sum[1])
	}
	walSum(&sum, binary.LittleEndian, log)
	log = seal(log)
	for n := range frames {
		page := make([]byte, 512)
		copy(page, content)
		head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(n+1)), uint32(n+1)) // the page, and that a transaction ends
		walSum(&sum, binary.LittleEndian, head)
		walSum(&sum, binary.LittleEndian, page)
		head = append(head, log[16:24]...)
		log = append(append(log, seal(head)...), page...)
	}
	return log
}

// FuzzScanWAL reads any bytes as a log, and a sound one that ends anywhere, and one with a byte that is
// another: what it counts as lost is what stands behind the damage.
func FuzzScanWAL(f *testing.F) {
	f.Add(logOf([]byte("hello"), 3), 700, 5, byte(1))
	f.Add(make([]byte, walHead+4*(frameHead+4096)), 0, 0, byte(0))
	f.Add([]byte("SQLite"), 40, 0, byte(255))
	scan := func(t *testing.T, log []byte) int {
		lost, err := scanWAL(log[:walHead], bytes.NewReader(log[walHead:]))
		if err != nil || lost < 0 || lost > len(log)/(frameHead+512) {
			t.Fatalf("%d lost of %d bytes, %v", lost, len(log), err)
		}
		return lost
	}
	f.Fuzz(func(t *testing.T, data []byte, cut, at int, flip byte) {
		if len(data) >= walHead {
			scan(t, data)
		}
		const frames, frame = 5, frameHead + 512
		log := logOf(data, frames)
		if cut = walHead + int(uint(cut)%uint(frames*frame+1)); scan(t, log[:cut]) != 0 {
			t.Errorf("a log that ends after %d bytes has lost something", cut)
		}
		at = int(uint(at) % (frames * frame))
		if flip == 0 || at%frame < frameHead {
			return
		}
		log[walHead+at] ^= flip
		if lost, want := scan(t, log), frames-at/frame-1; lost != want {
			t.Errorf("byte %d is another: %d lost, want %d", at, lost, want)
		}
	})
}
