package calculate_test

import (
	"strings"
	"testing"

	"github.com/dailyminutes/minutes/agent/calculate"
)

func TestExpressionsAreWorkedOutExactly(t *testing.T) {
	for in, want := range map[string]string{
		"0.1 + 0.2": "0.3", "(1,250 + 80) * 19%": "252.7", "2 + 3 * 4": "14", "(2 + 3) * 4": "20", "10 - 4 - 3": "3", "100 / 8 / 5": "2.5",
		"-(3 - 5)": "2", "--7": "7", "1 / 3": "0.3333333333333333333", "12,500.50 × 2": "25001", "7": "7", "5%": "0.05", "1,000,000 − 1": "999999", "0.000": "0",
		"1250 * 1.19 - 1250": "237.5",
	} {
		if got, err := calculate.Value(in); err != nil || got != want {
			t.Errorf("%s = %s, %v; want %s", in, got, err, want)
		}
	}
}

func TestWhatIsNoExpressionIsRefused(t *testing.T) {
	for _, in := range []string{"", "1 +", "(1", "1)", "1 / 0", "sum(1)", "2 ** 3", "1..2", "__import__", "1e9", "0x10", strings.Repeat("(", 100) + "1" + strings.Repeat(")", 100),
		"99999999999999999999", "9999999999999999999 * 10", strings.Repeat("1+", 200) + "1", "1,25", "1\x00"} {
		if got, err := calculate.Value(in); err == nil {
			t.Errorf("%q = %s", in, got)
		}
	}
}

func FuzzValue(f *testing.F) {
	for _, s := range []string{"1+2*3", "(1,250-80)/19%", "((((", "-", "%%%", "9.9/0.0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := calculate.Value(s)
		if err != nil {
			return
		}
		if again, err := calculate.Value(v); err != nil || again != v {
			t.Errorf("%q = %q, which is %q, %v", s, v, again, err)
		}
	})
}
