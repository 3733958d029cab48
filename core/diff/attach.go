package diff

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/look"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// An enclosure is an attachment to be matched.
type enclosure struct {
	*mapi.Attachment
	index int
	name  string
	size  int64
	hash  string // SHA-256 in hexadecimal; "" for what has no contents of its own
}

// attachments compares those of two messages.
func (c *comparer) attachments(path string, a, b *mapi.Message) {
	x, y := c.enclosures(path, a), c.enclosures(path, b)
	if c.stop() {
		return
	}
	other := match(x, y, enclosureKeys)
	pairUp(x, y, other)
	taken := make([]bool, len(y))
	for i, e := range x {
		if other[i] < 0 {
			c.add(path, fmt.Sprintf("attachment %d", e.index), e.String(), "", e.mail())
			continue
		}
		taken[other[i]] = true
		c.enclosure(under(path, fmt.Sprintf("attachment %d", e.index)), e, y[other[i]])
	}
	for j, e := range y {
		if !taken[j] {
			c.add(path, fmt.Sprintf("attachment %d", e.index), "", e.String(), e.mail())
		}
	}
}

// enclosures reads what attachments are matched by.
func (c *comparer) enclosures(path string, m *mapi.Message) []enclosure {
	var list []enclosure
	for i, a := range m.Attachments {
		if a == nil || c.stop() {
			continue
		}
		e := enclosure{Attachment: a, index: i, name: oneLine(look.AttachmentName(a))}
		if data := look.AttachmentData(a); data != nil {
			var err error
			e.hash, e.size, err = digest(data, signed(m.Props))
			c.fail(path, fmt.Sprintf("attachment %d", i), err)
		}
		list = append(list, e)
	}
	return list
}

// signed reports whether the one attachment of a message is a signed entity
// ([MS-OXOSMIME] 2.1.1, 2.1.3.1).
func signed(ps mapi.Props) bool {
	class := strings.ToLower(messageClass(ps))
	return strings.HasPrefix(class, "ipm.note.smime") && strings.Contains(class, ".multipartsigned")
}

// digest hashes a value of any size. Of an entity the header does not count,
// which no signature covers and every transport changes.
func digest(v mapi.Value, entity bool) (sum string, size int64, err error) {
	r, err := look.Open(v)
	if err != nil {
		return "", 0, err
	}
	defer r.Close()
	h := sha256.New()
	src := io.Reader(r)
	if entity {
		src = afterHeader(r)
	}
	size, err = io.Copy(h, src)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

// afterHeader reads what follows the first empty line; everything when there is
// none in the first 64 KiB.
func afterHeader(r io.Reader) io.Reader {
	b := bufio.NewReaderSize(r, 64<<10)
	head, _ := b.Peek(b.Size()) // what can be read of it
	for _, empty := range []string{"\r\n\r\n", "\n\n"} {
		if i := strings.Index(string(head), empty); i >= 0 {
			_, _ = b.Discard(i + len(empty))
			break
		}
	}
	return b
}

// enclosureKeys are the ways in which two attachments are the same one, the
// surest first. A message is never the same as a file.
var enclosureKeys = []func(enclosure) string{
	func(e enclosure) string { return ifAny(e.name+"\x00", e.identity()) },
	func(e enclosure) string { return e.identity() },
	func(e enclosure) string { return ifAny(fmt.Sprint(e.Embedded != nil, " "), strings.ToLower(e.name)) },
	func(e enclosure) string {
		return ifAny(fmt.Sprint(e.Embedded != nil, " "), look.ContentID(e.Attachment))
	},
}

// identity is what tells an attachment from others: its contents, or the
// identifier of the message.
func (e enclosure) identity() string {
	if e.Embedded == nil {
		return e.hash
	}
	id := identifiers(proptag.InternetMessageId)(e.Embedded.Props)
	return "message " + id + "\x00" + oneLine(look.Subject(e.Embedded.Props))
}

// pairUp gives each other what is left, in order, files to files and messages
// to messages.
func pairUp(x, y []enclosure, other []int) {
	taken := make([]bool, len(y))
	for _, j := range other {
		if j >= 0 {
			taken[j] = true
		}
	}
	next := map[bool]int{}
	for i := range x {
		if other[i] >= 0 {
			continue
		}
		kind := x[i].Embedded != nil
		j := next[kind]
		for j < len(y) && (taken[j] || (y[j].Embedded != nil) != kind) {
			j++
		}
		if next[kind] = j; j < len(y) {
			other[i], taken[j] = j, true
		}
	}
}

// String is an attachment on one line.
func (e enclosure) String() string {
	name := e.name
	if name == "" {
		name = "(no name)"
	}
	switch {
	case e.Embedded != nil:
		return name + ", a message"
	case e.hash == "":
		if ref := look.Reference(e.Attachment); ref != "" {
			return name + ", a reference to " + ref
		}
		return name + ", without contents"
	}
	return fmt.Sprintf("%s, %d bytes, sha256 %s", name, e.size, e.hash)
}

// mail reports whether an Internet message can carry it: not what has no
// contents.
func (e enclosure) mail() bool { return e.Embedded != nil || e.hash != "" }

// enclosure compares two attachments.
func (c *comparer) enclosure(path string, x, y enclosure) {
	if x.Embedded != nil && y.Embedded != nil {
		c.messages(under(path, "embedded"), x.Embedded, y.Embedded)
		c.others(path, x.Props, y.Props, toldOfAttachments, nil, nil)
		return
	}
	named := !made(x.name) || !made(y.name)
	if named && x.name != y.name && x.Embedded == nil {
		c.add(path, "name", x.name, y.name, true)
	}
	s, t := look.AttachmentType(x.Attachment), look.AttachmentType(y.Attachment)
	if s != t && !general(s) && !general(t) {
		c.add(path, "type", s, t, true)
	}
	if s, t := look.ContentID(x.Attachment), look.ContentID(y.Attachment); s != t {
		c.add(path, "content-id", s, t, true)
	}
	if x.hash != y.hash {
		c.add(path, "contents", x.contents(), y.contents(), x.mail() && y.mail())
	}
	c.others(path, x.Props, y.Props, toldOfAttachments, nil, nil)
}

// general reports whether a media type says nothing: the contents have the one
// that their name stands for (RFC 2046 4.5.1).
func general(mediaType string) bool {
	return mediaType == "" || mediaType == "application/octet-stream"
}

// made reports whether a name is none, or one that readers make up for an
// attachment without ([MS-OXCMAIL] 2.2.3.4.2).
func made(name string) bool {
	if name == "" || strings.EqualFold(name, "smime.p7m") {
		return true
	}
	digits, ok := strings.CutPrefix(strings.TrimSuffix(name, path.Ext(name)), "ATT")
	return ok && len(digits) == 5 && strings.Trim(digits, "0123456789") == ""
}

func (e enclosure) contents() string {
	if e.hash == "" {
		return look.Reference(e.Attachment)
	}
	return fmt.Sprintf("%d bytes, sha256 %s", e.size, e.hash)
}
