//go:build !race

package msg

const detectorFactor = 1
