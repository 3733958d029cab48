// Package prepare changes messages between their storage and a converter, the
// same for every format. A converter knows a message as a tree and knows nothing
// of compound files; what needs both is here.
//
// [Export] shows OLE objects as pictures and, if asked to, makes .msg files of
// attached messages. [Import] makes attached messages of .msg files, if asked to.
//
// # Problem codes
//
//	prepare.message.damaged  an attached .msg file cannot be read, and stays a file (info)
//	prepare.message.limit    an attached .msg file is too large, too deep or one too many, and stays a file (info)
//
// Beside them stand those of package core/msg for the messages in such files.
package prepare

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// Options say how a message is prepared.
type Options struct {
	// MessagesAsFiles says that outside of .msg files, attached messages are
	// .msg files: an export makes files of them, an import messages of the files.
	MessagesAsFiles bool
	// Spool returns an empty spool that lives as long as the message does.
	Spool func() *session.Spool
	// Report takes problems. May be nil.
	Report problem.Reporter
}

// attachmentAt names attachment i in problems.
func attachmentAt(i int) string { return fmt.Sprintf("attachment %d", i) }

// Export prepares the tree of a message for a converter. What it puts in is read
// when it is opened, and lives as long as the message.
func Export(m *mapi.Message, opt Options) error {
	p := &pictures{opt: opt}
	p.show(m)
	if opt.MessagesAsFiles {
		toFiles(m, opt.Report)
	}
	return nil
}

// Import prepares the tree that a converter has made. Its error is that of a
// spool or of reading the input.
func Import(m *mapi.Message, opt Options) error {
	if !opt.MessagesAsFiles {
		return nil
	}
	t := &taker{opt: opt}
	return t.message(m, 0, opt.Report)
}

// contentsOf returns the contents of an attachment by value, nil if there are
// none.
func contentsOf(a *mapi.Attachment) mapi.Value {
	v, _ := a.Props.Get(proptag.AttachDataBinary)
	return v
}
