package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/render"
)

// ledgerDays is how far back `minutes doctor --egress` looks.
const ledgerDays = 30

// egress prints the ledger: which host got which class of data, in which run. The oldest run is first, so that
// the last one stands where the eye is.
func (p *program) egress(ctx context.Context, asJSON bool) error {
	rows, err := p.db.Departures(ctx, p.now().AddDate(0, 0, -ledgerDays))
	if err != nil {
		return err
	}
	if asJSON {
		return render.List(p.shell.out, "egress", rows)
	}
	if len(rows) == 0 {
		fmt.Fprintf(p.shell.err, "nothing left this machine in the last %d days\n", ledgerDays)
		return nil
	}
	fmt.Fprintf(p.shell.out, "Who was connected to in the last %d days, and what for. Each request is counted, each sign-in to mail,\n"+
		"and each try that failed: then its name was looked up at least. Times are those of %s.\n\n"+
		"  public   what anybody may read: news and stories\n"+
		"  private  what says something of you: mail, calendar, notes, the place of your weather (to about a kilometre),\n"+
		"           the shares you watch, and what a model was told of any of them\n", ledgerDays, minutes.CleanLine(p.Settings.ZoneName))
	runs := byRun(rows)
	for _, r := range runs {
		r.print(p.shell.out, p.Settings.Zone)
	}
	hosts, times := map[string]bool{}, int64(0)
	for _, d := range rows {
		hosts[d.Host] = true
		times += d.Count
	}
	fmt.Fprintf(p.shell.out, "\n%s in all, to %s, in %s\n", amount(times, "time"), amount(int64(len(hosts)), "host"), amount(int64(len(runs)), "run"))
	return nil
}

// departed is what one run had to do with whom.
type departed struct {
	run  string
	rows []minutes.Departure
}

// byRun sorts the ledger's rows under their runs, those of one host together, the private first. A run over
// midnight has two rows for one host, which become one.
func byRun(rows []minutes.Departure) []departed {
	var runs []departed
	for _, d := range rows {
		i := slices.IndexFunc(runs, func(r departed) bool { return r.run == d.Run })
		if i < 0 {
			i, runs = len(runs), append(runs, departed{run: d.Run})
		}
		r := &runs[i]
		same := func(o minutes.Departure) bool { return o.Host == d.Host && o.Class == d.Class && o.Source == d.Source }
		if j := slices.IndexFunc(r.rows, same); j >= 0 {
			r.rows[j].Count += d.Count
			r.rows[j].At = d.At // rows come by their time
			continue
		}
		r.rows = append(r.rows, d)
	}
	slices.SortStableFunc(runs, func(a, b departed) int { return cmp.Compare(a.run, b.run) })
	for _, r := range runs {
		slices.SortStableFunc(r.rows, func(a, b minutes.Departure) int {
			return cmp.Or(cmp.Compare(b.Class, a.Class), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Source, b.Source))
		})
	}
	return runs
}

func (r departed) print(out io.Writer, zone *time.Location) {
	began := minutes.CleanLine(r.run).String()
	if t, err := time.Parse(time.RFC3339, r.run); err == nil {
		began = t.In(zone).Format("Mon 2006-01-02 15:04:05")
	}
	wide := len("host")
	for _, d := range r.rows {
		wide = max(wide, len(minutes.CleanLine(d.Host).String()))
	}
	fmt.Fprintf(out, "\nRun of %s\n  %-*s  class    times  last      for\n", minutes.CleanLine(began), wide, "host")
	for _, d := range r.rows {
		fmt.Fprintf(out, "  %-*s  %-7s  %5d  %s  %s\n", wide, minutes.CleanLine(d.Host), minutes.CleanLine(d.Class.String()), d.Count,
			d.At.In(zone).Format(time.TimeOnly), minutes.CleanLine(d.Source))
	}
}

// amount is "1 host", "2 hosts".
func amount(n int64, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprint(n, " ", what)
}
