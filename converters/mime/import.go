package mime

import (
	"context"
	"errors"
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// ErrInput is wrapped by the errors of [Import] that say that the input holds
// no message at all.
var ErrInput = errors.New("not an Internet message")

// ImportOptions say what is made of a message, and bound what it may cost. The zero value stands for the
// defaults; a limit that is met is reported as a problem and loses nothing but
// structure, if not said otherwise.
type ImportOptions struct {
	// MaxDepth is how deep messages may be attached to each other; a deeper one
	// becomes a file. 0 means [limits.MIMEDepth].
	MaxDepth int
	// MaxNesting is how deep multiparts and messages may stand in each other; a
	// deeper one becomes a file. 0 means [limits.MIMENesting].
	MaxNesting int
	// MaxParts is how many body parts are told apart; the last one holds the
	// rest. 0 means [limits.MIMEParts].
	MaxParts int
	// MaxBody is the length in bytes, encoded, up to which a text is a body or
	// part of one; a longer one becomes a file. 0 means [limits.MIMEBody].
	MaxBody int64
	// MaxRecipients is how many recipients are taken, those of attached messages
	// included; the others are lost. 0 means [limits.MIMERecipients].
	MaxRecipients int
	// MaxHeaders is how many fields without a property of their own become named
	// properties. All fields are in PidTagTransportMessageHeaders anyway. 0
	// means [limits.MIMEHeaders].
	MaxHeaders int
	// EncapsulateHTML also stores the HTML body as RTF that encapsulates it
	// ([MS-OXRTFEX]), for programs that know no HTML.
	EncapsulateHTML bool
	// KeepSource stores the whole file in the message, so that [Export] writes it
	// again byte for byte as long as nobody changes the message. Messages with
	// signed or encrypted parts that nothing else keeps intact, such as PGP/MIME,
	// keep it always, with line ends that are CRLF if all of them are LF.
	KeepSource bool
}

// withDefaults replaces zero limits.
func (o ImportOptions) withDefaults() ImportOptions {
	o.MaxDepth = limits.MIMEDepth.Or(o.MaxDepth)
	o.MaxNesting = limits.MIMENesting.Or(o.MaxNesting)
	o.MaxParts = limits.MIMEParts.Or(o.MaxParts)
	o.MaxRecipients = limits.MIMERecipients.Or(o.MaxRecipients)
	o.MaxHeaders = limits.MIMEHeaders.Or(o.MaxHeaders)
	o.MaxBody = limits.MIMEBody.Or64(o.MaxBody)
	return o
}

// Import reads the Internet message in src under the rules of [MS-OXCMAIL] 2.2
// and returns it as a tree.
//
// It is made for mail as it is found: whatever can be read is read, each
// repair and each loss is passed to report, which may be nil, and a part that
// makes no sense is kept as a file. Attachments are values that refer to src,
// which must outlive the message; their bytes are not read, but once for the
// digest of a message that keeps its file. A message in the form of Apple Mail
// (.emlx) is taken out of it, with its flags.
//
// The problems are these; what is not said to be lost is in the message.
//
//	mime.address.group       a group with a name; its members are recipients
//	mime.address.several     more than one author or sender; the first counts
//	mime.boundary.missing    a multipart that cannot be taken apart is one file
//	mime.boundary.open       the last boundary of a multipart is missing
//	mime.charset             a text in an unknown or a wrong character set, or with bytes that it lacks (lost)
//	mime.encoding.damaged    base64 of a body with wrong or missing characters (lost)
//	mime.encoding.message    an attached message that is encoded
//	mime.encoding.multipart  a multipart that is encoded
//	mime.encoding.unknown    an unknown Content-Transfer-Encoding
//	mime.encoding.wrong      a body that says it is base64 and is not
//	mime.epilogue            text after the last part of a multipart (lost)
//	mime.header.damaged      lines of a header that are no field (lost, but for attached messages)
//	mime.header.missing      the file has no header; all of it is the body
//	mime.header.repeated     a second field where only one may be
//	mime.header.value        a field whose value makes no sense
//	mime.limit.…             a limit of ImportOptions, or of a property
//	mime.part.fields         header fields of parts, and parameters of them, that there is no property for (lost)
//	mime.part.…              a part that stands for content elsewhere
//	mime.preamble            text before the first part of a multipart (lost); the usual note on MIME counts as none
//
// Errors wrap [ErrInput], or are those of ctx and of reading src.
func Import(ctx context.Context, src transfer.Input, opt ImportOptions, report problem.Reporter) (*mapi.Message, error) {
	return importFrom(ctx, newSource(src), opt, report)
}

func importFrom(ctx context.Context, s *source, opt ImportOptions, report problem.Reporter) (*mapi.Message, error) {
	r := &importer{ctx: ctx, opt: opt.withDefaults()}
	report = atMost(limits.MIMEProblems.Int(), report)
	start, end := s.skipJunk(), s.size
	apple, isApple := s.readAppleMail()
	if isApple {
		start, end = apple.start, apple.end
	}
	if s.err == nil && (start >= end || s.binary(start)) {
		return nil, fmt.Errorf("import: %w", ErrInput)
	}
	root := r.read(s, start, end, level{})
	sealed := !opt.KeepSource && root.sealed(true)
	s.crlf = sealed && s.endsInLF(start)
	m := r.message(root, report)
	apple.apply(m)
	if r.stop(s) {
		return nil, fmt.Errorf("import: %w", r.err)
	}
	var file mapi.Value
	switch {
	case opt.KeepSource:
		file = s.in.Range(0, s.size, transfer.Raw)
	case sealed:
		file = s.sealedFile(start, end)
	default:
		return m, nil
	}
	if err := keepSource(file, m); err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	return m, nil
}

// atMost returns a reporter that passes n problems on.
func atMost(n int, report problem.Reporter) problem.Reporter {
	if report == nil {
		return nil
	}
	return func(p problem.Problem) {
		switch n--; {
		case n > 0:
			report(p)
		case n == 0:
			report(problem.Problem{Code: "mime.limit.problems", Severity: p.Severity, Detail: "there are more problems than are reported"})
		}
	}
}

// importer is one Import in progress, over all messages of a tree.
type importer struct {
	ctx   context.Context
	opt   ImportOptions
	parts int // told apart so far

	// So far: bytes and fields of headers, rows of recipients, and fields with
	// properties of their own.
	headers                   int64
	fields, recipients, named int
	err                       error // the first one; everything after it is idle
}
