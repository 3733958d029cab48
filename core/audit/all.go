package audit

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// compareAll returns the properties of a that b has not, or with another value:
// every one, whatever mail makes of it. It holds what was written to what was to
// be written.
func compareAll(a, b *mapi.Message) []Difference {
	c := &comparison{}
	c.all("", a, b)
	return c.list
}

func (c *comparison) all(object string, a, b *mapi.Message) {
	c.bag(object, a.Props, b.Props)
	if len(a.Recipients) != len(b.Recipients) {
		c.add(object, "recipients", 0, len(a.Recipients), len(b.Recipients))
	}
	for i := range min(len(a.Recipients), len(b.Recipients)) {
		c.bag(under(object, "recipient", i), a.Recipients[i], b.Recipients[i])
	}
	if len(a.Attachments) != len(b.Attachments) {
		c.add(object, "attachments", 0, len(a.Attachments), len(b.Attachments))
	}
	for i, x := range a.Attachments[:min(len(a.Attachments), len(b.Attachments))] {
		name := under(object, "attachment", i)
		c.bag(name, x.Props, b.Attachments[i].Props)
		if x.Embedded != nil && b.Attachments[i].Embedded != nil {
			c.all(name+"/embedded", x.Embedded, b.Attachments[i].Embedded)
		}
	}
}

func under(object, what string, i int) string {
	name := fmt.Sprintf("%s %d", what, i)
	if object != "" {
		return object + "/" + name
	}
	return name
}

// maintained are properties that every .msg file has of its own: they say how the
// message is stored, and whoever writes it sets them ([MS-OXMSG] 2.1.1.1,
// [MS-OXCMSG] 2.2.2.5, 2.2.2.6). Messages in JSON have those of the file that they were
// written from.
var maintained = []mapi.Tag{proptag.StoreSupportMask, proptag.AttachSize, proptag.AttachNumber}

func (c *comparison) bag(object string, a, b mapi.Props) {
	for _, p := range a {
		if slices.Contains(maintained, p.Tag) {
			continue
		}
		var got mapi.Value
		name := proptag.Name(p.Tag)
		if p.Name.IsZero() {
			got, _ = b.Get(p.Tag)
		} else {
			name = fmt.Sprint(p.Name)
			if q := b.Named(p.Name); q != nil {
				got = q.Value
			}
		}
		if !sameValue(p.Value, got) {
			c.add(object, name, p.Tag, brief(p.Value), brief(got))
		}
	}
}

// sameValue compares values; large ones by their contents.
func sameValue(a, b mapi.Value) bool {
	_, largeA := a.(mapi.Large)
	_, largeB := b.(mapi.Large)
	if !largeA && !largeB {
		switch x := a.(type) {
		case []byte:
			y, ok := b.([]byte)
			return ok && bytes.Equal(x, y)
		case [][]byte:
			y, ok := b.([][]byte)
			return ok && slices.EqualFunc(x, y, bytes.Equal)
		case float32, float64, []float32, []float64:
			return fmt.Sprintf("%T %v", a, a) == fmt.Sprintf("%T %v", b, b) // NaN is NaN
		}
		return reflect.DeepEqual(a, b)
	}
	return digestValue(asBytes(a)) == digestValue(asBytes(b))
}

// asBytes returns text as its bytes, so that it compares with a large one.
func asBytes(v mapi.Value) mapi.Value {
	if s, ok := v.(string); ok {
		return []byte(s)
	}
	return v
}
