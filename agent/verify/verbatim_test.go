package verify

import "testing"

func TestAReportedSentenceKeepsItsOrder(t *testing.T) {
	s := &support{quotes: []string{"Dear Maya, chapter 3 is corrected; table 1.2 is new.", "Crews in the port vote on Tuesday; traffic could stop from Thursday.", "We meet tomorrow at the office at ten."}}
	for text, ok := range map[string]bool{
		"Tomas Varga wrote: Dear Maya, chapter 3 is corrected; table 1.2 is new.": true,
		"Tomas Varga wrote: Dear Maya, chapter 1 is corrected; table 3.2 is new.": false,
		"Port crews wrote: Crews in the port vote on Thursday.":                   false,
		"Anna wrote: We meet today at the office at ten.":                         true, // written yesterday
		"Anna wrote: We meet today at the harbour at ten.":                        false,
		"Anna writes: “anything at all in quotation marks is held elsewhere”.":    true,
		"Anna Kirsch asks you to send the signed offer by noon today.":            true, // no report
	} {
		if err := s.verbatim(text, false); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
	if s.verbatim("Hafenblatt: Crews in the port vote on Monday.", true) == nil {
		t.Error("another day passed in an article's line")
	}
}
