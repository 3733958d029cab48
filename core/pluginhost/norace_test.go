//go:build !race

package pluginhost

// raceEnabled reports whether the race detector is there.
const raceEnabled = false
