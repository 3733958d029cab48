package mime

import (
	"bytes"
	"context"
	"io"
	multiparts "mime/multipart"
	"net/mail"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// exportWith returns the file for m with options.
func exportWith(t *testing.T, m *mapi.Message, opt ExportOptions) string {
	t.Helper()
	var out bytes.Buffer
	if err := Export(context.Background(), m, transfer.NewOutput(&out), opt, nil); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A sentBody is a body as a reader gets it.
type sentBody struct {
	charset, encoding, text string
}

// bodiesOf returns the text and the HTML body of a file, as the standard
// library reads it.
func bodiesOf(t *testing.T, file string) (text, html sentBody) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var visit func(contentType, encoding string, r io.Reader)
	visit = func(contentType, encoding string, r io.Reader) {
		mt, params, _ := rfc5322.ParseMediaType([]byte(contentType))
		if strings.HasPrefix(mt, "multipart/") {
			parts := multiparts.NewReader(r, params["boundary"])
			for {
				p, err := parts.NextRawPart()
				if err != nil {
					return
				}
				visit(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
			}
		}
		b := decoded(t, encoding, r)
		s, _, ok := charset.Decode(params["charset"], b)
		if !ok && strings.HasPrefix(mt, "text/") {
			t.Errorf("%q is not in %s", b, params["charset"])
		}
		got := sentBody{params["charset"], encoding, strings.TrimSuffix(s, "\r\n")}
		switch mt {
		case "text/plain":
			text = got
		case "text/html":
			html = got
		}
	}
	visit(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	return text, html
}

func decoded(t *testing.T, encoding string, r io.Reader) []byte {
	t.Helper()
	way := transfer.Raw
	switch encoding {
	case "base64":
		way = transfer.Unbase64
	case "quoted-printable":
		way = transfer.Unquote
	}
	dr, err := transfer.NewReader(r, way)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(dr)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// somePerson returns a recipient.
func somePerson(kind int32, name, addr string) mapi.Props {
	var r mapi.Props
	r.Set(proptag.RecipientType, kind)
	r.Set(proptag.DisplayName, name)
	r.Set(proptag.AddressType, "SMTP")
	r.Set(proptag.EmailAddress, addr)
	return r
}

// letter is a message with something for every option, and one inside.
func letter() *mapi.Message {
	make := func(m *mapi.Message) {
		m.Props.Set(proptag.Subject, "Grüße")
		m.Props.Set(proptag.InternetMessageId, "<é@example.org>")
		m.Props.Set(proptag.SentRepresentingName, "Zoë")
		m.Props.Set(proptag.Body, "Größe of a line that is long enough to be wrapped somewhere")
		m.Props.Set(proptag.BodyHtml, "<p>Größe</p>")
		m.Recipients = []mapi.Props{somePerson(mapi.RecipientTo, "Jürgen", "jürgen@bücher.example"), somePerson(mapi.RecipientBcc, "Secret", "secret@example.org")}
		m.Attachments = []*mapi.Attachment{attached("Übersicht.txt", []byte("x"), nil)}
	}
	return note(func(m *mapi.Message) {
		make(m)
		m.Attachments = append(m.Attachments, &mapi.Attachment{Embedded: note(make)}, &mapi.Attachment{Embedded: note(nil)})
	})
}

func TestExportOptions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		opt       ExportOptions
		has, lack []string
	}{
		{"none", ExportOptions{}, []string{"Bcc: Secret <secret@example.org>", "Message-ID: <%C3%A9@example.org>", "Subject: =?utf-8?",
			"name*=utf-8''%C3%9Cbersicht.txt", `"Jürgen (jürgen@bücher.example)`[:1], "message/rfc822"}, []string{"X-Unsent", "message/global", "Content-Transfer-Encoding: 8bit"}},
		{"no Bcc", ExportOptions{OmitBcc: true}, []string{"To: "}, []string{"Bcc:", "secret"}},
		{"no identifier", ExportOptions{OmitMessageID: true}, nil, nil},
		{"8-bit headers", ExportOptions{EightBitHeaders: true}, []string{"Subject: Grüße\r\n", "From: Zoë <ada@example.org>\r\n", `filename="Übersicht.txt"`,
			`To: "Jürgen (jürgen@bücher.example)":;`, "Content-Type: message/global\r\nContent-Transfer-Encoding: 8bit\r\n",
			"Content-Type: message/rfc822\r\nContent-Disposition", "Message-ID: <%C3%A9@example.org>"}, []string{"=?utf-8?"}},
		{"international", ExportOptions{International: true}, []string{"To: Jürgen <jürgen@bücher.example>\r\n", "Message-ID: <é@example.org>", "message/global"}, []string{"=?utf-8?"}},
		{"text alone", ExportOptions{TextOnly: true}, []string{"text/plain"}, []string{"text/html", "multipart/alternative"}},
		{"a draft", ExportOptions{Draft: true}, []string{"X-Unsent: 1\r\n"}, nil},
		{"names in words", ExportOptions{Names: Names2047}, []string{`name="=?utf-8?Q?=C3=9Cbersicht=2Etxt?="`, `filename="=?utf-8?Q?=C3=9Cbersicht=2Etxt?="`}, []string{"name*="}},
		{"names in both forms", ExportOptions{Names: NamesBoth}, []string{` name="=?utf-8?Q?=C3=9Cbersicht=2Etxt?="`, "filename*=utf-8''%C3%9Cbersicht.txt"}, []string{` name*=`}},
		{"wrapped", ExportOptions{Wrap: 30, Encoding: Encoding8Bit}, []string{"Größe of a line that is long\r\nenough to be wrapped somewhere\r\n"}, nil},
		{"base64", ExportOptions{Encoding: EncodingBase64}, []string{"PHA+R3LDtsOfZTwvcD4="}, nil},
		{"quoted-printable", ExportOptions{Encoding: EncodingQuotedPrintable}, []string{"<p>Gr=C3=B6=C3=9Fe</p>"}, nil},
		{"8 bits", ExportOptions{Encoding: Encoding8Bit}, []string{"\r\n\r\n<p>Größe</p>", "Content-Transfer-Encoding: 8bit"}, nil},
		{"7 bits do not carry it", ExportOptions{Encoding: Encoding7Bit}, []string{"Content-Transfer-Encoding: base64"}, []string{"Content-Transfer-Encoding: 8bit"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := exportWith(t, letter(), tt.opt)
			for _, s := range tt.has {
				if !strings.Contains(file, s) {
					t.Errorf("lacks %q:\n%s", s, file)
				}
			}
			for _, s := range tt.lack {
				if strings.Contains(file, s) {
					t.Errorf("has %q:\n%s", s, file)
				}
			}
		})
	}
}

// TestExportOmitMessageID: the outermost message alone is given a new one.
func TestExportOmitMessageID(t *testing.T) {
	t.Parallel()
	m := letter()
	m.Props.Set(proptag.TransportMessageHeaders, "Message-ID: <from@transport>\r\n")
	file := exportWith(t, m, ExportOptions{OmitMessageID: true})
	if got := field(file, "Message-ID"); got != nil || strings.Count(file, "Message-ID:") != 1 {
		t.Errorf("Message-ID %q in\n%s", got, file)
	}
}

// TestExportEightBitIsDeclared: multiparts say that something in them is not in
// 7 bits (RFC 2045 6.4).
func TestExportEightBitIsDeclared(t *testing.T) {
	t.Parallel()
	for _, opt := range []ExportOptions{{Encoding: Encoding8Bit}, {International: true}, {EightBitHeaders: true}} {
		if got := field(exportWith(t, letter(), opt), "Content-Transfer-Encoding"); len(got) != 1 || got[0] != "8bit" {
			t.Errorf("%+v: Content-Transfer-Encoding %q", opt, got)
		}
	}
	if got := field(exportWith(t, letter(), ExportOptions{}), "Content-Transfer-Encoding"); got != nil {
		t.Errorf("Content-Transfer-Encoding %q", got)
	}
}

// TestExportEncodings: the choice is for bodies of the outermost message, and
// what it does not carry is encoded by its content.
func TestExportEncodings(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 999)
	tests := []struct {
		name string
		want Encoding
		text string
		is   string
	}{
		{"by content", EncodingAuto, "a", "7bit"},
		{"base64", EncodingBase64, "a", "base64"},
		{"quoted-printable", EncodingQuotedPrintable, "a", "quoted-printable"},
		{"7bit", Encoding7Bit, "From a \r\n.", "7bit"},
		{"7bit with 8-bit text", Encoding7Bit, "é and a good deal of text in ASCII", "quoted-printable"},
		{"7bit with a long line", Encoding7Bit, long, "quoted-printable"},
		{"7bit with NUL", Encoding7Bit, "a\x00b and some more", "quoted-printable"},
		{"7bit with a boundary", Encoding7Bit, "--" + boundaryMark, "quoted-printable"},
		{"8bit", Encoding8Bit, "é", "8bit"},
		{"8bit without need", Encoding8Bit, "a", "7bit"},
		{"8bit with a long line", Encoding8Bit, long + "é", "quoted-printable"},
	}
	for _, tt := range tests {
		m := note(func(m *mapi.Message) {
			m.Props.Set(proptag.Body, tt.text)
			m.Attachments = []*mapi.Attachment{{Embedded: note(func(m *mapi.Message) { m.Props.Set(proptag.Body, "inner") })}}
		})
		text, _ := bodiesOf(t, exportWith(t, m, ExportOptions{Encoding: tt.want}))
		if text.encoding != tt.is || text.text != tt.text {
			t.Errorf("%s: %+v, want %s", tt.name, text, tt.is)
		}
	}
	file := exportWith(t, note(func(m *mapi.Message) {
		m.Attachments = []*mapi.Attachment{{Embedded: note(func(m *mapi.Message) { m.Props.Set(proptag.Body, "inner") })}}
	}), ExportOptions{Encoding: EncodingBase64})
	if !strings.Contains(file, "Content-Transfer-Encoding: 7bit\r\n\r\ninner") {
		t.Errorf("the embedded body is encoded:\n%s", file)
	}
}

func TestExportTextOnly(t *testing.T) {
	t.Parallel()
	picture := attached("p.png", []byte{1}, withID("p@example.org"))
	html := "<p>One <b>two</b></p><img src=cid:p@example.org>"
	for name, set := range map[string]func(m *mapi.Message){
		"HTML":      func(m *mapi.Message) { m.Props.Set(proptag.BodyHtml, html) },
		"long HTML": func(m *mapi.Message) { m.Props.Set(proptag.BodyHtml, opened(html)) },
	} {
		m := note(func(m *mapi.Message) {
			set(m)
			m.Attachments = []*mapi.Attachment{picture}
		})
		opt := ExportOptions{TextOnly: true}
		if name == "long HTML" {
			opt.MaxText = 10
		}
		file := exportWith(t, m, opt)
		text, _ := bodiesOf(t, file)
		if text.text != "One two" {
			t.Errorf("%s: text %q", name, text.text)
		}
		if diff := cmp.Diff([]string{"multipart/mixed", "text/plain", "image/png"}, shape(file)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

func TestExportUnknownCharset(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"x-unknown", "utf-7", "utf-16", "ibm037"} {
		err := Export(context.Background(), note(nil), transfer.NewOutput(io.Discard), ExportOptions{Charset: name}, nil)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWrapLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in, want string
	}{
		{"short", "a b", "a b"},
		{"at the column", "aaaa bbbbb", "aaaa bbbbb"},
		{"beyond", "aaaa bbbbb c", "aaaa bbbbb\r\nc"},
		{"at the last blank", "aa bb cc dd ee", "aa bb cc\r\ndd ee"},
		{"a long word", "aaaaaaaaaaaaaa b", "aaaaaaaaaaaaaa\r\nb"},
		{"a long word later", "a bbbbbbbbbbbbbb c", "a\r\nbbbbbbbbbbbbbb\r\nc"},
		{"characters, not bytes", "öööö ööööö", "öööö ööööö"},
		{"a quote stays whole", "> aaaa bbbbb c", "> aaaa bbbbb c"},
		{"no quote is made", "aaaa bbbb > c d", "aaaa\r\nbbbb > c d"},
		{"several blanks", "aaaa     bbbbbb c", "aaaa     bbbbbb\r\nc"},
		{"lines", "aa\r\n\r\naaaa bbbb cc\r\n", "aa\r\n\r\naaaa bbbb\r\ncc\r\n"},
		{"a blank at the end", "aaaa bbbbb ", "aaaa bbbbb "},
	}
	for _, tt := range tests {
		if got := string(wrapLines([]byte(tt.in), 10)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestExportResolve(t *testing.T) {
	t.Parallel()
	const dn = "/o=Org/ou=Site/cn=Recipients/cn=grace"
	exchange := func(m *mapi.Message) {
		r := somePerson(mapi.RecipientCc, "Grace", dn)
		r.Set(proptag.AddressType, "EX")
		m.Recipients = append(m.Recipients, r)
	}
	resolver := func(got string) string {
		if got == dn {
			return "grace@resolved.example"
		}
		return ""
	}
	tests := []struct {
		name    string
		set     func(m *mapi.Message)
		resolve func(string) string
		want    string
		lost    bool
	}{
		{"nobody knows", func(*mapi.Message) {}, nil, "Grace <IMCEAEX-_o=Org_ou=Site_cn=Recipients_cn=grace@oxbridge.invalid>", true},
		{"the resolver knows", func(*mapi.Message) {}, resolver, "Grace <grace@resolved.example>", false},
		{"the resolver talks rubbish", func(*mapi.Message) {}, func(string) string { return "x\r\nBcc: y" }, "Grace <IMCEAEX-_o=Org_ou=Site_cn=Recipients_cn=grace@oxbridge.invalid>", true},
		{"the sender has the same name in Exchange", func(m *mapi.Message) {
			m.Props.Set(proptag.SenderEmailAddress, strings.ToUpper(dn))
			m.Props.Set(proptag.SenderSmtpAddress, "grace@known.example")
		}, resolver, "Grace <grace@known.example>", false},
		{"an embedded message knows", func(m *mapi.Message) {
			m.Attachments = append(m.Attachments, &mapi.Attachment{Embedded: note(func(m *mapi.Message) {
				m.Props.Set(proptag.ReceivedByEmailAddress, dn)
				m.Props.Set(proptag.ReceivedBySmtpAddress, "grace@inner.example")
			})})
		}, resolver, "Grace <grace@inner.example>", false},
		{"the transport headers know", func(m *mapi.Message) {
			m.Props.Set(proptag.TransportMessageHeaders, "Cc: grace <grace@transport.example>\r\n")
		}, resolver, "Grace <grace@transport.example>", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			var said problem.List
			m := note(func(m *mapi.Message) { exchange(m); tt.set(m) })
			if err := Export(context.Background(), m, transfer.NewOutput(&out), ExportOptions{Resolve: tt.resolve}, said.Add); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(field(out.String(), "Cc"), "|"); got != tt.want || (len(said) > 0) != tt.lost {
				t.Errorf("Cc: %s, want %s; problems %v", got, tt.want, said)
			}
		})
	}
}

// FuzzWrapLines: wrapping changes blanks to line ends and nothing else, and
// leaves no line too long that could be broken.
func FuzzWrapLines(f *testing.F) {
	f.Add("aaaa bbbbb c\n> q\n\n  x", uint8(10))
	f.Add("größer und größer  und ", uint8(0))
	f.Fuzz(func(t *testing.T, in string, column uint8) {
		text := canonicalLines(in)
		got := string(wrapLines([]byte(text), int(column)+1))
		if strings.ReplaceAll(got, "\r\n", " ") != strings.ReplaceAll(text, "\r\n", " ") {
			t.Errorf("%q became %q", text, got)
		}
		if again := string(wrapLines([]byte(got), int(column)+1)); again != got {
			t.Errorf("%q, and wrapped again %q", got, again)
		}
	})
}
