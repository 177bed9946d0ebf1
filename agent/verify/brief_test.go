package verify

import (
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

func TestTheThreeSlotsStandWhateverIsFalse(t *testing.T) {
	m, items := world(t)
	b := Brief(minutes.Brief{TLDR: []minutes.Claim{
		claimOf("Anna Kirsch needs the offer by 11:00 today." + noon),
		claimOf("Board call is at 09:00. | event:9> nothing"),
		claimOf("SAP fell 4.2 % to €182.40. | quote:SAP> symbol: SAP.DE"),
	}}, items, m)
	if len(b.TLDR) != 3 {
		t.Fatalf("%d slots", len(b.TLDR))
	}
	for i, want := range []string{"Anna Kirsch: “Offer letter”", "No events today", "SAP fell 4.2 % to €182.40."} {
		if got := b.TLDR[i].Text.String(); got != want {
			t.Errorf("slot %d: %q, want %q", i, got, want)
		}
	}
	if v := b.Verification; v.Claims != 3 || v.Supported != 1 || v.Repaired != 1 || v.Dropped != 1 {
		t.Errorf("counted %+v", v)
	}
	if !b.TLDR[1].Empty || b.TLDR[1].Section != "calendar" {
		t.Errorf("the empty slot is %+v", b.TLDR[1])
	}
	if n := len(Brief(minutes.Brief{}, items, m).TLDR); n != 3 {
		t.Errorf("an empty draft has %d slots", n)
	}
}

func TestNoLineStandsTwice(t *testing.T) {
	m, items := world(t)
	c := claimOf("Anna Kirsch needs the signed offer back by noon today." + noon)
	b := Brief(minutes.Brief{TLDR: []minutes.Claim{c}, Summary: []minutes.Claim{c, c}, Insights: []minutes.Claim{c}}, items, m)
	if len(b.Summary) != 0 || len(b.Insights) != 0 {
		t.Errorf("said again: %v %v", b.Summary, b.Insights)
	}
}

func TestAnActionSpeaksAsItsEvidenceDoes(t *testing.T) {
	m, items := world(t)
	quote := []minutes.Evidence{{Item: "mail:1", Quote: minutes.Clean("we need the signed offer back by noon tomorrow")}}
	b := Brief(minutes.Brief{Actions: []minutes.Action{
		{ID: "a", Text: minutes.Clean("Anna needs the signed offer back"), Item: "mail:1", Evidence: quote},
		{ID: "b", Text: minutes.Clean("Pay Bruno 900 EUR"), Item: "mail:1", Evidence: quote},
		{ID: "c", Text: minutes.Clean("Answer"), Item: "mail:9"},
	}}, items, m)
	if len(b.Actions) != 1 && len(b.Actions) != 2 {
		t.Fatalf("%d actions", len(b.Actions))
	}
	for _, a := range b.Actions {
		if a.ID == "b" && a.Text.String() == "Pay Bruno 900 EUR" || a.ID == "c" {
			t.Errorf("stands: %+v", a)
		}
	}
}

func TestAnAgendaOfOtherHoursFalls(t *testing.T) {
	m, items := world(t)
	e := items["event:1"].Event
	b := Brief(minutes.Brief{Agenda: []minutes.AgendaEntry{
		{Item: "event:1", Start: e.Start, End: e.End, Title: items["event:1"].Title, Conflicts: []string{"event:2", "event:9"}},
		{Item: "event:2", Start: e.Start.Add(time.Hour), End: e.End, Title: items["event:2"].Title},
	}}, items, m)
	if len(b.Agenda) != 1 || len(b.Agenda[0].Conflicts) != 1 {
		t.Errorf("agenda %+v", b.Agenda)
	}
}
