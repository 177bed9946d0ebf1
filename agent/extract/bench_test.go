package extract

import (
	"fmt"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/agenttest"
)

func BenchmarkCompose(b *testing.B) {
	all, err := agenttest.All()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for _, w := range all {
			composed(w, 0)
		}
	}
}

// BenchmarkComposeLarge is a morning after a month away: 2,000 mails, 2,000 stories, 500 events.
func BenchmarkComposeLarge(b *testing.B) {
	var items []minutes.Item
	for i := range 2000 {
		it := mail(b, fmt.Sprint(i), fmt.Sprint("t", i%700), float64(i%500), fmt.Sprintf("Could you send me report %d by Friday? We meet on the %d floor.", i, i))
		it.Title = minutes.Clean(fmt.Sprintf("Report %d of project %d", i, i%37))
		items = append(items, it)
		if i%4 == 0 {
			e := event(b, fmt.Sprint(i), time.Duration(i%48)*time.Hour, time.Duration(i%48+1)*time.Hour)
			items = append(items, e)
		}
		items = append(items, minutes.Item{ID: fmt.Sprint("hn:", i), Kind: minutes.KindStory, Title: minutes.Clean(fmt.Sprintf("Story %d of the database", i)), Story: &minutes.Story{Points: i}})
	}
	in := input(b, items...)
	m := morning(b)
	m.Profile.Interests = []string{"databases", "AI safety"}
	for b.Loop() {
		Compose(m, in)
	}
}

// A calendar of a thousand events a day once cost a brief more than two minutes.
func TestACrowdedDayIsCutToWhatADayHolds(t *testing.T) {
	var items []minutes.Item
	for i := range 1000 {
		it := mail(t, fmt.Sprint(i), fmt.Sprint("t", i), float64(i%30), fmt.Sprintf("Flight LH%d now departs at 10:30 instead of 09:00. Could you confirm by Friday?", i))
		e := event(t, fmt.Sprint(i), time.Duration(i%14)*time.Hour, time.Duration(i%14+1)*time.Hour)
		e.Title, e.Event.Location = minutes.Clean(fmt.Sprintf("Flight LH%d", i)), minutes.Clean(fmt.Sprintf("Gate %d", i))
		items = append(items, it, e)
	}
	b := Compose(morning(t), input(t, items...))
	if len(b.Agenda) > maxDay {
		t.Errorf("%d events on the agenda", len(b.Agenda))
	}
	for _, s := range b.Sections {
		if s.Kind == "calendar" && s.LeftOut == 0 {
			t.Error("nothing is said of the events that were left out")
		}
	}
}
