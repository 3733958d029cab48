// Package sample makes messages by rule, as many as wanted, for tests and
// measurements: the same number makes the same message.
package sample

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// words are those that the messages are made of.
var words = strings.Fields(`harbour ledger autumn meeting invoice river paper window signal garden letter market
	bridge morning lantern carriage silver report number village Grüße Straße été señor привет 春 手紙 budget station`)

// people are the senders and recipients.
var people = []struct{ name, address string }{
	{"Ada Lovelace", "ada@example.org"}, {"Grace Hopper", "grace@example.com"}, {"Андрей Ершов", "ershov@example.net"},
	{"Doe, John", "john@example.com"}, {"Mary Somerville", "mary@example.org"}, {"Konrad Zuse", "zuse@example.de"},
}

func text(rnd *rand.Rand, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(words[rnd.IntN(len(words))])
	}
	return b.String()
}

// Message returns message number n. Every third one has HTML, every seventh an
// attachment, every twentieth an embedded message.
func Message(n int) *mapi.Message { return message(n, true) }

func message(n int, whole bool) *mapi.Message {
	rnd := rand.New(rand.NewPCG(uint64(n), 7))
	from := people[rnd.IntN(len(people))]
	sent := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rnd.IntN(10*365*24*60)) * time.Minute)
	m := new(mapi.Message)
	m.Props.Set(proptag.MessageClass, "IPM.Note")
	m.Props.Set(proptag.MessageFlags, int32(1))
	m.Props.Set(proptag.Subject, text(rnd, 2+rnd.IntN(6)))
	m.Props.Set(proptag.InternetMessageId, fmt.Sprintf("<%d@example.org>", n))
	m.Props.Set(proptag.ClientSubmitTime, mapi.NewFiletime(sent))
	m.Props.Set(proptag.MessageDeliveryTime, mapi.NewFiletime(sent.Add(3*time.Second)))
	m.Props.Set(proptag.SentRepresentingName, from.name)
	m.Props.Set(proptag.SentRepresentingAddressType, "SMTP")
	m.Props.Set(proptag.SentRepresentingEmailAddress, from.address)
	body := text(rnd, 10+rnd.IntN(120))
	m.Props.Set(proptag.Body, body+"\r\n")
	m.Props.Set(proptag.InternetCodepage, int32(65001))
	if n%3 == 0 {
		m.Props.Set(proptag.Html, []byte("<html><body><p>"+body+"</p></body></html>\r\n"))
	}
	for range 1 + rnd.IntN(3) {
		m.Recipients = append(m.Recipients, recipient(people[rnd.IntN(len(people))]))
	}
	if n%7 == 0 {
		m.Attachments = append(m.Attachments, file(rnd))
	}
	if n%20 == 0 && whole {
		inner := new(mapi.Attachment)
		inner.Embedded = message(n+1_000_000, false)
		inner.Props.Set(proptag.AttachMethod, mapi.AttachEmbeddedMessage)
		inner.Props.Set(proptag.DisplayName, inner.Embedded.Props.String(proptag.Subject))
		inner.Props.Set(proptag.RenderingPosition, int32(-1))
		m.Attachments = append(m.Attachments, inner)
	}
	return m
}

func recipient(p struct{ name, address string }) mapi.Props {
	var r mapi.Props
	r.Set(proptag.RecipientType, mapi.RecipientTo)
	r.Set(proptag.DisplayName, p.name)
	r.Set(proptag.AddressType, "SMTP")
	r.Set(proptag.EmailAddress, p.address)
	r.Set(proptag.SmtpAddress, p.address)
	return r
}

func file(rnd *rand.Rand) *mapi.Attachment {
	data := make([]byte, 500+rnd.IntN(4000))
	for i := range data {
		data[i] = byte(rnd.Uint32())
	}
	a := new(mapi.Attachment)
	a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
	a.Props.Set(proptag.AttachLongFilename, words[rnd.IntN(20)]+".bin")
	a.Props.Set(proptag.AttachMimeTag, "application/octet-stream")
	a.Props.Set(proptag.RenderingPosition, int32(-1))
	a.Props.Set(proptag.AttachDataBinary, data)
	return a
}

// perFolder is how many messages lie in a folder.
const perFolder = 500

// WriteTree writes messages from number first on as .msg files below dir, 500 in
// a folder. Of every thousand, one is damaged and cannot be converted.
func WriteTree(dir string, first, count int) error {
	for n := first; n < first+count; n++ {
		folder := filepath.Join(dir, fmt.Sprintf("%04d", n/perFolder))
		if n == first || n%perFolder == 0 {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				return err
			}
		}
		var b seeker
		if err := msg.Write(&b, Message(n), msg.WriteOptions{}, nil); err != nil {
			return err
		}
		data := b.data
		if n%1000 == 999 {
			data = data[:100]
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%06d.msg", n)), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// seeker is a file in memory.
type seeker struct {
	data []byte
	at   int64
}

func (s *seeker) Write(p []byte) (int, error) {
	if grow := s.at + int64(len(p)) - int64(len(s.data)); grow > 0 {
		s.data = append(s.data, bytes.Repeat([]byte{0}, int(grow))...)
	}
	copy(s.data[s.at:], p)
	s.at += int64(len(p))
	return len(p), nil
}

func (s *seeker) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case 1:
		offset += s.at
	case 2:
		offset += int64(len(s.data))
	}
	s.at = offset
	return offset, nil
}
