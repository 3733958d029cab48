// Package diff says what differs in meaning between two messages, whatever
// formats they come from.
//
// # What is compared, and how
//
//   - People by name and address: of authors and senders, recipients in To, Cc and
//     Bcc, in Reply-To. Addresses are compared without regard to case, the order of
//     recipients does not count.
//   - Times to the second, which is what Internet messages have.
//   - Subject, topics and other text of one line with runs of blanks as one.
//     Message identifiers without their brackets. Categories as a set.
//   - Bodies as text: line ends are one, blanks at the ends of lines and empty lines
//     at the end of the text do not count. HTML first by the words that it shows,
//     then by its elements and attributes; comments and meta elements do not
//     count. HTML inside RTF counts as HTML. A text body that says the same words
//     as the HTML counts as none when the other message has none.
//   - Attachments by name, media type, identifier for use in HTML, size and
//     SHA-256; embedded messages as messages. They are matched by contents and
//     name first, then by name, then by order.
//   - Every other property of the message, its recipients and attachments, by tag
//     or name, type and value. Values that the storage computes, such as sizes
//     and row numbers, are not compared; see computed in the source.
//
// A [Difference] says whether both formats can carry what differs. Internet
// messages carry what [MS-OXCMAIL] has a place for; most properties have none.
//
// Values of any size are compared by hashes, in constant memory. The time is
// linear in the size of the messages.
package diff

import (
	"context"
	"fmt"
	"slices"

	"github.com/oxbridge-mail/oxbridge/sdk/look"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// A Difference is one thing that two messages do not have in common.
type Difference struct {
	// Object is the path of the object in the first message, in the second for
	// what only that has; "" for the message itself. It is as in problems:
	// "attachment 2/embedded/recipient 0".
	Object string `json:"object,omitempty"`
	// What is a word such as subject, to, text or attachment, or the name of a
	// property such as PidTagIconIndex.
	What string `json:"what"`
	// A and B are the values in the two messages, cut to 400 bytes; nil where
	// there is none. They are as they stand there: see look.Line.
	A *string `json:"a"`
	B *string `json:"b"`
	// Carried says that the formats of both messages have a place for it.
	Carried bool `json:"carried"`
	// Lines are the lines of a body that differ, as a unified diff, when both
	// are short enough.
	Lines string `json:"lines,omitempty"`
}

// Options say how to compare. The zero value compares two .msg files by all
// that is in them, except that bodies inside RTF are not looked at.
type Options struct {
	// Formats are those of the two messages, such as "eml"; "" means "msg".
	Formats [2]string
	// Rich reads bodies in RTF; it may be nil.
	Rich look.RichText
	// Max bounds the differences that are listed; 0 means 10,000.
	Max int
}

// A Result is what Compare found.
type Result struct {
	Differences []Difference
	// More is how many differences there are beyond Options.Max, at least.
	More int
}

// Equal reports whether the messages have everything in common that both formats
// can carry.
func (r Result) Equal() bool { return r.Carried() == 0 }

// Carried counts the differences in what both formats can carry.
func (r Result) Carried() int {
	n := r.More
	for _, d := range r.Differences {
		if d.Carried {
			n++
		}
	}
	return n
}

// Compare compares two messages, which are not changed. The error is one of
// reading values, or of ctx; what was found until then is returned with it.
func Compare(ctx context.Context, a, b *mapi.Message, opt Options) (Result, error) {
	if opt.Max <= 0 {
		opt.Max = 10_000
	}
	c := &comparer{ctx: ctx, opt: opt}
	for _, f := range opt.Formats {
		c.mail = c.mail || f != "" && f != "msg"
	}
	c.messages("", a, b)
	return c.result, c.err
}

// comparer is one Compare under way.
type comparer struct {
	ctx    context.Context
	opt    Options
	mail   bool // one of the formats is not .msg
	result Result
	idle   int   // listed differences that no format carries
	err    error // the first; everything after it is idle
}

// messages compares two messages at a path.
func (c *comparer) messages(path string, a, b *mapi.Message) {
	x, y := fields(a.Props), fields(b.Props)
	c.facts(path, a.Props, b.Props, x, y)
	c.people(path, a, b)
	c.bodies(path, a.Props, b.Props)
	c.attachments(path, a, b)
	c.others(path, a.Props, b.Props, told, x, y)
}

// add takes a difference of two values; "" is none. mail says that Internet
// messages have a place for it.
func (c *comparer) add(path, what, a, b string, mail bool) {
	c.put(Difference{Object: path, What: what, A: shown(a), B: shown(b), Carried: mail || !c.mail})
}

// put takes a difference. Those that count drive out those that no format
// carries.
func (c *comparer) put(d Difference) {
	ds := c.result.Differences
	if len(ds) >= c.opt.Max {
		switch {
		case !d.Carried:
			return
		case c.idle == 0:
			c.result.More++
			return
		}
		i := slices.IndexFunc(ds, func(d Difference) bool { return !d.Carried })
		ds = slices.Delete(ds, i, i+1)
		c.idle--
	}
	if !d.Carried {
		c.idle++
	}
	c.result.Differences = append(ds, d)
}

// fail keeps the first error.
func (c *comparer) fail(path, what string, err error) {
	if err != nil && c.err == nil {
		if path != "" {
			what = path + ": " + what
		}
		c.err = fmt.Errorf("read %s: %w", what, err)
	}
}

// stop reports whether nothing is to be done any more.
func (c *comparer) stop() bool {
	if c.err == nil && c.ctx.Err() != nil {
		c.err = context.Cause(c.ctx)
	}
	return c.err != nil
}

// maxShown is how much of a value a Difference has, in bytes.
const maxShown = 400

// shown is a value for a Difference; nil stands for "".
func shown(s string) *string {
	if s == "" {
		return nil
	}
	if cut, short := look.Cut(s, maxShown); short {
		s = cut + "…"
	}
	return &s
}

// under joins paths.
func under(path, object string) string {
	if path == "" {
		return object
	}
	return path + "/" + object
}
