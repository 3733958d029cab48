package plugintest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// Traffic is what a job cost on the wire. A message comes with its job: a plugin
// that reads values up to 64 KiB, and attachments up to 8 KiB, makes no request at all.
type Traffic struct {
	Requests int   // for parts of values or of the input, and searches: each is a round trip
	Bytes    int64 // of values and input that came in answers
	Refs     int   // values that were placed without being carried
	Frames   int   // that the plugin sent, requests included
}

// Modest fails the test when a job cost more than most, where zero fields stand for
// any number:
//
//	plugintest.Modest(t, result, plugintest.Traffic{Requests: 1})
func Modest(t testing.TB, r Result, most Traffic) {
	t.Helper()
	var over []string
	compare := func(what string, got, most int64) {
		if most > 0 && got > most {
			over = append(over, fmt.Sprintf("%d %s, more than %d", got, what, most))
		}
	}
	compare("requests", int64(r.Traffic.Requests), int64(most.Requests))
	compare("bytes carried to the plugin", r.Traffic.Bytes, most.Bytes)
	compare("values placed", int64(r.Traffic.Refs), int64(most.Refs))
	compare("frames", int64(r.Traffic.Frames), int64(most.Frames))
	if over != nil {
		t.Errorf("the job took %s", strings.Join(over, "; "))
	}
}

// No job needs more requests than these: some, and one for each 2 KiB that there
// are to read.
const (
	freeRequests    = 1000
	bytesPerRequest = 2 << 10
)

// code is the form of problem codes.
var code = regexp.MustCompile(`^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+$`)

// inspect fails the test for what no plugin should do.
func (h *Host) inspect(j *job, r Result) {
	h.t.Helper()
	size := int64(len(j.input))
	for _, v := range j.blobs {
		size += max(0, v.Size())
	}
	if n := r.Traffic.Requests; int64(n) > freeRequests+size/bytesPerRequest {
		h.t.Errorf("plugintest: the plugin is chatty: %d requests for %d bytes. Each is a round trip: "+
			"read values whole or through a bufio.Reader, search with Find, and place by Ref or Range what need not be looked at", n, size)
	}
	for _, p := range r.Problems {
		if !code.MatchString(p.Code) {
			h.t.Errorf("plugintest: problem code %q is no dotted word, such as markdown.table.flattened", p.Code)
			return
		}
	}
}
