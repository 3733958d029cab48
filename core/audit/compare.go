package audit

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/look"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A Difference is something that one message has and the other has not, or has
// otherwise.
type Difference struct {
	Object string   // path of the object, "" for the message itself
	What   string   // property or list, by name
	Tag    mapi.Tag // of the property, or 0
	A, B   string   // what each has
}

// String returns the difference as one line.
func (d Difference) String() string {
	where := d.What
	if d.Object != "" {
		where = d.Object + ": " + where
	}
	return fmt.Sprintf("%s: %s became %s", where, d.A, d.B)
}

// A rule compares one property.
type rule struct {
	tag mapi.Tag
	// same says when two values are the same.
	same func(a, b mapi.Props, tag mapi.Tag) bool
}

// rules are the properties that both formats have a place for
// ([MS-OXCMAIL] 2.1 and 2.2), as far as the first message has them. The time of
// delivery is not among them: whoever receives a message sets it.
var rules = []rule{
	{proptag.Subject, sameText},
	{proptag.InternetMessageId, sameIDs},
	{proptag.InReplyToId, sameIDs},
	{proptag.InternetReferences, sameIDs},
	{proptag.Importance, sameNumber},
	{proptag.Sensitivity, sameNumber},
	{proptag.ClientSubmitTime, sameTime},
	{proptag.ConversationIndex, sameBytes},
	{proptag.ReadReceiptRequested, sameBool},
	{proptag.ConversationTopic, sameWords},
	{proptag.Body, sameWords},
}

// Compare returns what a message b has not, or has otherwise, of what mail
// carries in a message a: subject, identification, dates, people, bodies,
// categories, attachments, and messages within, each compared as people would.
func Compare(a, b *mapi.Message) []Difference {
	c := &comparison{}
	c.message("", a, b, 0)
	return c.list
}

// comparison is the state of one Compare.
type comparison struct{ list []Difference }

func (c *comparison) add(object, what string, tag mapi.Tag, a, b any) {
	show := func(v any) string {
		s := fmt.Sprintf("%q", fmt.Sprint(v))
		if len(s) > 120 {
			s = s[:117] + `..."`
		}
		return s
	}
	c.list = append(c.list, Difference{object, what, tag, show(a), show(b)})
}

func (c *comparison) message(object string, a, b *mapi.Message, depth int) {
	for _, r := range rules {
		if a.Props.Has(r.tag) && !r.same(a.Props, b.Props, r.tag) {
			va, _ := a.Props.Get(r.tag)
			vb, _ := b.Props.Get(r.tag)
			c.add(object, proptag.Name(r.tag), r.tag, brief(va), brief(vb))
		}
	}
	c.html(object, a, b)
	c.keywords(object, a, b)
	c.people(object, a, b)
	c.attachments(object, a, b, depth)
}

// brief returns a value as it is shown.
func brief(v mapi.Value) any {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case mapi.Large:
		return "a large value"
	case mapi.Filetime:
		t, _ := v.Time()
		return t.Format(time.RFC3339)
	}
	return v
}

func textOf(p mapi.Props, tag mapi.Tag) string {
	s, err := p.Text(tag, limits.AuditText.Get())
	if err != nil {
		return ""
	}
	return s
}

// sameText compares texts, blanks counting as one: header fields are folded.
func sameText(a, b mapi.Props, tag mapi.Tag) bool {
	x, y := textOf(a, tag), textOf(b, tag)
	return slices.Equal(wordsOf(x), wordsOf(y)) || slices.Equal(piecesOf(x), piecesOf(y))
}

// sameWords compares the words of texts: line ends and blanks at line ends are
// the formats' own. A text without words may have become one that was made of
// another body, and a topic one made of the subject.
func sameWords(a, b mapi.Props, tag mapi.Tag) bool {
	return len(wordsOf(textOf(a, tag))) == 0 || sameText(a, b, tag)
}

// wordsOf returns the words of a text. Control characters do not count: mail has
// no place for them, and nobody sees them.
func wordsOf(text string) []string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
	return strings.Fields(text)
}

// piecesOf is wordsOf where control characters have become blanks, as in header
// fields.
func piecesOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) })
}

// sameIDs compares message identifiers, with or without their brackets.
func sameIDs(a, b mapi.Props, tag mapi.Tag) bool {
	bare := strings.NewReplacer("<", " ", ">", " ")
	return slices.Equal(strings.Fields(bare.Replace(textOf(a, tag))), strings.Fields(bare.Replace(textOf(b, tag))))
}

func sameNumber(a, b mapi.Props, tag mapi.Tag) bool {
	x, _ := a.Int32(tag)
	y, ok := b.Int32(tag)
	if !ok && tag == proptag.Importance {
		y = 1 // normal, which is not written
	}
	return x == y
}

func sameBool(a, b mapi.Props, tag mapi.Tag) bool { return a.Bool(tag) == b.Bool(tag) }

func sameBytes(a, b mapi.Props, tag mapi.Tag) bool { return bytes.Equal(a.Binary(tag), b.Binary(tag)) }

// sameTime compares times to the second, which is what a header field has. One that
// stands for none may have become that of the transport headers.
func sameTime(a, b mapi.Props, tag mapi.Tag) bool {
	x, ok := a.Time(tag).Time()
	y, _ := b.Time(tag).Time()
	return !ok || math.Abs(x.Sub(y).Seconds()) < 1
}

// html compares the words of HTML bodies. A message without HTML of its own may
// have got some, out of RTF.
func (c *comparison) html(object string, a, b *mapi.Message) {
	if !a.Props.Has(proptag.Html) {
		return
	}
	words := func(p mapi.Props) []string {
		text, _, err := look.BodiesOf(p, nil).HTML.Read(limits.AuditText.Get())
		if err != nil {
			return nil
		}
		return wordsOfHTML(string(text))
	}
	x, y := words(a.Props), words(b.Props)
	if !slices.Equal(x, y) {
		c.add(object, proptag.Name(proptag.Html), proptag.Html, fmt.Sprintf("%d words", len(x)), fmt.Sprintf("%d words", len(y)))
	}
}

// wordsOfHTML returns the words outside of tags.
func wordsOfHTML(text string) []string {
	var b strings.Builder
	inTag := false
	for _, r := range text {
		switch {
		case r == '<':
			inTag = true
			b.WriteByte(' ')
		case r == '>':
			inTag = false
		case inTag:
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Fields(b.String())
}

func (c *comparison) keywords(object string, a, b *mapi.Message) {
	list := func(m *mapi.Message) []string {
		p := m.Props.Named(propname.NameKeywords)
		if p == nil {
			return nil
		}
		words, _ := p.Value.([]string)
		return words
	}
	x, y := list(a), list(b)
	if len(x) > 0 && !slices.Equal(x, y) {
		c.add(object, "PidNameKeywords", 0, x, y)
	}
}

// people compares the recipients: kinds and addresses, in any order. A message
// without any may have got some, out of its transport headers.
func (c *comparison) people(object string, a, b *mapi.Message) {
	list := func(m *mapi.Message) []string {
		var out []string
		for _, r := range m.Recipients {
			if who := addressOf(r); who != "" {
				kind := mapi.RecipientKind(r)
				if isReport(a) {
					kind = mapi.RecipientTo // those whom it is about, of no kind
				}
				out = append(out, fmt.Sprintf("%d %s", kind, who))
			}
		}
		slices.Sort(out)
		return out
	}
	x, y := list(a), list(b)
	if len(x) > 0 && !slices.Equal(x, y) {
		c.add(object, "recipients", 0, minus(x, y), minus(y, x))
	}
}

// addressOf returns what identifies a person: the Internet address, another one, or
// the name. Quotes around a local part say nothing (RFC 5322 3.4.1).
func addressOf(r mapi.Props) string {
	p := look.Addressee.Of(r)
	return strings.ToLower(unquoter.Replace(cmp.Or(p.Address, p.Name)))
}

var unquoter = strings.NewReplacer(`"`, "", `\`, "")

// minus returns what is in a and not in b; both are sorted.
func minus(a, b []string) []string {
	rest := slices.Clone(b)
	var out []string
	for _, v := range a {
		if i := slices.Index(rest, v); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		} else {
			out = append(out, v)
		}
	}
	return out
}
