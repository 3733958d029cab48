package sample

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A Corpus is a set of messages of one kind, for measurements.
type Corpus struct {
	Name  string
	Count int
	Large bool                      // takes so long that it is made on request only
	Make  func(n int) *mapi.Message // message number n
}

// Corpora are the kinds of messages that are measured.
var Corpora = []Corpus{
	{Name: "5KB", Count: 2000, Make: func(n int) *mapi.Message { return plain(n, 200) }},
	{Name: "100KB", Count: 500, Make: typical},
	{Name: "rtf", Count: 300, Make: rich},
	{Name: "embedded", Count: 200, Make: func(n int) *mapi.Message { return nested(n, 3) }},
	{Name: "1MB", Count: 60, Make: func(n int) *mapi.Message { return with(plain(n, 600), 100<<10, 400<<10, 500<<10) }},
	{Name: "25MB", Count: 4, Make: func(n int) *mapi.Message { return with(plain(n, 600), 25<<20) }},
	{Name: "1GB", Count: 1, Large: true, Make: func(n int) *mapi.Message { return with(plain(n, 600), 1<<30) }},
}

// Write writes the messages of the corpus as .msg files into dir.
func (c Corpus) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for n := range c.Count {
		if err := writeFile(filepath.Join(dir, fmt.Sprintf("%05d.msg", n)), c.Make(n)); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, m *mapi.Message) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	err = msg.Write(f, m, msg.WriteOptions{}, nil)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// plain is a message with a text of that many words.
func plain(n, length int) *mapi.Message {
	m := message(3*n+1, false) // without HTML
	m.Attachments = nil
	m.Props.Set(proptag.Body, paragraphs(random(n), length))
	return m
}

// typical is a message as Outlook keeps it: text, HTML and a file.
func typical(n int) *mapi.Message {
	m := plain(n, 900)
	body := m.Props.String(proptag.Body)
	m.Props.Set(proptag.Html, []byte("<html><head><style>p{margin:0}</style></head><body><p>"+
		strings.ReplaceAll(strings.TrimSuffix(body, "\r\n"), "\r\n", "</p>\r\n<p class=\"MsoNormal\" style=\"margin-bottom:12pt\">")+"</p></body></html>\r\n"))
	return with(m, 60<<10)
}

// rich is a message whose body is in RTF alone.
func rich(n int) *mapi.Message {
	m := plain(n, 800)
	var rtf strings.Builder
	rtf.WriteString(`{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}{\f1\froman Times;}}{\colortbl;\red0\green0\blue128;}` + "\r\n")
	for i, line := range strings.Split(m.Props.String(proptag.Body), "\r\n") {
		fmt.Fprintf(&rtf, `\pard\sb120\f%d\fs%d {\b\cf1 %d.} %s\par`+"\r\n", i%2, 20+2*(i%3), i, escapeRTF(line))
	}
	rtf.WriteString("}")
	m.Props.Set(proptag.RtfCompressed, lzfu.Compress([]byte(rtf.String())))
	for i, p := range m.Props {
		if p.Tag == proptag.Body {
			m.Props = append(m.Props[:i], m.Props[i+1:]...)
			break
		}
	}
	return m
}

// escapeRTF writes what is not ASCII as RTF does.
func escapeRTF(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\\' || r == '{' || r == '}':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x80:
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\u%d?`, int16(r))
		}
	}
	return b.String()
}

// nested is a message with messages in it, depth levels deep, each with a file.
func nested(n, depth int) *mapi.Message {
	m := with(plain(n, 150), 8<<10)
	if depth == 0 {
		return m
	}
	a := new(mapi.Attachment)
	a.Embedded = nested(n+100_000, depth-1)
	a.Props.Set(proptag.AttachMethod, mapi.AttachEmbeddedMessage)
	a.Props.Set(proptag.DisplayName, a.Embedded.Props.String(proptag.Subject))
	a.Props.Set(proptag.RenderingPosition, int32(-1))
	m.Attachments = append(m.Attachments, a)
	return m
}

// with adds files of these sizes, in bytes.
func with(m *mapi.Message, sizes ...int64) *mapi.Message {
	for i, size := range sizes {
		a := file(random(i))
		a.Props.Set(proptag.AttachLongFilename, fmt.Sprintf("file%d.bin", i))
		a.Props.Set(proptag.AttachDataBinary, noise{size, uint64(i)})
		m.Attachments = append(m.Attachments, a)
	}
	return m
}

// paragraphs are lines of 14 words.
func paragraphs(rnd *rand.Rand, length int) string {
	var b strings.Builder
	for n := 0; n < length; n += 14 {
		b.WriteString(text(rnd, 14))
		b.WriteString("\r\n")
	}
	return b.String()
}

func random(n int) *rand.Rand { return rand.New(rand.NewPCG(uint64(n), 11)) }

// noise is a value of bytes that no program can compress.
type noise struct {
	size int64
	seed uint64
}

// Size implements mapi.Large.
func (v noise) Size() int64 { return v.size }

// Open implements mapi.Large.
func (v noise) Open() (io.ReadCloser, error) {
	seed := [32]byte{byte(v.seed), byte(v.size)}
	return io.NopCloser(io.LimitReader(rand.NewChaCha8(seed), v.size)), nil
}

var _ mapi.Large = noise{}

// Bytes returns message number n of the corpus as a .msg file.
func (c Corpus) Bytes(n int) ([]byte, error) {
	var b seeker
	err := msg.Write(&b, c.Make(n), msg.WriteOptions{}, nil)
	return bytes.Clone(b.data), err
}

// Find returns the corpus of that name.
func Find(name string) (Corpus, bool) {
	for _, c := range Corpora {
		if c.Name == name {
			return c, true
		}
	}
	return Corpus{}, false
}
