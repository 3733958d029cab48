package batch

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/store"
)

// A template makes names of outputs out of what messages say about themselves.
type template struct {
	parts []templatePart
}

// A templatePart is text, or the field of a message when field is not "".
type templatePart struct {
	text, field string
}

// templateFields say what there is, in the order of the documentation.
var templateFields = []struct {
	Name, What string
	value      func(*summaryOf) string
}{
	{"date", "the day it was sent, such as 2024-03-31", func(m *summaryOf) string { return m.when("2006-01-02") }},
	{"time", "the time it was sent, such as 142305", func(m *summaryOf) string { return m.when("150405") }},
	{"year", "the year it was sent", func(m *summaryOf) string { return m.when("2006") }},
	{"month", "the month it was sent, 01 to 12", func(m *summaryOf) string { return m.when("01") }},
	{"day", "the day of the month, 01 to 31", func(m *summaryOf) string { return m.when("02") }},
	{"from", "the author's address", func(m *summaryOf) string { return m.from }},
	{"from_name", "the author's name", func(m *summaryOf) string { return m.fromName }},
	{"subject", "the subject", func(m *summaryOf) string { return m.subject }},
	{"hash", "the first 12 digits of the input's SHA-256", func(m *summaryOf) string { return m.hash }},
	{"name", "the input's name without its extension", func(m *summaryOf) string { return m.name }},
	{"folder", "the input's folder below the path that was named", func(m *summaryOf) string { return m.folder }},
}

// summaryOf is what templates know of a message. Times are in UTC: names must
// not depend on where the run is.
type summaryOf struct {
	sent                          time.Time
	from, fromName, subject, hash string
	name, folder                  string
	flags                         string // of Maildir, in order
}

func (m *summaryOf) when(layout string) string {
	if m.sent.IsZero() {
		return "undated"
	}
	return m.sent.UTC().Format(layout)
}

// CheckTemplate returns an error for a name template that is none.
func CheckTemplate(text string) error {
	_, err := parseTemplate(text)
	return err
}

// TemplateFields returns the fields of name templates, each with what it stands
// for.
func TemplateFields() (list [][2]string) {
	for _, f := range templateFields {
		list = append(list, [2]string{f.Name, f.What})
	}
	return list
}

func parseTemplate(text string) (*template, error) {
	if len(text) > 1<<10 {
		return nil, fmt.Errorf("the template is longer than %d bytes", 1<<10)
	}
	t := &template{}
	for rest := text; rest != ""; {
		before, after, found := strings.Cut(rest, "{")
		if before != "" {
			t.parts = append(t.parts, templatePart{text: before})
		}
		if !found {
			break
		}
		field, after, closed := strings.Cut(after, "}")
		if !closed {
			return nil, fmt.Errorf("%q has no closing brace", text)
		}
		if fieldOf(field) == nil {
			return nil, fmt.Errorf("%q: there is no field {%s}", text, field)
		}
		t.parts = append(t.parts, templatePart{field: field})
		rest = after
	}
	if len(t.parts) == 0 {
		return nil, fmt.Errorf("the template is empty")
	}
	return t, nil
}

func fieldOf(name string) func(*summaryOf) string {
	for _, f := range templateFields {
		if f.Name == name {
			return f.value
		}
	}
	return nil
}

// maxField bounds what a field contributes to a name, in bytes.
const maxField = 100

// stem returns the name of an output without its extension. Slashes of the
// template make folders; those of a message do not, except for {folder}.
func (t *template) stem(it *Item, src *store.Source, rel string) (string, error) {
	m, err := summarise(it, src, rel)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, p := range t.parts {
		switch p.field {
		case "":
			b.WriteString(p.text)
		case "folder":
			b.WriteString(m.folder)
		default:
			value := strings.Join(strings.Fields(fieldOf(p.field)(m)), " ")
			if value == "" {
				value = "no " + strings.ReplaceAll(p.field, "_", " ")
			}
			b.WriteString(store.ShortenName(strings.NewReplacer("/", "_", `\`, "_").Replace(value), maxField))
		}
	}
	return sanitisePath(b.String()), nil
}

// summarise reads what templates know of a message. What a damaged message does
// not say is left empty: that it is damaged shows in its conversion.
func summarise(it *Item, src *store.Source, rel string) (*summaryOf, error) {
	d, err := digestItem(it, src)
	if err != nil {
		return nil, err
	}
	base := path.Base(rel)
	m := &summaryOf{hash: d.SHA256[:12], name: strings.TrimSuffix(base, path.Ext(base)), folder: path.Dir(rel)}
	kind, err := sniffSource(src)
	if err != nil {
		return nil, err
	}
	if kind == KindMSG {
		m.readMSG(src)
	} else {
		m.readEML(src)
	}
	return m, nil
}
