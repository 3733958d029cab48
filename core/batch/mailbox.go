package batch

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/mailbox"
	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// mailboxExtensions are those of files that hold many messages. Thunderbird and
// Unix give their mailboxes no extension.
var mailboxExtensions = map[string]bool{".mbox": true, ".mbx": true, "": true}

// name returns the input as the user is told of it: the path, and for a message
// of a mailbox its number.
func (it item) name() string {
	if it.message == nil {
		return it.path
	}
	return fmt.Sprintf("%s#%06d", it.path, it.number)
}

// input returns what an import of the item reads.
func (it item) input(ctx context.Context, src *store.Source) transfer.Input {
	if it.message != nil {
		return it.message.Input(ctx, src)
	}
	return newInput(ctx, src)
}

// mailbox makes an item of each message in a mailbox. The outputs lie in a
// folder with the name of the mailbox, numbered: inbox.mbox/000001.msg. handled
// is false for a file that is none.
func (w *walker) mailbox(ctx context.Context, path, rel string, info fs.FileInfo) (handled bool, err error) {
	if w.opt.To != "msg" || !mailboxExtensions[strings.ToLower(filepath.Ext(rel))] || !beginsLikeMailbox(path, info.Size()) {
		return false, nil
	}
	src, err := store.OpenSource(path)
	if err != nil {
		return true, w.found(ctx, item{path: path, state: report.Failed, reason: cause(err)})
	}
	defer src.Close()
	number := 0
	for m, err := range mailbox.Split(src, src.Size()) {
		if number++; err != nil {
			return true, w.found(ctx, item{path: path, state: report.Failed, reason: cause(err)})
		}
		it := item{path: path, size: m.Size(), message: &m, number: number, direction: kindTo["msg"].direction, format: kindTo["msg"].format}
		it.out = filepath.Join(w.opt.OutDir, rel, fmt.Sprintf("%06d.msg", number))
		if err := w.found(ctx, it); err != nil {
			return true, err
		}
	}
	return true, nil
}

// beginsLikeMailbox reports whether the first line of a file separates messages.
func beginsLikeMailbox(path string, size int64) bool {
	src, err := store.OpenSource(path)
	if err != nil {
		return false
	}
	defer src.Close()
	head := make([]byte, min(size, 100))
	n, _ := src.ReadAt(head, 0)
	head = bytes.TrimPrefix(head[:n], []byte("\xEF\xBB\xBF"))
	return bytes.HasPrefix(bytes.TrimLeft(head, "\r\n"), []byte("From "))
}
