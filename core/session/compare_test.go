package session

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// plain is a message in a form that can be compared: properties by name or
// tag, then recipients and attachments in order.
type plain struct {
	props map[string]string
	kids  []plain
}

func plainMessage(t testing.TB, m *mapi.Message) plain {
	t.Helper()
	d := plain{props: plainProps(t, m.Props)}
	for _, r := range m.Recipients {
		d.kids = append(d.kids, plain{props: plainProps(t, r)})
	}
	for _, a := range m.Attachments {
		k := plain{props: plainProps(t, a.Props)}
		if a.Embedded != nil {
			k.kids = []plain{plainMessage(t, a.Embedded)}
		}
		d.kids = append(d.kids, k)
	}
	return d
}

// plainProps leaves out what the file format computes or cannot hold.
func plainProps(t testing.TB, ps mapi.Props) map[string]string {
	t.Helper()
	d := make(map[string]string)
	for _, p := range ps {
		k := p.Tag.String()
		switch {
		case !p.Name.IsZero():
			k = fold(p.Name).String() + " " + p.Tag.Type().String()
		case p.Tag.ID() >= firstNamed, p.Tag.ID() == 0, p.Value == nil,
			p.Tag == proptag.StoreSupportMask, p.Tag == proptag.AttachSize, p.Tag == proptag.AttachNumber:
			continue
		}
		d[k] = plainValue(t, p)
	}
	return d
}

// plainValue does not tell values in memory from large ones.
func plainValue(t testing.TB, p mapi.Prop) string {
	t.Helper()
	l, ok := p.Value.(mapi.Large)
	if !ok {
		if b, err := mapi.ReadValue(p.Value, 1<<40); err == nil {
			return fmt.Sprintf("%d %x", len(b), sha256.Sum256(b))
		}
		return fmt.Sprintf("%T %v", p.Value, p.Value)
	}
	r, err := l.Open()
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	n, err := io.Copy(h, r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %x", n, h.Sum(nil))
}

// same reports what of want is missing from got.
func same(t testing.TB, path string, got, want plain) {
	t.Helper()
	for k, v := range want.props {
		if got.props[k] != v {
			t.Errorf("%s %s: got %.100q, want %.100q", path, k, got.props[k], v)
		}
	}
	if len(got.kids) != len(want.kids) {
		t.Errorf("%s: %d recipients and attachments, want %d", path, len(got.kids), len(want.kids))
		return
	}
	for i := range want.kids {
		same(t, fmt.Sprintf("%s/%d", path, i), got.kids[i], want.kids[i])
	}
}
