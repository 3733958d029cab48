package batch

import (
	"bytes"
	"io"
	"mime"
	"net/mail"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// readMSG reads the properties of a .msg file that templates know. The source
// stays open.
func (m *summaryOf) readMSG(src *store.Source) {
	s, err := session.Open(session.NewAllocator(64<<20), session.Unicode)
	if err != nil {
		return
	}
	defer s.Close()
	msg, err := s.OpenMessage(openSource{src}, session.Unicode, nil, nil)
	if err != nil {
		return
	}
	defer msg.Release()
	props, _, err := msg.GetProps([]mapi.Tag{
		proptag.Subject, proptag.SentRepresentingSmtpAddress, proptag.SenderSmtpAddress, proptag.SentRepresentingEmailAddress,
		proptag.SenderEmailAddress, proptag.SentRepresentingName, proptag.SenderName, proptag.ClientSubmitTime, proptag.MessageDeliveryTime,
		proptag.MessageFlags, proptag.FlagStatus, proptag.LastVerbExecuted,
	}, session.Unicode)
	if err != nil {
		return
	}
	p := mapi.Props(props)
	m.subject, m.flags = p.String(proptag.Subject), maildirFlags(p)
	for _, tag := range []mapi.Tag{proptag.SentRepresentingSmtpAddress, proptag.SenderSmtpAddress, proptag.SentRepresentingEmailAddress, proptag.SenderEmailAddress} {
		if v := p.String(tag); m.from == "" && strings.Contains(v, "@") {
			m.from = v
		}
	}
	if m.fromName = p.String(proptag.SentRepresentingName); m.fromName == "" {
		m.fromName = p.String(proptag.SenderName)
	}
	for _, tag := range []mapi.Tag{proptag.ClientSubmitTime, proptag.MessageDeliveryTime} {
		if t, ok := p.Time(tag).Time(); ok && m.sent.IsZero() {
			m.sent = t
		}
	}
}

// maildirFlags returns what was done with a message: D(raft), F(lagged), P(assed
// on), R(eplied), S(een).
func maildirFlags(p mapi.Props) string {
	const read, unsent = 1, 8 // [MS-OXCMSG] 2.2.1.6
	state, _ := p.Int32(proptag.MessageFlags)
	flag, _ := p.Int32(proptag.FlagStatus)
	verb, _ := p.Int32(proptag.LastVerbExecuted)
	flags := ""
	for _, f := range []struct {
		letter string
		is     bool
	}{
		{"D", state&unsent != 0},
		{"F", flag == 2},   // [MS-OXOFLAG] 2.2.1.1
		{"P", verb == 104}, // [MS-OXOMSG] 2.2.1.14
		{"R", verb == 102 || verb == 103},
		{"S", state&read != 0},
	} {
		if f.is {
			flags += f.letter
		}
	}
	return flags
}

// openSource is a source that stays open when its message is released.
type openSource struct{ *store.Source }

func (openSource) Close() error { return nil }

// maxHeader bounds how much of a header templates look at, in bytes.
const maxHeader = 256 << 10

// readEML reads the header fields of an Internet message that templates know.
func (m *summaryOf) readEML(src *store.Source) {
	b, err := io.ReadAll(io.NewSectionReader(src, 0, min(src.Size(), maxHeader)))
	if err != nil {
		return
	}
	words := mime.WordDecoder{CharsetReader: charsetReader}
	fields := headerFields(b)
	decode := func(text string) string {
		if !utf8.ValidString(text) {
			text = strings.ToValidUTF8(text, "_")
		}
		if decoded, err := words.DecodeHeader(text); err == nil {
			return decoded
		}
		return text
	}
	m.subject = decode(fields["subject"])
	parser := mail.AddressParser{WordDecoder: &words}
	if list, err := parser.ParseList(fields["from"]); err == nil && len(list) > 0 {
		m.from, m.fromName = list[0].Address, list[0].Name
	}
	if t, err := mail.ParseDate(fields["date"]); err == nil && t.Year() > 0 && t.Year() < 10000 {
		m.sent = t
	}
	if m.fromName == "" {
		m.fromName = m.from
	}
}

// charsetReader decodes the charsets that browsers know.
func charsetReader(charset string, in io.Reader) (io.Reader, error) {
	enc, err := htmlindex.Get(charset)
	if err != nil {
		return nil, err
	}
	return enc.NewDecoder().Reader(in), nil
}

// headerFields returns the first field of each name, unfolded; names are in lower
// case.
func headerFields(b []byte) map[string]string {
	fields := map[string]string{}
	last := ""
	for len(b) > 0 {
		var line []byte
		line, b = cutLine(b)
		switch {
		case len(line) == 0 && len(fields) > 0:
			return fields
		case len(line) > 0 && (line[0] == ' ' || line[0] == '\t'):
			if last != "" && len(fields[last]) < maxField*64 {
				fields[last] += " " + string(bytes.TrimSpace(line))
			}
			continue
		}
		last = ""
		name, value, ok := bytes.Cut(line, []byte(":"))
		if key := strings.ToLower(string(bytes.TrimSpace(name))); ok && fields[key] == "" {
			last = key
			fields[key] = string(bytes.TrimSpace(value))
		}
	}
	return fields
}
