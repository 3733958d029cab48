package jsonmsg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// ErrInput is wrapped by the error of Import for a file that is not what this
// package writes.
var ErrInput = errors.New("not a message in JSON")

// The file, as encoding/json reads it.
type (
	fileJSON struct {
		Format  string       `json:"format"`
		Version int          `json:"version"`
		Message *messageJSON `json:"message"`
	}
	messageJSON struct {
		Properties  []propertyJSON   `json:"properties"`
		Recipients  []objectJSON     `json:"recipients"`
		Attachments []attachmentJSON `json:"attachments"`
	}
	objectJSON struct {
		Properties []propertyJSON `json:"properties"`
	}
	attachmentJSON struct {
		Properties []propertyJSON `json:"properties"`
		Embedded   *messageJSON   `json:"embedded"`
	}
	propertyJSON struct {
		ID    string          `json:"id"`
		Set   string          `json:"set"`
		LID   *uint32         `json:"lid"`
		Text  string          `json:"text"`
		Type  string          `json:"type"`
		Value json.RawMessage `json:"value"`
	}
)

// Import reads what Export writes. Nothing is repaired: the first thing that is
// wrong ends it, with an error that wraps ErrInput and says where. Values above
// 64 KiB refer to src, which must outlive the message.
func Import(ctx context.Context, src transfer.Input) (*mapi.Message, error) {
	in := &literals{ctx: ctx, src: src}
	limited := &io.LimitedReader{R: in, N: limits.JSONBuffered.Get()}
	var f fileJSON
	dec := json.NewDecoder(limited)
	if err := dec.Decode(&f); err != nil {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if limited.N <= 0 {
			return nil, fmt.Errorf("%w: more than %d bytes beside long values", ErrInput, limits.JSONBuffered.Get())
		}
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	switch {
	case f.Format != formatName:
		return nil, fmt.Errorf("%w: its format is %.40q", ErrInput, f.Format)
	case f.Version != formatVersion:
		return nil, fmt.Errorf("%w: it is of version %d, and %d is known", ErrInput, f.Version, formatVersion)
	case f.Message == nil:
		return nil, fmt.Errorf("%w: no message in it", ErrInput)
	}
	r := &reader{in: in}
	return r.message(f.Message, "", 0)
}

// A reader makes a tree of what was decoded.
type reader struct{ in *literals }

func (r *reader) message(j *messageJSON, at string, depth int) (*mapi.Message, error) {
	if depth > limits.JSONDepth.Int() {
		return nil, fmt.Errorf("%w: messages embedded more than %d deep", ErrInput, limits.JSONDepth.Int())
	}
	m := &mapi.Message{}
	var err error
	if m.Props, err = r.props(j.Properties, at); err != nil {
		return nil, err
	}
	for i, o := range j.Recipients {
		ps, err := r.props(o.Properties, step(at, "recipient", i))
		if err != nil {
			return nil, err
		}
		m.Recipients = append(m.Recipients, ps)
	}
	for i, o := range j.Attachments {
		here := step(at, "attachment", i)
		a := &mapi.Attachment{}
		if a.Props, err = r.props(o.Properties, here); err != nil {
			return nil, err
		}
		if o.Embedded != nil {
			if a.Embedded, err = r.message(o.Embedded, here+"/embedded", depth+1); err != nil {
				return nil, err
			}
		}
		m.Attachments = append(m.Attachments, a)
	}
	return m, nil
}

func (r *reader) props(list []propertyJSON, at string) (mapi.Props, error) {
	ps := make(mapi.Props, 0, len(list))
	for i, j := range list {
		p, err := r.prop(j)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrInput, step(at, "property", i), err)
		}
		ps = append(ps, p)
	}
	return ps, nil
}

func (r *reader) prop(j propertyJSON) (p mapi.Prop, err error) {
	t, ok := types[j.Type]
	if !ok {
		return p, fmt.Errorf("no type %.40q", j.Type)
	}
	if p.Tag, p.Name, err = identity(j, t); err != nil {
		return p, err
	}
	if x, ok := r.long(j.Value); ok {
		if !mayBeLarge(t) {
			return p, fmt.Errorf("%w: too long", errValue)
		}
		p.Value = r.large(x, t)
		return p, nil
	}
	p.Value, err = forms[t].dec(j.Value)
	return p, err
}

// identity returns the tag, and the name of a named property. The id of a named
// property is given to it by whoever stores it.
func identity(j propertyJSON, t mapi.Type) (mapi.Tag, mapi.Name, error) {
	if j.Set == "" {
		id, err := strconv.ParseUint(j.ID, 0, 16)
		if err != nil { // damaged messages have properties with the id 0
			return 0, mapi.Name{}, fmt.Errorf("no property id %.20q", j.ID)
		}
		return mapi.NewTag(uint16(id), t), mapi.Name{}, nil
	}
	set, err := mapi.ParseGUID(j.Set)
	switch {
	case err != nil:
		return 0, mapi.Name{}, fmt.Errorf("no property set %.60q", j.Set)
	case j.Text == "" && j.LID == nil:
		return 0, mapi.Name{}, errors.New("a named property without lid or text")
	case j.Text != "":
		return mapi.NewTag(0, t), mapi.Name{Set: set, Text: j.Text}, nil
	}
	return mapi.NewTag(0, t), mapi.Name{Set: set, ID: *j.LID}, nil
}

// long returns the long literal that stands for a value, if one does.
func (r *reader) long(raw json.RawMessage) (literal, bool) {
	var ref struct {
		Ref *int `json:"ref"`
	}
	if len(raw) == 0 || raw[0] != '{' || json.Unmarshal(raw, &ref) != nil || ref.Ref == nil ||
		*ref.Ref < 0 || *ref.Ref >= len(r.in.found) {
		return literal{}, false
	}
	return r.in.found[*ref.Ref], true
}

// large is a long literal as a value.
func (r *reader) large(x literal, t mapi.Type) mapi.Large {
	transform := transfer.Unbase64
	if isText(t) {
		transform = transfer.Raw
	}
	if x.escaped {
		return escapedText{r.in.src.Range(x.off, x.n, transfer.Raw), transform}
	}
	return r.in.src.Range(x.off, x.n, transform)
}
