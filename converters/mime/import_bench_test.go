package mime

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// benchMail is an ordinary mail of about 5 KB: trace fields, two recipients, a
// text and its HTML form.
func benchMail() []byte {
	var s strings.Builder
	for i := range 5 {
		fmt.Fprintf(&s, "Received: from mx%d.example.org (mx%d.example.org [192.0.2.%d])\r\n\tby in.example.com with ESMTPS id %08x\r\n\tfor <ada@example.com>; Mon, 2 Jan 2023 10:00:%02d +0100\r\n", i, i, i, i*7919, 59-i)
	}
	s.WriteString("From: =?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <j@example.org>\r\nTo: Ada <ada@example.com>, \"Hopper, Grace\" <grace@example.com>\r\n" +
		"Subject: RE: =?utf-8?b?w5xiZXIgZGFz?= engine\r\nDate: Mon, 2 Jan 2023 10:00:00 +0100\r\nMessage-ID: <1@example.org>\r\n" +
		"X-Mailer: Something 1.0\r\nList-Id: <list.example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"b1\"\r\n\r\n" +
		"--b1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	for range 15 {
		s.WriteString("A line of text with an umlaut =C3=BC and some more words in it, and a soft =\r\nbreak.\r\n")
	}
	s.WriteString("--b1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><body>")
	for range 15 {
		s.WriteString("<p style=3D\"margin:0\">A line of text with an umlaut =C3=BC and some more words</p>\r\n")
	}
	s.WriteString("</body></html>\r\n--b1--\r\n")
	return []byte(s.String())
}

func BenchmarkImport(b *testing.B) {
	mail := benchMail()
	b.SetBytes(int64(len(mail)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Import(context.Background(), transfer.NewBytesInput(mail), ImportOptions{}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
