// Package lzfu reads and writes compressed RTF, the form in which
// PidTagRtfCompressed holds a message body [MS-OXRTFCP].
//
// A value is a 16-byte header and contents that are either compressed ("LZFu")
// or stored ("MELA"). Every function is pure and safe for concurrent use.
package lzfu

import (
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	headerSize = 16
	typeLZFu   = 0x75465A4C // "LZFu": compressed [MS-OXRTFCP] 2.1.3.1.1
	typeMELA   = 0x414C454D // "MELA": stored
	compExtra  = 12         // COMPSIZE counts the header after itself

	ringSize = 4096
	ringMask = ringSize - 1
	minMatch = 2
	maxMatch = 17

	// maxRun is the most that one control byte and its eight tokens expand
	// to, and maxRunInput the most bytes that they take.
	maxRun      = 8 * maxMatch
	maxRunInput = 1 + 8*2
)

// dictionary is the text that every ring starts with [MS-OXRTFCP] 2.1.3.1.4.
const dictionary = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor ` +
	`MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0` + "\r\n" +
	`\par \pard\plain\f0\fs20\b\i\u\tab\tx`

// DefaultLimit is the output limit, in bytes, used when a caller gives none.
const DefaultLimit = 256 << 20

// Sentinels matched with errors.Is. Every error that this package makes wraps
// exactly one of them.
var (
	ErrCorrupt  = errors.New("corrupt compressed rtf")
	ErrTooLarge = errors.New("decompressed rtf exceeds limit")
)

// A FormatError says where a value breaks which rule of [MS-OXRTFCP].
type FormatError struct {
	Offset int64  // byte offset in the compressed value
	Spec   string // section broken
	Detail string // what was found
	Err    error  // ErrCorrupt or ErrTooLarge
}

// Error describes the defect and its place.
func (e *FormatError) Error() string {
	return fmt.Sprintf("%v: %s at offset %#x (%s)", e.Err, e.Detail, e.Offset, e.Spec)
}

// Unwrap returns the sentinel.
func (e *FormatError) Unwrap() error { return e.Err }

// A Warning is a set of defects that did not prevent decompression.
type Warning uint8

// The defects a Warning may hold.
const (
	WarnCRC            Warning = 1 << iota // CRC does not match the contents
	WarnCompressedSize                     // COMPSIZE does not match the length of the value
	WarnRawSize                            // RAWSIZE does not match what came out
	WarnTruncated                          // the contents end before the end marker
)

// header is the decoded fixed part of a value [MS-OXRTFCP] 2.1.3.1.1.
type header struct {
	compSize, rawSize, kind, crc uint32
}

// parseHeader reads the header; b holds at least headerSize bytes.
func parseHeader(b []byte) (header, error) {
	h := header{
		compSize: binary.LittleEndian.Uint32(b),
		rawSize:  binary.LittleEndian.Uint32(b[4:]),
		kind:     binary.LittleEndian.Uint32(b[8:]),
		crc:      binary.LittleEndian.Uint32(b[12:]),
	}
	if h.kind != typeLZFu && h.kind != typeMELA {
		return h, &FormatError{8, "[MS-OXRTFCP] 2.1.3.1.1", fmt.Sprintf("COMPTYPE %#08x", h.kind), ErrCorrupt}
	}
	return h, nil
}

// appendHeader writes the header for contents of n bytes.
func appendHeader(b []byte, kind uint32, n, raw int, crc uint32) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(n+compExtra))
	b = binary.LittleEndian.AppendUint32(b, uint32(raw))
	b = binary.LittleEndian.AppendUint32(b, kind)
	return binary.LittleEndian.AppendUint32(b, crc)
}

// Store wraps rtf without compressing it. The result shares no memory with
// rtf, which must be shorter than 4 GiB.
func Store(rtf []byte) []byte {
	b := make([]byte, 0, headerSize+len(rtf))
	b = appendHeader(b, typeMELA, len(rtf), len(rtf), 0)
	return append(b, rtf...)
}
