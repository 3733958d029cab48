package conformance

import (
	"fmt"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// secret is a word that stands in all parts of the samples that are private, and
// nowhere else.
const secret = "Zwiebelschmarrn"

// A person stands in a sample as sender or recipient.
type person struct{ name, address string }

var (
	sender = person{"Ada " + secret, "ada@example.org"}
	people = []person{{"Charles " + secret, "charles@example.org"}, {"Grace Ägir", "grace@example.org"}, {"Mary", "mary@example.com"}}
)

// plain is a message with something of everything that is usual. Its large values
// stay with the host.
func plain() *mapi.Message {
	m := letter("Report on the "+secret, "Dear all,\r\n\r\nthe "+secret+" is ready. Grüße!\r\n\r\nAda\r\n")
	m.Attachments = []*mapi.Attachment{file("notes.txt", "text/plain", []byte("First note: "+secret+"\r\n")), file("data.bin", "application/octet-stream", noise(200_000))}
	return m
}

// large is a message whose body and attachment stay with the host.
func large() *mapi.Message {
	m := letter("A long one", strings.Repeat("Forty-two characters of text in each line.\r\n", 5000))
	m.Attachments = []*mapi.Attachment{file("data.bin", "application/octet-stream", noise(300_000))}
	return m
}

// huge is a message with one attachment of that many bytes.
func huge(size int64) *mapi.Message {
	m := letter("A huge attachment", "See the file.\r\n")
	m.Attachments = []*mapi.Attachment{file("huge.bin", "application/octet-stream", noise(size))}
	return m
}

// longText is a message with a body of that many bytes.
func longText(size int) *mapi.Message {
	return letter("A huge body", strings.Repeat("Sixty-three characters of text and one line end for each line.\r\n", size/65))
}

// letter is a message with a subject and a text, and people.
func letter(subject, body string) *mapi.Message {
	m := &mapi.Message{}
	p := &m.Props
	p.Set(proptag.MessageClass, "IPM.Note")
	p.Set(proptag.Subject, subject)
	p.Set(proptag.InternetMessageId, "<conformance@example.org>")
	p.Set(proptag.InternetCodepage, int32(65001))
	at := mapi.NewFiletime(time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC))
	p.Set(proptag.ClientSubmitTime, at)
	p.Set(proptag.MessageDeliveryTime, at)
	p.Set(proptag.SenderName, sender.name)
	p.Set(proptag.SenderAddressType, "SMTP")
	p.Set(proptag.SenderEmailAddress, sender.address)
	p.Set(proptag.SenderSmtpAddress, sender.address)
	p.Set(proptag.SentRepresentingName, sender.name)
	p.Set(proptag.SentRepresentingAddressType, "SMTP")
	p.Set(proptag.SentRepresentingEmailAddress, sender.address)
	p.Set(proptag.SentRepresentingSmtpAddress, sender.address)
	p.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{"one", "two"})
	p.Set(proptag.Body, text(body))
	for i, to := range people {
		m.Recipients = append(m.Recipients, recipient(to, []int32{mapi.RecipientTo, mapi.RecipientTo, mapi.RecipientCc}[i]))
	}
	return m
}

// text is a string value, of any length.
func text(s string) mapi.Value {
	if len(s) > wire.InlineLimit {
		return wire.Memory(s)
	}
	return s
}

func recipient(p person, kind int32) mapi.Props {
	var r mapi.Props
	r.Set(proptag.RecipientType, kind)
	r.Set(proptag.DisplayName, p.name)
	r.Set(proptag.AddressType, "SMTP")
	r.Set(proptag.EmailAddress, p.address)
	r.Set(proptag.SmtpAddress, p.address)
	return r
}

func file(name, mediaType string, data mapi.Value) *mapi.Attachment {
	a := &mapi.Attachment{}
	a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
	a.Props.Set(proptag.AttachLongFilename, name)
	a.Props.Set(proptag.AttachMimeTag, mediaType)
	a.Props.Set(proptag.RenderingPosition, int32(-1))
	if data != nil {
		a.Props.Set(proptag.AttachDataBinary, data)
	}
	return a
}

// A hostile message is one that no friend would send.
type hostileMessage struct {
	name string
	make func() *mapi.Message
}

// hostileMessages are given to exporters. Whatever is strange in them has come
// through the host like that: text that was no UTF-16 holds U+FFFD by then.
var hostileMessages = []hostileMessage{
	{"an empty message", func() *mapi.Message { return &mapi.Message{} }},
	{"NUL and control characters in text", func() *mapi.Message {
		return everywhere("a\x00b\x01\x1b[2J\x7f\u0085\u2028c")
	}},
	{"lone surrogates and noncharacters", func() *mapi.Message {
		m := everywhere("\uFFFD \uFFFE\uFFFF\U0010FFFF \u202Egnp.exe")
		m.Props.Set(mapi.NewTag(0x6801, mapi.PtypBinary), []byte{0x00, 0xD8, 0x41, 0x00, 0x00, 0xDC})
		return m
	}},
	{"CR and LF in names and addresses", func() *mapi.Message {
		return everywhere("x\r\nBcc: injected@example.org\r\n\r\n<script>")
	}},
	{"what markup is made of", func() *mapi.Message { return everywhere("\"'<>&;\\,()[]{}%$#*_`~|../..\\C:\\") }},
	{"1,000 recipients", func() *mapi.Message {
		m := letter("To everybody", "Hello\r\n")
		for i := range 1000 {
			m.Recipients = append(m.Recipients, recipient(person{fmt.Sprint("Person ", i), fmt.Sprintf("p%d@example.org", i)}, int32(1+i%3)))
		}
		return m
	}},
	{"properties of all types", allTypes},
	{"messages in messages, 50 deep", func() *mapi.Message { return nested(50) }},
	{"attachments without content, name or method", func() *mapi.Message {
		m := letter("Nothing attached", "")
		m.Attachments = []*mapi.Attachment{{}, file("", "", []byte{}), file(strings.Repeat("n", 5000), "no/such; type=\"", nil), {Embedded: &mapi.Message{}}}
		return m
	}},
	{"values of the wrong meaning", func() *mapi.Message {
		m := letter("Times", "x")
		m.Props.Set(proptag.ClientSubmitTime, mapi.Filetime(1<<63-1))
		m.Props.Set(proptag.InternetCodepage, int32(-1))
		m.Props.Set(proptag.Html, bytesOf(1000))
		m.Props.Set(proptag.RtfCompressed, bytesOf(1000))
		m.Recipients = append(m.Recipients, mapi.Props{}, recipient(person{"", ""}, -7))
		return m
	}},
}

// everywhere puts a text where people and programs write.
func everywhere(s string) *mapi.Message {
	m := letter(s, s)
	m.Props.Set(proptag.MessageClass, s)
	m.Props.Set(proptag.SenderName, s)
	m.Props.Set(proptag.SentRepresentingName, s)
	m.Props.Set(proptag.SentRepresentingSmtpAddress, s)
	m.Props.Set(proptag.InternetMessageId, s)
	m.Recipients = append(m.Recipients, recipient(person{s, s}, mapi.RecipientTo))
	m.Attachments = append(m.Attachments, file(s, s, []byte(s)))
	return m
}

// allTypes has a property of each type that the wire knows.
func allTypes() *mapi.Message {
	m := letter("Types", "x\r\n")
	id := uint16(0x6700)
	add := func(t mapi.Type, v mapi.Value) {
		m.Props.Set(mapi.NewTag(id, t), v)
		id++
	}
	guid := mapi.GUID{1, 2, 3}
	add(mapi.PtypInteger16, int16(-1))
	add(mapi.PtypInteger64, int64(-1<<63))
	add(mapi.PtypFloating32, float32(0.5))
	add(mapi.PtypFloating64, 1e300)
	add(mapi.PtypFloatingTime, mapi.FloatingTime(1e300))
	add(mapi.PtypCurrency, mapi.Currency(1<<62))
	add(mapi.PtypErrorCode, mapi.ErrNotFound)
	add(mapi.PtypBoolean, true)
	add(mapi.PtypTime, mapi.Filetime(1<<64-1))
	add(mapi.PtypGuid, guid)
	add(mapi.PtypMultipleInteger32, []int32{1, -1})
	add(mapi.PtypMultipleBinary, [][]byte{{}, {0}})
	add(mapi.PtypMultipleGuid, []mapi.GUID{guid})
	add(mapi.PtypMultipleTime, []mapi.Filetime{0})
	add(mapi.PtypMultipleString, []string{})
	return m
}

// nested is a message in so many others.
func nested(depth int) *mapi.Message {
	m := letter("The innermost", "x\r\n")
	for range depth {
		a := &mapi.Attachment{Embedded: m}
		a.Props.Set(proptag.AttachMethod, mapi.AttachEmbeddedMessage)
		m = letter("One more", "x\r\n")
		m.Attachments = []*mapi.Attachment{a}
	}
	return m
}
