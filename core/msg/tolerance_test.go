package msg

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

const (
	subject8 = mapi.Tag(0x0037001E)
	name8    = mapi.Tag(0x3001001E)
)

// ansi returns the bytes of s in a code page.
func ansi(t testing.TB, page int, s string) []byte {
	t.Helper()
	b, ok := codepage.Encode(page, s)
	if !ok {
		t.Fatalf("%q is not in code page %d", s, page)
	}
	return b
}

// TestCodePages reads 8-bit files: which property says what they are in, and
// that recipients, attachments and embedded messages follow their message.
func TestCodePages(t *testing.T) {
	t.Parallel()
	cp := func(tag mapi.Tag, v int) []byte { return entry(tag, uint32(v)) }
	tests := []struct {
		name string
		text string
		page int
		says [][]byte
	}{
		{"message code page", "Привет", 1251, [][]byte{cp(proptag.InternetCodepage, 65001), cp(proptag.MessageCodepage, 1251)}},
		{"Japanese", "日本語テスト", 932, [][]byte{cp(proptag.MessageCodepage, 932)}},
		{"locale", "Привет", 1251, [][]byte{cp(proptag.MessageLocaleId, 0x419), cp(proptag.InternetCodepage, 28591)}},
		{"Internet code page", "Ελλάδα", 28597, [][]byte{cp(proptag.InternetCodepage, 28597)}},
		{"UTF-16 makes no sense", "Привет", 1251, [][]byte{cp(proptag.MessageCodepage, 1200), cp(proptag.MessageLocaleId, 0x419)}},
		{"UTF-32 makes no sense", "Привет", 1251, [][]byte{cp(proptag.MessageCodepage, 12000), cp(proptag.InternetCodepage, 1251)}},
		{"unknown page", "Привет", 1251, [][]byte{cp(proptag.MessageCodepage, 99999), cp(proptag.InternetCodepage, 1251)}},
		{"nothing said", "Grüße", 1252, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := ansi(t, tt.page, tt.text)
			size := uint32(len(text) + 1)
			child := file{propertyStream: stream(childHeader, entry(name8, size)), valueName(name8): append(text, 0)}
			attach := file{
				propertyStream:         stream(childHeader, entry(name8, size), entry(proptag.AttachMethod, 5), entry(proptag.AttachDataObject, noSize)),
				valueName(name8):       text,
				"__substg1.0_3701000d": file{propertyStream: stream(embeddedHeader, entry(subject8, size)), valueName(subject8): text},
			}
			m := mustRead(t, build(t, file{
				propertyStream:        stream(rootHeader, append(tt.says, entry(subject8, size), entry(0x6600101E, 8))...),
				valueName(subject8):   text,
				valueName(0x6600101E): []byte{0, 0, 0, 0, 0, 0, 0, 0}, valueName(0x6600101E) + "-00000000": text, valueName(0x6600101E) + "-00000001": append(text, 0),
				"__recip_version1.0_#00000003":  child,
				"__attach_version1.0_#0000000a": attach,
			}), func(p problem.Problem) { t.Error(p) })
			list, _ := m.Props.Get(0x6600101F)
			for what, got := range map[string]string{
				"message": m.Props.String(proptag.Subject), "recipient": m.Recipients[0].String(proptag.DisplayName),
				"attachment": m.Attachments[0].Props.String(proptag.DisplayName),
				"embedded":   m.Attachments[0].Embedded.Props.String(proptag.Subject), "list": list.([]string)[1],
			} {
				if got != tt.text {
					t.Errorf("%s: %q, want %q", what, got, tt.text)
				}
			}
			if m.Props[len(m.Props)-1].Tag.Type() != mapi.PtypMultipleString {
				t.Errorf("tag %v", m.Props[len(m.Props)-1].Tag)
			}
			judge(t, mustWrite(t, m, nil))
		})
	}
}

// TestTolerance reads files that break rules. Each has the subject "ok".
func TestTolerance(t *testing.T) {
	t.Parallel()
	ok := codepage.EncodeUTF16("ok")
	subject := valueName(proptag.Subject)
	tests := []struct {
		name string
		file file
		code string // of the one problem, "" for none
	}{
		{"stream without entry", file{propertyStream: stream(rootHeader), subject: ok}, ""},
		{"empty property stream", file{propertyStream: []byte{}, subject: ok}, "msg.object.damaged"},
		{"24-byte header", file{propertyStream: stream(embeddedHeader, entry(proptag.Subject, 6)), subject: ok}, ""},
		{"part of an entry at the end", file{propertyStream: append(stream(rootHeader, entry(proptag.Subject, 6)), 1, 2, 3, 4), subject: ok}, ""},
		{"entry without stream", file{propertyStream: stream(rootHeader, entry(proptag.Body, 6), entry(proptag.Subject, 6)), subject: ok}, "msg.property.damaged"},
		{"unknown type", file{propertyStream: stream(rootHeader, entry(0x66000099, 6), entry(proptag.Subject, 6)), subject: ok}, "msg.property.type"},
		{"zeros behind the entries", file{propertyStream: stream(rootHeader, entry(proptag.Subject, 6), make([]byte, 16)), subject: ok}, ""},
		{"entry twice", file{propertyStream: stream(rootHeader, entry(proptag.Subject, 6), entry(proptag.Subject, 0)), subject: ok}, ""},
		{"id twice", file{propertyStream: stream(rootHeader, entry(proptag.Subject, 6), entry(0x00370003, 0)), subject: ok}, "msg.property.duplicate"},
		{"Unicode wins", file{propertyStream: stream(rootHeader, entry(subject8, 6), entry(proptag.Subject, 6)), subject: ok, valueName(subject8): []byte("no")}, ""},
		{"8-bit alone has a stream", file{propertyStream: stream(rootHeader, entry(proptag.Subject, 6), entry(subject8, 6)), valueName(subject8): []byte("ok")}, "msg.property.damaged"},
		{"zeros at the end", file{propertyStream: stream(rootHeader, entry(proptag.Subject, 6)), subject: append(ok, 0, 0, 0, 0)}, ""},
		{"odd length", file{propertyStream: stream(rootHeader, entry(proptag.Subject, 6)), subject: append(ok, 7)}, ""},
		{"mark of the prefix", file{propertyStream: stream(rootHeader, entry(proptag.Subject, 6)), subject: codepage.EncodeUTF16("\x01\x05ok")}, ""},
		{"mark after a mark", file{propertyStream: stream(rootHeader, entry(proptag.Subject, 10)), subject: codepage.EncodeUTF16("\x01\x05\x01\x01ok")}, ""},
		{"lower case", file{propertyStream: stream(rootHeader), "__SUBSTG1.0_0037001f": ok}, ""},
		{"empty recipient", file{propertyStream: stream(rootHeader), subject: ok, "__recip_version1.0_#00000000": file{propertyStream: stream(childHeader)}}, "msg.object.damaged"},
		{"byte without meaning", file{propertyStream: stream(rootHeader, entry(proptag.MessageCodepage, 932)), subject: ok, valueName(name8): []byte{0x81}}, "msg.string.codepage"},
		{"short GUID", file{propertyStream: stream(rootHeader, entry(0x66000048, 3)), valueName(0x66000048): []byte{1, 2, 3}, subject: ok}, "msg.property.damaged"},
		{"no name", file{propertyStream: stream(rootHeader, entry(0x80000003, 3)), subject: ok}, "msg.property.unnamed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var said problem.List
			m := mustRead(t, build(t, tt.file), said.Add)
			if s := m.Props.String(proptag.Subject); s != "ok" {
				t.Errorf("subject %q", s)
			}
			if tt.code == "" && len(said) > 0 || tt.code != "" && (len(said) != 1 || said[0].Code != tt.code) {
				t.Errorf("problems %v, want %q", said, tt.code)
			}
			judge(t, mustWrite(t, m, nil))
		})
	}
}

func TestHTMLAsString(t *testing.T) {
	t.Parallel()
	html := append(ansi(t, 1251, "<p>Привет"), 0)
	m := mustRead(t, build(t, file{propertyStream: stream(rootHeader, entry(html8, 0)), valueName(html8): html}), nil)
	if got := m.Props.Binary(proptag.Html); !bytes.Equal(got, html) {
		t.Errorf("8-bit HTML = %q", got)
	}
	m = mustRead(t, build(t, file{propertyStream: stream(rootHeader, entry(html16, 0)), valueName(html16): codepage.EncodeUTF16("<p>ß")}), nil)
	if got := m.Props.String(proptag.BodyHtml); got != "<p>ß" {
		t.Errorf("Unicode HTML = %q", got)
	}
}

// TestOrder reads children by number, with gaps, more than 16 and one without a
// number.
func TestOrder(t *testing.T) {
	t.Parallel()
	f := file{propertyStream: stream(rootHeader)}
	for _, n := range []string{"0000000A", "00000002", "0000000b", "zzz", "00000010"} {
		f[recipientPrefix+n] = file{propertyStream: stream(childHeader), valueName(name8): []byte(n)}
	}
	var got []string
	for _, r := range mustRead(t, build(t, f), nil).Recipients {
		got = append(got, r.String(proptag.DisplayName))
	}
	if want := []string{"00000002", "0000000A", "0000000b", "00000010", "zzz"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

// TestMultipleDamage reads lists whose parts do not agree.
func TestMultipleDamage(t *testing.T) {
	t.Parallel()
	const tag = mapi.Tag(0x66001102)
	name := valueName(tag)
	tests := []struct {
		name string
		file file
		want int
	}{
		{"no length stream", file{name + "-00000000": []byte{1}, name + "-00000001": []byte{2}}, 2},
		{"a stream is missing", file{name: make([]byte, 24), name + "-00000002": []byte{3}}, 3},
		{"lengths beyond the streams", file{name: make([]byte, 8000), name + "-00000000": []byte{1}}, 1},
		{"index beyond the lengths", file{name: make([]byte, 8), name + "-00000000": []byte{1}, name + "-FFFFFFFF": []byte{2}}, 1},
		{"huge index alone", file{name + "-FFFFFFFF": []byte{2}}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.file[propertyStream] = stream(rootHeader)
			v, _ := mustRead(t, build(t, tt.file), nil).Props.Get(tag)
			if list, ok := v.([][]byte); !ok || len(list) != tt.want {
				t.Errorf("values %v, want %d", v, tt.want)
			}
		})
	}
}

func TestNamesDamage(t *testing.T) {
	t.Parallel()
	record := func(id uint32, kind, index byte) []byte {
		return []byte{byte(id), byte(id >> 8), 0, 0, kind, 0, index, 0}
	}
	text := append([]byte{4, 0, 0, 0}, codepage.EncodeUTF16("ab")...)
	entries := bytes.Join([][]byte{
		record(5, 0<<1, 0),   // index 0
		record(0, 2<<1|1, 1), // a text
		record(1, 2<<1|1, 2), // a text that leaves the stream
		record(0xFFFF, 1, 3), // outside
		record(9, 3<<1, 4),   // the one GUID
		record(9, 4<<1, 5),   // no GUID
		{1, 2, 3},            // part of a record
	}, nil)
	data := build(t, file{
		propertyStream: stream(rootHeader, entry(0x80040003, 1), entry(0x80050003, 2), entry(0x90000003, 3)),
		nameStorage:    file{guidStream: mapi.PSETIDTask[:], nameEntries: entries, stringStream: text},
	})
	f, err := Open(bytes.NewReader(data), int64(len(data)), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := []mapi.Name{{Set: mapi.PSMAPI, ID: 5}, {Set: mapi.PSPublicStrings, Text: "ab"}, {}, {}, {Set: mapi.PSETIDTask, ID: 9}, {}}
	if !slices.Equal(f.Names(), want) {
		t.Errorf("Names() = %v, want %v", f.Names(), want)
	}
	m, err := f.Message(nil)
	if err != nil || len(m.Props) != 3 || m.Props[0].Name != want[4] || !m.Props[1].Name.IsZero() {
		t.Errorf("props = %v, %v", m.Props, err)
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		data []byte
		err  error
	}{
		"empty":                 {nil, cfb.ErrNotCompoundFile},
		"another compound file": {oleFile(t), ErrNotMessage},
	} {
		_, err := Open(bytes.NewReader(tt.data), int64(len(tt.data)), ReadOptions{})
		var bad *FormatError
		if !errors.Is(err, tt.err) || !errors.As(err, &bad) {
			t.Errorf("%s: Open() = %v, want %v", name, err, tt.err)
		}
	}
}

// TestLimits reads a rich message under limits that it exceeds.
func TestLimits(t *testing.T) {
	t.Parallel()
	data := mustWrite(t, sample(t), nil)
	for name, opt := range map[string]ReadOptions{"objects": {MaxObjects: 3}, "props": {MaxProps: 20}} {
		f, err := Open(bytes.NewReader(data), int64(len(data)), opt)
		if err != nil {
			t.Fatal(err)
		}
		var said problem.List
		if _, err := f.Message(said.Add); err != nil || said.Worst() != problem.Loss {
			t.Errorf("%s: %v, problems %v", name, err, said)
		}
	}
	f, err := Open(bytes.NewReader(data), int64(len(data)), ReadOptions{MaxMemory: 100})
	if err != nil {
		t.Fatal(err)
	}
	m, err := f.Message(nil)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := m.Props.Text(proptag.Subject, 100); err != nil || s != "first" {
		t.Errorf("subject %q, %v", s, err)
	}
}

// TestInlineOne reads everything that can be as a Large, 8-bit strings too.
func TestInlineOne(t *testing.T) {
	t.Parallel()
	text := ansi(t, 1251, "Привет")
	data := build(t, file{
		propertyStream:          stream(rootHeader, entry(proptag.MessageCodepage, 1251)),
		valueName(subject8):     append(slices.Clone(text), make([]byte, 9000)...),
		valueName(proptag.Body): append(codepage.EncodeUTF16("Ā"), make([]byte, 9001)...),
		valueName(proptag.Html): text,
		valueName(0x66000102):   make([]byte, 2),
	})
	f, err := Open(bytes.NewReader(data), int64(len(data)), ReadOptions{Inline: 1})
	if err != nil {
		t.Fatal(err)
	}
	m, err := f.Message(nil)
	if err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[mapi.Tag]string{proptag.Subject: "Привет", proptag.Body: "Ā", proptag.Html: string(text), 0x66000102: "\x00\x00"} {
		v, _ := m.Props.Get(tag)
		if _, ok := v.(mapi.Large); !ok {
			t.Errorf("%v is %T, want a Large", tag, v)
		}
		if s, err := m.Props.Text(tag, 1<<20); err != nil || s != want {
			t.Errorf("%v = %q, %v, want %q", tag, s, err, want)
		}
	}
}

// TestWhatIsWrittenIsRead writes more objects than a reader takes: the rest is
// left out and said, and the file opens.
func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	m := new(mapi.Message)
	row := mapi.Props{{Tag: proptag.DisplayName, Value: "r"}}
	for range limits.MsgWritten.Int() + 10 {
		m.Recipients = append(m.Recipients, row)
	}
	var said problem.List
	b := mustWrite(t, m, said.Add)
	if len(said) != 1 || said[0].Code != "msg.limit" || said[0].Severity != problem.Loss {
		t.Errorf("said: %v", said)
	}
	said = nil
	if got := mustRead(t, b, said.Add); len(got.Recipients) != limits.MsgWritten.Int() || len(said) > 0 {
		t.Errorf("%d recipients, want %d; said %v", len(got.Recipients), limits.MsgWritten.Int(), said)
	}
}
