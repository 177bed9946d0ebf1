//go:build !race

package jail

const race = false
