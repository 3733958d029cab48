package mime

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	stdmime "mime"
	stdmultipart "mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// leaf is a part without parts, decoded.
type leaf struct{ kind, name, id, content string }

// leaves returns the leaves of a file in order.
func leaves(t *testing.T, file string) []leaf {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var list []leaf
	var walk func(get func(string) string, r io.Reader)
	walk = func(get func(string) string, r io.Reader) {
		kind, params, err := stdmime.ParseMediaType(get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(kind, "multipart/") {
			mr := stdmultipart.NewReader(r, params["boundary"])
			for {
				p, err := mr.NextRawPart()
				if err == io.EOF {
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				walk(p.Header.Get, p)
			}
		}
		switch get("Content-Transfer-Encoding") {
		case "base64":
			r = base64.NewDecoder(base64.StdEncoding, r)
		case "quoted-printable":
			r = quotedprintable.NewReader(r)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		_, disposition, _ := stdmime.ParseMediaType(get("Content-Disposition"))
		list = append(list, leaf{kind, disposition["filename"], strings.Trim(get("Content-Id"), "<>"), string(b)})
	}
	walk(m.Header.Get, m.Body)
	return list
}

// withRTF sets the RTF body.
func withRTF(rtf string) func(*mapi.Message) {
	return func(m *mapi.Message) { m.Props.Set(proptag.RtfCompressed, lzfu.Compress([]byte(rtf))) }
}

// dot is a picture of a single byte beyond its signature, which is enough to be
// carried.
const dot = "\x89PNG\r\n\x1a\n."

func placedAt(pos int32) func(*mapi.Attachment) {
	return func(a *mapi.Attachment) { a.Props.Set(proptag.RenderingPosition, pos) }
}

// TestExportNativeRTF: pictures and attachments stand where RTF has them.
func TestExportNativeRTF(t *testing.T) {
	t.Parallel()
	rtf := `{\rtf1\ansi Text {\b bold} {\pict\pngblip ` + hex.EncodeToString([]byte(dot)) + `}` +
		`{\pict\wmetafile8 0102}, first \objattph  second \objattph  third \objattph  .\par}`
	m := note(func(m *mapi.Message) {
		withRTF(rtf)(m)
		m.Attachments = []*mapi.Attachment{
			attached("c<d>.doc", []byte("doc"), placedAt(30)),
			attached("hidden.png", []byte("x"), func(a *mapi.Attachment) { a.Props.Set(proptag.AttachmentHidden, true) }),
			attached("a.png", []byte("png"), func(a *mapi.Attachment) { placedAt(10)(a); withID("own@id")(a) }),
			attached("elsewhere.txt", []byte("txt"), placedAt(-1)),
			attached("b.gif", []byte("gif"), func(a *mapi.Attachment) { placedAt(20)(a); withID("not an id")(a) }),
		}
	})
	file, said := export(t, m)
	want := []string{
		"multipart/mixed", "multipart/related", "multipart/alternative", "text/plain", "text/html",
		"image/png", "image/wmf", "image/png", "image/gif", "application/msword", "image/png", "text/plain",
	}
	if diff := cmp.Diff(want, shape(file)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	list := leaves(t, file)
	html := list[1].content
	for i, l := range list[2:6] {
		if n := strings.Count(html, `src="cid:`+l.id+`"`); n != 1 || l.id == "" {
			t.Errorf("picture %d, %q, is referred to %d times in %q", i, l.id, n, html)
		}
	}
	if list[2].content != dot || list[2].name != "picture1.png" || list[3].name != "picture2.wmf" {
		t.Errorf("pictures: %q", list[2:4])
	}
	a, b, c := strings.Index(html, `alt="a.png"`), strings.Index(html, `alt="b.gif"`), strings.Index(html, "&lt;&lt;c&lt;d&gt;.doc&gt;&gt;")
	if a < 0 || b < a || c < b {
		t.Errorf("attachments at %d, %d and %d in %q", a, b, c, html)
	}
	if text := list[0].content; !strings.HasPrefix(text, "Text bold , first second third .") {
		t.Errorf("text %q", text)
	}
	if got := problemCodes(said); got != "mime.rtf.metafile" {
		t.Errorf("problems %s", got)
	}
	if again, _ := export(t, m); again != file {
		t.Error("two runs differ")
	}
}

// TestExportRTFChoice: which body of a message with RTF is shown.
func TestExportRTFChoice(t *testing.T) {
	t.Parallel()
	const native = `{\rtf1 From the {\i RTF}\par}`
	tests := []struct {
		name       string
		set        func(*mapi.Message)
		text, html string // contained in the body; html is "" where there is none
		code       string
	}{
		{name: "RTF alone", text: "From the RTF", html: "<i>RTF</i>"},
		{name: "blank text", set: func(m *mapi.Message) { m.Props.Set(proptag.Body, " \r\n") }, text: "From the RTF", html: "<i>RTF</i>"},
		{name: "text that the RTF is not in sync with", set: func(m *mapi.Message) { m.Props.Set(proptag.Body, "Newer") }, text: "Newer"},
		{name: "text that the RTF is in sync with", set: func(m *mapi.Message) {
			m.Props.Set(proptag.Body, "Same")
			m.Props.Set(proptag.RtfInSync, true)
		}, text: "Same", html: "<i>RTF</i>"},
		{name: "RTF is native", set: func(m *mapi.Message) {
			m.Props.Set(proptag.Body, "Same")
			m.Props.Set(proptag.NativeBody, int32(2))
		}, text: "Same", html: "<i>RTF</i>"},
		{name: "text is native", set: func(m *mapi.Message) {
			m.Props.Set(proptag.Body, "Same")
			m.Props.Set(proptag.NativeBody, int32(1))
			m.Props.Set(proptag.RtfInSync, true)
		}, text: "Same"},
		{name: "HTML beside it", set: func(m *mapi.Message) { m.Props.Set(proptag.Html, []byte("<p>HTML")) }, html: "<p>HTML"},
		{name: "cut short", set: withRTF(`{\rtf1 From the {\i RTF}`), text: "From the RTF", html: "<i>RTF</i>", code: "mime.rtf.damaged"},
		{name: "header", set: withRTF(`{\rtf1{\header x}From the {\i RTF}}`), text: "From the RTF", html: "<i>RTF</i>", code: "mime.rtf.page"},
		{name: "object without a picture", set: withRTF(`{\rtf1{\object{\*\objdata 00}}From the {\i RTF}}`), text: "From the RTF", html: "<i>RTF</i>", code: "mime.rtf.picture"},
		{name: "not RTF", set: withRTF(`From nowhere`), code: "mime.body.unreadable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, said := export(t, note(func(m *mapi.Message) {
				withRTF(native)(m)
				if tt.set != nil {
					tt.set(m)
				}
			}))
			text, html := "", ""
			for _, l := range leaves(t, file) {
				switch l.kind {
				case "text/plain":
					text = l.content
				case "text/html":
					html = l.content
				}
			}
			if !strings.Contains(text, tt.text) || !strings.Contains(html, tt.html) || (html == "") != (tt.html == "") {
				t.Errorf("text %q, html %q", text, html)
			}
			if got := problemCodes(said); got != tt.code {
				t.Errorf("problems %s, want %s", got, tt.code)
			}
		})
	}
}

func TestExportKeepRTF(t *testing.T) {
	t.Parallel()
	const rtf = `{\rtf1\ansi\fromhtml1 {\*\htmltag <p>}x\'e9}`
	for _, depth := range []int{0, 1} {
		m := note(withRTF(rtf))
		for range depth {
			outer := note(nil)
			outer.Attachments = []*mapi.Attachment{{Embedded: m}}
			m = outer
		}
		var out bytes.Buffer
		if err := Export(context.Background(), m, transfer.NewOutput(&out), ExportOptions{KeepRTF: true}, nil); err != nil {
			t.Fatal(err)
		}
		file := out.String()
		if depth > 0 {
			_, file, _ = strings.Cut(file, "message/rfc822")
			_, file, _ = strings.Cut(file, "\r\n\r\n")
		}
		list := leaves(t, file)
		want := leaf{kind: "application/rtf", name: "body.rtf", content: rtf}
		if got := list[len(list)-1]; got != want {
			t.Errorf("depth %d: %q, want %q", depth, got, want)
		}
	}
	var out bytes.Buffer
	if err := Export(context.Background(), note(nil), transfer.NewOutput(&out), ExportOptions{KeepRTF: true}, nil); err != nil || strings.Contains(out.String(), "body.rtf") {
		t.Errorf("a message without RTF: error %v in\n%s", err, out.String())
	}
}

// FuzzExportRTF: whatever the RTF body is, the file is well formed, and every
// picture that the HTML refers to is there.
func FuzzExportRTF(f *testing.F) {
	f.Add([]byte(`{\rtf1 a\objattph {\pict\pngblip `+hex.EncodeToString([]byte(dot))+`}{\b b}\par}`), int32(1))
	f.Add([]byte(`{\rtf1\fromhtml1 {\*\htmltag <p>}x}`), int32(-1))
	f.Fuzz(func(t *testing.T, rtf []byte, pos int32) {
		m := note(func(m *mapi.Message) {
			m.Props.Set(proptag.RtfCompressed, lzfu.Compress(rtf))
			m.Attachments = []*mapi.Attachment{attached("a.png", []byte("x"), placedAt(pos)), attached("b.txt", []byte("y"), placedAt(1))}
		})
		var out bytes.Buffer
		var said problem.List
		if err := Export(context.Background(), m, transfer.NewOutput(&out), ExportOptions{KeepRTF: true}, said.Add); err != nil {
			t.Fatal(err)
		}
		checkFile(t, out.Bytes())
		list := leaves(t, out.String())
		for _, l := range list {
			if l.kind != "text/html" || !strings.HasPrefix(l.content, "<!DOCTYPE html>\r\n<html><head><meta charset") {
				continue // encapsulated HTML says what it likes
			}
			for _, ref := range strings.Split(l.content, `src="cid:`)[1:] {
				id, _, _ := strings.Cut(ref, `"`)
				if !hasID(list, id) {
					t.Fatalf("no part %q in %s", id, fmt.Sprint(list))
				}
			}
		}
	})
}

func hasID(list []leaf, id string) bool {
	for _, l := range list {
		if l.id == id {
			return true
		}
	}
	return false
}
