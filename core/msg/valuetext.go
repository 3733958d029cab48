package msg

import (
	"strings"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// text reads the value of a single string.
func (r *reader) text(p *found, sc scope) (mapi.Value, error) {
	page := sc.page
	if p.tag.Type() == mapi.PtypString {
		page = codepage.UTF16LE
	}
	if !r.inline(p.stream.Size(), r.f.opt.Inline) {
		return largeText{p.stream, page}, nil
	}
	r.coded = grow(r.coded, int(p.stream.Size()))
	b := r.coded
	if _, err := p.stream.ReadAt(b, 0); err != nil && len(b) > 0 {
		return nil, err
	}
	s := decodeText(p.tag, page, b, &r.tell)
	marked := len(s)
	if p.tag.ID() == proptag.Subject.ID() {
		s = cutPrefixMark(s)
	}
	if len(s) < marked || !plain(page, b, s, false) {
		r.keep(exact{id: p.tag.ID(), page: page, value: s, stream: p.stream})
	}
	return s, nil
}

// cutPrefixMark removes the mark of the prefix from a subject. What comes after it
// and looks like another one would be taken for it when the file is written again, so
// it goes as well.
// QUIRK: Outlook can put U+0001 and a character that counts the prefix first.
func cutPrefixMark(s string) string {
	for strings.HasPrefix(s, "\x01") {
		_, size := utf8.DecodeRuneInString(s[1:])
		s = s[1+size:]
	}
	return s
}

// decodeText decodes a string in a code page and removes terminating zeros,
// which [MS-OXMSG] 2.1.3 does not want but some writers add.
func decodeText(tag mapi.Tag, page int, b []byte, tell *teller) string {
	if page == codepage.UTF16LE {
		return trimText(codepage.DecodeUTF16(b))
	}
	s, ok := codepage.Decode(page, b)
	if !ok {
		tell.say("msg.string.codepage", problem.Loss, tag, "the string has bytes that mean nothing in code page %d", page)
	}
	return trimText(s)
}

func trimText(s string) string { return strings.TrimRight(s, "\x00") }
