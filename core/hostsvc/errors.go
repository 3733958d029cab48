package hostsvc

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// Classes of errors, for errors.Is. A [JobError] wraps the first, or
// sdk.ErrBadInput or sdk.ErrUnsupported.
var (
	// ErrPlugin means that the plugin could not do a job and gives no reason
	// in the message.
	ErrPlugin = errors.New("plugin fault")
	// ErrOutputLimit means that a job made more output than it may.
	ErrOutputLimit = errors.New("output limit exceeded")
	// ErrClosed means that the lane was closed by the host.
	ErrClosed = errors.New("lane is closed")
)

const (
	maxText   = 4 << 10 // bytes of what a plugin says about a failure
	maxReason = 512     // bytes of the one line of it that people see
)

// A JobError says why a job failed that the plugin has ended in good order. The
// plugin is healthy, and trying again will not help.
type JobError struct {
	// Err is sdk.ErrBadInput, sdk.ErrUnsupported or ErrPlugin.
	Err error
	// Text is what the plugin said, several lines when it was a panic.
	Text string
	// Cause is the host's own error that the plugin stumbled over, or nil.
	Cause error
}

// Error returns one line.
func (e *JobError) Error() string {
	text := line(e.Text)
	for _, known := range []error{sdk.ErrBadInput, sdk.ErrUnsupported} {
		text = strings.ReplaceAll(text, known.Error(), strings.TrimPrefix(known.Error(), "sdk: "))
	}
	class := strings.TrimPrefix(e.Err.Error(), "sdk: ")
	switch {
	case text == "":
		return class
	case strings.Contains(text, class):
		return text
	}
	return class + ": " + text
}

// Unwrap returns the class and the cause.
func (e *JobError) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Err}
	}
	return []error{e.Err, e.Cause}
}

// A TimeoutError says which clock of a job went off.
type TimeoutError struct {
	Idle  bool // the watchdog, not the deadline
	After time.Duration
}

// Error returns "made no progress for ..." or "took longer than ...".
func (e *TimeoutError) Error() string {
	if e.Idle {
		return fmt.Sprintf("made no progress for %v", e.After)
	}
	return fmt.Sprintf("took longer than %v", e.After)
}

// Unwrap returns MAPI_E_TIMEOUT.
func (e *TimeoutError) Unwrap() error { return mapi.ErrTimeout }

// A ProtocolError says how a plugin broke the protocol. The lane is broken then,
// and the process must not be used any more.
type ProtocolError struct{ Detail string }

// Error returns one line.
func (e *ProtocolError) Error() string { return "plugin broke the protocol: " + line(e.Detail) }

func breach(format string, args ...any) error {
	return &ProtocolError{fmt.Sprintf(format, args...)}
}

// A LaneError is the end of a lane under a job that is not known to be the
// reason: the process died, or a neighbour had to be stopped.
type LaneError struct{ Err error }

// Error says what ended the lane.
func (e *LaneError) Error() string { return "lane ended: " + e.Err.Error() }

// Unwrap returns Err.
func (e *LaneError) Unwrap() error { return e.Err }

// A refusal is an answer to a frame that names what is not there or not allowed.
type refusal struct {
	code   mapi.Code
	reason string
	cause  error // the host's own error, or nil
}

func (e *refusal) Error() string { return fmt.Sprintf("refused: %v: %s", e.code, e.reason) }

func (e *refusal) Unwrap() error {
	if e.cause != nil {
		return errors.Join(e.code, e.cause)
	}
	return e.code
}

func refuse(code mapi.Code, format string, args ...any) error {
	return &refusal{code: code, reason: fmt.Sprintf(format, args...)}
}

// unreadable refuses a request because the host could not read its own storage.
// The code tells the plugin that the message is at fault.
func unreadable(err error) error {
	code := mapi.ErrDisk
	var own mapi.Code
	if errors.As(err, &own) && own.Failed() {
		code = own
	}
	return &refusal{code: code, reason: err.Error(), cause: err}
}

// line returns the first line of what a plugin says, without control characters
// and not long.
func line(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	return strings.TrimSpace(wire.Text(s, maxReason))
}
