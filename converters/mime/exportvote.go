package mime

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

const (
	verbVersion      = 0x0102
	verbExtraVersion = 0x0104
	verbVote         = 4 // VerbType of a voting button
	maxVerbs         = 100
)

// votingOptions returns the names of the voting buttons in a PidLidVerbStream
// ([MS-OXOMSG] 2.2.1.74), nil when there are none or it makes no sense. Other
// verbs, such as replying, every message has.
func votingOptions(stream []byte) []string {
	r := verbReader{b: stream, ok: true}
	if r.number(2) != verbVersion {
		return nil
	}
	count := r.number(4)
	if count > maxVerbs {
		return nil
	}
	var options []string
	var at []int // which verbs they are
	for i := range count {
		kind, name := r.verb()
		if r.ok && kind == verbVote {
			options, at = append(options, name), append(at, i)
		}
	}
	if !r.ok {
		return nil
	}
	if r.number(2) == verbExtraVersion { // the same names in Unicode
		for i := range count {
			name := r.unicode()
			r.unicode()
			for k := range at {
				if r.ok && at[k] == i {
					options[k] = name
				}
			}
		}
	}
	for i, s := range options {
		options[i] = strings.TrimSpace(s)
	}
	return options
}

// verbReader reads a verb stream. ok becomes false where it ends early.
type verbReader struct {
	b  []byte
	ok bool
}

func (r *verbReader) take(n int) []byte {
	if n > len(r.b) {
		r.ok, r.b = false, nil
		return make([]byte, n)
	}
	piece := r.b[:n]
	r.b = r.b[n:]
	return piece
}

func (r *verbReader) number(n int) int {
	b := r.take(n)
	if n == 2 {
		return int(binary.LittleEndian.Uint16(b))
	}
	return int(binary.LittleEndian.Uint32(b))
}

// ansi reads a string with a byte for its length before it.
func (r *verbReader) ansi() string {
	s, _ := codepage.Decode(codepage.Windows, r.take(int(r.take(1)[0])))
	return s
}

// unicode reads a string with a byte for its length in characters before it.
func (r *verbReader) unicode() string {
	b := r.take(2 * int(r.take(1)[0]))
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// verb reads a VerbOption and returns its type and name.
func (r *verbReader) verb() (kind int, name string) {
	kind, name = r.number(4), r.ansi()
	r.ansi() // the class of the answer
	r.ansi() // internal
	r.ansi() // the name again
	const rest = 4 + 1 + 6*4
	r.take(rest)
	return kind, name
}
