package hostile

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// note is a small message.
func note() *mapi.Message {
	m := new(mapi.Message)
	m.Props.Set(proptag.MessageClass, "IPM.Note")
	m.Props.Set(proptag.Subject, "hostile")
	m.Props.Set(proptag.Body, "text")
	m.Props.Set(proptag.SentRepresentingName, "Ada")
	m.Props.Set(proptag.SentRepresentingEmailAddress, "ada@example.org")
	m.Props.Set(proptag.SentRepresentingAddressType, "SMTP")
	m.Recipients = []mapi.Props{recipient("Grace", "grace@example.com")}
	return m
}

func recipient(name, address string) mapi.Props {
	return mapi.Props{
		{Tag: proptag.RecipientType, Value: mapi.RecipientTo}, {Tag: proptag.DisplayName, Value: name},
		{Tag: proptag.AddressType, Value: "SMTP"}, {Tag: proptag.EmailAddress, Value: address},
	}
}

func attachment(name string, data mapi.Value) *mapi.Attachment {
	return &mapi.Attachment{Props: mapi.Props{
		{Tag: proptag.AttachMethod, Value: mapi.AttachByValue}, {Tag: proptag.AttachLongFilename, Value: name}, {Tag: proptag.AttachDataBinary, Value: data},
	}}
}

// message returns a case for a .msg file of a note that change has changed.
func message(name, attack string, small, full int, change func(m *mapi.Message, n int)) Case {
	return Case{Name: name + ".msg", Attack: attack, Small: small, Full: full, Make: func(w io.WriteSeeker, n int) error {
		m := note()
		change(m, n)
		return msg.Write(w, m, msg.WriteOptions{MaxDepth: 1000}, nil)
	}}
}

// repeated is a value of a text that is repeated.
type repeated struct {
	unit string
	n    int
}

func (r repeated) Size() int64 { return int64(len(r.unit)) * int64(r.n) }
func (r repeated) Open() (io.ReadCloser, error) {
	return io.NopCloser(&repeater{unit: r.unit, left: r.Size()}), nil
}

type repeater struct {
	unit string
	at   int
	left int64
}

func (r *repeater) Read(p []byte) (n int, err error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), r.left)]
	for n < len(p) {
		k := copy(p[n:], r.unit[r.at:])
		n += k
		r.at = (r.at + k) % len(r.unit)
	}
	r.left -= int64(n)
	return n, nil
}

// values are messages with values that are too many or out of range.
func values() []Case {
	return []Case{
		message("msg-recipients", "200,000 recipients", 20_000, 200_000, func(m *mapi.Message, n int) {
			for i := range n {
				m.Recipients = append(m.Recipients, recipient("r", fmt.Sprintf("r%d@example.org", i)))
			}
		}),
		message("msg-attachments", "60,000 attachments", 10_000, 60_000, func(m *mapi.Message, n int) {
			for i := range n {
				m.Attachments = append(m.Attachments, attachment(fmt.Sprint("a", i), []byte("x")))
			}
		}),
		message("msg-nested", "messages inside each other", 300, 300, func(m *mapi.Message, n int) {
			for range n {
				inner := note()
				m.Attachments = append(m.Attachments, &mapi.Attachment{Embedded: inner})
				m = inner
			}
		}),
		message("msg-files-nested", "files of messages attached to each other", 40, 40, func(m *mapi.Message, n int) {
			data := []byte(file(note()))
			for range n {
				next := note()
				next.Attachments = []*mapi.Attachment{attachment("inner.msg", data)}
				data = file(next)
			}
			m.Attachments = []*mapi.Attachment{attachment("inner.msg", data)}
		}),
		message("msg-header-names", "properties with the names of 30,000 header fields", 3_000, 30_000, func(m *mapi.Message, n int) {
			for i := range n {
				m.Props = append(m.Props, mapi.Prop{Tag: 0x1F, Name: propname.InternetHeader(fmt.Sprint("x-", i)), Value: "v"})
			}
		}),
		message("msg-keywords", "200,000 categories", 50_000, 200_000, func(m *mapi.Message, n int) {
			m.Props.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, make([]string, n))
		}),
		message("msg-references", "attachments that stand elsewhere: in files, on servers, on the network", 0, 0, func(m *mapi.Message, _ int) {
			for method := range int32(10) {
				for _, where := range References {
					a := &mapi.Attachment{Props: mapi.Props{{Tag: proptag.AttachMethod, Value: method}}}
					for _, tag := range []mapi.Tag{proptag.AttachPathname, proptag.AttachLongPathname, proptag.AttachFilename, proptag.AttachLongFilename, proptag.AttachContentLocation, proptag.AttachContentBase} {
						a.Props.Set(tag, where)
					}
					a.Props.SetNamed(propname.NameAttachmentProviderType, mapi.PtypString, "OneDrivePro")
					m.Attachments = append(m.Attachments, a)
				}
			}
		}),
		message("msg-paths", "attachments whose names are paths", 0, 0, func(m *mapi.Message, _ int) {
			for _, name := range Traversals {
				m.Attachments = append(m.Attachments, attachment(name, []byte("escaped")))
			}
			m.Attachments = append(m.Attachments, &mapi.Attachment{Embedded: note()})
			m.Attachments[len(m.Attachments)-1].Embedded.Props.Set(proptag.Subject, "../../escaped")
		}),
		message("msg-numbers", "every number as large as it can be", 0, 0, func(m *mapi.Message, _ int) { extreme(m, 1) }),
		message("msg-numbers-negative", "every number as small as it can be", 0, 0, func(m *mapi.Message, _ int) { extreme(m, -1) }),
		message("msg-binaries", "every binary value of 64 KB that mean nothing", 0, 0, func(m *mapi.Message, _ int) {
			tags(mapi.PtypBinary, func(t mapi.Tag) { m.Props.Set(t, bytes.Repeat([]byte{0xFF, 0, 1}, 20_000)) })
		}),
	}
}

// texts are messages with texts that are too long.
func texts() []Case {
	text := func(name, attack string, tag mapi.Tag, small, full int, unit string) Case {
		return message(name, attack, small, full, func(m *mapi.Message, n int) { m.Props.Set(tag, repeated{unit, n / len(unit)}) })
	}
	return []Case{
		text("msg-headers-long", "100 MB of header fields that came with the message", proptag.TransportMessageHeaders, 4<<20, 100<<20, "X-Again: seventy characters of nothing at all, and nothing at all once more\r\n"),
		text("msg-headers-line", "a header field of 100 MB that came with the message", proptag.TransportMessageHeaders, 4<<20, 100<<20, "X-A"),
		text("msg-headers-cr", "a header of bare carriage returns and line feeds", proptag.TransportMessageHeaders, 4<<20, 32<<20, "A: b\r\r B:\n\n\r"),
		text("msg-subject-long", "a subject of 100 MB", proptag.Subject, 4<<20, 100<<20, "Re: "),
		text("msg-id-long", "a message id of 100 MB", proptag.InternetMessageId, 4<<20, 100<<20, "<a@"),
		text("msg-references-long", "references of 100 MB", proptag.InternetReferences, 4<<20, 100<<20, "<a@b> "),
		text("msg-name-long", "a sender whose name has 100 MB", proptag.SentRepresentingName, 4<<20, 100<<20, "ä "),
		text("msg-class-long", "a message class of 100 MB", proptag.MessageClass, 4<<20, 100<<20, "IPM.Note."),
		text("msg-body-line", "a body of 100 MB without a line end", proptag.Body, 4<<20, 100<<20, "no end ä"),
		text("msg-html-open", "100 MB of HTML that opens and never closes", proptag.Html, 4<<20, 100<<20, "<div><!--<a href='cid:"),
	}
}

// pages are messages with bodies that are not in their code page.
func pages() (list []Case) {
	for _, cp := range []int32{37, 932, 936, 1200, 1201, 12000, 20127, 50220, 50225, 52936, 54936, 65000, 65001, -1, math.MaxInt32} {
		list = append(list, message(fmt.Sprint("msg-codepage-", cp), "bodies of bytes that their code page does not have", 1<<20, 8<<20, func(m *mapi.Message, n int) {
			m.Props.Set(proptag.InternetCodepage, cp)
			m.Props.Set(proptag.MessageCodepage, cp)
			m.Props.Set(proptag.Html, []byte(strings.Repeat("\x1b$B+AAA\x81\xff~{\x0e<", n/16)))
		}))
	}
	return list
}

// References are names of things that an attachment may say it is.
var References = []string{"/etc/passwd", "secret.txt", `\\127.0.0.1\share\file`, `C:\Windows\win.ini`, "file:///etc/passwd", "http://127.0.0.1:9/x", "https://example.invalid/\r\n" + Mark + ": 1", "cid:x", "/dev/zero", "/proc/self/environ"}

// tags calls do with every tag of a type that has a name.
func tags(t mapi.Type, do func(mapi.Tag)) {
	for _, tag := range named() {
		if tag.Type() == t {
			do(tag)
		}
	}
}

// named returns every tag that has a name.
var named = sync.OnceValue(func() (list []mapi.Tag) {
	for id := range 0x8000 {
		for _, t := range []mapi.Type{
			mapi.PtypString, mapi.PtypMultipleString, mapi.PtypBinary, mapi.PtypInteger32, mapi.PtypInteger64, mapi.PtypTime, mapi.PtypBoolean,
		} {
			if tag := mapi.NewTag(uint16(id), t); proptag.Name(tag) != "" {
				list = append(list, tag)
			}
		}
	}
	return list
})

// extreme sets all numbers and times.
func extreme(m *mapi.Message, sign int) {
	pick := func(high, low int64) int64 {
		if sign < 0 {
			return low
		}
		return high
	}
	m.Attachments = append(m.Attachments, attachment("x", []byte("x")))
	for _, props := range []*mapi.Props{&m.Props, &m.Recipients[0], &m.Attachments[0].Props} {
		tags(mapi.PtypInteger32, func(t mapi.Tag) { props.Set(t, int32(pick(math.MaxInt32, math.MinInt32))) })
		tags(mapi.PtypInteger64, func(t mapi.Tag) { props.Set(t, pick(math.MaxInt64, math.MinInt64)) })
		tags(mapi.PtypTime, func(t mapi.Tag) { props.Set(t, mapi.Filetime(pick(math.MaxInt64, math.MinInt64))) })
		tags(mapi.PtypBoolean, func(t mapi.Tag) { props.Set(t, sign > 0) })
	}
}
