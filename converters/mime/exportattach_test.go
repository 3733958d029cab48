package mime

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// unfolded returns a file with every field on one line.
func unfolded(file string) string {
	return strings.ReplaceAll(strings.ReplaceAll(file, "\r\n ", " "), "\r\n\t", " ")
}

func TestExportAttachmentFields(t *testing.T) {
	t.Parallel()
	set := func(tag mapi.Tag, v mapi.Value) func(*mapi.Attachment) {
		return func(a *mapi.Attachment) { a.Props.Set(tag, v) }
	}
	method := func(n int32, path string) func(*mapi.Attachment) {
		return func(a *mapi.Attachment) {
			a.Props.Delete(proptag.AttachDataBinary)
			a.Props.Set(proptag.AttachMethod, n)
			a.Props.Set(proptag.AttachLongPathname, path)
		}
	}
	tests := []struct {
		name string
		set  func(*mapi.Attachment)
		want string
	}{
		{"a description", set(proptag.DisplayName, "The plan"), "Content-Description: The plan"},
		{"a location", set(proptag.AttachContentLocation, "http://example.org/a"), "Content-Location: http://example.org/a"},
		{"a base", set(proptag.AttachContentBase, "http://example.org/"), "Content-Base: http://example.org/"},
		{"a class of its own", set(proptag.AttachPayloadClass, "x"), "X-Payload-Class: x"},
		{"a file of the Macintosh", set(proptag.AttachAdditionalInformation, []byte(":CREA:TYPE")), "x-mac-creator=43524541; x-mac-type=54595045"},
		{"a message kept as a file", func(a *mapi.Attachment) {
			a.Props.Delete(proptag.AttachDataBinary)
			a.Props.Delete(proptag.AttachLongFilename)
			a.Props.Set(proptag.AttachMethod, mapi.AttachEmbeddedMessage)
			a.Props.Set(proptag.AttachDataObject, opened("compound file"))
			a.Props.Set(proptag.DisplayName, "deep")
		}, "Content-Type: application/vnd.ms-outlook; name=deep.msg"},
		{"a message that is protected", set(proptag.AttachLongFilename, "message.rpmsg"), "\r\nContent-Class: rpmsg.message\r\n"},
		{"protected", set(proptag.AttachLongFilename, "message.rpmsg"), "Content-Type: application/x-microsoft-rpmsg-message; name=message.rpmsg"},
		{"a reference to a file", method(mapi.AttachByReference, `\\server\share\a b.doc`),
			`message/external-body; access-type=local-file; name="\\\\server\\share\\a b.doc"`},
		{"a file that is only there", method(mapi.AttachByReferenceOnly, `c:\a.doc`), `access-type=local-file; name="c:\\a.doc"`},
		{"a reference to the web", method(mapi.AttachByWebReference, "https://example.org/a?b=c"),
			`message/external-body; access-type=URL; URL="https://example.org/a?b=c"`},
		{"what provides it", func(a *mapi.Attachment) {
			method(mapi.AttachByWebReference, "https://example.org/")(a)
			a.Props.SetNamed(propname.NameAttachmentProviderType, mapi.PtypString, "OneDrivePro")
		}, "X-Attachment-Provider-Type: OneDrivePro"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, _ := export(t, note(func(m *mapi.Message) {
				m.Attachments = []*mapi.Attachment{attached("a.bin", []byte("x"), tt.set)}
			}))
			if !strings.Contains(unfolded(file), tt.want) {
				t.Errorf("no %s in\n%s", tt.want, file)
			}
		})
	}
}

// TestExportSharedIDs: of two attachments of one name the first is shown, and an
// identifier that must not be one is replaced in both places.
func TestExportSharedIDs(t *testing.T) {
	t.Parallel()
	file, _ := export(t, note(func(m *mapi.Message) {
		m.Props.Set(proptag.Html, []byte(`<img src="cid:a@b"><img src="cid:two%20words"><img src=cid:two%20words>`))
		m.Attachments = []*mapi.Attachment{
			attached("1.png", []byte{1}, withID("a@b")), attached("2.png", []byte{2}, withID("A@B")), attached("3.png", []byte{3}, withID("<two words>")),
		}
	}))
	want := []string{"multipart/mixed", "multipart/related", "text/html", "image/png", "image/png", "image/png"}
	if diff := cmp.Diff(want, shape(file)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	made := madeID([]byte("two words"))
	if !strings.Contains(file, "Content-ID: <"+made+">") || strings.Count(file, "cid:"+made) != 2 || !strings.Contains(file, `"cid:a@b"`) {
		t.Errorf("the identifiers are not the same in\n%s", file)
	}
}

// macFileOf returns a file in MacBinary II.
func macFileOf(name string, data, resource []byte) []byte {
	pad := func(b []byte) []byte { return append(b, make([]byte, (macHeader-len(b)%macHeader)%macHeader)...) }
	h := make([]byte, macHeader)
	h[1] = byte(len(name))
	copy(h[2:], name)
	copy(h[65:], "TEXTttxt")
	binary.BigEndian.PutUint32(h[83:], uint32(len(data)))
	binary.BigEndian.PutUint32(h[87:], uint32(len(resource)))
	return append(append(h, pad(bytes.Clone(data))...), pad(bytes.Clone(resource))...)
}

func TestExportAppleDouble(t *testing.T) {
	t.Parallel()
	mac := func(b []byte) *mapi.Attachment {
		return attached("read me.txt", b, func(a *mapi.Attachment) { a.Props.Set(proptag.AttachEncoding, macBinary) })
	}
	file, said := export(t, note(func(m *mapi.Message) {
		m.Attachments = []*mapi.Attachment{mac(macFileOf("read me", []byte("data"), []byte("resource")))}
	}))
	want := []string{"multipart/mixed", "text/plain", "multipart/appledouble", "application/applefile", "text/plain"}
	if diff := cmp.Diff(want, shape(file)); diff != "" || len(said) > 0 {
		t.Errorf("-want +got:\n%s%v", diff, said)
	}
	apple, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(partAfter(t, file, "application/applefile"), "\r\n", ""))
	if err != nil || !bytes.HasPrefix(apple, []byte{0, 5, 0x16, 7}) || !bytes.HasSuffix(apple, []byte("resource")) || !bytes.Contains(apple, []byte("read meTEXTttxt")) {
		t.Errorf("apple file %q %v", apple, err)
	}
	if !strings.Contains(file, base64.StdEncoding.EncodeToString([]byte("data"))) {
		t.Errorf("no data in\n%s", file)
	}
	for name, a := range map[string]*mapi.Attachment{
		"without resources":        mac(macFileOf("read me", []byte("data"), nil)),
		"shorter than it says":     mac(macFileOf("read me", []byte("data"), []byte("resource"))[:200]),
		"not in MacBinary":         mac([]byte("data")),
		"information alone is not": attached("read me.txt", []byte("data"), nil),
	} {
		file, _ := export(t, note(func(m *mapi.Message) { m.Attachments = []*mapi.Attachment{a} }))
		if diff := cmp.Diff([]string{"multipart/mixed", "text/plain", "text/plain"}, shape(file)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
	file, _ = export(t, note(func(m *mapi.Message) {
		m.Attachments = []*mapi.Attachment{attached("read me", []byte("data"), func(a *mapi.Attachment) {
			a.Props.SetNamed(propname.NameAttachmentMacInfo, mapi.PtypBinary, []byte{0, 5, 0x16, 7})
			a.Props.SetNamed(propname.NameAttachmentMacContentType, mapi.PtypString, "image/png")
		})}
	}))
	want[4] = "image/png"
	if diff := cmp.Diff(want, shape(file)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func FuzzMacBinary(f *testing.F) {
	f.Add(macFileOf("a", []byte("data"), []byte("resource")))
	f.Fuzz(func(t *testing.T, b []byte) {
		var out bytes.Buffer
		m := note(func(m *mapi.Message) {
			m.Attachments = []*mapi.Attachment{attached("a", b, func(a *mapi.Attachment) { a.Props.Set(proptag.AttachEncoding, macBinary) })}
		})
		if err := Export(context.Background(), m, transfer.NewOutput(&out), ExportOptions{}, nil); err != nil {
			t.Fatal(err)
		}
		checkFile(t, out.Bytes())
	})
}

// TestExportPicture: what an OLE object looks like stands in its place in the
// RTF, and without a place beside it.
func TestExportPicture(t *testing.T) {
	t.Parallel()
	object := func(position int32, rendering []byte) *mapi.Attachment {
		return attached("Drawing", nil, func(a *mapi.Attachment) {
			a.Props.Set(proptag.AttachMethod, mapi.AttachStorage)
			a.Props.Set(proptag.AttachDataObject, opened("compound file"))
			a.Props.Set(proptag.AttachRendering, rendering)
			a.Props.Set(proptag.RenderingPosition, position)
		})
	}
	wmf := append([]byte{1, 0, 9, 0}, make([]byte, 50)...)
	rtf := func(m *mapi.Message) {
		m.Props.Set(proptag.RtfCompressed, lzfu.Compress([]byte(`{\rtf1\ansi one{\objattph  {\rtlch}}two{\objattph  {\rtlch}}three}`)))
	}
	file, _ := export(t, note(func(m *mapi.Message) {
		rtf(m)
		m.Attachments = []*mapi.Attachment{object(9, append([]byte("BM"), make([]byte, 60)...)), object(3, wmf)}
	}))
	want := []string{"multipart/mixed", "multipart/related", "multipart/alternative", "text/plain", "text/html", "image/bmp", "image/wmf", defaultType, defaultType}
	if diff := cmp.Diff(want, shape(file)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	ids := []string{madeID([]byte(seedOf(note(nil))), []byte("picture 0 0")), madeID([]byte(seedOf(note(nil))), []byte("picture 0 1"))}
	one, two := strings.Index(file, "cid:"+ids[1]), strings.Index(file, "cid:"+ids[0])
	if one < 0 || two < one || !strings.Contains(file, "Content-ID: <"+ids[0]+">") {
		t.Errorf("the pictures stand at %d and %d in\n%s", one, two, file)
	}
	for name, set := range map[string]func(*mapi.Message){
		"no place":            func(m *mapi.Message) { m.Attachments = []*mapi.Attachment{object(-1, wmf)}; rtf(m) },
		"more than places":    func(m *mapi.Message) { m.Attachments = []*mapi.Attachment{object(1, wmf)} },
		"no picture of sorts": func(m *mapi.Message) { m.Attachments = []*mapi.Attachment{object(1, []byte("rubbish"))}; rtf(m) },
	} {
		file, _ := export(t, note(set))
		if strings.Contains(file, "cid:") || slices.Contains(shape(file), "multipart/related") {
			t.Errorf("%s: %v", name, shape(file))
		}
	}
}

// damaged is a value that ends in damage.
type damaged struct{ head string }

func (d damaged) Size() int64 { return 1000 }
func (d damaged) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.MultiReader(strings.NewReader(d.head), endsDamaged{})), nil
}

type endsDamaged struct{}

func (endsDamaged) Read([]byte) (int, error) { return 0, mapi.ErrCorruptData }

// TestExportDamagedValues: a damaged value costs what is missing of it.
func TestExportDamagedValues(t *testing.T) {
	t.Parallel()
	head := strings.Repeat("good bytes ", 20)
	file, said := export(t, note(func(m *mapi.Message) {
		m.Props.Set(proptag.Body, "text")
		m.Attachments = []*mapi.Attachment{attached("bad", damaged{head}, nil), attached("good", []byte("whole"), nil)}
	}))
	if !strings.Contains(file, base64.StdEncoding.EncodeToString([]byte("whole"))) {
		t.Errorf("the other attachment is not in\n%s", file)
	}
	_, rest, _ := strings.Cut(file, "filename=bad")
	_, rest, _ = strings.Cut(rest, "\r\n\r\n")
	content, _, _ := strings.Cut(rest, "\r\n--")
	if b, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(content, "\r\n", "")); err != nil || string(b) != head {
		t.Errorf("what could be read became %q, %v", b, err)
	}
	want := []problem.Problem{{Code: "mime.value.damaged", Severity: problem.Loss, Object: "attachment 0", Tag: proptag.AttachDataBinary}}
	for i := range said {
		said[i].Detail = ""
	}
	if diff := cmp.Diff(problem.List(want), said); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	broken := errors.New("the disk")
	err := Export(context.Background(), note(func(m *mapi.Message) {
		m.Attachments = []*mapi.Attachment{attached("a", unreadableValue{broken}, nil)}
	}), transfer.NewOutput(io.Discard), ExportOptions{}, nil)
	if !errors.Is(err, broken) {
		t.Errorf("an error of the host became %v", err)
	}
}

type unreadableValue struct{ err error }

func (unreadableValue) Size() int64                    { return -1 }
func (v unreadableValue) Open() (io.ReadCloser, error) { return nil, v.err }

func TestExportPGP(t *testing.T) {
	t.Parallel()
	armor := pgpArmor + "\nVersion: x\n\nAAAA\n-----END PGP MESSAGE-----\n"
	parts := func(version, data string) func(*mapi.Message) {
		return func(m *mapi.Message) {
			m.Attachments = []*mapi.Attachment{
				attached("", []byte(version), func(a *mapi.Attachment) { a.Props.Set(proptag.AttachMimeTag, typePGP) }),
				attached("encrypted.asc", []byte(data), nil),
			}
		}
	}
	file, said := export(t, note(parts("Version: 1\n", armor)))
	if diff := cmp.Diff([]string{"multipart/encrypted", typePGP, defaultType}, shape(file)); diff != "" || len(said) > 0 {
		t.Errorf("-want +got:\n%s%v", diff, said)
	}
	if !strings.Contains(file, strings.ReplaceAll(armor, "\n", "\r\n")) || !strings.Contains(file, "protocol=\"application/pgp-encrypted\"") {
		t.Errorf("not as it was:\n%s", file)
	}
	for name, set := range map[string]func(*mapi.Message){
		"no version":   parts("rubbish", armor),
		"no armor":     parts("Version: 1\n", "AAAA"),
		"long lines":   parts("Version: 1\n", armor+strings.Repeat("x", 2000)),
		"another body": func(m *mapi.Message) { parts("Version: 1\n", armor)(m); m.Props.Set(proptag.Body, "text") },
	} {
		if file, _ := export(t, note(set)); shape(file)[0] != "multipart/mixed" {
			t.Errorf("%s: %v", name, shape(file))
		}
	}
	inline := "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n- -- dash\r\n"
	if file, _ := export(t, note(func(m *mapi.Message) { m.Props.Set(proptag.Body, inline) })); !strings.Contains(file, inline) {
		t.Errorf("inline PGP was changed:\n%s", file)
	}
}

func TestExportSecureForms(t *testing.T) {
	t.Parallel()
	der := func(i int) []byte { return append([]byte{0x30, 0x80}, smimeTypes[i].oid...) }
	entity := "Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n\r\nx\r\n--s--\r\n"
	tests := []struct {
		name, class, file, tag, content string
		data                            []byte
		want                            string
	}{
		{"compressed", classSecure, "", "", "", der(2), "application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z"},
		{"certificates alone", classSecure, "smime.p7c", "", "", der(1), "application/pkcs7-mime; smime-type=certs-only; name=smime.p7c"},
		{"as its type says", classSecure, "a.p7m", "application/pkcs7-mime; smime-type=signed-data", "", []byte("x"), "application/pkcs7-mime; smime-type=signed-data; name=a.p7m"},
		{"as the message says", classSecure, "a.p7m", "", "application/pkcs7-mime; smime-type=enveloped-data; name=x", []byte("x"), "application/pkcs7-mime; smime-type=enveloped-data; name=a.p7m"},
		{"a signed entity of the class of the others", classSecure, "a.p7m", "", "", []byte(entity), "multipart/signed; boundary=s"},
		{"signed with PGP", classSigned, "a.p7m", "", "", []byte("Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=s\r\n\r\n--s\r\n\r\nx\r\n--s--\r\n"),
			`multipart/signed; protocol="application/pgp-signature"; boundary=s`},
		{"of Outlook", classOutlook, "a.p7m", "", "", der(0), "application/pkcs7-mime; smime-type=enveloped-data; name=a.p7m"},
		{"of Outlook, signed", classOutlook + ".Sign", "a.p7m", "", "", []byte(entity), "multipart/signed; boundary=s"},
	}
	for _, tt := range tests {
		file, said := export(t, note(func(m *mapi.Message) {
			m.Props.Set(proptag.MessageClass, tt.class)
			if tt.content != "" {
				m.Props.SetNamed(propname.NameContentType, mapi.PtypString, tt.content)
			}
			m.Attachments = []*mapi.Attachment{attached(tt.file, tt.data, func(a *mapi.Attachment) { a.Props.Set(proptag.AttachMimeTag, tt.tag) })}
		}))
		if diff := cmp.Diff([]string{tt.want}, field(file, "Content-Type")); diff != "" || len(said) > 0 {
			t.Errorf("%s: -want +got:\n%s%v", tt.name, diff, said)
		}
	}
}

// TestExportReferences wants HTML to show an attachment however it writes the id,
// under the one that its part has.
func TestExportReferences(t *testing.T) {
	t.Parallel()
	made := func(id string) string { return madeID([]byte(id)) }
	tests := []struct {
		name, id, html, want string // want is what the HTML has in the end
	}{
		{"plain", "a@b", `<img src="cid:a@b">`, `"cid:a@b"`},
		{"blanks", "my picture 1.png", `<img src="cid:my picture 1.png">`, `"cid:` + made("my picture 1.png") + `"`},
		{"blanks in single quotes", "a b", `<img src='cid:a b'>`, `'cid:` + made("a b") + `'`},
		{"blanks that are encoded", "a b", `<img src="cid:a%20b">`, `"cid:` + made("a b") + `"`},
		{"blanks in a style", "a b", `<p style="background:url(&quot;cid:a b&quot;)">`, `&quot;cid:` + made("a b") + `&quot;`},
		{"character references", "a@b", `<img src="cid:a&#64;b">`, `cid:a&#64;b`},
		{"without quotes", "a@b", `<img src=cid:a@b width=1>`, `cid:a@b width`},
		{"another script", "картинка", `<img src="cid:картинка">`, `"cid:` + made("картинка") + `"`},
		{"a quote that does not end", "a@b", `<img src="cid:a@b>`, `"cid:a@b>`},
	}
	for _, tt := range tests {
		a := new(mapi.Attachment)
		a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
		a.Props.Set(proptag.AttachContentId, tt.id)
		a.Props.Set(proptag.AttachDataBinary, []byte("x"))
		m := note(func(m *mapi.Message) { m.Props.Set(proptag.BodyHtml, tt.html) })
		m.Attachments = append(m.Attachments, a)
		o := &object{e: &exporter{}, m: m}
		refs := references(body{html: []byte(tt.html)})
		if !o.isInline(a, refs) || !strings.Contains(string(refs.rewritten()), tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, refs.rewritten(), tt.want)
		}
	}
}
