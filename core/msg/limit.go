package msg

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// take counts n more of something and reports, once, that a limit is reached.
func (r *reader) take(count *int, n, limit int, what string, report problem.Reporter) bool {
	if n <= limit-*count {
		*count += n
		return true
	}
	r.limited(what, int64(limit), report)
	return false
}

// limited reports, once, that a limit is reached.
func (r *reader) limited(what string, limit int64, report problem.Reporter) {
	if r.said[what] {
		return
	}
	if r.said == nil {
		r.said = make(map[string]bool)
	}
	r.said[what] = true
	report.Report(problem.Problem{Code: "msg.limit", Severity: problem.Loss,
		Detail: fmt.Sprintf("the message has more than %d %s; the rest was left out", limit, what)})
}

// childCost is what a recipient or attachment takes beside its properties, in
// bytes.
const childCost = 256

// another counts a recipient or attachment that may be read.
func (r *reader) another(report problem.Reporter) bool {
	if r.left() < childCost {
		r.limited(memoryOf, memoryFor(r.f.size), report)
		return false
	}
	r.spent += childCost
	return r.take(&r.objects, 1, r.f.opt.MaxObjects, "objects", report)
}

// memoryOf is the limit that the memory for a message is.
const memoryOf = "bytes of properties in memory"

// affordable returns how many of n entries may be read, and counts what reading
// them takes.
func (r *reader) affordable(n int) int {
	need := int64(n)*entrySize + int64(min(n, maxIDs))*foundCost - r.high
	if need <= 0 {
		return n
	}
	if need > r.left() {
		n = int((max(r.left(), 0) + r.high) / (entrySize + foundCost))
		need = max(0, int64(n)*(entrySize+foundCost)-r.high)
	}
	r.high += need
	r.spent += need
	return n
}

// afford counts n bytes, if they may be allocated.
func (r *reader) afford(n int64) bool {
	if n > r.left() {
		r.limited(memoryOf, memoryFor(r.f.size), r.contents.report)
		return false
	}
	r.spent += n
	return true
}

// left returns how many bytes may still be allocated.
func (r *reader) left() int64 { return memoryFor(r.f.size) - r.spent }

// memoryFor returns how many bytes reading a file of size bytes may allocate, less
// what the reader itself needs.
func memoryFor(size int64) int64 { return 4*size + 1<<20 - 128<<10 }
