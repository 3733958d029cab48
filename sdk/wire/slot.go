package wire

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// A slot is a Prop with room for its parts. One serves for many properties after
// each other, so that none of them costs memory of its own.
type slot struct {
	prop pluginv1.Prop
	name pluginv1.Name
	set  []byte // of name
	// data is the longest PidTagAttachDataBinary that is put inline, in bytes.
	data int

	integer  pluginv1.Prop_Integer
	floating pluginv1.Prop_Floating
	time     pluginv1.Prop_Time
	text     pluginv1.Prop_Text
	bytes    pluginv1.Prop_Bytes
}

func (s *slot) setInteger(x int64) {
	s.integer.Integer = x
	s.prop.Value = &s.integer
}

func (s *slot) setFloating(x float64) {
	s.floating.Floating = x
	s.prop.Value = &s.floating
}

func (s *slot) setTime(x uint64) {
	s.time.Time = x
	s.prop.Value = &s.time
}

func (s *slot) setText(x string) {
	s.text.Text = x
	s.prop.Value = &s.text
}

func (s *slot) setBytes(x []byte) {
	s.bytes.Bytes = x
	s.prop.Value = &s.bytes
}

func (s *slot) setMulti(m *pluginv1.Multi) { s.prop.Value = &pluginv1.Prop_Multi{Multi: m} }

func (s *slot) setName(set []byte, id uint32, text string) {
	s.name.Set, s.name.Id, s.name.Text = set, id, text
	s.prop.Name = &s.name
}

// The fields of Prop and Name that parse knows.
const (
	fieldTag      = 1
	fieldName     = 2
	fieldInteger  = 3
	fieldFloating = 4
	fieldTime     = 5
	fieldText     = 6
	fieldBytes    = 7

	fieldSet      = 1
	fieldNameID   = 2
	fieldNameText = 3
)

// parse fills s from an encoded Prop, whose texts it shares. It reports false for
// what it does not know, which is left to the generated code: values that are
// rare, fields of a later version, and errors.
func (s *slot) parse(b string) bool {
	s.prop.Tag, s.prop.Name, s.prop.Value = 0, nil, nil
	p := parser[string]{b: b}
	for p.more() {
		switch {
		case p.tag(fieldTag, protowire.Fixed32Type):
			s.prop.Tag = uint32(p.fixed(4))
		case p.tag(fieldInteger, protowire.VarintType):
			s.setInteger(protowire.DecodeZigZag(p.varint()))
		case p.tag(fieldText, protowire.BytesType):
			s.setText(p.block())
		case p.tag(fieldBytes, protowire.BytesType):
			s.setBytes([]byte(p.block()))
		case p.tag(fieldTime, protowire.Fixed64Type):
			s.setTime(p.fixed(8))
		case p.tag(fieldFloating, protowire.Fixed64Type):
			s.setFloating(math.Float64frombits(p.fixed(8)))
		case s.prop.Name == nil && p.tag(fieldName, protowire.BytesType):
			if !s.parseName(p.block()) {
				return false
			}
		default:
			return false
		}
	}
	return !p.bad
}

// parseName is parse for a Name.
func (s *slot) parseName(b string) bool {
	s.setName(s.set[:0], 0, "")
	p := parser[string]{b: b}
	for p.more() {
		switch {
		case p.tag(fieldSet, protowire.BytesType):
			s.set = append(s.set[:0], p.block()...)
			s.name.Set = s.set
		case p.tag(fieldNameID, protowire.VarintType):
			s.name.Id = uint32(p.varint())
		case p.tag(fieldNameText, protowire.BytesType):
			s.name.Text = p.block()
		default:
			return false
		}
	}
	return !p.bad
}
