package hostile

import (
	"bufio"
	"fmt"
)

// nests are messages inside messages, and other depths.
func nests() []Case {
	return []Case{
		mail("nested-multiparts", "multiparts inside each other", 10_000, 10_000, func(b *bufio.Writer, n int) {
			put(b, head)
			for i := range n {
				fmt.Fprintf(b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
			}
			put(b, "\r\ninnermost\r\n")
			for i := range n {
				fmt.Fprintf(b, "--b%d--\r\n", n-1-i)
			}
		}),
		mail("nested-multiparts-open", "multiparts inside each other that never end, each boundary the beginning of the next", 2_000, 2_000, func(b *bufio.Writer, n int) {
			put(b, head)
			for i := range n {
				put(b, "Content-Type: multipart/mixed; boundary=")
				repeat(b, i+1, "b")
				put(b, "\r\n\r\n--")
				repeat(b, i+1, "b")
				put(b, "\r\n")
			}
			put(b, "\r\ninnermost\r\n")
		}),
		mail("nested-same-boundary", "multiparts inside each other with one boundary", 10_000, 10_000, func(b *bufio.Writer, n int) {
			put(b, head)
			repeat(b, n, "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n")
			put(b, "\r\ninnermost\r\n")
		}),
		mail("nested-messages", "message/rfc822 inside each other", 2_000, 2_000, func(b *bufio.Writer, n int) {
			for range n {
				put(b, head, "Content-Type: message/rfc822\r\n\r\n")
			}
			put(b, head, "\r\ninnermost\r\n")
		}),
		mail("nested-attached", "messages attached to messages, each in a multipart", 2_000, 2_000, func(b *bufio.Writer, n int) {
			for i := range n {
				put(b, head)
				fmt.Fprintf(b, "Content-Type: multipart/mixed; boundary=m%d\r\n\r\n--m%d\r\n\r\ntext\r\n--m%d\r\nContent-Type: message/rfc822\r\n\r\n", i, i, i)
			}
			put(b, head, "\r\ninnermost\r\n")
		}),
		mail("nested-html", "HTML elements inside each other", 200_000, 1_000_000, func(b *bufio.Writer, n int) {
			put(b, head, "Content-Type: text/html\r\n\r\n")
			for range n {
				put(b, "<div>")
				if b.Buffered()%64 == 0 {
					put(b, "\r\n")
				}
			}
		}),
		mail("nested-comments", "comments inside each other, in every field that may have them", 100_000, 1_000_000, func(b *bufio.Writer, n int) {
			for _, field := range []string{"From", "To", "Date", "Content-Type", "Content-Transfer-Encoding", "Message-ID", "References", "MIME-Version", "Content-Disposition"} {
				put(b, field, ": ")
				repeat(b, n, "(")
				put(b, " x\r\n")
			}
			put(b, "\r\ntext\r\n")
		}),
		mail("nested-groups", "groups of addresses inside each other", 50_000, 1_000_000, func(b *bufio.Writer, n int) {
			for _, open := range []string{"g:", "<", "\"", "[", "<@a,", "a@", "\\", "\"\\"} {
				put(b, "To: ")
				repeat(b, n, open)
				put(b, "\r\n")
			}
			put(b, "\r\ntext\r\n")
		}),
	}
}
