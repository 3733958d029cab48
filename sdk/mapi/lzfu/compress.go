package lzfu

// maxChain bounds the candidates looked at for one match, which keeps the time
// linear whatever the input.
const maxChain = 96

// Compress returns rtf as an LZFu value [MS-OXRTFCP] 2.1.3.1.1 with exact sizes
// and CRC. rtf must be shorter than 4 GiB minus one part in eight. The result
// shares no memory with rtf.
func Compress(rtf []byte) []byte {
	m := newMatcher(rtf)
	out := make([]byte, headerSize, headerSize+len(rtf)/2+64)
	w := tokenWriter{out: out, bit: 8}
	pos := len(dictionary)
	for pos < len(m.data) {
		from, n := m.longest(pos)
		if n < minMatch {
			w.literal(m.data[pos])
			n = 1
		} else {
			w.reference(from&ringMask, n)
		}
		m.insert(pos, n)
		pos += n
	}
	// A reference to the write offset itself ends the data.
	w.reference(pos&ringMask, minMatch)
	contents := w.out[headerSize:]
	appendHeader(w.out[:0], typeLZFu, len(contents), len(rtf), checksum(contents))
	return w.out
}

// tokenWriter groups tokens in eights behind their control byte.
type tokenWriter struct {
	out     []byte
	control int // index of the current control byte
	bit     uint
}

func (w *tokenWriter) next() uint {
	if w.bit == 8 {
		w.control, w.bit = len(w.out), 0
		w.out = append(w.out, 0)
	}
	w.bit++
	return w.bit - 1
}

func (w *tokenWriter) literal(c byte) {
	w.next()
	w.out = append(w.out, c)
}

func (w *tokenWriter) reference(offset, n int) {
	bit := w.next()
	w.out[w.control] |= 1 << bit
	v := offset<<4 | (n - minMatch)
	w.out = append(w.out, byte(v>>8), byte(v))
}

const hashBits = 14

// matcher finds earlier occurrences within reach of the ring. Positions count
// from the start of the dictionary, so a position modulo ringSize is its place
// in the ring. Stored positions are one more than the real ones: zero is none.
type matcher struct {
	data []byte             // dictionary and input
	head [1 << hashBits]int // latest position for a hash of three bytes
	prev [ringSize]int      // position before that of the same hash
	pair [1 << 16]int       // latest position of two bytes
}

func newMatcher(rtf []byte) *matcher {
	m := &matcher{data: make([]byte, 0, len(dictionary)+len(rtf))}
	m.data = append(append(m.data, dictionary...), rtf...)
	m.insert(0, len(dictionary))
	return m
}

func (m *matcher) hash(pos int) int {
	d := m.data[pos : pos+3]
	v := uint32(d[0]) | uint32(d[1])<<8 | uint32(d[2])<<16
	return int(v * 0x9E3779B1 >> (32 - hashBits))
}

// insert makes the n positions from pos on known.
func (m *matcher) insert(pos, n int) {
	for ; n > 0; pos, n = pos+1, n-1 {
		if pos+2 > len(m.data) {
			return
		}
		m.pair[int(m.data[pos])|int(m.data[pos+1])<<8] = pos + 1
		if pos+3 > len(m.data) {
			return
		}
		h := m.hash(pos)
		m.prev[pos&ringMask] = m.head[h]
		m.head[h] = pos + 1
	}
}

// longest returns the longest earlier occurrence of the bytes at pos. An
// occurrence may run into pos: the decompressor copies byte by byte. One a
// whole ring back is out of reach, for its offset would mean the end.
func (m *matcher) longest(pos int) (from, n int) {
	if pos+3 <= len(m.data) {
		at := m.head[m.hash(pos)]
		for range maxChain {
			if at == 0 || pos-(at-1) >= ringSize {
				break
			}
			if k := m.common(at-1, pos); k > n {
				from, n = at-1, k
				if n == maxMatch {
					return from, n
				}
			}
			at = m.prev[(at-1)&ringMask]
		}
	}
	if n >= minMatch || pos+2 > len(m.data) {
		return from, n
	}
	at := m.pair[int(m.data[pos])|int(m.data[pos+1])<<8]
	if at == 0 || pos-(at-1) >= ringSize {
		return 0, 0
	}
	return at - 1, minMatch
}

// common counts the equal bytes at a and b, a < b, up to maxMatch.
func (m *matcher) common(a, b int) int {
	top := min(maxMatch, len(m.data)-b)
	for k := range top {
		if m.data[a+k] != m.data[b+k] {
			return k
		}
	}
	return top
}
