package mime

import (
	"strings"
	"unicode"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

const (
	// maxCustomary bounds, in bytes, what is taken for a note to readers without
	// MIME.
	maxCustomary = 1000
	// maxAside is how much of a text beside the parts is looked at, in bytes.
	maxAside = 4 << 10
)

// aside notes the text in [from, to), which stands beside the parts of a
// multipart. Readers do not show it (RFC 2046 5.1.1), and no property takes it.
func (p *entity) aside(code, where string, from, to int64) {
	if from >= to {
		return
	}
	b := p.src.view(from, min(maxAside, to-from))
	text, _, _ := charset.Decode("", b)
	short := to-from <= maxCustomary
	switch {
	case int64(len(b)) == to-from && strings.IndexFunc(text, isWordRune) < 0:
	case short && isCustomary(text):
		p.note(code, problem.Info, "the note %s, for programs without MIME, is left out", where)
	default:
		p.note(code, problem.Loss, "%d bytes %s are left out: %.60q", to-from, where, strings.TrimSpace(text))
	}
}

// isWordRune reports whether c may be part of a word: lines and signs alone say
// nothing.
func isWordRune(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// isCustomary reports whether a text is the note that writers of mail put before
// the first part: it speaks of MIME or of parts, not of anything else.
func isCustomary(text string) bool {
	text = strings.ToLower(text)
	for _, word := range []string{"mime", "multipart", "multi-part"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// keptAside are the codes of what a message that keeps its file does not lose.
var keptAside = map[string]bool{"mime.preamble": true, "mime.epilogue": true}

// keepsAll reports whether the message has all the bytes that it was read from.
func (b *builder) keepsAll() bool {
	return b.r.opt.KeepSource || kindOf(b.root) == clearSigned || b.root.sealed(true)
}
