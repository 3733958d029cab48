package prepare

import (
	"bytes"
	"encoding/binary"
)

// Clipboard formats ([MS-OLEDS] 2.1.1).
const (
	formatMetafile    = 3
	formatDIB         = 8
	formatEnhMetafile = 14
)

// presentation returns the picture in an OLEPresentationStream, nil if there is
// none ([MS-OLEDS] 2.3.4).
func presentation(b []byte) []byte {
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	if len(b) < 8 {
		return nil
	}
	at, format := 8, u32(4)
	if mark := u32(0); mark != 0xFFFFFFFF && mark != 0xFFFFFFFE {
		return nil // a format with a name, or none
	}
	if len(b) < at+4 {
		return nil
	}
	if n := u32(at); n > 4 { // the device, its own length counted
		if uint64(n) > uint64(len(b)-at) {
			return nil
		}
		at += int(n)
	} else {
		at += 4
	}
	const rest = 7 * 4 // aspect, index, flags, reserved, width, height, size
	if len(b)-at < rest {
		return nil
	}
	width, height, size := u32(at+16), u32(at+20), u32(at+24)
	b = b[at+rest:]
	b = b[:min(uint64(len(b)), uint64(size))]
	switch format {
	case formatMetafile:
		if isMetafile(b) {
			return placeable(b, width, height)
		}
	case formatDIB:
		return bitmapFile(b)
	case formatEnhMetafile:
		return anyPicture(b)
	}
	return nil
}

// anyPicture returns the picture that b is by its first bytes, nil if it is none.
func anyPicture(b []byte) []byte {
	const emfMark = 40 // where an enhanced metafile has its mark ([MS-EMF] 2.2.9)
	const placed = 8   // bytes of METAFILEPICT before a metafile
	for _, magic := range []string{"\x89PNG\r\n\x1a\n", "\xFF\xD8\xFF", "GIF8", "BM", "\xD7\xCD\xC6\x9A"} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return b
		}
	}
	switch {
	case len(b) > emfMark+4 && string(b[emfMark:emfMark+4]) == " EMF", isMetafile(b):
		return b
	case len(b) > placed && isMetafile(b[placed:]):
		return placeable(b[placed:], uint32(binary.LittleEndian.Uint16(b[2:])), uint32(binary.LittleEndian.Uint16(b[4:])))
	}
	return bitmapFile(b)
}

// isMetafile reports whether b begins as a Windows metafile does ([MS-WMF]
// 2.3.2.2).
func isMetafile(b []byte) bool {
	const header = 18
	return len(b) >= header && (b[0] == 1 || b[0] == 2) && b[1] == 0 && b[2] == 9 && b[3] == 0
}

// placeable puts the header before a Windows metafile that says how large it is
// ([MS-WMF] 2.3.2.3). width and height are in hundredths of a millimetre; without
// them there is no header.
func placeable(b []byte, width, height uint32) []byte {
	const most = 1<<15 - 1
	inch := uint32(2540)
	if width == 0 || height == 0 || width > most*100 || height > most*100 {
		return b
	}
	for width > most || height > most {
		width, height, inch = width/2, height/2, inch/2
	}
	h := []byte{0xD7, 0xCD, 0xC6, 0x9A, 0, 0, 0, 0, 0, 0}
	for _, n := range []uint32{width, height, inch, 0, 0} {
		h = binary.LittleEndian.AppendUint16(h, uint16(n))
	}
	var sum uint16
	for i := 0; i < len(h); i += 2 {
		sum ^= binary.LittleEndian.Uint16(h[i:])
	}
	return append(binary.LittleEndian.AppendUint16(h, sum), b...)
}

// bitmapFile puts the header of a file before a bitmap, nil if b is none
// ([MS-WMF] 2.2.2.9, 2.2.2.3).
func bitmapFile(b []byte) []byte {
	const info, fileHeader = 40, 14
	if len(b) < info || binary.LittleEndian.Uint32(b) != info {
		return nil
	}
	planes, bits := binary.LittleEndian.Uint16(b[12:]), binary.LittleEndian.Uint16(b[14:])
	compression, colours := binary.LittleEndian.Uint32(b[16:]), binary.LittleEndian.Uint32(b[32:])
	switch {
	case planes != 1 || bits > 32 || colours > 1<<16:
		return nil
	case colours == 0 && bits <= 8:
		colours = 1 << bits
	}
	const bitFields = 3
	if compression == bitFields {
		colours += 3
	}
	pixels := fileHeader + info + 4*colours
	if uint64(pixels) > uint64(len(b)+fileHeader) {
		return nil
	}
	h := append([]byte("BM"), make([]byte, fileHeader-2)...)
	binary.LittleEndian.PutUint32(h[2:], uint32(len(b)+fileHeader))
	binary.LittleEndian.PutUint32(h[10:], pixels)
	return append(h, b...)
}
