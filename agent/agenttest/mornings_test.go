package agenttest

import "testing"

func TestEveryMorningIsRichAndHasItsRules(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("only %d mornings", len(all))
	}
	for _, m := range all {
		ids := m.ByID()
		if len(ids) != len(m.Items) {
			t.Errorf("%s: %d items share %d ids", m.Name, len(m.Items), len(ids))
		}
		if len(m.Items) < 20 || len(m.Items) > 80 || len(m.Rules) < 8 || len(m.Sources) == 0 || m.Before == nil {
			t.Errorf("%s: %d items, %d rules, %d sources", m.Name, len(m.Items), len(m.Rules), len(m.Sources))
		}
		for _, r := range m.Rules {
			for _, f := range r.All {
				for _, id := range idsIn(f) {
					if _, ok := ids[id]; !ok {
						t.Errorf("%s: rule %q names %s, which is not there", m.Name, r, id)
					}
				}
			}
		}
		t.Logf("%-10s %3d items %2d rules", m.Name, len(m.Items), len(m.Rules))
	}
}
