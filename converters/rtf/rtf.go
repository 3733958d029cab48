// Package rtf turns RTF message bodies into HTML and plain text.
//
// A body that Outlook stores as RTF is one of three kinds: HTML encapsulated
// in RTF, plain text encapsulated in RTF [MS-OXRTFEX], or RTF in its own
// right (RTF 1.9.1). HTML recovers the first, Text reads any of them,
// NativeHTML renders any of them as an RTF reader shows it.
//
// One parser reads them all and drives a sink. Its words are two tables: words
// has what every reader needs, lookWords what only NativeHTML follows. The files
// native*.go are the sink of NativeHTML.
//
// Input is hostile: time is linear in its length, nesting and output are
// bounded, and nothing panics. Every function is pure and safe for concurrent
// use.
package rtf

import (
	"errors"
	"fmt"
	"sync"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// Sentinels matched with errors.Is. Every error of this package wraps exactly
// one of them.
var (
	ErrNotRTF          = errors.New("not rtf")
	ErrNotEncapsulated = errors.New("rtf encapsulates no html")
	ErrTooLarge        = errors.New("converted rtf exceeds limit")
)

// A FormatError says where a body breaks which rule.
type FormatError struct {
	Offset int64  // byte offset in the RTF
	Spec   string // section broken
	Detail string // what was found
	Err    error  // one of the sentinels of this package
}

// Error describes the defect and its place.
func (e *FormatError) Error() string {
	return fmt.Sprintf("%v: %s at offset %#x (%s)", e.Err, e.Detail, e.Offset, e.Spec)
}

// Unwrap returns the sentinel.
func (e *FormatError) Unwrap() error { return e.Err }

// A Warning is a set of defects that did not prevent conversion.
type Warning uint8

// The defects a Warning may hold.
const (
	WarnDepth     Warning = 1 << iota // content nested deeper than MaxDepth was dropped
	WarnTruncated                     // the outermost group is not closed
	WarnCodePage                      // a code page is unknown; 1252 was used
	WarnBytes                         // bytes without meaning became U+FFFD
	WarnPage                          // headers, footers or comments were left out
	WarnFormat                        // formatting was left out, as there is too much
)

// Info is what a conversion found out about a body.
type Info struct {
	Kind     Kind
	CodePage int // Windows code page of the document, from \ansicpg and the like
	Warnings Warning

	// Charset is what the meta elements of encapsulated HTML named, the first
	// of them and as written; they name utf-8 after conversion. Empty if none.
	Charset string

	// Placeholders holds the byte offset in the output of each attachment
	// placeholder (\objattph), in document order: the k-th stands for the k-th
	// attachment by PidTagRenderingPosition.
	Placeholders []int

	// Pictures counts the embedded pictures that the output lacks, Objects the
	// OLE objects: what they show is in the output, their data is not.
	Pictures, Objects int
}

// HTML recovers the HTML encapsulated in rtf [MS-OXRTFEX] 2.2.3.2. The result
// is UTF-8, and meta elements that name a charset are made to say so.
//
// It fails with a *FormatError: ErrNotRTF or ErrNotEncapsulated if rtf is of
// another kind, ErrTooLarge, along with what fits, beyond MaxOutput.
func HTML(rtf []byte) (html string, info Info, err error) {
	if err := check(rtf); err != nil {
		return "", Info{}, err
	}
	if Detect(rtf) != KindHTML {
		return "", Info{Kind: Detect(rtf)}, &FormatError{0, "[MS-OXRTFEX] 2.2.3.1", `no \fromhtml`, ErrNotEncapsulated}
	}
	d := &deencapsulator{}
	defer d.borrow()()
	p := newParser(rtf, d, &d.output)
	err = p.run()
	info = p.summary(KindHTML)
	html, info.Charset = charset.RelabelHTML(d.buf, info.Placeholders)
	return html, info, err
}

// Text returns the visible text of rtf, whatever its kind, as UTF-8 with CRLF
// line ends. For encapsulated text [MS-OXRTFEX] 2.2.3.3 this is the text that
// was encapsulated; otherwise cells are separated by tabs and rows by lines.
//
// It fails with a *FormatError: ErrNotRTF, or ErrTooLarge along with what fits
// beyond MaxOutput.
func Text(rtf []byte) (text string, info Info, err error) {
	if err := check(rtf); err != nil {
		return "", Info{}, err
	}
	w := &textWriter{}
	defer w.borrow()()
	p := newParser(rtf, w, &w.output)
	p.native = true
	err = p.run()
	w.finish()
	return string(w.buf), p.summary(Detect(rtf)), err
}

// output collects UTF-8 up to MaxOutput bytes.
type output struct {
	buf  []byte
	full bool // something did not fit
}

// outputs is memory of outputs whose contents were copied.
var outputs = sync.Pool{New: func() any { return new([]byte) }}

// maxKept is the most bytes of an output that are kept for the next one.
const maxKept = 1 << 18

// borrow takes memory for an output that is copied before done returns it.
func (o *output) borrow() (done func()) {
	held := outputs.Get().(*[]byte)
	o.buf = (*held)[:0]
	return func() {
		if cap(o.buf) <= maxKept {
			*held, o.buf = o.buf, nil
			outputs.Put(held)
		}
	}
}

// write appends s if it fits whole.
func (o *output) write(s string) {
	if o.fits(len(s)) {
		o.buf = append(o.buf, s...)
	}
}

// writeBytes is write for bytes.
func (o *output) writeBytes(b []byte) {
	if o.fits(len(b)) {
		o.buf = append(o.buf, b...)
	}
}

// fits reports whether there is room for n bytes; if not, the output is full.
func (o *output) fits(n int) bool {
	if len(o.buf)+n > limits.RTFOutput.Int() {
		o.full = true
		return false
	}
	return true
}
