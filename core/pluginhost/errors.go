package pluginhost

import (
	"errors"
	"strings"
	"unicode"

	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// ErrClosed is returned by a pool that was closed.
var ErrClosed = errors.New("plugin pool is closed")

// maxShown is how much of a plugin's output an error shows, in bytes.
const maxShown = 400

// An Error is a failure of a plugin process.
type Error struct {
	Plugin string // its name
	What   string // what it did, such as "crashed"
	Status string // how its process ended, such as "exit status 2"; "" if the host killed it
	Output string // the end of what it printed, or its panic; several lines
	Err    error  // what the host saw, or nil

	suspect, fatal bool
}

// Error returns one line: what happened, and the end of the output.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("plugin " + e.Plugin + " " + e.What)
	if e.Status != "" {
		b.WriteString(" (" + e.Status + ")")
	}
	if s := shown(e.Output); s != "" {
		b.WriteString(": last output: " + s)
	}
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Suspect reports whether the job that failed may be innocent, because others
// were under way in the same process.
func (e *Error) Suspect() bool { return e.suspect }

// Fatal reports whether no further job will be done.
func (e *Error) Fatal() bool { return e.fatal }

// shown returns the lines of an output that say most in one line: the head of a
// panic, or else the last ones.
func shown(output string) string {
	var lines []string
	for l := range strings.Lines(output) {
		if l = oneLine(l); l != "" {
			lines = append(lines, l)
		}
	}
	const few = 3
	if len(lines) > 0 && startsPanic(lines[0]) {
		return wire.Text(strings.Join(lines[:min(len(lines), few)], " | "), maxShown)
	}
	text := strings.Join(lines[max(0, len(lines)-few):], " | ")
	if len(text) > maxShown {
		text = "…" + strings.ToValidUTF8(text[len(text)-maxShown:], "")
	}
	return text
}

// oneLine replaces control characters.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s))
}
