package wire

import "google.golang.org/protobuf/encoding/protowire"

// A parser reads protobuf from b. After a failure it reads nothing any more.
type parser[T []byte | string] struct {
	b   T
	at  int
	bad bool
}

// tag reports whether the field comes next, and steps over its tag, which must
// be of one byte.
func (p *parser[T]) tag(num protowire.Number, typ protowire.Type) bool {
	if p.bad || p.at >= len(p.b) || p.b[p.at] != byte(protowire.EncodeTag(num, typ)) {
		return false
	}
	p.at++
	return true
}

// more reports whether there is anything left to read.
func (p *parser[T]) more() bool { return !p.bad && p.at < len(p.b) }

// varint reads a number.
func (p *parser[T]) varint() uint64 {
	var v uint64
	for shift := 0; shift < 64 && p.more(); shift += 7 {
		c := p.b[p.at]
		p.at++
		if shift == 63 && c > 1 {
			break
		}
		v |= uint64(c&0x7F) << shift
		if c < 0x80 {
			return v
		}
	}
	p.bad = true
	return 0
}

// fixed reads a number of n bytes.
func (p *parser[T]) fixed(n int) uint64 {
	b := p.take(uint64(n))
	var v uint64
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v
}

// block reads a length and that many bytes.
func (p *parser[T]) block() T { return p.take(p.varint()) }

// take steps over n bytes and returns them.
func (p *parser[T]) take(n uint64) (b T) {
	if p.bad || n > uint64(len(p.b)-p.at) {
		p.bad = true
		return b
	}
	p.at += int(n)
	return p.b[p.at-int(n) : p.at]
}

// skip steps over the value of a field of that type. Groups are a failure.
func (p *parser[T]) skip(typ protowire.Type) {
	switch typ {
	case protowire.VarintType:
		p.varint()
	case protowire.Fixed32Type:
		p.take(4)
	case protowire.Fixed64Type:
		p.take(8)
	case protowire.BytesType:
		p.block()
	default:
		p.bad = true
	}
}
