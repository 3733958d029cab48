package session

import (
	"io"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// A Direction says which way a job goes. The zero value is unset.
type Direction uint8

// The directions.
const (
	Export    Direction = iota + 1 // from a message to a file
	Import                         // from a file to a message
	Transform                      // from a message to a message
	Probe                          // from a file to a yes or no
)

// A Job is one message converted once: what a converter, in or out of process,
// is given to do. It stores no context; the call that runs it has one.
type Job struct {
	Direction Direction
	Format    string            // the other side's format, such as "eml"; "" for a Transform
	Options   map[string]string // settings for the plugin; may be nil
	// Message is the source of an export and a transformation, and the new, empty
	// message that an import fills. It belongs to a session. A transformation and a
	// probe leave it as it is.
	Message *Message
	// Contents, if not nil, are what an export or a transformation starts from in
	// place of what is in Message. They are not changed.
	Contents *mapi.Message
	// Take gets what a transformation made, and if it is not nil, what an import
	// made in place of Message. Values of the tree live as long as Message and
	// Input do.
	Take func(*mapi.Message) error
	// Matched is set by a probe: the file is of the format.
	Matched bool
	// Input is the file that an import or a probe reads.
	Input transfer.Input
	// Output takes the file that an export writes, in order.
	Output io.Writer
	// MaxOutput bounds the bytes of Output, references included; 0 means no
	// bound.
	MaxOutput int64
	// Timeout is the longest that the job may take; 0 means the default of
	// whoever runs it.
	Timeout time.Duration
	// Prepare, if not nil, may change the tree on its way, for every format
	// alike: the snapshot of an export before the converter sees it, the result
	// of an import before the message takes it. Values that it puts in are read
	// until the job is over. Its error fails the job.
	Prepare func(*mapi.Message) error
	// Report takes problems. It is called from one goroutine at a time.
	Report problem.Reporter
}

// Snapshot returns the message as the plugin is to see it. What Prepare changes is
// not changed in Message.
func (j *Job) Snapshot() (*mapi.Message, error) {
	m, err := j.Contents, error(nil)
	if m == nil {
		m, err = j.Message.Snapshot()
	}
	if err != nil || j.Prepare == nil {
		return m, err
	}
	m = m.Clone()
	return m, j.Prepare(m)
}

// Deliver takes what an import or a transformation made.
func (j *Job) Deliver(m *mapi.Message) error {
	if j.Prepare != nil {
		if err := j.Prepare(m); err != nil {
			return err
		}
	}
	if j.Take != nil {
		return j.Take(m)
	}
	return j.Message.SetContents(m)
}
