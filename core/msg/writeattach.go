package msg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// attachment writes an attachment ([MS-OXMSG] 2.2.2).
func (w *writer) attachment(parent *cfb.StorageWriter, a *mapi.Attachment, n int, report problem.Reporter) error {
	st, err := parent.CreateStorage(w.text.numbered(attachmentPrefix, uint32(n)))
	if err != nil {
		return err
	}
	start := w.bytes
	b := w.collect(a.Props, report)
	defer w.give(b)
	b.setMask()
	b.set(proptag.AttachNumber, int32(n))
	sized := b.extra != nil && b.extra.sealed
	if !sized {
		b.set(proptag.AttachSize, int32(0)) // its place; attachmentProperties fills it in
	}
	embedded := a.Embedded
	if embedded == nil {
		var file *spool
		if embedded, file, err = w.fileMessage(b, report); err != nil {
			return err
		}
		defer file.Close()
	}
	if embedded != nil && !w.mayEmbed(embedded, report) {
		embedded = nil
	}
	if embedded != nil {
		sub, err := st.CreateStorage(valueName(proptag.AttachDataObject))
		if err != nil {
			return err
		}
		w.extra = b.extra.embedded()
		if err := w.message(sub, embedded, embeddedHeader, report.Under("embedded")); err != nil {
			return err
		}
		b.put(proptag.AttachDataObject, embeddedValue)
		b.extra.settle(b)
	}
	w.settleMethod(b, embedded != nil, report)
	if sized {
		return w.properties(st, zeros[:childHeader], b, report)
	}
	return w.attachmentProperties(st, b, w.bytes-start, report)
}

// attachmentProperties writes the properties of an attachment, sized bytes of
// which are written already, and completes PidTagAttachSize.
func (w *writer) attachmentProperties(st *cfb.StorageWriter, b *bag, sized int64, report problem.Reporter) error {
	start := w.bytes
	stream, err := w.values(st, zeros[:childHeader], b, report)
	if err != nil {
		return err
	}
	entries := stream[childHeader:]
	size := min(sized+w.bytes-start+int64(len(entries)), 1<<31-1)
	for e := entries; len(e) >= entrySize; e = e[entrySize:] {
		if mapi.Tag(binary.LittleEndian.Uint32(e)) == proptag.AttachSize {
			binary.LittleEndian.PutUint32(e[8:], uint32(size))
		}
	}
	return w.stream(st, propertyStream, stream)
}

// mayEmbed reports whether m may be embedded where the writer is.
func (w *writer) mayEmbed(m *mapi.Message, report problem.Reporter) bool {
	switch {
	case slices.Contains(w.stack, m):
		report.Report(problem.Problem{Code: "msg.attachment.data", Severity: problem.Loss, Tag: proptag.AttachDataObject,
			Detail: "the message is embedded in itself; it was left out"})
	case len(w.stack) > w.opt.MaxDepth:
		report.Report(problem.Problem{Code: "msg.limit", Severity: problem.Loss, Tag: proptag.AttachDataObject,
			Detail: fmt.Sprintf("messages are embedded more than %d deep; this one was left out", w.opt.MaxDepth)})
	default:
		return w.room(report)
	}
	return false
}

// fileMessage returns the message in the compound file that an attachment of
// method 5 has instead of an embedded message, nil if there is none. The spool
// may be nil, and has to stay open until the message is written.
func (w *writer) fileMessage(b *bag, report problem.Reporter) (*mapi.Message, *spool, error) {
	data := b.find(proptag.AttachDataObject)
	if b.int32(proptag.AttachMethod) != mapi.AttachEmbeddedMessage || data == nil || !data.value.object {
		return nil, nil, nil
	}
	sp, err := w.fetch(data.value.large)
	if err != nil {
		if Damaged(err) {
			return nil, nil, nil // met again, and reported, when the storage is written
		}
		return nil, nil, err
	}
	f, err := Open(sp, sp.size, ReadOptions{MaxDepth: w.opt.MaxDepth, TempDir: w.opt.TempDir})
	if err == nil {
		var m *mapi.Message
		if m, err = f.Message(report.Under("embedded")); err == nil {
			return m, sp, nil
		}
	}
	if !Damaged(err) {
		return nil, nil, errors.Join(err, sp.Close())
	}
	return nil, nil, sp.Close()
}

// settleMethod makes PidTagAttachMethod agree with the data that is there.
func (w *writer) settleMethod(b *bag, embedded bool, report problem.Reporter) {
	method, data := mapi.AttachNone, b.find(proptag.AttachDataObject)
	switch {
	case embedded:
		method = mapi.AttachEmbeddedMessage
	case data == nil:
	case data.value.object:
		method = mapi.AttachStorage
	case data.tag == proptag.AttachDataBinary:
		method = mapi.AttachByValue
	}
	old := b.find(proptag.AttachMethod)
	if old != nil && old.tag == proptag.AttachMethod {
		was := b.int32(proptag.AttachMethod)
		if !embedded && was != mapi.AttachEmbeddedMessage || was == method {
			return
		}
		severity := problem.Info
		if method == mapi.AttachNone {
			severity = problem.Loss
		}
		report.Report(problem.Problem{Code: "msg.attachment.data", Severity: severity, Tag: proptag.AttachMethod,
			Detail: fmt.Sprintf("the attachment method was %d; %d fits the data", was, method)})
	} else if old != nil {
		report.Report(problem.Problem{Code: "msg.property.type", Severity: problem.Loss, Tag: old.tag,
			Detail: fmt.Sprintf("the attachment method is a %v; %d, which fits the data, was written", old.tag.Type(), method)})
	}
	b.set(proptag.AttachMethod, method)
}
