package rtf

import (
	"encoding/binary"
	"slices"
)

// A Picture is an image inside RTF.
type Picture struct {
	Type string // media type
	Data []byte // a file of that type; belongs to who receives it

	// Shown reports whether web browsers, and so mail programs, show the type.
	Shown bool

	// Width and Height are those in the text, in CSS pixels (1/96 inch); 0 if
	// unknown.
	Width, Height int
}

// Picture properties, the argument of opPict. Those up to pictDDB are formats.
const (
	pictNone = iota
	pictEMF
	pictPNG
	pictJPEG
	pictMac
	pictWMF
	pictDIB
	pictDDB
	pictWidth
	pictHeight
	pictWidthGoal
	pictHeightGoal
	pictScaleX
	pictScaleY
	pictCropX
	pictCropY
)

// pictTypes are the media types of the formats that can be carried as files.
var pictTypes = [...]string{
	pictEMF: "image/emf", pictPNG: "image/png", pictJPEG: "image/jpeg",
	pictMac: "image/x-pict", pictWMF: "image/wmf", pictDIB: "image/bmp", pictDDB: "",
}

// picture is a {\pict} being read (RTF 1.9.1, Pictures).
type picture struct {
	format   int32
	bytes    []byte
	half     int16            // first digit of the byte under way, or -1
	property [pictCropY]int32 // from pictWidth on
	cropped  [2]int32         // twips, in both directions
	chr      charFormat       // where it stands
	has      [pictCropY]bool  // properties that are set
}

// beginPict begins a picture, if anybody wants it.
func (p *parser) beginPict() dest {
	if p.format == nil || !p.format.wantsPicture() {
		p.info.Pictures++
		return destSkip
	}
	p.flush()
	p.pict = picture{half: -1, chr: p.look.chr, bytes: p.pict.bytes[:0]}
	return destPict
}

// word takes a picture property.
func (pc *picture) word(arg int32, t *token) {
	n := min(max(t.param(0), -1<<20), 1<<20)
	switch {
	case arg <= pictDDB:
		pc.format = arg
	case arg == pictCropX, arg == pictCropY:
		pc.cropped[arg-pictCropX] = min(max(pc.cropped[arg-pictCropX]+n, -1<<20), 1<<20)
	default:
		pc.property[arg], pc.has[arg] = n, true
	}
}

// data takes hexadecimal digits or binary data.
func (pc *picture) data(t *token) {
	if t.kind == tokBin {
		pc.bytes = append(pc.bytes, t.text...)
		return
	}
	for _, c := range t.text {
		v := hexValue(c)
		switch {
		case v < 0:
		case pc.half < 0:
			pc.half = int16(v)
		default:
			pc.bytes = append(pc.bytes, byte(int(pc.half)<<4|v))
			pc.half = -1
		}
	}
}

// endPict hands the picture over.
func (p *parser) endPict() {
	pc := &p.pict
	pic, ok := pc.file()
	if !ok {
		p.info.Pictures++
		return
	}
	pic.Width = pc.pixels(pictWidth, pictWidthGoal, pictScaleX, pc.cropped[0])
	pic.Height = pc.pixels(pictHeight, pictHeightGoal, pictScaleY, pc.cropped[1])
	if !p.format.picture(pic, pc.chr) {
		p.info.Pictures++
	}
}

// file returns the picture as a file, if it can be one.
func (pc *picture) file() (Picture, bool) {
	b := pc.bytes
	format := sniffPicture(pc.format, b)
	if len(b) == 0 || format == pictNone || pictTypes[format] == "" {
		return Picture{}, false
	}
	switch format {
	case pictWMF:
		b = append(pc.placeable(), b...)
	case pictDIB:
		head := bitmapHeader(b)
		if head == nil {
			return Picture{}, false
		}
		b = append(head, b...)
	case pictMac:
		b = append(make([]byte, 512), b...) // the header of a PICT file, which means nothing
	default:
		b = slices.Clone(b)
	}
	shown := format == pictPNG || format == pictJPEG || format == pictDIB
	return Picture{Type: pictTypes[format], Data: b, Shown: shown}, true
}

// sniffPicture returns the format of b, which its first bytes show better than
// what the writer says. QUIRK: writers call a JPEG a PNG.
func sniffPicture(said int32, b []byte) int32 {
	switch {
	case len(b) > 8 && string(b[:8]) == "\x89PNG\r\n\x1a\n":
		return pictPNG
	case len(b) > 3 && string(b[:3]) == "\xFF\xD8\xFF":
		return pictJPEG
	case said == pictPNG, said == pictJPEG:
		return pictNone
	case said == pictWMF && len(b) > 44 && string(b[40:44]) == " EMF":
		return pictEMF
	}
	return said
}

// pixels returns a length in pixels.
func (pc *picture) pixels(size, goal, scale int, crop int32) int {
	twips := int64(pc.property[goal])
	switch {
	case twips > 0:
	case pc.format == pictWMF || pc.format == pictMac:
		twips = int64(pc.property[size]) * 1440 / 2540 // hundredths of a millimetre
	default:
		twips = int64(pc.property[size]) * 15
	}
	twips -= int64(crop)
	if pc.has[scale] && pc.property[scale] > 0 {
		twips = twips * int64(pc.property[scale]) / 100
	}
	return int(min(max((twips+7)/15, 0), 10_000))
}

// placeable returns the header that makes metafile records a file (Aldus
// placeable metafile, [MS-WMF] 2.3.2.3), or nothing if there is one.
func (pc *picture) placeable() []byte {
	if len(pc.bytes) >= 4 && binary.LittleEndian.Uint32(pc.bytes) == 0x9AC6CDD7 {
		return nil
	}
	h := binary.LittleEndian.AppendUint32(nil, 0x9AC6CDD7)
	w, ht := pc.property[pictWidthGoal], pc.property[pictHeightGoal]
	for _, v := range []int32{0, 0, 0, w, ht, 1440, 0, 0} {
		h = binary.LittleEndian.AppendUint16(h, uint16(v))
	}
	var sum uint16
	for i := 0; i < len(h); i += 2 {
		sum ^= binary.LittleEndian.Uint16(h[i:])
	}
	return binary.LittleEndian.AppendUint16(h, sum)
}

// bitmapHeader returns the header that makes a device-independent bitmap a file
// ([MS-WMF] 2.2.2.9), or nil if b is none.
func bitmapHeader(b []byte) []byte {
	if len(b) < 40 {
		return nil
	}
	size := binary.LittleEndian.Uint32(b)
	bits := binary.LittleEndian.Uint16(b[14:])
	if size < 40 || size > 124 || bits > 32 {
		return nil
	}
	colors := binary.LittleEndian.Uint32(b[32:])
	if colors == 0 && bits <= 8 {
		colors = 1 << bits
	}
	offset := 14 + uint64(size) + 4*uint64(colors)
	if size == 40 && binary.LittleEndian.Uint32(b[16:]) == 3 {
		offset += 12 // three masks
	}
	if offset > uint64(len(b))+14 {
		return nil
	}
	h := append(make([]byte, 0, 14+len(b)), "BM"...)
	h = binary.LittleEndian.AppendUint32(h, uint32(14+len(b)))
	h = binary.LittleEndian.AppendUint32(h, 0)
	return binary.LittleEndian.AppendUint32(h, uint32(offset))
}
