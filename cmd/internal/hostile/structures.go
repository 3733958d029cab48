package hostile

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
)

// structures are parts without number.
func structures() []Case {
	return []Case{
		mail("parts", "200,000 parts", 20_000, 200_000, func(b *bufio.Writer, n int) {
			put(b, head, "Content-Type: multipart/mixed; boundary=b\r\n\r\n")
			repeat(b, n, "--b\r\n\r\nx\r\n")
			put(b, "--b--\r\n")
		}),
		mail("attachments", "200,000 attachments", 10_000, 200_000, func(b *bufio.Writer, n int) {
			put(b, head, "Content-Type: multipart/mixed; boundary=b\r\n\r\n")
			for i := range n {
				fmt.Fprintf(b, "--b\r\nContent-Type: application/x; name=a%d\r\nContent-Disposition: attachment\r\n\r\n%d\r\n", i, i)
			}
			put(b, "--b--\r\n")
		}),
		mail("alternatives", "200,000 alternatives of one body", 20_000, 200_000, func(b *bufio.Writer, n int) {
			put(b, head, "Content-Type: multipart/alternative; boundary=b\r\n\r\n")
			repeat(b, n, "--b\r\nContent-Type: text/html\r\n\r\n<p>\r\n")
			put(b, "--b--\r\n")
		}),
		mail("related", "pictures without number, all of one content id, in HTML that shows them", 10_000, 100_000, func(b *bufio.Writer, n int) {
			put(b, head, "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n")
			repeat(b, n, "<img src=\"cid:p\">\r\n")
			repeat(b, n, "--b\r\nContent-Type: image/png\r\nContent-ID: <p>\r\n\r\nx\r\n")
			put(b, "--b--\r\n")
		}),
		mail("boundaries", "lines that nearly are the boundary", 1<<20, 64<<20, func(b *bufio.Writer, n int) {
			dashes := strings.Repeat("-", 70)
			put(b, head, "Content-Type: multipart/mixed; boundary=\"", dashes, "\"\r\n\r\n--", dashes, "\r\n\r\n")
			repeat(b, n/75, "--"+dashes[1:]+" x\r\n")
		}),
		mail("digest", "a digest of 100,000 messages", 5_000, 100_000, func(b *bufio.Writer, n int) {
			put(b, head, "Content-Type: multipart/digest; boundary=b\r\n\r\n")
			repeat(b, n, "--b\r\n\r\nSubject: x\r\n\r\nx\r\n")
			put(b, "--b--\r\n")
		}),
		mail("digest-recipients", "attached messages with recipients, altogether without number", 100, 700, func(b *bufio.Writer, n int) {
			put(b, head, "Content-Type: multipart/digest; boundary=b\r\n\r\n")
			for range n {
				put(b, "--b\r\n\r\nTo: ")
				repeat(b, n, "a@b,\r\n ")
				put(b, "\r\n\r\nx\r\n")
			}
			put(b, "--b--\r\n")
		}),
		mail("digest-fields", "attached messages with fields of their own, altogether without number", 100, 2_000, func(b *bufio.Writer, n int) {
			put(b, head, "Content-Type: multipart/digest; boundary=b\r\n\r\n")
			for i := range n {
				put(b, "--b\r\n\r\n")
				for j := range n {
					fmt.Fprintf(b, "X-%d-%d: v\r\n", i%10, j)
				}
				put(b, "\r\nx\r\n")
			}
			put(b, "--b--\r\n")
		}),
	}
}

// kinds are kinds of mail that lie about themselves.
func kinds() []Case {
	return []Case{
		mail("report", "a report about 200,000 recipients", 20_000, 200_000, func(b *bufio.Writer, n int) {
			put(b, head, "Content-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n--r\r\n\r\nx\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n")
			for i := range n {
				fmt.Fprintf(b, "Final-Recipient: rfc822; r%d@x\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n", i)
			}
			put(b, "--r--\r\n")
		}),
		plain("report-lies", "a report of a kind that is not there, without parts", "Content-Type: multipart/report; report-type=disposition-notification; boundary=r\r\n", "--r\r\nContent-Type: message/delivery-status\r\n\r\nAction: \r\nStatus: 99999999999.1.1\r\nFinal-Recipient: ;\r\n"),
		plain("signed-lies", "a signed message without a signature", "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=x; boundary=s\r\n", "--s--\r\n"),
		plain("signed-nested", "a signature that is a multipart", "Content-Type: multipart/signed; boundary=s\r\n", "--s\r\nContent-Type: multipart/signed; boundary=t\r\n\r\n--t\r\n--s\r\nContent-Type: multipart/mixed; boundary=s\r\n\r\n--s\r\n"),
		mail("smime-lengths", "encrypted content whose lengths lead out of it", 0, 0, func(b *bufio.Writer, _ int) {
			secure(b, []byte("\x30\x84\xff\xff\xff\xff\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x88\x7f\xff\xff\xff\xff\xff\xff\xff\x30\xff"))
		}),
		mail("smime-nested", "structures of indefinite length inside each other", 100_000, 2_000_000, func(b *bufio.Writer, n int) {
			secure(b, []byte(strings.Repeat("\x30\x80\xa0\x80\x24\x80", n/6)))
		}),
		mail("tnef-lies", "a winmail.dat whose lengths lead out of it", 0, 0, func(b *bufio.Writer, _ int) {
			put(b, head, "Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n")
			put(b, base64.StdEncoding.EncodeToString(tnef()))
		}),
		plain("external-file", "a body that stands in a local file", "Content-Type: message/external-body; access-type=local-file; name=\"/etc/passwd\"\r\n", "Content-Type: text/plain\r\n\r\n"),
		plain("external-url", "a body that stands on the network", "Content-Type: message/external-body; access-type=URL; URL=\"http://127.0.0.1:9/x\"\r\n", "Content-Type: text/plain\r\n\r\n"),
		plain("external-unc", "pictures and styles that stand on servers", "Content-Type: text/html\r\nContent-Base: file://127.0.0.1/share/\r\n", `<base href="file:///etc/"><img src="\\127.0.0.1\share\x.png"><link rel=stylesheet href="file:///etc/passwd"><iframe src=passwd></iframe>`),
		plain("partial", "the two thousand millionth piece of a message", "Content-Type: message/partial; id=x; number=2147483647; total=1\r\n", "x\r\n"),
		plain("apple-double", "a file of Apple whose entries lead out of it", "Content-Type: multipart/appledouble; boundary=a\r\n", "--a\r\nContent-Type: application/applefile\r\nContent-Transfer-Encoding: base64\r\n\r\n"+
			base64.StdEncoding.EncodeToString([]byte("\x00\x05\x16\x07\x00\x02\x00\x00                \xff\xff\x00\x00\x00\x03\xff\xff\xff\xf0\xff\xff\xff\xff"))+"\r\n--a\r\nContent-Type: application/x\r\n\r\nx\r\n--a--\r\n"),
		plain("binhex", "BinHex without an end", "Content-Type: application/mac-binhex40\r\n", "(This file must be converted with BinHex 4.0)\r\n:"+strings.Repeat("!!!!", 10_000)),
		plain("boundary-empty", "an empty boundary", "Content-Type: multipart/mixed; boundary=\"\"\r\n", strings.Repeat("--\r\n\r\nx\r\n", 10_000)),
		plain("paths", "attachments whose names are paths", "Content-Type: multipart/mixed; boundary=b\r\n", paths()),
	}
}

// plain is a mail of these fields and this body.
func plain(name, attack, fields, body string) Case {
	return mail(name, attack, 0, 0, func(b *bufio.Writer, _ int) { put(b, head, fields, "\r\n", body) })
}

func secure(b *bufio.Writer, der []byte) {
	put(b, head, "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	put(b, base64.StdEncoding.EncodeToString(der), "\r\n")
}

// tnef is a TNEF stream ([MS-OXTNEF] 2.1.2) that lies about every length.
func tnef() []byte {
	u32 := binary.LittleEndian.AppendUint32
	b := append(u32(nil, 0x223E9F78), 1, 0)
	b = u32(append(u32(append(b, 1), 0x00069003), 0x40), 0xFFFFFFFF) // attMsgProps with as many properties as there are numbers
	b = append(u32(u32(b, 0x0C1F001E), 0xFFFFFFFF), 0xFF, 0xFF, 0xFF, 0xFF)
	return append(u32(append(b, 2), 0x00069005), 0xFF, 0xFF, 0xFF, 0x7F)
}

// Traversals are names of files that lead elsewhere.
var Traversals = []string{
	"../escaped", "../../../../escaped", "/tmp/oxbridge-escaped", `..\..\escaped`, `C:\escaped`, `\\127.0.0.1\share\escaped`, "a/../../escaped",
	"..", ".", "", "con", "nul.txt", "x:stream", "a\x00b", "%2e%2e%2fescaped", ".oxbridge/escaped", "~/escaped", "\u202egnp.exe", "file:///tmp/escaped",
	"..\u2215escaped", "a/./b", "trailing. ", strings.Repeat("n", 5000),
}

func paths() string {
	var b strings.Builder
	for _, name := range Traversals {
		name = strings.NewReplacer(`\`, `\\`, "\x00", "").Replace(name)
		fmt.Fprintf(&b, "--b\r\nContent-Type: application/octet-stream; name=\"%s\"\r\nContent-Disposition: attachment; filename=\"%s\"\r\n\r\nescaped\r\n", name, name)
	}
	return b.String() + "--b--\r\n"
}
