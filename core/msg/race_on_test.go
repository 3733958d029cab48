//go:build race

package msg

// detectorFactor is how much more reading a message allocates under the race detector, which
// keeps functions from being inlined and so moves their variables to the heap.
const detectorFactor = 3
