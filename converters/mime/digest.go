package mime

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// digester hashes a message, as a row of records of a key and the hash of a
// value. The first error ends it.
type digester struct {
	outer hash.Hash
	err   error
}

// message adds a message and everything in it.
func (d *digester) message(m *mapi.Message) {
	flags, _ := m.Props.Int32(proptag.MessageFlags)
	d.record("unsent", flags&messageUnsent != 0)
	d.props("message", m.Props, digestTags)
	d.others(m.Props)
	for _, r := range m.Recipients {
		d.props("recipient", r, recipientDigest)
	}
	for _, a := range m.Attachments {
		d.props("attachment", a.Props, attachmentDigest)
		if a.Embedded != nil {
			d.record("embedded", nil)
			d.message(a.Embedded)
		}
	}
	d.record("end", nil)
}

// props adds those of the properties that are there.
func (d *digester) props(object string, ps mapi.Props, tags []mapi.Tag) {
	d.record(object, nil)
	for _, tag := range tags {
		if v, ok := ps.Get(tag); ok {
			d.record(fmt.Sprintf("%04X", tag.ID()), v)
		}
	}
}

// others adds the properties that no table names: fields of the header kept by
// name, and what appointments, tasks and contacts consist of; in order of their
// names.
func (d *digester) others(ps mapi.Props) {
	type field struct {
		key   string
		value mapi.Value
	}
	var list []field
	for i := range ps {
		switch p := &ps[i]; {
		case p.Name.Set == mapi.PSInternetHeaders && p.Name.Text != "":
			list = append(list, field{"field " + strings.ToLower(p.Name.Text), p.Value})
		case ruleNames[p.Name] || slices.Contains(digestSets, p.Name.Set):
			list = append(list, field{"name " + p.Name.String(), p.Value})
		case p.Name.IsZero() && p.Tag.ID()>>8 == contactProps:
			list = append(list, field{fmt.Sprintf("%04X", p.Tag.ID()), p.Value})
		}
	}
	slices.SortStableFunc(list, func(a, b field) int { return strings.Compare(a.key, b.key) })
	for _, f := range list {
		d.record(f.key, f.value)
	}
}

// digestSets are the property sets all of which counts. The properties of
// PSETID_Common that count are those of headerRules: programs add others as they
// like.
var digestSets = []mapi.GUID{mapi.PSETIDAppointment, mapi.PSETIDMeeting, mapi.PSETIDTask, mapi.PSETIDAddress}

// contactProps is the upper half of the numbers of the properties of people.
const contactProps = 0x3A

// record adds a value that is not empty, or the mark of an object.
func (d *digester) record(key string, v mapi.Value) {
	if d.err != nil {
		return
	}
	h := &plainHash{h: sha256.New()}
	switch v := v.(type) {
	case nil:
	case string:
		if v == "" {
			return
		}
		h.write([]byte(strings.ToValidUTF8(v, "\uFFFD")), true)
	case []byte:
		if len(v) == 0 {
			return
		}
		h.write(v, false)
	case []string:
		for _, s := range v {
			h.write([]byte(strings.ToValidUTF8(s, "\uFFFD")), true)
			h.write([]byte{0}, false)
		}
	case mapi.Large:
		if d.err = h.large(v); h.n == 0 {
			return
		}
	default: // numbers, times and truth values
		h.write(fmt.Append(nil, v), false)
	}
	d.outer.Write(binary.BigEndian.AppendUint16(nil, uint16(len(key))))
	d.outer.Write([]byte(key))
	d.outer.Write(h.h.Sum(nil))
}

// plainHash hashes a value in the form in which every storage returns it.
type plainHash struct {
	h hash.Hash
	n int64
}

// write adds bytes; in text NUL counts for nothing.
func (p *plainHash) write(b []byte, text bool) {
	if text {
		b = bytes.ReplaceAll(b, []byte{0}, nil)
	}
	p.n += int64(len(b))
	p.h.Write(b)
}

// large adds the content of a value.
func (p *plainHash) large(v mapi.Large) error {
	r, err := v.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	p.n, err = transfer.Copy(p.h, r, transfer.Raw)
	return err
}

// sortedTags returns tags in order of their numbers, each once.
func sortedTags(tags []mapi.Tag) []mapi.Tag {
	slices.SortFunc(tags, func(a, b mapi.Tag) int { return int(a.ID()) - int(b.ID()) })
	return slices.CompactFunc(tags, func(a, b mapi.Tag) bool { return a.ID() == b.ID() })
}

// ruleTags returns the properties of headerRules.
func ruleTags() []mapi.Tag {
	var tags []mapi.Tag
	for _, r := range headerRules {
		if r.tag != 0 {
			tags = append(tags, r.tag)
		}
	}
	return tags
}

// ruleNames are the named properties of headerRules.
var ruleNames = func() map[mapi.Name]bool {
	m := map[mapi.Name]bool{}
	for _, r := range headerRules {
		if !r.name.IsZero() {
			m[r.name] = true
		}
	}
	return m
}()
