package msg

import (
	"errors"
	"fmt"
	"io"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
)

// Sentinels matched with errors.Is.
var (
	// ErrNotMessage says that a file is a compound file but no message.
	ErrNotMessage = errors.New("not a message")
	// ErrCodePage says that strings have characters that the code page of the file
	// lacks; the error names the property.
	ErrCodePage = errors.New("characters that the code page of the file lacks")
	// ErrTooLarge says that a value is longer than the format can express.
	ErrTooLarge = errors.New("value too large for a message file")
)

// errDamaged is the cause of damage that costs one property.
var errDamaged = errors.New("damaged property")

// A FormatError says where a file breaks which rule. It wraps one of the
// sentinels of this package or the error of package cfb.
type FormatError struct {
	Path   string // storage or stream concerned; "/" for the file as a whole
	Spec   string // section broken, for example "[MS-OXMSG] 2.4"
	Detail string // what was found
	Err    error
}

// Error joins the cause, the detail, the path and the section.
func (e *FormatError) Error() string {
	return fmt.Sprintf("%v: %s at %s (%s)", e.Err, e.Detail, e.Path, e.Spec)
}

// Unwrap returns the cause.
func (e *FormatError) Unwrap() error { return e.Err }

// Damaged reports whether err comes from what a file holds, as opposed to a
// failure to read it, such as that of a disk.
func Damaged(err error) bool {
	var c *cfb.FormatError
	var m *FormatError
	return errors.As(err, &c) || errors.As(err, &m) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, cfb.ErrName) || errors.Is(err, cfb.ErrExists)
}
