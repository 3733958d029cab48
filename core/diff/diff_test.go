package diff

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/sdk/look"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

var when = time.Date(2024, 2, 29, 13, 37, 42, 0, time.UTC)

// letter is a message with something of everything.
func letter() *mapi.Message {
	m := new(mapi.Message)
	p := &m.Props
	p.Set(proptag.MessageClass, "IPM.Note")
	p.Set(proptag.Subject, "The engine")
	p.Set(proptag.InternetMessageId, "<1@example.org>")
	p.Set(proptag.ClientSubmitTime, mapi.NewFiletime(when))
	p.Set(proptag.SentRepresentingName, "Ada")
	p.Set(proptag.SentRepresentingEmailAddress, "ada@example.org")
	p.Set(proptag.Body, "Dear Grace,\r\n\r\nhello.\r\n")
	p.Set(proptag.Html, []byte("<html><body><p>Dear Grace,</p><p>hello.</p></body></html>"))
	p.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{"blue", "red"})
	p.SetNamed(propname.InternetHeader("X-Campaign"), mapi.PtypString, "seven")
	p.Set(proptag.IconIndex, int32(256))
	m.Recipients = []mapi.Props{person(mapi.RecipientTo, "Grace", "grace@example.org"), person(mapi.RecipientCc, "Bob", "bob@example.org")}
	m.Attachments = []*mapi.Attachment{file("a.txt", "abc"), file("b.bin", "xyz"), {Embedded: note("Inside", "deep")}}
	return m
}

func note(subject, text string) *mapi.Message {
	m := new(mapi.Message)
	m.Props.Set(proptag.Subject, subject)
	m.Props.Set(proptag.Body, text)
	return m
}

func person(kind int32, name, address string) mapi.Props {
	var r mapi.Props
	r.Set(proptag.RecipientType, kind)
	r.Set(proptag.DisplayName, name)
	r.Set(proptag.AddressType, "SMTP")
	r.Set(proptag.EmailAddress, address)
	return r
}

func file(name, data string) *mapi.Attachment {
	a := new(mapi.Attachment)
	a.Props.Set(proptag.AttachLongFilename, name)
	a.Props.Set(proptag.AttachMimeTag, "text/plain")
	a.Props.Set(proptag.AttachDataBinary, []byte(data))
	return a
}

// list compares letter, changed by one, with letter, changed by the other, and
// returns a line for each difference; those that no mail carries begin with "~".
func list(t *testing.T, opt Options, one, other func(*mapi.Message)) []string {
	t.Helper()
	a, b := letter(), letter()
	if one != nil {
		one(a)
	}
	other(b)
	r, err := Compare(context.Background(), a, b, opt)
	if err != nil {
		t.Fatal(err)
	}
	text := func(s *string) string {
		if s == nil {
			return "-"
		}
		return *s
	}
	var lines []string
	for _, d := range r.Differences {
		line := strings.TrimPrefix(d.Object+" "+d.What+": "+text(d.A)+" | "+text(d.B), " ")
		if d.Lines != "" {
			line = strings.TrimPrefix(d.Object+" "+d.What+":\n"+d.Lines, " ")
		}
		if !d.Carried {
			line = "~" + line
		}
		lines = append(lines, line)
	}
	return lines
}

// A change is a way in which a message differs from letter.
type change struct {
	name       string
	one, other func(*mapi.Message)
	want       []string
}

func set(tag mapi.Tag, v any) func(*mapi.Message) {
	return func(m *mapi.Message) { m.Props.Set(tag, v) }
}

func drop(tag mapi.Tag) func(*mapi.Message) { return func(m *mapi.Message) { m.Props.Delete(tag) } }

func both(fs ...func(*mapi.Message)) func(*mapi.Message) {
	return func(m *mapi.Message) {
		for _, f := range fs {
			f(m)
		}
	}
}

func check(t *testing.T, opt Options, tests []change) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, list(t, opt, tt.one, tt.other)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// toMail says that the second message is an Internet message.
var toMail = Options{Formats: [2]string{"msg", "eml"}}

func TestWhatDoesNotCount(t *testing.T) {
	t.Parallel()
	check(t, Options{}, []change{
		{name: "nothing", other: func(*mapi.Message) {}},
		{name: "line ends and blanks of text", other: set(proptag.Body, "Dear Grace,  \n\nhello.\n\n\n\x00")},
		{name: "how HTML is written", other: set(proptag.Html, []byte("<!-- x --><HTML><head><meta charset=utf-8></head>\r\n<BODY>\r\n<P>Dear\r\n   Grace,</P>\r\n<p>hello.</p>"))},
		{name: "order of recipients", other: func(m *mapi.Message) { m.Recipients[0], m.Recipients[1] = m.Recipients[1], m.Recipients[0] }},
		{name: "order of categories", other: func(m *mapi.Message) {
			m.Props.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{"red", "blue", "red"})
		}},
		{name: "order of attachments", other: func(m *mapi.Message) { m.Attachments[0], m.Attachments[1] = m.Attachments[1], m.Attachments[0] }},
		{name: "capitals of addresses", other: set(proptag.SentRepresentingEmailAddress, "ADA@example.org")},
		{name: "brackets of identifiers", other: set(proptag.InternetMessageId, " 1@example.org")},
		{name: "parts of a second", other: set(proptag.ClientSubmitTime, mapi.NewFiletime(when.Add(900*time.Millisecond)))},
		{name: "blanks in the subject", other: set(proptag.Subject, "The \t engine ")},
		{name: "usual values", other: both(set(proptag.Importance, int32(1)), set(proptag.Sensitivity, int32(0)), set(proptag.Priority, int32(0)))},
		{name: "what the storage computes", other: both(set(proptag.MessageSize, int32(5)), set(proptag.DisplayTo, "x"), set(proptag.HasAttachments, true))},
		{name: "where a value is", other: set(proptag.Body, stream("Dear Grace,\r\n\r\nhello.\r\n"))},
		{name: "8-bit strings", other: func(m *mapi.Message) {
			m.Props.Delete(proptag.Subject)
			m.Props = append(m.Props, mapi.Prop{Tag: proptag.Subject.WithType(mapi.PtypString8), Value: "The engine"})
		}},
		{name: "a type that says nothing", other: func(m *mapi.Message) { m.Attachments[0].Props.Set(proptag.AttachMimeTag, "application/octet-stream") }},
		{name: "text that HTML says, too", other: drop(proptag.Body)},
		{name: "how RTF is compressed", one: set(proptag.RtfCompressed, lzfu.Store([]byte("{}"))), other: set(proptag.RtfCompressed, lzfu.Compress([]byte("{}")))},
		{name: "named identifiers", other: func(m *mapi.Message) {
			for i := range m.Props {
				if !m.Props[i].Name.IsZero() {
					m.Props[i].Tag = mapi.NewTag(0x8123, m.Props[i].Tag.Type())
				}
			}
		}},
	})
}

// stream is a value that is read as a stream.
type stream string

func (s stream) Size() int64                  { return -1 }
func (s stream) Open() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(string(s))), nil }

func TestFacts(t *testing.T) {
	t.Parallel()
	check(t, toMail, []change{
		{name: "subject", other: set(proptag.Subject, "RE: The engine"), want: []string{"subject: The engine | RE: The engine"}},
		{name: "no date", other: drop(proptag.ClientSubmitTime), want: []string{"date: 2024-02-29T13:37:42Z | -"}},
		{name: "date in the header", one: both(drop(proptag.ClientSubmitTime), set(proptag.TransportMessageHeaders, "Date: Thu, 29 Feb 2024\r\n 14:37:42 +0100\r\n")),
			other: func(*mapi.Message) {}, want: []string{"~PidTagTransportMessageHeaders: Date: Thu, 29 Feb 2024\r\n 14:37:42 +0100\r\n | -"}},
		{name: "sender", other: both(set(proptag.SenderName, "Desk"), set(proptag.SenderEmailAddress, "desk@example.org")),
			want: []string{"sender: - | Desk <desk@example.org>"}},
		{name: "author", other: set(proptag.SentRepresentingName, "Eve"), want: []string{"from: Ada <ada@example.org> | Eve <ada@example.org>"}},
		{name: "author of Exchange", other: both(set(proptag.SentRepresentingAddressType, "EX"), set(proptag.SentRepresentingEmailAddress, "/o=x")),
			want: []string{"~from: Ada <ada@example.org> | Ada <EX:/o=x>"}},
		{name: "identifiers", other: both(set(proptag.InternetMessageId, "<2@example.org>"), set(proptag.InternetReferences, "<1@example.org>")),
			want: []string{"message-id: 1@example.org | 2@example.org", "references: - | 1@example.org"}},
		{name: "class of mail", other: set(proptag.MessageClass, "REPORT.IPM.Note.NDR"), want: []string{"class: IPM.Note | REPORT.IPM.Note.NDR"}},
		{name: "class of something else", other: set(proptag.MessageClass, "IPM.Contact"), want: []string{"~class: IPM.Note | IPM.Contact"}},
		{name: "importance", other: set(proptag.Importance, int32(2)), want: []string{"importance: normal | high"}},
		{name: "flags", other: set(proptag.MessageFlags, int32(0x19)), want: []string{"draft: - | yes", "~flags: - | read"}},
		{name: "categories", other: func(m *mapi.Message) {
			m.Props.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{"blue"})
		},
			want: []string{"categories: blue, red | blue"}},
		{name: "receipt", other: set(proptag.ReadReceiptRequested, true), want: []string{"receipt requested: - | yes"}},
	})
}

func TestPeople(t *testing.T) {
	t.Parallel()
	check(t, toMail, []change{
		{name: "one less", other: func(m *mapi.Message) { m.Recipients = m.Recipients[:1] }, want: []string{"cc: Bob <bob@example.org> | -"}},
		{name: "one more", other: func(m *mapi.Message) {
			m.Recipients = append(m.Recipients, person(mapi.RecipientBcc, "", "x@example.org"))
		},
			want: []string{"bcc: - | x@example.org"}},
		{name: "other name", other: func(m *mapi.Message) { m.Recipients[0].Set(proptag.DisplayName, "Hopper") },
			want: []string{"to: Grace <grace@example.org> | Hopper <grace@example.org>"}},
		{name: "other address", other: func(m *mapi.Message) { m.Recipients[0].Set(proptag.EmailAddress, "hopper@example.org") },
			want: []string{"to: Grace <grace@example.org> | Grace <hopper@example.org>"}},
		{name: "other kind", other: func(m *mapi.Message) { m.Recipients[0].Set(proptag.RecipientType, mapi.RecipientBcc) },
			want: []string{"recipient: to Grace <grace@example.org> | bcc Grace <grace@example.org>"}},
		{name: "no address", other: func(m *mapi.Message) { m.Recipients = append(m.Recipients, person(mapi.RecipientTo, "Nobody", "")) },
			want: []string{"~to: - | Nobody"}},
		{name: "twice", other: func(m *mapi.Message) { m.Recipients = append(m.Recipients, m.Recipients[0]) },
			want: []string{"to: - | Grace <grace@example.org>"}},
		{name: "property of a recipient", other: func(m *mapi.Message) { m.Recipients[1].Set(proptag.SendRichInfo, true) },
			want: []string{"~recipient 1 PidTagSendRichInfo: - | true"}},
		{name: "whom to answer", one: answerTo("Ada", "ada@example.org"), other: answerTo("Ada", "desk@example.org"),
			want: []string{"reply-to: Ada <ada@example.org> | Ada <desk@example.org>"}},
	})
}

// answerTo sets whom to answer.
func answerTo(name, address string) func(*mapi.Message) {
	id, _ := hex.DecodeString("00000000812b1fa4bea310199d6e00dd010f540200000180")
	for _, s := range []string{name, "SMTP", address} {
		id = append(append(id, codepage.EncodeUTF16(s)...), 0, 0)
	}
	list := binary.LittleEndian.AppendUint32(nil, 1)
	list = binary.LittleEndian.AppendUint32(list, uint32(4+len(id)))
	list = append(binary.LittleEndian.AppendUint32(list, uint32(len(id))), id...)
	return set(proptag.ReplyRecipientEntries, list)
}

func TestBodies(t *testing.T) {
	t.Parallel()
	opt := toMail
	opt.Rich = func(rtf []byte) (look.Rich, error) { return look.Rich{HTML: string(rtf)}, nil }
	html := "<html><body><p>Dear Grace,</p><p>hello.</p></body></html>"
	check(t, opt, []change{
		{name: "a line of text", other: set(proptag.Body, "Dear Grace,\n\ngoodbye.\n"), want: []string{"text:\n@@ -1,3 +1,3 @@\n Dear Grace,\n \n-hello.\n+goodbye.\n"}},
		{name: "a word of HTML", other: set(proptag.Html, []byte("<p>Dear Grace,</p><p>goodbye.</p>")),
			want: []string{"html text:\n@@ -1,3 +1,3 @@\n Dear\n Grace,\n-hello.\n+goodbye.\n"}},
		{name: "an element of HTML", other: set(proptag.Html, []byte("<p>Dear Grace,</p><p class=x>hello.</p>")),
			want: []string{"html elements:\n@@ -1,6 +1,6 @@\n <p>\n Dear Grace,\n </p>\n-<p>\n+<p class=x>\n hello.\n </p>\n"}},
		{name: "no HTML", other: drop(proptag.Html), want: []string{"html: 19 bytes: Dear Grace, hello. | -"}},
		{name: "no text that the HTML does not say", other: both(drop(proptag.Body), set(proptag.Html, []byte("<p>Other</p>"))),
			want: []string{`html text:` + "\n@@ -1,3 +1,1 @@\n-Dear\n-Grace,\n-hello.\n+Other\n"}},
		{name: "HTML inside RTF", one: both(drop(proptag.Html), set(proptag.RtfCompressed, lzfu.Compress([]byte(html)))), other: func(*mapi.Message) {},
			want: []string{"~PidTagRtfCompressed: " + hex.EncodeToString(lzfu.Compress([]byte(html)))[:128] + "… (" +
				fmt.Sprint(len(lzfu.Compress([]byte(html)))) + " bytes), sha256 " + hashOf(t, lzfu.Compress([]byte(html))) + " | -"}},
	})
}

func hashOf(t *testing.T, b []byte) string {
	t.Helper()
	sum, _, err := digest(b, false)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	abc, xyz := hashOf(t, []byte("abc")), hashOf(t, []byte("xyz"))
	check(t, toMail, []change{
		{name: "one less", other: func(m *mapi.Message) { m.Attachments = m.Attachments[1:] },
			want: []string{"attachment 0: a.txt, 3 bytes, sha256 " + abc + " | -"}},
		{name: "other contents", other: func(m *mapi.Message) { m.Attachments[0].Props.Set(proptag.AttachDataBinary, []byte("xyz")) },
			want: []string{"attachment 0 contents: 3 bytes, sha256 " + abc + " | 3 bytes, sha256 " + xyz}},
		{name: "other name", other: func(m *mapi.Message) { m.Attachments[0].Props.Set(proptag.AttachLongFilename, "c.txt") },
			want: []string{"attachment 0 name: a.txt | c.txt"}},
		{name: "a name that readers make up", one: func(m *mapi.Message) { m.Attachments[0].Props.Delete(proptag.AttachLongFilename) },
			other: func(m *mapi.Message) { m.Attachments[0].Props.Set(proptag.AttachLongFilename, "ATT00001.txt") }},
		{name: "other type", other: func(m *mapi.Message) { m.Attachments[0].Props.Set(proptag.AttachMimeTag, "image/png") },
			want: []string{"attachment 0 type: text/plain | image/png"}},
		{name: "identifier", other: func(m *mapi.Message) { m.Attachments[1].Props.Set(proptag.AttachContentId, "<x@y>") },
			want: []string{"attachment 1 content-id: - | x@y"}},
		{name: "property", other: func(m *mapi.Message) { m.Attachments[1].Props.Set(proptag.RenderingPosition, int32(7)) },
			want: []string{"~attachment 1 PidTagRenderingPosition: - | 7"}},
		{name: "reference", other: func(m *mapi.Message) {
			m.Attachments[0].Props.Delete(proptag.AttachDataBinary)
			m.Attachments[0].Props.Set(proptag.AttachLongPathname, `\\server\a.txt`)
		}, want: []string{"~attachment 0 contents: 3 bytes, sha256 " + abc + ` | \\server\a.txt`}},
		{name: "attached message", other: func(m *mapi.Message) { m.Attachments[2].Embedded.Props.Set(proptag.Importance, int32(0)) },
			want: []string{"attachment 2/embedded importance: normal | low"}},
		{name: "another attached message", other: func(m *mapi.Message) { m.Attachments[2].Embedded.Props.Set(proptag.Subject, "Out") },
			want: []string{"attachment 2/embedded subject: Inside | Out", "attachment 2/embedded topic: Inside | Out"}},
		{name: "a message in place of a file", other: func(m *mapi.Message) { m.Attachments[0] = &mapi.Attachment{Embedded: note("New", "x")} },
			want: []string{"attachment 0: a.txt, 3 bytes, sha256 " + abc + " | -", "attachment 0: - | New, a message"}},
		{name: "header of a signed entity", one: entity("Content-Type: multipart/signed;\r\n a=b\r\n\r\nbody"), other: entity("Content-Type: multipart/signed; a=b\r\n\r\nbody")},
		{name: "signed entity", one: entity("A: b\r\n\r\nbody"), other: entity("A: b\r\n\r\nother"),
			want: []string{"attachment 0 contents: 4 bytes, sha256 " + hashOf(t, []byte("body")) + " | 5 bytes, sha256 " + hashOf(t, []byte("other"))}},
	})
}

// entity makes the message a signed one.
func entity(text string) func(*mapi.Message) {
	return func(m *mapi.Message) {
		m.Props.Set(proptag.MessageClass, "IPM.Note.SMIME.MultipartSigned")
		m.Attachments = []*mapi.Attachment{file("smime.p7m", text)}
	}
}

func TestProperties(t *testing.T) {
	t.Parallel()
	check(t, toMail, []change{
		{name: "value", other: set(proptag.IconIndex, int32(1)), want: []string{"~PidTagIconIndex: 256 | 1"}},
		{name: "missing", other: drop(proptag.IconIndex), want: []string{"~PidTagIconIndex: 256 | -"}},
		{name: "empty is not missing", other: set(proptag.CreatorName, ""), want: []string{`~PidTagCreatorName: - | ""`}},
		{name: "field", other: func(m *mapi.Message) {
			m.Props.SetNamed(propname.InternetHeader("X-Campaign"), mapi.PtypString, "eight")
		},
			want: []string{"PS_INTERNET_HEADERS/x-campaign: seven | eight"}},
		{name: "capitals and folds of a field", other: func(m *mapi.Message) {
			for i := range m.Props {
				if m.Props[i].Name.Set == mapi.PSInternetHeaders {
					m.Props[i].Name.Text, m.Props[i].Value = "X-CAMPAIGN", "sev\r\n en"
				}
			}
		}},
		{name: "field in the header alone", one: set(proptag.TransportMessageHeaders, "X-Other: a\r\n"), other: func(m *mapi.Message) {
			m.Props.Set(proptag.TransportMessageHeaders, "X-Other: a\r\n")
			m.Props.SetNamed(propname.InternetHeader("X-Other"), mapi.PtypString, "a")
		}},
		{name: "field of the organisation", other: func(m *mapi.Message) {
			m.Props.SetNamed(propname.InternetHeader("X-MS-Exchange-Organization-AuthAs"), mapi.PtypString, "Internal")
		}, want: []string{"~PS_INTERNET_HEADERS/x-ms-exchange-organization-authas: - | Internal"}},
		{name: "what is no number", one: set(0x6FFF0005, math.NaN()), other: set(0x6FFF0005, math.NaN())},
		{name: "unknown", other: set(0x6FFF0003, int32(1)), want: []string{"~0x6FFF0003: - | 1"}},
		{name: "type", one: set(0x6FFF0003, int32(1)), other: set(0x6FFF0002, int16(1)), want: []string{"~0x6FFF0003: 1 | 1"}},
	})
}

// TestBetweenFilesEverythingIsCarried compares two .msg files.
func TestBetweenFilesEverythingIsCarried(t *testing.T) {
	t.Parallel()
	check(t, Options{}, []change{{name: "property", other: set(proptag.IconIndex, int32(1)), want: []string{"PidTagIconIndex: 256 | 1"}}})
}

func TestLimit(t *testing.T) {
	t.Parallel()
	a, b := letter(), letter()
	for i := range 100 {
		b.Props.Set(mapi.NewTag(uint16(0x6000+i), mapi.PtypInteger32), int32(1))
		b.Recipients = append(b.Recipients, person(mapi.RecipientTo, "", fmt.Sprintf("%d@example.org", i)))
	}
	b.Props.Set(proptag.InternetReferences, "<x>")
	r, err := Compare(context.Background(), a, b, Options{Formats: toMail.Formats, Max: 10})
	if err != nil || len(r.Differences) != 10 || r.Carried() != 101 || r.Equal() {
		t.Errorf("%d differences, %d carried, %v", len(r.Differences), r.Carried(), err)
	}
}

// broken cannot be read.
type broken struct{}

var errBroken = errors.New("broken")

func (broken) Size() int64                  { return 1 << 40 }
func (broken) Open() (io.ReadCloser, error) { return nil, errBroken }

func TestErrors(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*mapi.Message){
		"attachment": func(m *mapi.Message) { m.Attachments[0].Props.Set(proptag.AttachDataBinary, broken{}) },
		"text":       set(proptag.Body, broken{}),
		"HTML":       set(proptag.Html, broken{}),
	} {
		b := letter()
		change(b)
		if _, err := Compare(context.Background(), letter(), b, Options{}); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Compare(ctx, letter(), letter(), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
