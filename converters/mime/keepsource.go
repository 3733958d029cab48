package mime

import (
	"bytes"
	"crypto/sha256"
	"reflect"
	"slices"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// propertySet is the set of the named properties that are ours alone,
// {914E9C80-ED79-42F4-8822-210CE6970D65}.
var propertySet = mapi.NewGUID(0x914E9C80, 0xED79, 0x42F4, [8]byte{0x88, 0x22, 0x21, 0x0C, 0xE6, 0x97, 0x0D, 0x65})

// The properties of a message that keeps the file that it was read from, both
// PtypBinary.
//
//	MimeSource        the file, byte for byte; of one that is kept unasked, the
//	                  message in it, in the line ends of mail
//	MimeSourceDigest  what digest returns for the message that was made of it
var (
	sourceName = mapi.Name{Set: propertySet, Text: "MimeSource"}
	digestName = mapi.Name{Set: propertySet, Text: "MimeSourceDigest"}
)

// keepSource stores the file that a message was made of in it, and the digest by
// which an export knows that the message has not been changed since. Nothing may
// change the tree after it.
func keepSource(file mapi.Value, m *mapi.Message) error {
	sum, err := digest(m)
	if err != nil {
		return err
	}
	m.Props.SetNamed(sourceName, mapi.PtypBinary, file)
	m.Props.SetNamed(digestName, mapi.PtypBinary, sum)
	return nil
}

// sealedFile returns the message that stands in the source from start to end as
// mail carries it.
//
// QUIRK: a file whose lines end in LF has lost the line ends that were signed
// (RFC 3156 5, RFC 8551 3.1.1) and that mail has (RFC 5322 2.3); they are made
// CRLF again. The line that begins a message in a mailbox is no part of it.
func (s *source) sealedFile(start, end int64) mapi.Value {
	if first := s.view(start, min(end-start, 1000)); bytes.HasPrefix(first, []byte("From ")) {
		start += int64(bytes.IndexByte(first, '\n') + 1)
	}
	if !s.crlf {
		return s.in.Range(start, end-start, transfer.Raw)
	}
	return s.inCRLF(start, end)
}

// endsInLF reports whether the lines of the source from start on end in LF.
func (s *source) endsInLF(start int64) bool {
	return !bytes.Contains(s.view(start, 4096), []byte("\r\n"))
}

// inCRLF returns the source from start to end with every line end made CRLF.
func (s *source) inCRLF(start, end int64) mapi.Value {
	if end-start > maxSigned {
		return signedValue{in: s.in, off: start, n: end - start, lf: true}
	}
	return toCRLF(s.view(start, end-start))
}

// sealed reports whether a message has parts that only the very bytes of the
// file keep intact: signed or encrypted ones that are taken apart, because they
// are not all of a message or because no message class stands for them, as for
// PGP/MIME (RFC 3156). root says that p is all of a message.
func (p *entity) sealed(root bool) bool {
	switch {
	case p.message != nil:
		return p.message.sealed(true)
	case root && kindOf(p) == clearSigned:
		return false
	case (p.mediatype == "multipart/signed" || p.mediatype == "multipart/encrypted") && len(p.parts) > 0:
		return true
	}
	return slices.ContainsFunc(p.parts, func(q *entity) bool { return q.sealed(false) })
}

// source writes the file that the message was read from, if it keeps it, and
// reports whether it did: not when the message has been changed, or is to be
// written in a way of its own.
func (o *object) source(dst transfer.Output) (done bool, err error) {
	file, want := o.m.Props.Named(sourceName), o.m.Props.Named(digestName)
	if file == nil || want == nil {
		return false, nil
	}
	if !o.e.opt.plain() {
		o.say("mime.source.options", problem.Info, 0, "the message keeps its file, but the options ask for something else; it is written anew")
		return false, nil
	}
	sum, err := digest(o.m)
	if err != nil {
		return false, err
	}
	if known, _ := want.Value.([]byte); !bytes.Equal(known, sum) {
		o.say("mime.source.stale", problem.Info, 0, "the message keeps the file that it came from, but was changed since; it is written anew")
		return false, nil
	}
	switch v := file.Value.(type) {
	case []byte:
		_, err = dst.Write(v)
		return true, err
	case mapi.Large:
		return true, dst.Ref(v, transfer.Raw)
	}
	return false, nil
}

// plain reports whether the options ask for nothing special.
func (opt ExportOptions) plain() bool {
	opt.MaxDepth, opt.MaxText, opt.Resolve = 0, 0, nil
	return reflect.ValueOf(opt).IsZero()
}

// digest returns a hash over all of a message that an export makes a file of:
// header, recipients, bodies and attachments. It does not see what programs
// change without anybody editing the message, such as flags, times of change,
// entry identifiers and keys. It says that nothing was changed, not that nobody
// could forge it.
//
// It is kept in files, so what it is made of must not change but with
// digestVersion, its first byte. A property that a message lacks, or that is
// empty, adds nothing: the tables may grow by properties that no import has set.
func digest(m *mapi.Message) ([]byte, error) {
	d := &digester{outer: sha256.New()}
	d.message(m)
	return d.outer.Sum([]byte{digestVersion}), d.err
}

const digestVersion = 1

// digestTags are the properties of a message that count, beside those of
// headerRules, in order of their numbers.
var digestTags = sortedTags(append([]mapi.Tag{
	proptag.MessageClass, proptag.Subject, proptag.SubjectPrefix, proptag.NormalizedSubject,
	proptag.ClientSubmitTime, proptag.MessageDeliveryTime, proptag.ReplyRecipientEntries, proptag.ReplyRecipientNames,
	proptag.OriginatorDeliveryReportRequested, proptag.ReadReceiptRequested, proptag.TransportMessageHeaders,
	proptag.Body, proptag.Html, proptag.RtfCompressed, proptag.InternetCodepage,
	proptag.BodyContentId, proptag.BodyContentLocation, proptag.StartDate, proptag.EndDate,
	proptag.ReportText, proptag.ReportTime, proptag.ReportingMessageTransferAgent, proptag.ParentKey,
	proptag.OriginalMessageId, proptag.OriginalSubject, proptag.OriginalSubmitTime,
	proptag.OriginalDisplayTo, proptag.OriginalDisplayCc, proptag.OriginalDisplayBcc,
	receivedTags.smtp, receivedForTags.smtp,
	senderTags.name, senderTags.addrType, senderTags.email, senderTags.smtp,
	representingTags.name, representingTags.addrType, representingTags.email, representingTags.smtp,
	receiptTags.name, receiptTags.addrType, receiptTags.email, receiptTags.smtp,
}, ruleTags()...))

// recipientDigest are the columns of a recipient that count, attachmentDigest
// the properties of an attachment.
var (
	recipientDigest = sortedTags([]mapi.Tag{
		proptag.RecipientType, proptag.DisplayName, proptag.AddressType, proptag.EmailAddress, proptag.SmtpAddress,
		proptag.ReportTime, proptag.NonDeliveryReportStatusCode, proptag.SupplementaryInfo, proptag.RemoteMessageTransferAgent,
	})
	attachmentDigest = sortedTags([]mapi.Tag{
		proptag.AttachMethod, proptag.AttachLongFilename, proptag.AttachFilename, proptag.DisplayName, proptag.AttachMimeTag,
		proptag.AttachContentId, proptag.AttachContentLocation, proptag.AttachContentBase, proptag.AttachFlags,
		proptag.AttachDataBinary, proptag.AttachLongPathname, proptag.AttachPathname, proptag.TextAttachmentCharset,
	})
)
