package diff

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/oxbridge-mail/oxbridge/sdk/look"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A ref is a property whatever id it has in one message.
type ref struct {
	id   uint16
	name mapi.Name
}

func refOf(p *mapi.Prop) ref {
	if p.Name.IsZero() {
		return ref{id: p.Tag.ID()}
	}
	n := p.Name
	if n.Set == mapi.PSInternetHeaders {
		n.Text = propname.InternetHeader(n.Text).Text // capitals do not count
	}
	return ref{name: n}
}

// others compares the properties of two objects that are no facts of their own.
// x and y are the headers that two messages came with; nil for other objects.
func (c *comparer) others(path string, a, b mapi.Props, told map[ref]bool, x, y header) {
	in := make(map[ref]*mapi.Prop, len(b))
	for i := range b {
		in[refOf(&b[i])] = &b[i]
	}
	for i := range a {
		p, r := &a[i], refOf(&a[i])
		q := in[r]
		delete(in, r)
		if told[r] || computed[r] || q == nil && inHeader(y, r, p) {
			continue
		}
		if q != nil && r.name.Set == mapi.PSInternetHeaders && (sameField(p, q) || inHeader(x, r, q) || inHeader(y, r, p)) {
			continue
		}
		c.property(path, r, p, q)
	}
	for i := range b {
		r := refOf(&b[i])
		if in[r] == nil || told[r] || computed[r] || inHeader(x, r, in[r]) {
			continue
		}
		c.property(path, r, nil, in[r])
		delete(in, r)
	}
}

// sameField compares the text of two header fields.
func sameField(p, q *mapi.Prop) bool {
	s, ok1 := p.Value.(string)
	t, ok2 := q.Value.(string)
	return ok1 && ok2 && unfolded(s) == unfolded(t)
}

// property compares two values of a property; nil is none.
func (c *comparer) property(path string, r ref, p, q *mapi.Prop) {
	if c.stop() {
		return
	}
	some := p
	if p == nil {
		some = q
	}
	if p != nil && q != nil {
		same, err := equalValues(p, q)
		c.fail(path, look.PropName(*p), err)
		if same {
			return
		}
	}
	name := look.PropName(*some)
	if name == "" {
		name = some.Tag.String()
	}
	c.add(path, name, valueText(p), valueText(q), mailField(fieldOf(r)))
}

// valueText is a property's value for people; a value that is there is not "".
func valueText(p *mapi.Prop) string {
	if p == nil {
		return ""
	}
	v := look.Value(*p)
	text := v.String()
	if v.Size > 0 {
		if sum, _, err := digest(p.Value, false); err == nil {
			text += ", sha256 " + sum
		}
	}
	if text == "" {
		return `""`
	}
	return text
}

// equalValues compares two values of one property.
func equalValues(p, q *mapi.Prop) (bool, error) {
	_, large1 := p.Value.(mapi.Large)
	_, large2 := q.Value.(mapi.Large)
	if p.Tag.ID() == proptag.RtfCompressed.ID() || large1 || large2 {
		return equalStreams(p, q)
	}
	same := reflect.DeepEqual(p.Value, q.Value) || sameFloats(p.Value, q.Value)
	return same && p.Tag.Type().Unicode() == q.Tag.Type().Unicode(), nil
}

// sameFloats reports whether two values are the same floating-point numbers, NaN
// among them.
func sameFloats(a, b mapi.Value) bool {
	switch a.(type) {
	case float32, float64, []float32, []float64:
		return fmt.Sprintf("%T %v", a, a) == fmt.Sprintf("%T %v", b, b)
	}
	return false
}

// equalStreams compares the contents of two values, compressed RTF by what it
// holds.
func equalStreams(p, q *mapi.Prop) (bool, error) {
	var sums [2]string
	for i, v := range []mapi.Value{p.Value, q.Value} {
		r, err := look.Open(v)
		if err != nil {
			return false, err
		}
		f := newForm()
		if p.Tag == proptag.RtfCompressed {
			err = f.copy(lzfu.NewReader(r))
			if bad := (*lzfu.FormatError)(nil); errors.As(err, &bad) {
				err = nil // what there is of it is compared
			}
		} else {
			err = f.copy(r)
		}
		r.Close()
		if err != nil {
			return false, err
		}
		sums[i] = string(f.hash.Sum(nil))
	}
	return sums[0] == sums[1], nil
}
