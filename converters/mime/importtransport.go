package mime

import (
	"bytes"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// privateFields are the beginnings of the fields, in lower case, that are left
// out of PidTagTransportMessageHeaders ([MS-OXCMAIL] 2.2.3.2.28).
var privateFields = [][]byte{
	[]byte("x-microsoft-exchange-organization-"), []byte("x-microsoft-exchange-forest-"),
	[]byte("x-ms-exchange-organization-"), []byte("x-ms-exchange-forest-"),
}

// transportHeaders keeps the header block as it came, its line ends CRLF and
// its bytes read as UTF-8 or, where they are none, as 1252.
func (b *builder) transportHeaders() {
	p := b.root
	block := p.src.view(p.start, min(p.blockEnd-p.start, limits.MIMETransport.Get()))
	text := make([]byte, 0, len(block)+64)
	skipping := false
	for pos := 0; pos < len(block); {
		var line []byte
		at := pos
		line, pos = textLine(block, pos)
		if len(line) == 0 || at == 0 && isFromLine(line) {
			continue
		}
		if line[0] != ' ' && line[0] != '\t' {
			skipping = isPrivate(line)
		}
		if !skipping {
			text = append(append(text, line...), "\r\n"...)
		}
	}
	if len(text) == 0 {
		return
	}
	s, _, _ := charset.Decode("", text)
	b.set(proptag.TransportMessageHeaders, strings.ReplaceAll(s, "\x00", ""))
}

// isPrivate reports whether line begins one of privateFields.
func isPrivate(line []byte) bool {
	if len(line) < 2 || line[0]|0x20 != 'x' {
		return false
	}
	for _, prefix := range privateFields {
		if len(line) >= len(prefix) && bytes.EqualFold(line[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}
