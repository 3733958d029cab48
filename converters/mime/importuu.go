package mime

import (
	"bytes"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A uuBlock is a file in a text, from "begin" to "end".
type uuBlock struct {
	from, to int // in the text, line ends included
	name     string
}

// attachUUencoded also attaches the files in the text of a message that was
// written before there was MIME ([MS-OXCMAIL] 2.2.3.9.1). Text of MIME messages
// has none: whoever had files to send would have attached them.
//
// SPEC: the text keeps them: what looks like a file may be none, and a reader
// that wants the text as it was sent finds all of it.
func (b *builder) attachUUencoded(raw []byte) {
	h := b.root.header
	if len(h.Get("MIME-Version")) > 0 || len(h.Get("Content-Type")) > 0 {
		return
	}
	for _, u := range findUUencoded(raw, b.r.opt.MaxParts) {
		b.uuFile(u.name, uudecode(raw[u.from:u.to]))
	}
}

// uuFile attaches the content of a block.
func (b *builder) uuFile(name string, content []byte) {
	name = cleanName(name)
	a := &mapi.Attachment{Props: mapi.Props{
		{Tag: proptag.AttachMethod, Value: mapi.AttachByValue},
		{Tag: proptag.AttachDataBinary, Value: content},
		{Tag: proptag.AttachLongFilename, Value: name},
		{Tag: proptag.AttachFilename, Value: shortName(name)},
		{Tag: proptag.DisplayName, Value: name},
		{Tag: proptag.AttachExtension, Value: extension(name)},
		{Tag: proptag.AttachMimeTag, Value: typeByName(name, "")},
	}}
	b.common(a, &entity{src: b.root.src})
	b.m.Attachments = append(b.m.Attachments, a)
}

// findUUencoded returns the blocks in text that are whole, most of them. A
// line in a block never looks like the beginning of one, so that time is
// linear.
func findUUencoded(text []byte, most int) (blocks []uuBlock) {
	open := false
	var u uuBlock
	for pos := 0; pos < len(text) && len(blocks) < most; {
		line, next := textLine(text, pos)
		name, begins := uuBegin(line)
		switch {
		case begins:
			u, open = uuBlock{from: pos, name: name}, true
		case open && string(bytes.TrimRight(line, " ")) == "end":
			u.to, open = next, false
			blocks = append(blocks, u)
		case open && !isUULine(line):
			open = false
		}
		pos = next
	}
	return blocks
}

// maxUULine bounds the length of a line in a block: its length, 63 bytes in
// groups of four characters, and a check sum that some writers add.
const maxUULine = 1 + 84 + 2

// isUULine reports whether line can stand in a block.
//
// QUIRK: blanks at the end may be cut off.
func isUULine(line []byte) bool {
	if len(line) == 0 {
		return true // a blank that was cut off: the line of length zero
	}
	if len(line) > maxUULine {
		return false
	}
	for _, c := range line {
		if c < ' ' || c > '`' {
			return false
		}
	}
	n := int((line[0] - ' ') & 63)
	return len(line)-1 <= (n+2)/3*4+2
}

// uuBegin reads the line that begins a block: "begin", a mode in octal digits
// and a name.
func uuBegin(line []byte) (name string, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte("begin "))
	if !ok {
		return "", false
	}
	mode, file, _ := bytes.Cut(rest, []byte(" "))
	if len(mode) < 3 || len(mode) > 4 || len(bytes.Trim(mode, "01234567")) > 0 {
		return "", false
	}
	name, _, _ = charset.Decode("", file)
	name = strings.TrimSpace(name)
	return name, name != ""
}
