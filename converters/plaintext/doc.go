// Package plaintext writes messages as text, for people to read and for programs
// to search: a header like that of a letter, the body, and the messages attached
// to it in the same form.
//
//	From:        Ada <ada@example.org>
//	To:          Charles <charles@example.org>
//	Date:        Mon, 10 Jul 1843 09:30:00 UTC
//	Subject:     The engine
//	Attached:    notes.pdf (application/pdf, 48 kB)
//
//	It weaves algebraic patterns.
//
//	--> Forwarded
//	From:        …
//
// The body is the text body; where there is none, or a blank one, the text of the
// HTML, or of the RTF. Characters that would do harm on a terminal are shown as
// escapes, such as \u202e; see [look.Text]. Lines end in LF.
//
// # Problem codes
//
// Text is not meant to carry properties, and what the header does not show of
// them is no problem. What somebody would miss who reads the text instead of the
// message is:
//
//	text.attachment       an attachment's contents are left out (loss)
//	text.body.cut         the HTML is longer than the limit (loss)
//	text.body.unreadable  the body is damaged (loss)
//	text.charset          the character set lacks characters; they are "?" (loss)
//	text.class            an appointment, contact, task and so on: what only its class has is left out (loss)
//	text.formatting       HTML or RTF is there; how it looks and where its links go is left out (info)
//	text.picture          a picture that HTML shows is left out (info)
package plaintext
