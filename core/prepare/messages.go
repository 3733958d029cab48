package prepare

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// magic begins every compound file ([MS-CFB] 2.2).
var magic = []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")

// A taker makes messages of attached files.
type taker struct {
	opt   Options
	files int
	bytes int64
}

// message goes through the attachments of m and of the messages in it.
func (t *taker) message(m *mapi.Message, depth int, report problem.Reporter) error {
	for i, a := range m.Attachments {
		if a == nil {
			continue
		}
		at := report.Under(attachmentAt(i))
		if a.Embedded == nil && isMessageFile(a) {
			if err := t.take(a, depth, at); err != nil {
				return err
			}
		}
		if a.Embedded != nil && depth < limits.AttachedDepth.Int() {
			if err := t.message(a.Embedded, depth+1, at.Under("embedded")); err != nil {
				return err
			}
		}
	}
	return nil
}

// isMessageFile reports whether an attachment says that it is a .msg file.
func isMessageFile(a *mapi.Attachment) bool {
	method, ok := a.Props.Int32(proptag.AttachMethod)
	if ok && method != mapi.AttachByValue || contentsOf(a) == nil {
		return false
	}
	return strings.EqualFold(a.Props.String(proptag.AttachMimeTag), fileType) ||
		strings.EqualFold(path.Ext(a.Props.String(proptag.AttachLongFilename)), suffix)
}

// take makes a message of an attachment if its contents are one.
func (t *taker) take(a *mapi.Attachment, depth int, report problem.Reporter) error {
	if depth >= limits.AttachedDepth.Int() || t.files >= limits.AttachedFiles.Int() {
		limit(report, "there are more than %d of them, or they are more than %d deep", limits.AttachedFiles.Int(), limits.AttachedDepth.Int())
		return nil
	}
	inner, err := t.open(contentsOf(a), report)
	if inner == nil || err != nil {
		return err
	}
	name := withoutSuffix(a.Props.String(proptag.AttachLongFilename))
	if subject := plain(inner.Props.String(proptag.Subject)); name == "" || name+suffix == fileName(subject) {
		name = subject
	}
	a.Embedded = inner
	for _, tag := range []mapi.Tag{proptag.AttachDataBinary, proptag.AttachLongFilename, proptag.AttachFilename, proptag.AttachExtension, proptag.AttachMimeTag} {
		a.Props.Delete(tag)
	}
	a.Props.Set(proptag.AttachMethod, mapi.AttachEmbeddedMessage)
	a.Props.Set(proptag.DisplayName, name)
	return nil
}

func limit(report problem.Reporter, format string, args ...any) {
	report.Report(problem.Problem{Code: "prepare.message.limit", Severity: problem.Info, Tag: proptag.AttachDataBinary,
		Detail: "the attached .msg file stays a file: " + fmt.Sprintf(format, args...)})
}

// open reads the message in a value, nil if it cannot be one. The copy of the
// file that it is read from lives as long as the message around it.
func (t *taker) open(v mapi.Value, report problem.Reporter) (*mapi.Message, error) {
	r, err := reader(v)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	head := make([]byte, len(magic))
	if n, err := io.ReadFull(r, head); n < len(head) || !bytes.Equal(head, magic) {
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, err
		}
		damaged(report, errors.New("it is no compound file"))
		return nil, nil
	}
	t.files++
	sp := t.opt.Spool()
	n, err := copyPieces(sp, io.MultiReader(bytes.NewReader(head), r), limits.AttachedBytes.Get()-t.bytes+1)
	t.bytes += n
	if err != nil {
		sp.Free()
		return nil, err
	}
	if t.bytes > limits.AttachedBytes.Get() {
		sp.Free()
		t.bytes -= n
		limit(report, "all of them have more than %d bytes", limits.AttachedBytes.Get())
		return nil, nil
	}
	f, err := msg.Open(sp, n, msg.ReadOptions{})
	var m *mapi.Message
	if err == nil {
		m, err = f.Message(report.Under("embedded"))
	}
	if err == nil {
		return m, nil
	}
	sp.Free()
	if !msg.Damaged(err) {
		return nil, err
	}
	damaged(report, err)
	return nil, nil
}

func damaged(report problem.Reporter, err error) {
	report.Report(problem.Problem{Code: "prepare.message.damaged", Severity: problem.Info, Tag: proptag.AttachDataBinary,
		Detail: fmt.Sprintf("the attached .msg file stays a file: %v", err)})
}

// reader opens a value.
func reader(v mapi.Value) (io.ReadCloser, error) {
	switch v := v.(type) {
	case mapi.Large:
		return v.Open()
	case []byte:
		return io.NopCloser(bytes.NewReader(v)), nil
	}
	return io.NopCloser(bytes.NewReader(nil)), nil
}

// copyPieces copies up to limit bytes of r, in small pieces: readers of compound
// files cost more the more is asked of them.
func copyPieces(w io.Writer, r io.Reader, limit int64) (int64, error) {
	buf := make([]byte, 32<<10)
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{io.LimitReader(r, limit)}, buf)
}
