package agent

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// A source that failed breakAfter times in a row, over however many runs, is left alone for breakFor:
// its breaker is open. Then the next run asks once. An answer closes the breaker, a failure opens it
// for as long again. Who names a source asks it anyway.
const (
	breakAfter = 5
	breakFor   = 15 * time.Minute
)

// resting says that a source is not to be asked at now. A clock that was set back to before the failure
// that opened the breaker does not hold it open: the source is asked.
func resting(st minutes.SourceStatus, now time.Time) bool {
	return st.Failures >= breakAfter && now.Before(st.RetryAt) && !now.Before(st.RetryAt.Add(-breakFor))
}

// failedOnce counts a failure at now, and opens the breaker where there were enough.
func failedOnce(st *minutes.SourceStatus, was minutes.SourceStatus, now time.Time) {
	st.Failures, st.RetryAt = was.Failures+1, time.Time{}
	if st.Failures >= breakAfter {
		st.RetryAt = now.Add(breakFor)
	}
}

// closeBreaker lets the next run ask a source that has just answered.
func (a *Agent) closeBreaker(ctx context.Context, name string) error {
	all, err := a.statuses(ctx)
	if err != nil {
		return err
	}
	st, ok := all[name]
	if !ok || st.Failures == 0 {
		return nil
	}
	st.Failures, st.RetryAt = 0, time.Time{}
	return a.Health.KeepStatus(ctx, st)
}

// rested is what is said of a source that was not asked: how it did when it was, but that it brought
// nothing now.
func rested(was minutes.SourceStatus) minutes.SourceStatus {
	was.New, was.ElapsedMS = 0, 0
	return was
}

// noNetwork says that not one of the sources that were asked over the network could be reached: then it is
// this machine's network. One source says nothing of the others.
func noNetwork(tried []fetched) bool {
	far := 0
	for _, f := range tried {
		if f.source.Local {
			continue
		}
		if far++; f.batch.Part || !errors.Is(f.err, minutes.ErrUnreached) {
			return false
		}
	}
	return far > 1
}

// sayNoNetwork says it once, in the same words of every source, and takes back what their breakers counted
// and what they say of each part that was not reached.
func sayNoNetwork(st *minutes.SourceStatus, was minutes.SourceStatus) {
	st.Rejected = slices.DeleteFunc(slices.Clone(st.Rejected), func(r minutes.Rejection) bool {
		return strings.Contains(r.Reason.String(), minutes.ErrOffline.Error())
	})
	st.Error = minutes.Clean("no network: not one of the sources could be reached")
	st.Hint = minutes.Clean("check this machine's network, then run minutes preload; minutes sources test says what each runs into")
	st.Failures, st.RetryAt = was.Failures, was.RetryAt
}
