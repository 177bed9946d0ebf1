package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// lockPoll is how often a waiting process looks again. The kernel has no lock with a time limit.
const lockPoll = 50 * time.Millisecond

// Lock lets one preload run at a time, over all processes that use this store. It waits up to wait
// for another to end, calling waiting (if not nil) once when it begins to; waited says that it had
// to. The lock of a process that was killed is free at once. After wait the error is ErrBusy.
func (d *DB) Lock(ctx context.Context, wait time.Duration, waiting func()) (unlock func(), waited bool, err error) {
	f, err := openOwn(lockPath(d.path))
	if err != nil && minutes.Hint(err) != "" {
		return nil, false, fmt.Errorf("take the lock: %w", err)
	} else if err != nil {
		return nil, false, minutes.WithHint(fmt.Errorf("take the lock: %w", err), "check that you may write in "+filepath.Dir(d.path))
	}
	limit := time.NewTimer(wait)
	defer limit.Stop()
	look := time.NewTicker(lockPoll)
	defer look.Stop()
	for {
		ok, err := tryLock(f)
		if err != nil {
			_ = f.Close()
			return nil, waited, fmt.Errorf("take the lock: %w", err)
		}
		if ok {
			return func() { _ = f.Close() }, waited, nil
		}
		if !waited && waiting != nil {
			waiting()
		}
		waited = true
		select {
		case <-look.C:
		case <-limit.C:
			_ = f.Close()
			return nil, true, minutes.WithHint(fmt.Errorf("another preload is still running: %w", ErrBusy), "wait for it to end, then try again")
		case <-ctx.Done():
			_ = f.Close()
			return nil, true, context.Cause(ctx)
		}
	}
}

// lockPath is minutes.lock beside minutes.db.
func lockPath(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) + ".lock" }
