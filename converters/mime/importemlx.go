package mime

import (
	"bytes"
	"encoding/xml"
	"io"
	"strconv"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// appleMail is what Apple Mail says of a message in an .emlx file: a line with
// the length of the message, the message, and a property list. The zero value is
// that of any other file.
type appleMail struct {
	start, end int64 // of the message
	flags      int64
	known      bool // flags are
}

// Flags of Apple Mail, of those that say something to others.
const (
	appleRead     = 1 << 0
	appleAnswered = 1 << 2
	appleFlagged  = 1 << 4
	appleDraft    = 1 << 6
)

// maxPlist bounds the property list of an .emlx file, in bytes.
const maxPlist = 1 << 20

// readAppleMail recognises an .emlx file: digits and blanks in the first line,
// and as many bytes behind it. ok is false for any other.
func (s *source) readAppleMail() (m appleMail, ok bool) {
	line, next := textLine(s.view(0, 100), 0)
	if len(line) == 0 || line[0] < '0' || line[0] > '9' {
		return m, false
	}
	n, err := strconv.ParseInt(string(bytes.TrimRight(line, " ")), 10, 64)
	if err != nil || n <= 0 || n > s.size-int64(next) {
		return m, false
	}
	m.start, m.end = int64(next), int64(next)+n
	if head := s.view(m.start, headerBytes); !isFieldLine(head) && !isFromLine(head) {
		return m, false
	}
	if rest := s.size - m.end; rest > 0 && rest <= maxPlist {
		m.flags, m.known = plistInteger(s.view(m.end, rest), "flags")
	}
	return m, true
}

// plistInteger returns the integer of a key in the outermost dictionary of a
// property list.
func plistInteger(plist []byte, key string) (n int64, ok bool) {
	d := xml.NewDecoder(bytes.NewReader(plist))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	depth, last, found := 0, "", false
	for {
		t, err := d.Token()
		if err != nil {
			return 0, false
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			last = t.Name.Local
		case xml.EndElement:
			depth--
			last = ""
		case xml.CharData:
			text := string(bytes.TrimSpace(t))
			switch {
			case depth != 3 || text == "": // plist, dict, key
			case last == "key":
				found = text == key
			case found && last == "integer":
				n, err = strconv.ParseInt(text, 10, 64)
				return n, err == nil
			}
		}
	}
}

// apply sets what the flags say.
func (a appleMail) apply(m *mapi.Message) {
	if !a.known {
		return
	}
	flags, _ := m.Props.Int32(proptag.MessageFlags)
	if a.flags&appleRead == 0 {
		flags &^= flagRead
	}
	if a.flags&appleDraft != 0 {
		flags = flags&^flagRead | flagUnsent
	}
	m.Props.Set(proptag.MessageFlags, flags)
	if a.flags&appleFlagged != 0 && !m.Props.Has(proptag.FlagStatus) {
		m.Props.Set(proptag.FlagStatus, int32(2))    // followupFlagged
		m.Props.Set(proptag.ToDoItemFlags, int32(8)) // [MS-OXOFLAG] 2.2.1.6
	}
	if a.flags&appleAnswered != 0 {
		m.Props.Set(proptag.LastVerbExecuted, int32(102)) // reply ([MS-OXOMSG] 2.2.1.14)
		m.Props.Set(proptag.IconIndex, int32(261))        // replied mail ([MS-OXOMSG] 2.2.1.10)
	}
}
