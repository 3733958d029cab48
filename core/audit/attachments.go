package audit

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// attachments compares the contents of files, in any order, and the messages
// within in theirs.
func (c *comparison) attachments(object string, a, b *mapi.Message, depth int) {
	filesA, messagesA, at := split(a)
	filesB, messagesB, _ := split(b)
	x, y := digests(filesA), digests(filesB)
	if gone, more := minus(x, y), minus(y, x); len(gone)+len(more) > 0 {
		c.add(object, "attachments", 0, gone, more)
	}
	if len(messagesA) != len(messagesB) {
		c.add(object, "embedded messages", 0, len(messagesA), len(messagesB))
		return
	}
	for i := range messagesA {
		name := fmt.Sprintf("attachment %d/embedded", at[i]) // as problems call it
		if object != "" {
			name = object + "/" + name
		}
		if depth < limits.AuditDepth.Int() {
			c.message(name, messagesA[i], messagesB[i], depth+1)
		}
	}
}

// split tells attachments with messages from the others. at are the places of the
// messages among all.
func split(m *mapi.Message) (files []*mapi.Attachment, messages []*mapi.Message, at []int) {
	for i, a := range m.Attachments {
		if a.Embedded != nil {
			messages, at = append(messages, a.Embedded), append(at, i)
		} else {
			files = append(files, a)
		}
	}
	return files, messages, at
}

// digests returns the sizes and hashes of the contents of files, sorted.
func digests(files []*mapi.Attachment) []string {
	var out []string
	for _, a := range files {
		v, ok := a.Props.Get(proptag.AttachDataBinary)
		if !ok {
			v, _ = a.Props.Get(proptag.AttachDataObject)
		}
		if entityTypes[strings.ToLower(a.Props.String(proptag.AttachMimeTag))] {
			v = afterHeader(v)
		}
		if text := digestValue(v); text != "" {
			out = append(out, text)
		}
	}
	slices.Sort(out)
	return out
}

// entityTypes are media types of attachments that hold a whole MIME entity, whose
// header is written anew ([MS-OXOSMIME] 2.1.3.2).
var entityTypes = map[string]bool{"multipart/signed": true}

// afterHeader returns what follows the header of an entity.
func afterHeader(v mapi.Value) mapi.Value {
	b, err := mapi.ReadValue(v, limits.AuditText.Get())
	if err != nil {
		return v
	}
	for _, end := range []string{"\r\n\r\n", "\n\n"} {
		if _, rest, ok := bytes.Cut(b, []byte(end)); ok {
			return bytes.TrimRight(rest, "\r\n")
		}
	}
	return v
}

func digestValue(v mapi.Value) string {
	h := sha256.New()
	n, err := feed(h, v)
	if err != nil {
		return "unreadable: " + err.Error()
	}
	if n == 0 {
		return "" // an attachment without contents is none in mail
	}
	return fmt.Sprintf("%d bytes %x", n, h.Sum(nil)[:8])
}

var errNoBytes = errors.New("not bytes")

// feed hashes the bytes of a value.
func feed(h hash.Hash, v mapi.Value) (int64, error) {
	switch v := v.(type) {
	case nil:
		return 0, nil
	case []byte:
		h.Write(v)
		return int64(len(v)), nil
	case mapi.Large:
		r, err := v.Open()
		if err != nil {
			return 0, err
		}
		defer r.Close()
		return io.CopyBuffer(h, r, make([]byte, 32<<10))
	}
	return 0, errNoBytes
}
