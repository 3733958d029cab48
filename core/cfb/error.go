package cfb

import (
	"errors"
	"fmt"
)

// Sentinels matched with errors.Is. Every error this package returns for bad
// input is a *FormatError that wraps exactly one of the first three; the
// others come from the Writer.
var (
	// ErrNotCompoundFile says that the signature of a compound file is missing.
	ErrNotCompoundFile = errors.New("not a compound file")
	// ErrCorrupt says that nothing of the file can be opened.
	ErrCorrupt = errors.New("corrupt compound file")
	// ErrTooLarge says that a limit of Options, of the caller or of the file
	// format is exceeded.
	ErrTooLarge = errors.New("compound file exceeds limit")
	// ErrName says that a name breaks the rules of [MS-CFB] 2.6.1.
	ErrName = errors.New("bad storage or stream name")
	// ErrExists says that a storage has a child of that name already, upper
	// and lower case being the same.
	ErrExists = errors.New("name exists already")
	// ErrClosed says that a stream or the Writer is closed already.
	ErrClosed = errors.New("compound file writer is closed")
	// ErrStreamOpen says that the Writer was closed before one of its streams.
	ErrStreamOpen = errors.New("stream is still open")
)

// A FormatError says where a file breaks which rule of [MS-CFB].
type FormatError struct {
	Offset int64  // byte offset in the file; -1 if not tied to one place
	Spec   string // section broken, for example "[MS-CFB] 2.3"
	Detail string // what was found, in the file's own terms
	Err    error  // ErrNotCompoundFile, ErrCorrupt or ErrTooLarge
}

// Error joins the sentinel, the detail, the offset and the section.
func (e *FormatError) Error() string {
	if e.Offset < 0 {
		return fmt.Sprintf("%v: %s (%s)", e.Err, e.Detail, e.Spec)
	}
	return fmt.Sprintf("%v: %s at offset %#x (%s)", e.Err, e.Detail, e.Offset, e.Spec)
}

// Unwrap returns the sentinel.
func (e *FormatError) Unwrap() error { return e.Err }

// corrupt returns a *FormatError wrapping ErrCorrupt.
func corrupt(offset int64, spec, format string, args ...any) error {
	return &FormatError{Offset: offset, Spec: spec, Detail: fmt.Sprintf(format, args...), Err: ErrCorrupt}
}

// tooLarge returns a *FormatError wrapping ErrTooLarge.
func tooLarge(spec, format string, args ...any) error {
	return &FormatError{Offset: -1, Spec: spec, Detail: fmt.Sprintf(format, args...), Err: ErrTooLarge}
}

// A Repair is one departure from [MS-CFB] that Open forgave.
type Repair struct {
	Path   string // storage or stream concerned; "/" for the file as a whole
	Spec   string // section broken, for example "[MS-CFB] 2.6.4"
	Detail string // what was found and what became of it
	Lost   bool   // something that the file names could not be kept
}

// String joins path, detail and section.
func (r Repair) String() string { return fmt.Sprintf("%s: %s (%s)", r.Path, r.Detail, r.Spec) }
