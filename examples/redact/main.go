// Command redact is a whole plugin for oxbridge that changes messages on their
// way: it blackens words in subjects, bodies, names, and wherever else a message
// has text, also in messages inside it.
//
// Build it under the name oxbridge-plugin-redact, and then:
//
//	oxbridge convert --transform ./oxbridge-plugin-redact --set redact.words=Ada,Lovelace --to eml --out mail archive/
//
// What is attached is left alone, unless redact.attachments is true: then it is
// taken out.
package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// maxValue is the longest value that is looked through, in bytes. A longer one
// cannot be trusted, and is taken out.
const maxValue = 32 << 20

var plugin = sdk.Plugin{
	Name:        "redact",
	Version:     "1.0.0",
	Transformer: sdk.TransformFunc(transform),
	Options: []sdk.Option{
		{Name: "words", Help: "words to blacken, with commas between them"},
		{Name: "attachments", Kind: sdk.OptionBool, Help: "take out attached files"},
	},
}

func main() { sdk.Main(plugin) }

// transform changes m and the messages in it.
func transform(ctx context.Context, job *sdk.Job, m *mapi.Message) error {
	words := pattern(job.Text("words"))
	for at, inner := range m.All() {
		if err := ctx.Err(); err != nil {
			return err
		}
		r := redactor{job: job, words: words}
		r.bag(at, &inner.Props)
		for i := range inner.Recipients {
			r.bag(problem.In(at, problem.Recipient(i)), &inner.Recipients[i])
		}
		if job.Bool("attachments") {
			r.detach(at, inner)
		}
		for i, a := range inner.Attached() {
			r.bag(problem.In(at, problem.Attachment(i)), &a.Props)
		}
		if r.err != nil {
			return r.err
		}
	}
	return nil
}

// pattern matches the words in UTF-8 and in UTF-16LE, whatever their case; nil
// stands for no words.
func pattern(list string) *regexp.Regexp {
	var all []string
	for word := range strings.SplitSeq(list, ",") {
		if word = strings.TrimSpace(word); word != "" {
			all = append(all, regexp.QuoteMeta(word), spaced(word))
		}
	}
	if all == nil {
		return nil
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return regexp.MustCompile("(?i)" + strings.Join(all, "|"))
}

// spaced matches a word with a zero byte behind each character.
func spaced(word string) string {
	var b strings.Builder
	for _, r := range word {
		b.WriteString(regexp.QuoteMeta(string(r)) + `\x00`)
	}
	return b.String()
}

// A redactor changes the objects of one message.
type redactor struct {
	job   *sdk.Job
	words *regexp.Regexp
	err   error // of reading
}

// bag changes the properties of the object at a path.
func (r *redactor) bag(at string, ps *mapi.Props) {
	if r.words == nil {
		return
	}
	count := 0
	kept := make(mapi.Props, 0, len(*ps))
	for _, p := range *ps {
		keep, n := r.property(at, &p)
		if count += n; keep {
			kept = append(kept, p)
		}
	}
	*ps = kept
	if count > 0 {
		r.job.Info("redact.text.blackened", at, fmt.Sprintf("%d words were blackened", count))
	}
}

// untouched are files, and words of the format itself.
var untouched = map[mapi.Tag]bool{
	proptag.AttachDataBinary: true, proptag.AttachDataObject: true,
	proptag.MessageClass: true, proptag.AddressType: true, proptag.AttachMimeTag: true,
}

// property changes a property, and says whether it is to be kept and how many
// words it had.
func (r *redactor) property(at string, p *mapi.Prop) (keep bool, count int) {
	switch {
	case untouched[p.Tag] && p.Name.IsZero():
		return true, 0
	case p.Tag == proptag.RtfCompressed:
		r.job.Loss("redact.rtf.removed", at, "the body in RTF cannot be blackened; it was taken out")
		return false, 0
	}
	if list, ok := p.Value.([]string); ok {
		for i := range list {
			black, n := r.blacken([]byte(list[i]))
			list[i], count = string(black), count+n
		}
		return true, count
	}
	b, err := mapi.ReadValue(p.Value, maxValue)
	switch {
	case errors.Is(err, mapi.ErrInvalidType):
		return true, 0 // neither text nor bytes
	case errors.Is(err, mapi.ErrTooBig):
		r.job.Loss("redact.value.removed", at, fmt.Sprintf("property %v is too long to be looked through; it was taken out", p.Tag))
		return false, 0
	case err != nil:
		r.err = err
		return false, 0
	}
	black, n := r.blacken(b)
	switch text := p.Tag.Type().Unicode() == mapi.PtypString; {
	case n == 0:
		return true, 0 // and a large value stays with the host
	case text:
		p.Value = string(black)
	case p.Tag == proptag.Html:
		p.Value = black
	default:
		r.job.Info("redact.value.removed", at, fmt.Sprintf("property %v is no text and has one of the words in it; it was taken out", p.Tag))
		return false, 0
	}
	return true, n
}

// blacken returns b with the words replaced, and how many there were.
func (r *redactor) blacken(b []byte) ([]byte, int) {
	n := 0
	black := r.words.ReplaceAllFunc(b, func(word []byte) []byte {
		n++
		return bytes.Repeat([]byte{'*'}, len([]rune(string(word))))
	})
	return black, n
}

// detach takes the attached files out of the message at a path, and leaves attached
// messages.
func (r *redactor) detach(at string, m *mapi.Message) {
	kept := m.Attachments[:0]
	for i, a := range m.Attached() {
		if a.Embedded != nil {
			kept = append(kept, a)
			continue
		}
		r.job.Info("redact.attachment.removed", problem.In(at, problem.Attachment(i)), "the file was taken out")
		prop.HasAttachments.Set(&m.Props, false)
	}
	m.Attachments = kept
}
