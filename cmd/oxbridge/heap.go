package main

// headroom keeps the collector of garbage from running every few messages: it
// waits until the heap has grown by about as much as is in use, and this counts
// as used. It is never touched, so that it takes no memory itself.
var headroom []byte

// headroomBytes is how far the heap grows at least between two collections.
const headroomBytes = 16 << 20

// makeHeadroom sets headroom aside for a process that converts.
func makeHeadroom() {
	if headroom == nil {
		headroom = make([]byte, headroomBytes)
	}
}
