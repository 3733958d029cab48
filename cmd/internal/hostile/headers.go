package hostile

import (
	"bufio"
	"fmt"
)

// headers are headers that are too long, too many or too odd.
func headers() []Case {
	return []Case{
		mail("header-one-line", "a field of 100 MB in one line", 4<<20, 100<<20, func(b *bufio.Writer, n int) {
			put(b, head, "X-Long: ")
			repeat(b, n/8, "abcdefg ")
			put(b, "\r\n\r\ntext\r\n")
		}),
		mail("header-folded", "a subject of 100 MB, folded", 4<<20, 100<<20, func(b *bufio.Writer, n int) {
			put(b, "From: a@b\r\nSubject: ")
			repeat(b, n/64, "twelve words of eight letters fill nearly a line of mail, here\r\n ")
			put(b, "\r\n\r\ntext\r\n")
		}),
		mail("header-no-end", "100 MB of fields and no body", 4<<20, 100<<20, func(b *bufio.Writer, n int) {
			repeat(b, n/80, "X-Again: seventy characters of nothing at all, and nothing at all once more\r\n")
		}),
		mail("header-million", "a million fields, each of another name", 50_000, 1_000_000, func(b *bufio.Writer, n int) {
			put(b, head)
			for i := range n {
				fmt.Fprintf(b, "X-%d: v\r\n", i)
			}
			put(b, "\r\ntext\r\n")
		}),
		mail("header-tiny", "fields of three bytes, 16 MB of them", 1<<20, 16<<20, func(b *bufio.Writer, n int) {
			repeat(b, n/3, "a:\n")
		}),
		mail("header-received", "300,000 trace fields", 20_000, 300_000, func(b *bufio.Writer, n int) {
			for i := range n {
				fmt.Fprintf(b, "Received: from a%d by b; Mon, 2 Jan 2006 15:04:05 +0000\r\n", i)
			}
			put(b, head, "\r\ntext\r\n")
		}),
	}
}

// fields are header fields that are hard to take apart.
func fields() []Case {
	return []Case{
		mail("header-words", "encoded words, many and one long one, of which each ends in the middle of a character", 50_000, 1_000_000, func(b *bufio.Writer, n int) {
			put(b, "From: a@b\r\nSubject:")
			repeat(b, n, " =?utf-8?b?4oI=?=\r\n")
			put(b, "Comments: =?iso-2022-jp?q?")
			repeat(b, n, "=1B=24B")
			put(b, "?=\r\nTo: ")
			repeat(b, n, "=?")
			put(b, "\r\n\r\ntext\r\n")
		}),
		mail("header-parameters", "parameters without number, continued and numbered in the thousand millions", 50_000, 200_000, func(b *bufio.Writer, n int) {
			put(b, head, "Content-Type: application/octet-stream")
			for i := range n {
				fmt.Fprintf(b, ";\r\n name*%d*=%%41", i)
			}
			put(b, ";\r\n name*2147483647=x; name*99999999999999999999=y")
			put(b, "\r\nContent-Disposition: attachment")
			for i := range n {
				fmt.Fprintf(b, ";\r\n p%d=v", i)
			}
			put(b, "\r\n\r\ntext\r\n")
		}),
		mail("header-references", "200,000 message ids and categories", 20_000, 200_000, func(b *bufio.Writer, n int) {
			put(b, head, "References:")
			for i := range n {
				fmt.Fprintf(b, "\r\n <%d@example.org>", i)
			}
			put(b, "\r\nKeywords: a")
			for i := range n {
				fmt.Fprintf(b, ",\r\n k%d", i)
			}
			put(b, "\r\nThread-Index: ")
			repeat(b, n, "AQHZ")
			put(b, "\r\n\r\ntext\r\n")
		}),
		mail("header-backtracking", "what expressions with nested stars choke on, in every field that is parsed", 50_000, 1_000_000, func(b *bufio.Writer, n int) {
			for _, field := range []struct{ name, unit string }{
				{"Date", "1 "}, {"From", "a."}, {"Reply-To", "a a "}, {"Cc", ",;"}, {"Subject", "Re: "}, {"Thread-Topic", "AW: Fwd: "},
				{"Message-ID", "<<"}, {"In-Reply-To", "<a@"}, {"Content-Type", "a/"}, {"Content-Disposition", "; a=\""}, {"Content-ID", "<"},
				{"Received", "by ; "}, {"List-Unsubscribe", "<mailto:"}, {"Importance", "high "}, {"Accept-Language", "de;q=0,"}, {"Sensitivity", "x"},
				{"Disposition-Notification-To", "a<b>"}, {"Expires", "-0000 "}, {"X-Priority", "1"}, {"Content-Transfer-Encoding", "base64 "},
				{"Authentication-Results", "a=b; "}, {"Auto-Submitted", "auto-"}, {"Content-Language", "a-"}, {"Content-Location", "%0d%0a"},
			} {
				put(b, field.name, ": ")
				repeat(b, n/len(field.unit), field.unit)
				put(b, "\r\n")
			}
			put(b, "\r\ntext\r\n")
		}),
		mail("header-recipients", "200,000 recipients", 20_000, 200_000, func(b *bufio.Writer, n int) {
			put(b, "From: a@b\r\nSubject: many\r\nTo: ")
			for i := range n {
				fmt.Fprintf(b, "\"Nr. %d\" <r%d@example.org>,\r\n ", i, i)
			}
			put(b, "last@example.org\r\n\r\ntext\r\n")
		}),
		mail("header-zeros", "16 MB of NUL, and then a message", 1<<20, 16<<20, func(b *bufio.Writer, n int) {
			repeat(b, n, "\x00")
			put(b, head, "\r\ntext\r\n")
		}),
		mail("header-line-ends", "carriage returns, line feeds and blanks alone", 1<<20, 32<<20, func(b *bufio.Writer, n int) {
			put(b, "Subject: x\r\n")
			repeat(b, n/4, " \r \n")
			repeat(b, n/4, "\r\r\n ")
			put(b, "\r\n\r\ntext\r\n")
		}),
	}
}
