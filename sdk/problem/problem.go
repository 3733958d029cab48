// Package problem describes what a conversion lost, repaired or refused, as
// data that a report can count and a program can act on.
package problem

import (
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// A Severity says what a problem means for the result. The zero value means
// "unset" and is treated as Info.
type Severity uint8

// The severities, mildest first.
const (
	Info  Severity = iota + 1 // repaired or noteworthy; nothing is missing
	Loss                      // the output lacks something that the input had
	Error                     // this message could not be converted
)

// String returns info, loss or error.
func (s Severity) String() string {
	switch s {
	case Loss:
		return "loss"
	case Error:
		return "error"
	}
	return "info"
}

// A Problem is one thing that a conversion lost, repaired or refused.
type Problem struct {
	// Code is a stable dotted word, such as mime.charset.unknown. Its first
	// part is the room that reports it.
	Code     string
	Severity Severity
	// Object is the path of the object in its message, "" for the message
	// itself, such as "attachment 2/embedded/recipient 0".
	Object string
	// Tag is the property concerned, or 0.
	Tag mapi.Tag
	// Part is the MIME part, header or stream concerned, or "".
	Part string
	// Detail says in plain words what was found and what was done.
	Detail string
}

// String returns the problem as one line of text.
func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", p.Severity, p.Code)
	if p.Object != "" {
		fmt.Fprintf(&b, " at %s", p.Object)
	}
	if p.Tag != 0 {
		fmt.Fprintf(&b, " property %s", p.Tag)
	}
	if p.Part != "" {
		fmt.Fprintf(&b, " in %s", p.Part)
	}
	if p.Detail != "" {
		fmt.Fprintf(&b, ": %s", p.Detail)
	}
	return b.String()
}

// Attachment returns the path of attachment i of a message.
func Attachment(i int) string { return fmt.Sprintf("attachment %d", i) }

// Recipient returns the path of recipient i of a message.
func Recipient(i int) string { return fmt.Sprintf("recipient %d", i) }

// In returns the path of an object that is reached by path from the message at
// outer, which is "" for the outermost one.
func In(outer, path string) string {
	if outer == "" || path == "" {
		return outer + path
	}
	return outer + "/" + path
}

// A Reporter takes problems as they are found. A nil Reporter drops them.
type Reporter func(Problem)

// Report passes p on.
func (r Reporter) Report(p Problem) {
	if r != nil {
		r(p)
	}
}

// Under returns a Reporter that puts object in front of each problem's path.
func (r Reporter) Under(object string) Reporter {
	if r == nil {
		return nil
	}
	return func(p Problem) {
		p.Object = In(object, p.Object)
		r(p)
	}
}

// List is a collection of problems.
type List []Problem

// Add is a [Reporter] that appends to the list. Not safe for concurrent use.
func (l *List) Add(p Problem) { *l = append(*l, p) }

// Worst returns the highest severity in the list, Info if it is empty.
func (l List) Worst() Severity {
	worst := Info
	for _, p := range l {
		worst = max(worst, p.Severity)
	}
	return worst
}
