package mime

import (
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// decode converts the text of a part to UTF-8 and says which code page it was
// in. Without a label that can be true, the text itself is asked.
func (b *builder) decode(p *entity, label string, raw []byte) (text string, page int) {
	if guess := guessPage(label, raw); guess != 0 {
		text, _ = codepage.Decode(guess, raw)
		b.problem("mime.charset", problem.Info, p.mediatype, "text of the character set %.40q was read as code page %d, which its characters are likely to be of", label, guess)
		return text, guess
	}
	text, page, ok := charset.Decode(label, raw)
	if !ok {
		severity := problem.Info
		if _, known := charset.CodePage(label); known {
			severity = problem.Loss
		}
		b.problem("mime.charset", severity, p.mediatype, "text of the character set %.40q was read as code page %d", label, page)
	}
	return text, page
}

// guessPage returns the code page that text is likely to be in if its label is
// unknown, says US-ASCII and lies, or says UTF-8 though hardly a character is; 0
// if the label is right or nothing better is known.
func guessPage(label string, raw []byte) int {
	cp, known := charset.CodePage(label)
	if known && cp == codepage.UTF8 {
		if utf8.Valid(raw) {
			return 0
		}
		if good, bad := countUTF8(raw); good >= bad {
			return 0
		}
		if cp = charset.Guess(raw); cp == 0 {
			cp = codepage.Windows
		}
		return cp
	}
	if known && cp != codepage.ASCII {
		return 0
	}
	return charset.Guess(raw)
}

// mailPage returns the code page that a body of code page cp is sent in: UTF-8
// instead of those that mail cannot carry.
func mailPage(cp int) int {
	switch cp {
	case codepage.UTF16LE, codepage.UTF16BE, codepage.UTF7, 12000, 12001:
		return codepage.UTF8
	}
	return cp
}
