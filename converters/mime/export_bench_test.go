package mime

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/converters/rtf"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// benchMessage is an ordinary message as Outlook keeps it: benchMail with its
// header, and the properties around it.
func benchMessage(b *testing.B) *mapi.Message {
	m, err := Import(context.Background(), transfer.NewBytesInput(benchMail()), ImportOptions{}, nil)
	if err != nil {
		b.Fatal(err)
	}
	for i := range 40 {
		m.Props.Set(mapi.NewTag(uint16(0x6600+i), mapi.PtypInteger32), int32(i))
	}
	for i := range 20 {
		m.Props.SetNamed(mapi.Name{Set: mapi.PSETIDCommon, ID: uint32(0x8500 + i)}, mapi.PtypInteger32, int32(i))
	}
	return m
}

// discard is an output that keeps nothing.
type discard struct{ io.Writer }

func (discard) Ref(mapi.Large, transfer.Transform) error { return nil }

func BenchmarkExport(b *testing.B) {
	html := benchMessage(b)
	inRTF := benchMessage(b)
	inRTF.Props.Delete(proptag.Html)
	var doc strings.Builder
	for i := range 100 {
		fmt.Fprintf(&doc, "<p class=\"MsoNormal\"><span style=\"font-size:11pt\">Paragraph %d, with an <b>ümlaut</b>.</span></p>\r\n", i)
	}
	inRTF.Props.Set(proptag.RtfCompressed, lzfu.Compress(rtf.Encapsulate([]byte("<html><body>"+doc.String()+"</body></html>"))))
	for _, c := range []struct {
		name string
		m    *mapi.Message
	}{{"html", html}, {"rtf", inRTF}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := Export(context.Background(), c.m, discard{io.Discard}, ExportOptions{}, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
