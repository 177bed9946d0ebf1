package sqlite

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// A write-ahead log is left behind by a process that was killed, and by one that is at work. SQLite
// takes it up to the first frame that is not sound, without a word: after a power cut that is a
// transaction that was never acknowledged. But each transaction is on disk before the next one begins.
// So where whole transactions follow an unsound frame, what was acknowledged is damaged.

// The layout is SQLite's file format, version 3007000.
const (
	walHead   = 32
	frameHead = 24
)

// walLoss is how many acknowledged transactions the log of a database holds that SQLite will not
// read; 0 where there is no log. It only reads, at most the log's size.
func walLoss(path string) (int, error) {
	f, err := os.OpenFile(path+"-wal", os.O_RDONLY|noWait, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, walHead)
	if n, err := f.ReadAt(head, 0); n < walHead {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return 0, err
	}
	lost, err := scanWAL(head, bufio.NewReaderSize(io.NewSectionReader(f, walHead, 1<<62), 1<<16))
	if err != nil || lost == 0 {
		return 0, err
	}
	again := make([]byte, walHead)
	if _, err := f.ReadAt(again, 0); err != nil || !bytes.Equal(head, again) {
		return 0, nil // another process began it anew meanwhile: what was read is a mixture
	}
	return lost, nil
}

// scanWAL counts the transactions that are lost: those that end after an unsound frame, but for the
// first, in which it may lie because it was never finished.
func scanWAL(head []byte, r io.Reader) (int, error) {
	order := binary.ByteOrder(binary.LittleEndian)
	if binary.BigEndian.Uint32(head)&1 == 1 {
		order = binary.BigEndian
	}
	var sum [2]uint32
	walSum(&sum, order, head[:24])
	salts := head[16:24]
	sound := sum == sumAt(head[24:])
	size := binary.BigEndian.Uint32(head[8:])
	if magic := binary.BigEndian.Uint32(head) &^ 1; magic != 0x377f0682 || size < 512 || size > 65536 || size&(size-1) != 0 {
		sound = false
	}
	if !sound {
		size, salts = pageSize, nil // nothing in it can be believed
	}
	ended := 0
	frame := make([]byte, frameHead+size)
	for {
		if _, err := io.ReadFull(r, frame); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return max(ended-1, 0), nil
			}
			return 0, err
		}
		if salts == nil {
			salts = bytes.Clone(frame[8:16])
		}
		if sound {
			walSum(&sum, order, frame[:8])
			walSum(&sum, order, frame[frameHead:])
			if bytes.Equal(frame[8:16], salts) && sum == sumAt(frame[16:]) {
				continue
			}
			sound = false
		}
		if bytes.Equal(frame[8:16], salts) && binary.BigEndian.Uint32(frame[4:]) != 0 {
			ended++
		}
	}
}

// pageSize is that of the databases we make.
const pageSize = 4096

func sumAt(b []byte) [2]uint32 {
	return [2]uint32{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])}
}

// walSum goes on with the checksum of a log over b.
func walSum(sum *[2]uint32, order binary.ByteOrder, b []byte) {
	x, y := sum[0], sum[1]
	for ; len(b) >= 8; b = b[8:] {
		x += order.Uint32(b) + y
		y += order.Uint32(b[4:]) + x
	}
	sum[0], sum[1] = x, y
}

// checkWAL looks at the log before SQLite does. A damaged one is copied aside, and what it lost is said;
// the memory goes on as it was before those transactions, with the judgements that the journal has.
func (d *DB) checkWAL() error {
	lost, err := walLoss(d.path)
	if err != nil || lost == 0 {
		return err
	}
	aside := d.aside("wal-damaged")
	if err := copyFile(d.path+"-wal", aside); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keep a copy of the damaged log: %w", err)
	}
	d.tell(fmt.Sprintf("the log of the memory is damaged: what the last %d writes kept is lost, but no judgement; a copy of it is %s; minutes preload fetches again", lost, aside))
	return nil
}
