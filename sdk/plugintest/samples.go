package plugintest

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A Sample is a message that plugins meet in the world or may be sent by an
// attacker.
type Sample struct {
	Name    string
	Message *mapi.Message
}

// samples has a row for each nasty message.
var samples = []struct {
	name string
	make func(m *mapi.Message)
}{
	{"empty", func(*mapi.Message) {}},
	{"plain", plain},
	{"values that are empty", func(m *mapi.Message) {
		for _, tag := range []mapi.Tag{proptag.Subject, proptag.Body, proptag.SenderName, proptag.SenderEmailAddress, proptag.InternetMessageId, proptag.MessageClass} {
			m.Props.Set(tag, "")
		}
		prop.Html.Set(&m.Props, nil)
		prop.ClientSubmitTime.Set(&m.Props, 0)
	}},
	{"subject of 1 MiB", func(m *mapi.Message) { prop.Subject.Set(&m.Props, strings.Repeat("Ä long subject ", 70_000)) }},
	{"subject with line breaks", func(m *mapi.Message) {
		prop.Subject.Set(&m.Props, "a\r\nBcc: evil@example.org\r\n\r\nb\rc\nd\u2028e\u0085f")
	}},
	{"subject with zero bytes", func(m *mapi.Message) { prop.Subject.Set(&m.Props, "a\x00b\x00") }},
	{"control characters", func(m *mapi.Message) {
		prop.Subject.Set(&m.Props, "\x01\x02RE: \x1b[31mred\x1b[0m\x7f \u202egnp.exe\u200b\ufeff\ufffe\uffff")
	}},
	{"surrogates and other text that is no UTF-8", func(m *mapi.Message) {
		prop.Subject.Set(&m.Props, "\xed\xa0\x80 \xed\xbf\xbf \xff \xc3")
		prop.Body.Set(&m.Props, "\xed\xa0\xbd half a smile")
	}},
	{"far-off characters", func(m *mapi.Message) {
		prop.Subject.Set(&m.Props, "\U0001F600 \U0010FFFF e"+strings.Repeat("\u0301", 5000))
	}},
	{"names with line breaks", func(m *mapi.Message) {
		plain(m)
		for i := range m.Recipients {
			prop.DisplayName.Set(&m.Recipients[i], "Eve\r\nX-Evil: 1")
			prop.SmtpAddress.Set(&m.Recipients[i], "eve@example.org>\r\n<mallory@example.org")
		}
		prop.AttachLongFilename.Set(&m.Attachments[0].Props, "a\r\nb/../..\\c:\x00.txt")
		prop.AttachMimeTag.Set(&m.Attachments[0].Props, "text/plain\r\nX-Evil: 1; name=\"")
		prop.AttachContentId.Set(&m.Attachments[0].Props, "<a\r\nb>")
	}},
	{"names that are paths", func(m *mapi.Message) {
		for _, name := range []string{"../../etc/passwd", "C:\\Windows\\x", "/dev/stdin", ".", "..", "CON", "a/b", strings.Repeat("n", 4000), ""} {
			attach(m, name, []byte("x"))
		}
	}},
	{"10,000 recipients", func(m *mapi.Message) {
		for i := range 10_000 {
			recipient(m, int32(i%5), fmt.Sprintf("Person %d", i), fmt.Sprintf("p%d@example.org", i))
		}
	}},
	{"recipients without anything", func(m *mapi.Message) { m.Recipients = make([]mapi.Props, 3) }},
	{"attachments without anything", func(m *mapi.Message) { m.Attachments = []*mapi.Attachment{{}, {}} }},
	{"500 attachments", func(m *mapi.Message) {
		for i := range 500 {
			attach(m, fmt.Sprintf("%d.txt", i), []byte{byte(i)})
		}
	}},
	{"messages 100 deep", func(m *mapi.Message) {
		for range 99 {
			plain(m)
			a := &mapi.Attachment{Embedded: &mapi.Message{}}
			prop.AttachMethod.Set(&a.Props, mapi.AttachEmbeddedMessage)
			m.Attachments = append(m.Attachments, a)
			m = a.Embedded
		}
	}},
	{"large values", func(m *mapi.Message) {
		prop.Body.Set(&m.Props, strings.Repeat("line of text\r\n", 20_000))
		prop.Html.Set(&m.Props, bytes.Repeat([]byte("<p>para</p>"), 20_000))
		attach(m, "big.bin", bytes.Repeat([]byte{0xFE, 0x00}, 1<<20))
		prop.TransportMessageHeaders.Set(&m.Props, strings.Repeat("Received: from a by b\r\n", 10_000))
	}},
	{"body in one line", func(m *mapi.Message) { prop.Body.Set(&m.Props, strings.Repeat("x", 200_000)) }},
	{"HTML that never closes", func(m *mapi.Message) {
		prop.Html.Set(&m.Props, []byte(strings.Repeat("<div><b><table><!--", 10_000)))
	}},
	{"RTF that is none", func(m *mapi.Message) {
		prop.RtfCompressed.Set(&m.Props, []byte("\xff\xff\xff\x7f\xff\xff\xff\x7fLZFu\x00\x00\x00\x00\xff\xff"))
	}},
	{"bodies that contradict each other", func(m *mapi.Message) {
		prop.Body.Set(&m.Props, "one")
		prop.Html.Set(&m.Props, []byte("<p>two"))
		prop.NativeBody.Set(&m.Props, 99)
		prop.InternetCodepage.Set(&m.Props, 424242)
	}},
	{"times out of range", func(m *mapi.Message) {
		prop.ClientSubmitTime.Set(&m.Props, 0xFFFFFFFFFFFFFFFF)
		prop.MessageDeliveryTime.Set(&m.Props, 1)
	}},
	{"properties of unexpected types", func(m *mapi.Message) {
		m.Props.Set(proptag.Subject.WithType(mapi.PtypInteger32), int32(7))
		m.Props.Set(proptag.Body.WithType(mapi.PtypBinary), []byte("body"))
		m.Props.Set(proptag.Importance.WithType(mapi.PtypString), "high")
		m.Props.Set(proptag.Html.WithType(mapi.PtypString), "<p>text</p>")
	}},
	{"properties that nobody knows", everyType},
	{"classes", func(m *mapi.Message) {
		plain(m)
		prop.MessageClass.Set(&m.Props, "ReP\u00f6RT..IPM."+strings.Repeat("A.", 500))
	}},
}

// plain makes m an ordinary message.
func plain(m *mapi.Message) {
	prop.MessageClass.Set(&m.Props, "IPM.Note")
	prop.Subject.Set(&m.Props, "Lunch")
	prop.Body.Set(&m.Props, "At noon?\r\n")
	prop.SenderName.Set(&m.Props, "Ada")
	prop.SenderSmtpAddress.Set(&m.Props, "ada@example.org")
	prop.ClientSubmitTime.Set(&m.Props, 133_000_000_000_000_000)
	recipient(m, mapi.RecipientTo, "Charles", "charles@example.org")
	attach(m, "menu.txt", []byte("soup"))
}

func recipient(m *mapi.Message, kind int32, name, address string) {
	var r mapi.Props
	prop.RecipientType.Set(&r, kind)
	prop.DisplayName.Set(&r, name)
	prop.AddressType.Set(&r, "SMTP")
	prop.SmtpAddress.Set(&r, address)
	m.Recipients = append(m.Recipients, r)
}

func attach(m *mapi.Message, name string, content []byte) {
	a := &mapi.Attachment{}
	prop.AttachMethod.Set(&a.Props, mapi.AttachByValue)
	prop.AttachLongFilename.Set(&a.Props, name)
	prop.AttachDataBinary.Set(&a.Props, content)
	m.Attachments = append(m.Attachments, a)
}

// everyType gives m a property of each type, under ids and names that mean nothing.
func everyType(m *mapi.Message) {
	values := map[mapi.Type]mapi.Value{
		mapi.PtypNull: nil, mapi.PtypObject: nil, mapi.PtypInteger16: int16(-1), mapi.PtypInteger32: int32(-1), mapi.PtypInteger64: int64(-1),
		mapi.PtypFloating32: float32(1), mapi.PtypFloating64: 1.0, mapi.PtypCurrency: mapi.Currency(-1), mapi.PtypFloatingTime: mapi.FloatingTime(-1),
		mapi.PtypErrorCode: mapi.ErrNotFound, mapi.PtypBoolean: true, mapi.PtypString: "x", mapi.PtypString8: "x", mapi.PtypTime: mapi.Filetime(1),
		mapi.PtypGuid: mapi.GUID{1}, mapi.PtypBinary: []byte{0}, mapi.PtypServerID: []byte{0},
		mapi.PtypMultipleInteger16: []int16{1}, mapi.PtypMultipleInteger32: []int32{}, mapi.PtypMultipleInteger64: []int64{1},
		mapi.PtypMultipleFloating32: []float32{1}, mapi.PtypMultipleFloating64: []float64{1}, mapi.PtypMultipleString: []string{"", "x\r\n"},
		mapi.PtypMultipleTime: []mapi.Filetime{0}, mapi.PtypMultipleGuid: []mapi.GUID{{}}, mapi.PtypMultipleBinary: [][]byte{{}, {1}},
	}
	id := uint16(0x6F00)
	for t := range mapi.Type(0x1200) { // in an order that stays the same
		if v, ok := values[t]; ok {
			m.Props.Set(mapi.NewTag(id, t), v)
			m.Props.SetNamed(mapi.Name{Set: mapi.PSPublicStrings, Text: fmt.Sprintf("unknown %d\r\n", id)}, t, v)
			id++
		}
	}
	m.Props.SetNamed(propname.InternetHeader("x-evil\r\nBcc"), mapi.PtypString, "eve@example.org\r\n")
}

// Samples returns nasty messages, made anew: empty, huge and deep ones, text that is
// none, line breaks where they do harm, names that are paths, values of unexpected
// types. All that is in them is made up.
func Samples() []Sample {
	var all []Sample
	for _, s := range samples {
		m := &mapi.Message{}
		s.make(m)
		all = append(all, Sample{s.name, m})
	}
	return all
}
