package look

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A Field is a line of what people call the header of a letter.
type Field struct{ Name, Value string }

// Fields are what a letter says above its text: From, To, Date, Subject and the
// like, those that are there. Values are as they stand in the message; see
// [Line].
func Fields(m *mapi.Message) []Field {
	ps := m.Props
	from, sender := From(ps), Sender.Of(ps)
	if strings.EqualFold(from.Address, sender.Address) {
		sender = Person{}
	}
	all := []Field{
		{"From", people([]Person{from})},
		{"Sender", people([]Person{sender})},
		{"Reply-To", people(ReplyTo(ps))},
		{"To", people(Recipients(m, mapi.RecipientTo))},
		{"Cc", people(Recipients(m, mapi.RecipientCc))},
		{"Bcc", people(Recipients(m, mapi.RecipientBcc))},
		{"Date", dateText(Date(ps))},
		{"Subject", Subject(ps)},
		{"Importance", unless(1, ps, proptag.Importance)},
		{"Sensitivity", unless(0, ps, proptag.Sensitivity)},
		{"Categories", listText(ps.Named(propname.NameKeywords))},
		{"Status", status(ps)},
	}
	return slices.DeleteFunc(all, func(f Field) bool { return f.Value == "" })
}

func people(list []Person) string {
	var all []string
	for _, p := range list {
		if strings.ContainsAny(p.Name, ",;") && p.Address != "" {
			p.Name = `"` + strings.ReplaceAll(p.Name, `"`, `\"`) + `"`
		}
		all = append(all, p.String())
	}
	return strings.Join(all, ", ")
}

// dateText is a time for people, in UTC: the message does not say where it was
// written.
func dateText(f mapi.Filetime) string {
	t, ok := f.Time()
	if !ok {
		return ""
	}
	return t.Format("Mon, 2 Jan 2006 15:04:05 MST")
}

// unless is the word for a property that does not have its usual value.
func unless(usual int32, ps mapi.Props, tag mapi.Tag) string {
	n, ok := ps.Int32(tag)
	if !ok || n == usual {
		return ""
	}
	return valueNames[tag][n]
}

func listText(p *mapi.Prop) string {
	if p == nil {
		return ""
	}
	return strings.Join(strings.Split(Plain(Value(*p).Value), "; "), ", ")
}

// unsent is a bit of PidTagMessageFlags ([MS-OXCMSG] 2.2.1.6).
const unsent = 0x8

func status(ps mapi.Props) string {
	if flags, _ := ps.Int32(proptag.MessageFlags); flags&unsent != 0 {
		return "draft"
	}
	return ""
}

// An Enclosure is an attachment as people list it.
type Enclosure struct {
	Name string // as it stands in the message; "" when there is none
	Type string // media type, or ""
	Size int64  // bytes; -1 when they cannot be read
	// Message is the message that is attached, nil for a file.
	Message *mapi.Message
	// Reference is where the contents are, if they are not in the message.
	Reference string
}

// String is the attachment on one line, with its type and size. It may need
// [Line].
func (e Enclosure) String() string {
	name := e.Name
	if name == "" {
		name = "(no name)"
	}
	switch {
	case e.Message != nil:
		return name + " (message)"
	case e.Reference != "":
		return name + " (not here: " + e.Reference + ")"
	case e.Size < 0:
		return name + " (unreadable)"
	case e.Type == "":
		return fmt.Sprintf("%s (%s)", name, Size(e.Size))
	}
	return fmt.Sprintf("%s (%s, %s)", name, e.Type, Size(e.Size))
}

// Enclosures lists the attachments of a message, but for those that its HTML
// shows. Sizes that are not known are found by reading.
func Enclosures(m *mapi.Message) []Enclosure {
	var list []Enclosure
	for _, a := range m.Attachments {
		if a == nil || a.Props.Bool(proptag.AttachmentHidden) {
			continue
		}
		list = append(list, Enclosure{
			Name: AttachmentName(a), Type: AttachmentType(a), Size: sizeOfData(AttachmentData(a)),
			Message: a.Embedded, Reference: Reference(a),
		})
	}
	return list
}

func sizeOfData(v mapi.Value) int64 {
	switch v := v.(type) {
	case []byte:
		return int64(len(v))
	case mapi.Large:
		if n := v.Size(); n >= 0 {
			return n
		}
	default:
		return 0
	}
	r, err := Open(v)
	if err != nil {
		return -1
	}
	defer r.Close()
	n, err := io.Copy(io.Discard, r)
	if err != nil {
		return -1
	}
	return n
}

// A Reading is the text of a message for people.
type Reading struct {
	Text  string   // lines that end in "\n"; it may need [Text]
	Links []string // see [HTMLText]
	Cut   bool     // the text is longer
	HTML  bool     // the text was made of HTML
}

// ErrUnreadable is wrapped by the error of a body that makes no sense.
var ErrUnreadable = errors.New("body cannot be read")

// Read returns the text of a message: its text body, else that of its HTML. With
// marks, which only HTML has, HTML comes first.
func Read(ps mapi.Props, rich RichText, marks bool) (Reading, error) {
	b := BodiesOf(ps, rich)
	if b.Text.Exists() && (!marks || !b.HTML.Exists()) {
		text, all, err := b.Text.Read(limits.LookBody.Get())
		if strings.TrimSpace(string(text)) != "" || !b.HTML.Exists() && b.Err == nil {
			return Reading{Text: string(text), Cut: !all}, err
		}
	}
	if !b.HTML.Exists() {
		if b.Err != nil {
			return Reading{}, b.Err
		}
		if b.Damage != nil {
			return Reading{}, errors.Join(ErrUnreadable, b.Damage)
		}
		return Reading{}, nil
	}
	r, err := b.HTML.Open()
	if err != nil {
		return Reading{}, err
	}
	defer r.Close()
	t, err := ReadHTML(r, marks)
	return Reading{Text: t.Text, Links: t.Links, Cut: t.Cut, HTML: true}, err
}
