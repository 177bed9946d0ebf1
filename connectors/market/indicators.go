package market

// rsi is Wilder's relative strength index over n changes: the first average is plain, each later
// one keeps (n-1)/n of the one before. It lies in [0, 100], and is 0 where there are too few
// closes. Without any loss it is 100, without any change 50.
func rsi(closes []float64, n int) float64 {
	if len(closes) <= n {
		return 0
	}
	var gain, loss float64
	for i := 1; i < len(closes); i++ {
		up, down := max(closes[i]-closes[i-1], 0), max(closes[i-1]-closes[i], 0)
		if i <= n {
			gain, loss = gain+up/float64(n), loss+down/float64(n)
			continue
		}
		gain = (gain*float64(n-1) + up) / float64(n)
		loss = (loss*float64(n-1) + down) / float64(n)
	}
	if gain+loss == 0 {
		return 50
	}
	return 100 * gain / (gain + loss)
}

// sma is the mean of the last n closes, 0 where there are fewer.
func sma(closes []float64, n int) float64 {
	if len(closes) < n {
		return 0
	}
	var sum float64
	for _, c := range closes[len(closes)-n:] {
		sum += c
	}
	return sum / float64(n)
}
