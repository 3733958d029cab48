package rtf

import "bytes"

// Kind is what an RTF body holds.
type Kind uint8

// The kinds of body.
const (
	KindNative Kind = iota // RTF in its own right
	KindHTML               // encapsulated HTML
	KindText               // encapsulated plain text
)

// String returns the name of the kind.
func (k Kind) String() string {
	switch k {
	case KindHTML:
		return "html"
	case KindText:
		return "text"
	}
	return "native"
}

// detectTokens bounds the tokens that Detect looks at.
const detectTokens = 64

// Detect tells what rtf holds. Anything that is not RTF counts as native.
//
// QUIRK: [MS-OXRTFEX] 2.2.3.1 wants the mark among the first ten tokens.
// Outlook puts more words before it; what counts is that it precedes the first
// group and the first text.
func Detect(rtf []byte) Kind {
	l := lexer{buf: rtf, pos: start(rtf)}
	if l.next().kind != tokOpen {
		return KindNative
	}
	for range detectTokens {
		t := l.next()
		switch {
		case t.kind == tokText && len(bytes.Trim(t.text, " \t\x00")) == 0:
		case t.kind != tokWord:
			return KindNative
		case string(t.text) == "fromhtml":
			return KindHTML
		case string(t.text) == "fromtext":
			return KindText
		}
	}
	return KindNative
}

// start returns the offset of the first group.
//
// QUIRK: a byte order mark, zeros or white space may precede it.
func start(rtf []byte) int {
	rest := bytes.TrimPrefix(rtf, []byte("\xEF\xBB\xBF"))
	return len(rtf) - len(bytes.TrimLeft(rest, " \t\r\n\x00"))
}

// check verifies that rtf begins as RTF does.
func check(rtf []byte) error {
	at := start(rtf)
	if !bytes.HasPrefix(rtf[at:], []byte(`{\rtf`)) {
		return &FormatError{int64(at), "RTF 1.9.1, Header", `no {\rtf`, ErrNotRTF}
	}
	return nil
}
