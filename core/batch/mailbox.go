package batch

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/mailbox"
)

// mailboxExtensions are those of files that hold many messages. Thunderbird and
// Unix give their mailboxes no extension.
var mailboxExtensions = map[string]bool{".mbox": true, ".mbx": true, "": true}

// isMailbox reports whether a file is a mailbox, which counts in runs that read
// Internet messages: its name and its first line say so.
func isMailbox(src *store.Source, rel string) bool {
	if !mailboxExtensions[strings.ToLower(path.Ext(rel))] {
		return false
	}
	head := make([]byte, min(src.Size(), 100))
	n, _ := src.ReadAt(head, 0)
	head = bytes.TrimPrefix(head[:n], []byte("\xEF\xBB\xBF"))
	return bytes.HasPrefix(bytes.TrimLeft(head, "\r\n"), []byte("From "))
}

// mailbox plans each message in a mailbox. The outputs lie in a folder with the
// name of the mailbox, numbered: inbox.mbox/000001.msg.
func (p *planner) mailbox(ctx context.Context, it Item, src *store.Source, rel string) error {
	number := 0
	for m, err := range mailbox.Split(src, src.Size()) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			it.State, it.Reason = report.Failed, cause(err)
			return p.add(it)
		}
		number++
		name := fmt.Sprintf("%06d", number)
		one := Item{Path: it.Path, Member: name, Size: m.Size(), Range: &Range{Offset: m.Offset, Length: m.Length, Mailbox: true, Quoted: m.Quoted()}}
		message, err := openMember(src, &one)
		if err != nil {
			return err
		}
		if err := p.message(ctx, one, message, KindEML, path.Join(rel, name+".eml"), false); err != nil {
			return err
		}
	}
	return nil
}

// mailboxMembers lists the messages of a mailbox as an Opener finds them.
func mailboxMembers(src *store.Source) ([]member, error) {
	var list []member
	for m, err := range mailbox.Split(src, src.Size()) {
		if err != nil {
			return nil, err
		}
		where := Range{Offset: m.Offset, Length: m.Length, Mailbox: true, Quoted: m.Quoted()}
		list = append(list, member{name: fmt.Sprintf("%06d", len(list)+1), size: m.Size(), where: where})
	}
	return list, nil
}
