package hostile

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// separators are what some reader may take for the end of a line.
var separators = []struct{ name, text string }{
	{"crlf", "\r\n"}, {"cr", "\r"}, {"lf", "\n"}, {"lflf", "\n\n"}, {"nul", "\x00"}, {"vt", "\v"}, {"ff", "\f"}, {"nel", "\u0085"}, {"ls", "\u2028"}, {"ps", "\u2029"},
	{"fold", "\r\n \r\n"}, {"crcrlf", "\r\r\n"}, {"lfcr", "\n\r"}, {"esc", "\x1b$B\r\n\x1b(B"},
}

// injected returns a text that would like to be a field, and then a body.
func injected(separator string) string {
	return "a" + separator + Mark + ": 1" + separator + separator + Mark + "-Body: 1"
}

// mailInjections hide line ends in encoded forms.
func mailInjections() []Case {
	var list []Case
	for _, s := range separators {
		text := injected(s.text)
		q := "=?utf-8?q?" + strings.NewReplacer("%", "=", "+", "_").Replace(url.QueryEscape(text)) + "?="
		b := "=?utf-8?b?" + base64.StdEncoding.EncodeToString([]byte(text)) + "?="
		p := "utf-8''" + strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
		for form, word := range map[string]string{"q": q, "b": b} {
			list = append(list, mail("inject-"+s.name+"-"+form, "line ends in encoded words of every field and in parameters", 0, 0, func(w *bufio.Writer, _ int) {
				injectedMail(w, word, p)
			}))
		}
	}
	sortByName(list)
	return list
}

func injectedMail(w *bufio.Writer, word, parameter string) {
	for _, f := range []string{
		"From: %s <a@example.org>", "Sender: \"%s\" <%s@example.org>", "To: %s <b@example.org>, \"%s\"@example.org, <c@%s>, %s: d@example.org;",
		"Cc: =?utf-8?q?x?= (%s) <e@example.org>", "Reply-To: %s", "Bcc: %s <f@example.org>", "Subject: %s", "Thread-Topic: %s", "Comments: %s", "Keywords: %s, %s",
		"Message-ID: <%s@example.org>", "In-Reply-To: %s", "References: <%s@x> %s", "Organization: %s", "List-Id: %s <x.y>", "List-Unsubscribe: <mailto:%s>",
		"Content-Description: %s", "Content-ID: <%s>", "Content-Location: %s", "Content-Base: %s", "Content-Language: %s", "Accept-Language: %s", "X-Mailer: %s", "X-Anything: %s",
		"X-%s: v", "Importance: %s", "Sensitivity: %s", "Date: %s", "Received: from %s by x; Mon, 2 Jan 2006 15:04:05 +0000", "Return-Path: <%s>", "Disposition-Notification-To: %s <g@example.org>",
		"Return-Receipt-To: %s", "Thread-Index: %s", "Reply-By: %s", "Expires: %s", "X-Message-Flag: %s", "X-Microsoft-Classification: %s", "Content-Class: %s", "MIME-Version: 1.0 (%s)",
		"Authentication-Results: %s", "Auto-Submitted: %s", "X-Originating-IP: [%s]", "Newsgroups: %s", "Resent-From: %s <h@example.org>", "Delivered-To: %s",
	} {
		put(w, strings.ReplaceAll(f, "%s", word), "\r\n")
	}
	put(w, "Content-Type: multipart/mixed; boundary=b\r\n\r\n")
	for _, f := range []string{
		"Content-Type: %s/%s; name=\"%s\"", "Content-Type: text/plain; charset=\"%s\"; name*=%p", "Content-Type: application/octet-stream; name*0*=%p; name*1=\"%s\"",
		"Content-Disposition: attachment; filename=\"%s\"", "Content-Disposition: attachment; filename*=%p", "Content-Disposition: %s; filename*=%p; filename=x; size=\"%s\"; creation-date=\"%s\"",
		"Content-Type: image/png\r\nContent-ID: <%s>", "Content-Type: image/png\r\nContent-Location: %s\r\nContent-Description: %s\r\nContent-Base: %s", "Content-Transfer-Encoding: %s",
		"Content-Type: application/x; x-mac-type=%p; x-mac-creator=\"%s\"", "Content-Type: message/external-body; access-type=URL; url=\"%s\"; name*=%p",
		"Content-Type: text/calendar; method=\"%s\"; charset*=%p", "Content-Type: message/rfc822\r\n\r\nSubject: %s\r\nFrom: %s <i@example.org>",
		"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: %s\r\n\r\nFinal-Recipient: rfc822;%s\r\nDiagnostic-Code: smtp; %s",
	} {
		put(w, "--b\r\n", strings.NewReplacer("%s", word, "%p", parameter).Replace(f), "\r\n\r\nx\r\n")
	}
	put(w, "--b--\r\n")
}

// notFields are the properties whose lines are lines: texts, and headers that
// came with a message.
var notFields = map[mapi.Tag]bool{
	proptag.Body: true, proptag.BodyHtml: true, proptag.TransportMessageHeaders: true, proptag.ReportText: true, proptag.SupplementaryInfo: true,
	proptag.MessageClass: true, proptag.OriginalMessageClass: true,
}

// classes are kinds of messages that are written in ways of their own.
var classes = []string{
	"IPM.Note", "REPORT.IPM.Note.NDR", "REPORT.IPM.Note.DR", "REPORT.IPM.Note.IPNRN", "REPORT.IPM.Note.IPNNRN", "IPM.Note.SMIME", "IPM.Note.SMIME.MultipartSigned",
	"IPM.Schedule.Meeting.Request", "IPM.Schedule.Meeting.Resp.Pos", "IPM.Contact", "IPM.Appointment", "IPM.TaskRequest", "IPM.StickyNote", "IPM.Post", "IPM.DistList", "IPM.Note.Rules.OofTemplate.Microsoft", "",
}

// messageInjections have line ends in properties: in all of them at once, and in
// each alone.
func messageInjections() []Case {
	var list []Case
	add := func(name string, change func(m *mapi.Message)) {
		list = append(list, message("inject-"+name, "line ends in properties", 0, 0, func(m *mapi.Message, _ int) { change(m) }))
	}
	for _, s := range separators {
		for i, class := range classes {
			add(fmt.Sprintf("all-%s-%d", s.name, i), func(m *mapi.Message) {
				everywhere(m, injected(s.text))
				m.Props.Set(proptag.MessageClass, class)
			})
		}
		list = append(list, Case{Name: "inject-ansi-" + s.name + ".msg", Attack: "line ends in 8-bit properties", Make: func(w io.WriteSeeker, _ int) error {
			m := note()
			everywhere(m, injected(s.text))
			return msg.Write(w, m, msg.WriteOptions{CodePage: 1252}, nil)
		}})
	}
	tags(mapi.PtypString, func(tag mapi.Tag) {
		for i, text := range []string{injected("\r\n"), "<" + injected("\r\n") + ">", "=?utf-8?q?a=0D=0A" + Mark + ":_1?=", injected("\r\n") + "@example.org"} {
			if notFields[tag] {
				continue
			}
			add(fmt.Sprintf("one-%08x-%d", uint32(tag), i), func(m *mapi.Message) {
				m.Attachments = append(m.Attachments, attachment("x.bin", []byte("x")), &mapi.Attachment{Embedded: note()})
				for _, p := range []*mapi.Props{&m.Props, &m.Recipients[0], &m.Attachments[0].Props, &m.Attachments[1].Props, &m.Attachments[1].Embedded.Props} {
					p.Set(tag, text)
				}
			})
		}
	})
	return list
}

// everywhere sets every text of a message that is no body.
func everywhere(m *mapi.Message, text string) {
	m.Attachments = append(m.Attachments, attachment("x", []byte("x")), &mapi.Attachment{Embedded: note()}, &mapi.Attachment{})
	m.Attachments[2].Props.Set(proptag.AttachMethod, mapi.AttachByReference)
	for _, p := range []*mapi.Props{&m.Props, &m.Recipients[0], &m.Attachments[0].Props, &m.Attachments[1].Props, &m.Attachments[1].Embedded.Props, &m.Attachments[2].Props} {
		tags(mapi.PtypString, func(t mapi.Tag) {
			if !notFields[t] {
				p.Set(t, text)
			}
		})
		tags(mapi.PtypMultipleString, func(t mapi.Tag) { p.Set(t, []string{text, text}) })
	}
	m.Props.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{text, "b"})
	m.Props.SetNamed(propname.InternetHeader("x-known"), mapi.PtypString, text)
	m.Props.SetNamed(propname.InternetHeader("x-name"+text), mapi.PtypString, "v")
	m.Props.SetNamed(propname.NameContentClass, mapi.PtypString, text)
}
