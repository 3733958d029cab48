package prepare

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

var (
	metafile = append([]byte{1, 0, 9, 0, 0, 3}, make([]byte, 40)...)
	enhanced = append(append(make([]byte, 40), " EMF"...), make([]byte, 20)...)
	png      = []byte("\x89PNG\r\n\x1a\nrest")
)

// bitmap returns a bitmap of one pixel with a palette of n colours.
func bitmap(bits uint16, n uint32) []byte {
	b := make([]byte, 40)
	b[0] = 40
	binary.LittleEndian.PutUint32(b[4:], 1)
	binary.LittleEndian.PutUint32(b[8:], 1)
	binary.LittleEndian.PutUint16(b[12:], 1)
	binary.LittleEndian.PutUint16(b[14:], bits)
	binary.LittleEndian.PutUint32(b[32:], n)
	return append(b, make([]byte, 4*n+4)...)
}

// drawn returns an OLEPresentationStream of a format.
func drawn(format uint32, device int, data []byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0xFFFFFFFF)
	b = binary.LittleEndian.AppendUint32(b, format)
	b = binary.LittleEndian.AppendUint32(b, uint32(4+device))
	b = append(b, make([]byte, device)...)
	for _, n := range []uint32{1, 0xFFFFFFFF, 2, 0, 1000, 500, uint32(len(data))} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return append(append(b, data...), "and more"...)
}

func TestPictures(t *testing.T) {
	t.Parallel()
	dib := bitmap(8, 2)
	file := append([]byte{'B', 'M', byte(len(dib) + 14), 0, 0, 0, 0, 0, 0, 0, 14 + 40 + 8, 0, 0, 0}, dib...)
	placed := placeable(metafile, 1000, 500)
	tests := []struct {
		name, stream string
		data, want   []byte
	}{
		{"a metafile", "\x02OlePres000", drawn(formatMetafile, 0, metafile), placed},
		{"the second presentation", "\x02OlePres001", drawn(formatMetafile, 8, metafile), placed},
		{"a bitmap", "\x02OlePres000", drawn(formatDIB, 0, dib), file},
		{"an enhanced metafile", "\x02OlePres000", drawn(formatEnhMetafile, 0, enhanced), enhanced},
		{"contents", "CONTENTS", dib, file},
		{"contents with a size", "CONTENTS", append([]byte{8, 0, 0xE8, 3, 0xF4, 1, 0, 0}, metafile...), placed},
		{"printed", "\x03EPRINT", enhanced, enhanced},
		{"native", "\x01Ole10Native", append([]byte{9, 0, 0, 0}, png...), png},
		{"another clipboard format", "\x02OlePres000", drawn(2, 0, dib), nil},
		{"a package", "\x01Ole10Native", []byte("\x09\x00\x00\x00\x02\x00a.txt"), nil},
		{"cut short", "\x02OlePres000", drawn(formatMetafile, 0, metafile)[:20], nil},
		{"a palette too long", "CONTENTS", bitmap(8, 2)[:44], nil},
		{"another stream", "Workbook", png, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var said problem.List
			a := byValue("x", objectWith(t, tt.stream, tt.data))
			a.Props.Set(proptag.AttachMethod, mapi.AttachStorage)
			if err := Export(note("x", a), options(&said)); err != nil {
				t.Fatal(err)
			}
			if got := a.Props.Binary(proptag.AttachRendering); !bytes.Equal(got, tt.want) || len(said) > 0 {
				t.Errorf("got % x, want % x; problems %v", got, tt.want, said)
			}
		})
	}
}

// TestPictureThatIsThere: what the message has itself stays, and files that are
// no objects are not looked into.
func TestPictureThatIsThere(t *testing.T) {
	t.Parallel()
	object := objectWith(t, "CONTENTS", png)
	a, b := byValue("x", object), byValue("x", object)
	a.Props.Set(proptag.AttachMethod, mapi.AttachStorage)
	a.Props.Set(proptag.AttachRendering, []byte("own"))
	var said problem.List
	if err := Export(note("x", a, nil, b), options(&said)); err != nil {
		t.Fatal(err)
	}
	if string(a.Props.Binary(proptag.AttachRendering)) != "own" || b.Props.Has(proptag.AttachRendering) {
		t.Errorf("renderings %q, %q", a.Props.Binary(proptag.AttachRendering), b.Props.Binary(proptag.AttachRendering))
	}
}

func TestPlaceableFits(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]uint32{{1, 1}, {40_000, 100}, {100, 200_000}, {0, 5}, {1 << 31, 1}} {
		b := placeable(metafile, size[0], size[1])
		if bytes.Equal(b, metafile) {
			continue
		}
		var sum uint16
		for i := range 10 {
			sum ^= binary.LittleEndian.Uint16(b[2*i:])
		}
		if sum != binary.LittleEndian.Uint16(b[20:]) || !bytes.HasSuffix(b, metafile) {
			t.Errorf("%v: % x", size, b[:22])
		}
	}
}

func FuzzPicture(f *testing.F) {
	f.Add(drawn(formatMetafile, 0, metafile))
	f.Add(bitmap(8, 2))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, p := range [][]byte{presentation(b), anyPicture(b)} {
			if len(p) > len(b)+22 {
				t.Errorf("a picture of %d bytes out of %d", len(p), len(b))
			}
		}
	})
}
