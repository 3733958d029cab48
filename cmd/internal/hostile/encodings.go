package hostile

import (
	"bufio"
	"strings"
)

// encodings are bodies whose encoding, or character set, is a trap. Those of 15
// MiB are just short enough to be bodies, and no files.
func encodings() []Case {
	text := func(name, attack, kind, encoding string, small, full int, unit string) Case {
		return mail(name, attack, small, full, func(b *bufio.Writer, n int) {
			put(b, head, "Content-Type: ", kind, "\r\nContent-Transfer-Encoding: ", encoding, "\r\n\r\n")
			repeat(b, n/len(unit), unit)
		})
	}
	attached := "application/octet-stream; name=x\r\nContent-Disposition: attachment"
	return []Case{
		text("base64-garbage", "100 MB of base64 with garbage in every line", attached, "base64", 4<<20, 100<<20, "QUJD=REVG!R0hJ\x00SktM\r\n*TU5P-UFFS_U1RV==\r\n"),
		text("base64-one-line", "100 MB of base64 in one line, as a text body", "text/plain", "base64", 4<<20, 100<<20, "QUJDREVG"),
		text("base64-blanks", "base64 of blanks", attached, "base64", 4<<20, 100<<20, " \t\r\n"),
		text("base64-body", "base64 with garbage in every line, as a text body", "text/html", "base64", 1<<20, 15<<20, "PGI+!PGk+\r\n*PHU=\r\n"),
		text("quoted-body", "soft line breaks, as a text body", "text/plain", "quoted-printable", 1<<20, 15<<20, "=\r\n==0A"),
		text("quoted-soft", "100 MB of soft line breaks", "text/plain", "quoted-printable", 4<<20, 100<<20, "=\r\n"),
		text("quoted-blanks", "blanks that may be at the end of a line, and are not", attached, "quoted-printable", 4<<20, 100<<20, "          \t="),
		text("quoted-equals", "equals signs", "text/html", "quoted-printable", 4<<20, 100<<20, "=3==\r=\n=0D=0A"),
		text("utf7", "UTF-7 that never ends", "text/plain; charset=utf-7", "7bit", 1<<20, 15<<20, "+AAAA"),
		text("utf7-html", "UTF-7 that hides markup", "text/html; charset=utf-7", "7bit", 1<<20, 15<<20, "+ADw-script+AD4-"),
		text("iso-2022-escapes", "escape sequences that never end", "text/plain; charset=iso-2022-jp", "7bit", 1<<20, 15<<20, "\x1b$B\x1b(B\x1b$@\x1b\x1b("),
		text("iso-2022-kr", "shifts without a sequence that says what to", "text/html; charset=iso-2022-kr", "7bit", 1<<20, 15<<20, "\x0e\x0f\x1b$)C\x0e!"),
		text("hz", "tildes of HZ", "text/plain; charset=hz-gb-2312", "7bit", 1<<20, 15<<20, "~{~}~~~"),
		text("gb18030", "four-byte characters that are cut short", "text/plain; charset=gb18030", "8bit", 1<<20, 15<<20, "\x81\x30\x81\x81\x30"),
		text("utf16", "UTF-16 of surrogates alone", "text/plain; charset=utf-16le", "8bit", 1<<20, 15<<20, "\x00\xd8\x00\xd8\x00\xdc"),
		text("charset-guess", "bytes that are no character set", "text/plain", "8bit", 1<<20, 15<<20, "\xff\xfe\x80\xc3\x28\xe2\x28\xa1\xf0\x90"),
		text("surrogates", "lone surrogates and over-long forms in UTF-8", "text/html; charset=utf-8", "8bit", 1<<20, 15<<20, "\xed\xa0\x80\xed\xb0\x80\xc0\x80\xe0\x80\x8d\xf8\x88\x80\x80\x80"),
		text("nul-text", "NUL in text", "text/plain; charset=utf-8", "8bit", 1<<20, 15<<20, "\x00a\x00\r\x00\n"),
		text("one-line", "100 MB of text without a line end", "text/plain", "7bit", 4<<20, 100<<20, "no end "),
		text("html-open", "tags that do not end", "text/html", "7bit", 1<<20, 15<<20, "<a href=\"cid:<!-- <![CDATA["),
		text("html-cids", "references to parts that are not there", "text/html", "7bit", 1<<20, 15<<20, "<img src=cid:a@b>\r\n"),
		text("uuencode-begins", "uuencoded files that begin and never end", "text/plain", "7bit", 1<<20, 15<<20, "begin 644 a\r\n"),
		text("uuencode-lines", "a uuencoded file in which every line says that it is longer", "text/plain", "7bit", 1<<20, 15<<20, "begin 644 ../../x\r\nM\r\nM!!!\r\n_\r\nend\r\n"),
		text("uuencode-bomb", "uuencoded files, empty and without number", "text/plain", "7bit", 1<<20, 4<<20, "begin 644 a\r\n`\r\nend\r\n"),
		text("from-lines", "lines that begin a message in mailboxes", "text/plain", "7bit", 1<<20, 15<<20, "From a@b Mon Jan  2 15:04:05 2006\r\n\r\n"),
		text("charset-name", "a character set with a name of a megabyte", "text/plain; charset="+strings.Repeat("x", 1<<20), "8bit", 1<<10, 1<<10, "\xe4"),
		text("flowed", "text of quote marks", "text/plain; format=flowed; delsp=yes", "7bit", 1<<20, 15<<20, ">>>>>>>> > \r\n"),
		text("calendar", "a calendar that opens and never closes", "text/calendar; method=REQUEST", "7bit", 1<<20, 16<<20, "BEGIN:VEVENT\r\nRRULE:FREQ=SECONDLY;COUNT=2147483647\r\n"),
		text("enriched", "text/enriched that opens and never closes", "text/enriched", "7bit", 1<<20, 16<<20, "<bold><param><"),
	}
}
