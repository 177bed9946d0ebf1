package sqlite

import (
	"errors"
	"runtime"
	"sync"

	"github.com/dailyminutes/minutes"
)

// alone is how many rows are decoded without help: below it, starting helpers costs more.
const alone = 256

// decodeAll decodes rows into out, on all cores: of a long list, decoding is most of the work.
func decodeAll(rows []raw, out []minutes.Item) error {
	workers := min(runtime.GOMAXPROCS(0), len(rows)/alone+1)
	errs := make([]error, workers)
	part := (len(rows) + workers - 1) / workers
	var wg sync.WaitGroup
	for w := range workers {
		lo, hi := min(w*part, len(rows)), min((w+1)*part, len(rows))
		work := func() {
			for i := lo; i < hi && errs[w] == nil; i++ {
				out[i], errs[w] = rows[i].item()
			}
		}
		if w == workers-1 {
			work()
			continue
		}
		wg.Go(work)
	}
	wg.Wait()
	return errors.Join(errs...)
}
