package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// samples are the messages in testdata/msg, by file name without .msg.
func samples() map[string]*mapi.Message {
	return map[string]*mapi.Message{
		"hello": hello(), "newsletter": newsletter(), "forwarded": forwarded(), "rtf": rtfOnly(), "draft": draft(),
	}
}

// TestSamples holds the files in testdata/msg to what this file builds.
// Regenerate with: go test ./cmd/oxbridge -run TestSamples -update.
func TestSamples(t *testing.T) {
	for name, m := range samples() {
		path := filepath.Join("..", "..", "testdata", "msg", name+".msg")
		made := filepath.Join(t.TempDir(), name)
		writeMsg(t, made, m)
		got, err := os.ReadFile(made)
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v (run with -update to create it)", err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from what is built (run with -update to rewrite it)", path)
		}
	}
}

func writeMsg(t testing.TB, path string, m *mapi.Message) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := msg.Write(f, m, msg.WriteOptions{}, nil); err != nil {
		t.Fatal(err)
	}
}

var sampleTime = time.Date(2024, 2, 29, 13, 37, 42, 0, time.UTC)

// mail is a message from Ada to Grace.
func mail(subject, id string) *mapi.Message {
	m := new(mapi.Message)
	m.Props.Set(proptag.MessageClass, "IPM.Note")
	m.Props.Set(proptag.MessageFlags, int32(1))
	m.Props.Set(proptag.Subject, subject)
	m.Props.Set(proptag.InternetMessageId, "<"+id+"@example.org>")
	m.Props.Set(proptag.ClientSubmitTime, mapi.NewFiletime(sampleTime))
	m.Props.Set(proptag.MessageDeliveryTime, mapi.NewFiletime(sampleTime.Add(3*time.Second)))
	m.Props.Set(proptag.SentRepresentingName, "Ada Lovelace")
	m.Props.Set(proptag.SentRepresentingAddressType, "SMTP")
	m.Props.Set(proptag.SentRepresentingEmailAddress, "ada@example.org")
	m.Props.Set(proptag.SenderName, "Ada Lovelace")
	m.Props.Set(proptag.SenderAddressType, "SMTP")
	m.Props.Set(proptag.SenderEmailAddress, "ada@example.org")
	m.Recipients = append(m.Recipients, recipient(mapi.RecipientTo, "Grace Hopper", "grace@example.com"))
	return m
}

func recipient(kind int32, name, addr string) mapi.Props {
	var r mapi.Props
	r.Set(proptag.RecipientType, kind)
	r.Set(proptag.DisplayName, name)
	r.Set(proptag.AddressType, "SMTP")
	r.Set(proptag.EmailAddress, addr)
	r.Set(proptag.SmtpAddress, addr)
	return r
}

func attach(name, mimeTag string, data []byte) *mapi.Attachment {
	a := new(mapi.Attachment)
	a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
	a.Props.Set(proptag.AttachLongFilename, name)
	a.Props.Set(proptag.AttachMimeTag, mimeTag)
	a.Props.Set(proptag.RenderingPosition, int32(-1))
	a.Props.Set(proptag.AttachDataBinary, data)
	return a
}

func hello() *mapi.Message {
	m := mail("Hello", "hello")
	m.Props.Set(proptag.Body, "Dear Grace,\r\n\r\nthis is a first message.\r\n\r\n.\r\nFrom here on it is short.\r\n\r\nAda\r\n")
	return m
}

// newsletter has everything that mail of a company has: HTML with an inline
// picture, names in other scripts, categories and a receipt request.
func newsletter() *mapi.Message {
	m := mail("Rundbrief Nr. 7: Grüße aus Zürich – 春の便り", "newsletter")
	m.Recipients = append(m.Recipients,
		recipient(mapi.RecipientCc, "Андрей Ершов", "ershov@example.net"),
		recipient(mapi.RecipientCc, "Doe, \"John\" (Sales)", "john@example.com"),
		recipient(mapi.RecipientBcc, "", "silent@example.com"))
	m.Props.Set(proptag.Importance, int32(2))
	m.Props.Set(proptag.ReadReceiptRequested, true)
	m.Props.Set(proptag.InReplyToId, "<hello@example.org>")
	m.Props.Set(proptag.InternetReferences, "<first@example.org> <hello@example.org>")
	m.Props.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{"Rundbrief", "blau"})
	m.Props.SetNamed(propname.InternetHeader("X-Campaign"), mapi.PtypString, "spring-7")
	m.Props.Set(proptag.Body, "Grüße aus Zürich!\r\n\r\n春の便り\r\n")
	m.Props.Set(proptag.InternetCodepage, int32(65001))
	m.Props.Set(proptag.Html, []byte("<html><head><meta charset=\"utf-8\"></head><body><p>Grüße aus <b>Zürich</b>!</p>\r\n"+
		"<p><img src=\"cid:logo@example.org\" alt=\"\"></p>\r\n<p>春の便り</p></body></html>\r\n"))
	logo := attach("logo.png", "image/png", picture())
	logo.Props.Set(proptag.AttachContentId, "logo@example.org")
	logo.Props.Set(proptag.AttachFlags, int32(4))
	m.Attachments = append(m.Attachments, logo, attach("Preise für März.csv", "text/csv", []byte("Artikel;Preis\r\nÄpfel;3,20\r\n")))
	return m
}

func forwarded() *mapi.Message {
	m := mail("Fwd: Rundbrief", "forwarded")
	m.Props.Set(proptag.Body, "See the attached messages.\r\n")
	inner := newsletter()
	deep := mail("Innermost", "innermost")
	deep.Props.Set(proptag.Body, "At the bottom.\r\n")
	inner.Attachments = append(inner.Attachments, &mapi.Attachment{Embedded: deep})
	m.Attachments = append(m.Attachments, &mapi.Attachment{Embedded: inner}, attach("zeros.bin", "application/octet-stream", make([]byte, 5000)))
	for _, msg := range []*mapi.Message{m, inner} {
		for _, a := range msg.Attachments {
			if a.Embedded != nil {
				a.Props.Set(proptag.AttachMethod, mapi.AttachEmbeddedMessage)
				a.Props.Set(proptag.DisplayName, a.Embedded.Props.String(proptag.Subject))
				a.Props.Set(proptag.RenderingPosition, int32(-1))
			}
		}
	}
	return m
}

// rtfOnly has its HTML only inside RTF, as Outlook saves it.
func rtfOnly() *mapi.Message {
	m := mail("Saved by Outlook", "rtf")
	rtf := `{\rtf1\ansi\ansicpg1252\fromhtml1 \fbidis \deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fswiss\fcharset204 Arial CYR;}}` + "\r\n" +
		`{\colortbl\red0\green0\blue0;}\uc1\pard\plain\deftab360 \f0\fs24` + "\r\n" +
		`{\*\htmltag19 <html>}{\*\htmltag34 <head>}{\*\htmltag41 </head>}{\*\htmltag50 <body>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 ` +
		`Caf\'e9 \u8364? and \f1 \'cf\'f0\'e8\'e2\'e5\'f2\f0 !{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0{\*\htmltag58 </body>}{\*\htmltag27 </html>}}`
	m.Props.Set(proptag.RtfCompressed, lzfu.Compress([]byte(rtf)))
	m.Props.Set(proptag.RtfInSync, true)
	m.Props.Set(proptag.Body, "Café € and Привет!\r\n")
	return m
}

func draft() *mapi.Message {
	m := new(mapi.Message)
	m.Props.Set(proptag.MessageClass, "IPM.Note")
	m.Props.Set(proptag.MessageFlags, int32(8))
	m.Props.Set(proptag.Subject, "Not sent")
	m.Props.Set(proptag.Body, strings.Repeat("A draft that nobody has seen. ", 40)+"\r\n")
	m.Recipients = append(m.Recipients, recipient(mapi.RecipientTo, "Grace Hopper", "grace@example.com"))
	return m
}

// picture is a small PNG.
func picture() []byte {
	img := image.NewPaletted(image.Rect(0, 0, 16, 16), color.Palette{color.White, color.RGBA{0x20, 0x60, 0xC0, 0xFF}})
	for i := range 16 {
		img.SetColorIndex(i, i, 1)
		img.SetColorIndex(15-i, i, 1)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}
