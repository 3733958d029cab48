package audit

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/plugins/eml"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// record is a report.Record in memory.
type record []report.Result

func (l record) Results(_ context.Context, visit func(report.Result) error) error {
	for _, r := range l {
		if err := visit(r); err != nil {
			return err
		}
	}
	return nil
}

func message(subject string) *mapi.Message {
	m := new(mapi.Message)
	m.Props.Set(proptag.MessageClass, "IPM.Note")
	m.Props.Set(proptag.MessageFlags, int32(1))
	m.Props.Set(proptag.Subject, subject)
	m.Props.Set(proptag.Body, "Some text.\r\n")
	m.Props.Set(proptag.InternetMessageId, "<1@example.org>")
	m.Props.Set(proptag.ClientSubmitTime, mapi.NewFiletime(time.Date(2024, 2, 29, 13, 37, 42, 0, time.UTC)))
	m.Props.Set(proptag.SentRepresentingName, "Ada")
	m.Props.Set(proptag.SentRepresentingAddressType, "SMTP")
	m.Props.Set(proptag.SentRepresentingEmailAddress, "ada@example.org")
	m.Props.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{"blue"})
	m.Recipients = []mapi.Props{person("Grace", "SMTP", "grace@example.com")}
	a := new(mapi.Attachment)
	a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
	a.Props.Set(proptag.AttachLongFilename, "a.bin")
	a.Props.Set(proptag.AttachDataBinary, []byte("contents"))
	m.Attachments = append(m.Attachments, a)
	return m
}

func person(name, kind, address string) mapi.Props {
	var r mapi.Props
	r.Set(proptag.RecipientType, mapi.RecipientTo)
	r.Set(proptag.DisplayName, name)
	r.Set(proptag.AddressType, kind)
	r.Set(proptag.EmailAddress, address)
	return r
}

// convert makes a run over two messages, one of them with a loss.
func convert(t *testing.T) (in, out string, rec record) {
	t.Helper()
	in, out = t.TempDir(), t.TempDir()
	lossy := message("lossy")
	lossy.Recipients = append(lossy.Recipients, person("Boss", "EX", "/o=Org/cn=Boss"))
	for name, m := range map[string]*mapi.Message{"plain": message("plain"), "lossy": lossy} {
		f, err := os.Create(filepath.Join(in, name+".msg"))
		if err != nil {
			t.Fatal(err)
		}
		if err := msg.Write(f, m, msg.WriteOptions{}, nil); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	opt := batch.Options{To: "eml", OutDir: out, Done: func(r report.Result) { rec = append(rec, r) }}
	if sum, err := batch.Run(t.Context(), hostsvc.InProcess(eml.New()), []string{in}, opt); err != nil || sum.Converted != 2 || sum.WithLoss != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	slices.SortFunc(rec, func(a, b report.Result) int { return strings.Compare(a.Input, b.Input) })
	return in, out, rec
}

func audit(t *testing.T, out string, rec record, deep bool) (Summary, []string) {
	t.Helper()
	var found []string
	opt := Options{In: store.Dir{}, Out: store.Dir{Root: out}, Run: batch.Options{To: "eml"}, Found: func(f Finding) {
		found = append(found, strings.TrimSuffix(filepath.Base(f.Input), ".msg")+" "+string(f.Kind))
	}}
	if deep {
		opt.Converter = hostsvc.InProcess(eml.New())
	}
	sum, err := Run(t.Context(), rec, opt)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return sum, found
}

func TestASoundRun(t *testing.T) {
	t.Parallel()
	_, out, rec := convert(t)
	if sum, found := audit(t, out, rec, false); sum.Inputs != 2 || sum.Faults != 0 || len(found) != 0 {
		t.Errorf("%+v, %v", sum, found)
	}
	sum, found := audit(t, out, rec, true)
	if want := []string{"lossy problem.confirmed"}; sum.Faults != 0 || sum.Confirmed != 1 || !slices.Equal(found, want) {
		t.Errorf("%+v, %v, want %v", sum, found, want)
	}
}

func TestWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	in, out, rec := convert(t)
	put := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(filepath.Join(out, "plain.eml"), "somebody's")
	put(filepath.Join(in, "lossy.msg"), "changed")
	_, found := audit(t, out, rec, true)
	if want := []string{"lossy input.changed", "plain output.changed"}; !slices.Equal(found, want) {
		t.Errorf("changed: %v, want %v", found, want)
	}
	if err := os.RemoveAll(in); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(out, "plain.eml")); err != nil {
		t.Fatal(err)
	}
	_, found = audit(t, out, rec, false)
	if want := []string{"lossy input.gone", "plain input.gone", "plain output.gone"}; !slices.Equal(found, want) {
		t.Errorf("gone: %v, want %v", found, want)
	}
}

// TestAForgedRecord has a record that fits an output which does not fit its
// input, as a fault of a converter would leave it.
func TestAForgedRecord(t *testing.T) {
	t.Parallel()
	_, out, rec := convert(t)
	path := filepath.Join(out, "plain.eml")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	forged := strings.NewReplacer("Subject: plain", "Subject: other", "grace@example.com", "mallory@example.com").Replace(string(b))
	if err := os.WriteFile(path, []byte(forged), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := store.DigestFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rec[1].OutputSHA256, rec[1].OutputBytes = d.SHA256, d.Size
	rec[0].Problems = problem.List{{Code: "test.invented"}}
	_, found := audit(t, out, rec, true)
	want := []string{"lossy problems.differ", "lossy problems.differ", "plain output.differs", "plain property.differs", "plain property.differs"}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*mapi.Message)
		want   []string
	}{
		{"nothing", func(*mapi.Message) {}, nil},
		{"blanks in a subject and in text", func(m *mapi.Message) {
			m.Props.Set(proptag.Subject, " the\tsubject ")
			m.Props.Set(proptag.Body, "Some \n text.")
		}, nil},
		{"an id without brackets", func(m *mapi.Message) { m.Props.Set(proptag.InternetMessageId, "1@example.org") }, nil},
		{"a part of a second", func(m *mapi.Message) {
			m.Props.Set(proptag.ClientSubmitTime, mapi.NewFiletime(time.Date(2024, 2, 29, 13, 37, 42, 900_000_000, time.UTC)))
		}, nil},
		{"another text", func(m *mapi.Message) { m.Props.Set(proptag.Body, "Some other text.") }, []string{"PidTagBody"}},
		{"another time", func(m *mapi.Message) {
			m.Props.Set(proptag.ClientSubmitTime, mapi.NewFiletime(time.Date(2024, 2, 29, 12, 37, 42, 0, time.UTC)))
		}, []string{"PidTagClientSubmitTime"}},
		{"no text", func(m *mapi.Message) { m.Props.Delete(proptag.Body) }, []string{"PidTagBody"}},
		{"a category more", func(m *mapi.Message) {
			m.Props.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{"blue", "red"})
		}, []string{"PidNameKeywords"}},
		{"nobody", func(m *mapi.Message) { m.Recipients = nil }, []string{"recipients"}},
		{"another file", func(m *mapi.Message) { m.Attachments[0].Props.Set(proptag.AttachDataBinary, []byte("x")) }, []string{"attachments"}},
		{"an embedded message more", func(m *mapi.Message) {
			m.Attachments = append(m.Attachments, &mapi.Attachment{Embedded: message("x")})
		}, []string{"embedded messages"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := message("the subject")
			tt.change(b)
			var got []string
			for _, d := range Compare(message("the subject"), b) {
				got = append(got, d.What)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("Compare() = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCompareGoesInside(t *testing.T) {
	t.Parallel()
	a, b := message("outer"), message("outer")
	a.Attachments = append(a.Attachments, &mapi.Attachment{Embedded: message("inner")})
	b.Attachments = append(b.Attachments, &mapi.Attachment{Embedded: message("other")})
	if got := Compare(a, b); len(got) != 1 || got[0].String() != `attachment 1/embedded: PidTagSubject: "inner" became "other"` {
		t.Errorf("Compare() = %v", got)
	}
	if got := compareAll(a, b); len(got) != 1 || got[0].Object != "attachment 1/embedded" {
		t.Errorf("compareAll() = %v", got)
	}
}

// TestAttachmentsOfLines compares what stands in mail as lines by its lines, and
// every other file byte for byte.
func TestAttachmentsOfLines(t *testing.T) {
	t.Parallel()
	file := func(mediaType, text string) *mapi.Message {
		a := &mapi.Attachment{}
		a.Props.Set(proptag.AttachMimeTag, mediaType)
		a.Props.Set(proptag.AttachDataBinary, []byte(text))
		return &mapi.Message{Attachments: []*mapi.Attachment{a}}
	}
	tests := []struct {
		name string
		a, b *mapi.Message
		same bool
	}{
		{"a report", file("message/delivery-status", "a\nb\n"), file("message/delivery-status", "a\r\nb\r\n"), true},
		{"a report that says something else", file("message/delivery-status", "a\n"), file("message/delivery-status", "b\n"), false},
		{"a report that became a file", file("message/delivery-status", "a\r\n"), file("application/octet-stream", "a\r\n"), true},
		{"a file", file("application/octet-stream", "a\n"), file("application/octet-stream", "a\r\n"), false},
		{"a signed entity without its header", file("multipart/signed", "A: b\n\na\n"), file("multipart/signed", "A: c\r\n\r\na\r\n"), true},
		{"nothing in it", file("text/plain", ""), &mapi.Message{}, true},
	}
	for _, tt := range tests {
		if got := Compare(tt.a, tt.b); (len(got) == 0) != tt.same {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestCompareAllLeavesOutWhatWritersSet(t *testing.T) {
	t.Parallel()
	a, b := message("x"), message("x")
	a.Props.Set(proptag.StoreSupportMask, int32(1))
	b.Props.Set(proptag.StoreSupportMask, int32(2))
	if got := compareAll(a, b); len(got) != 0 {
		t.Errorf("compareAll() = %v", got)
	}
	a.Props.Set(proptag.MessageFlags, int32(9))
	if got := compareAll(a, b); len(got) != 1 || got[0].Tag != proptag.MessageFlags {
		t.Errorf("compareAll() = %v", got)
	}
}

func TestProblemsAccountForDifferences(t *testing.T) {
	t.Parallel()
	d := Difference{What: "PidTagSubject", Tag: proptag.Subject}
	tests := []struct {
		name string
		d    Difference
		p    problem.Problem
		want bool
	}{
		{"the same property", d, problem.Problem{Code: "msg.string.codepage", Tag: proptag.Subject}, true},
		{"the same property of another object", d, problem.Problem{Code: "msg.string.codepage", Object: "attachment 0/embedded", Tag: proptag.Subject}, false},
		{"the same property of an embedded message", Difference{Object: "attachment 0/embedded", What: "PidTagSubject", Tag: proptag.Subject},
			problem.Problem{Code: "msg.string.codepage", Object: "attachment 0/embedded", Tag: proptag.Subject}, true},
		{"one of the attachments", Difference{What: "attachments"}, problem.Problem{Code: "mime.attachment.empty", Object: "attachment 3"}, true},
		{"an attachment of an embedded message", Difference{What: "attachments"}, problem.Problem{Code: "mime.attachment.empty", Object: "attachment 3/embedded/attachment 0"}, false},
		{"another property", d, problem.Problem{Code: "msg.string.codepage", Tag: proptag.Body}, false},
		{"an address", Difference{What: "recipients"}, problem.Problem{Code: "address.unresolved", Severity: problem.Loss}, true},
		{"text beside what is encrypted", Difference{What: "PidTagHtml", Tag: proptag.Html}, problem.Problem{Code: "mime.smime.body", Severity: problem.Loss, Tag: proptag.Body}, true},
		{"an attachment", Difference{What: "attachments"}, problem.Problem{Code: "mime.attachment.empty", Severity: problem.Loss}, true},
		{"a limit is no reason for text", Difference{What: "PidTagBody", Tag: proptag.Body}, problem.Problem{Code: "mime.limit.parts", Severity: problem.Loss}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := accounted(tt.d, problem.List{tt.p}); got != tt.want {
				t.Errorf("accounted() = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCompareAllCounts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		want   string
		change func(m *mapi.Message)
	}{
		{"recipients", func(m *mapi.Message) { m.Recipients = append(m.Recipients, m.Recipients[0]) }},
		{"attachments", func(m *mapi.Message) { m.Attachments = append(m.Attachments, m.Attachments[0]) }},
	} {
		b := message("x")
		tt.change(b)
		if got := compareAll(message("x"), b); len(got) != 1 || got[0].What != tt.want {
			t.Errorf("%s: compareAll() = %v", tt.want, got)
		}
	}
}

// TestCompareTakesWhatMailHasAnotherFormFor compares messages with what becomes of
// them in mail.
func TestCompareTakesWhatMailHasAnotherFormFor(t *testing.T) {
	t.Parallel()
	part := func(mediaType, id string) *mapi.Attachment {
		a := new(mapi.Attachment)
		a.Props.Set(proptag.AttachMimeTag, mediaType)
		a.Props.Set(proptag.AttachContentId, id)
		a.Props.Set(proptag.AttachDataBinary, []byte("made of properties"))
		return a
	}
	tests := []struct {
		name         string
		before, then func(*mapi.Message)
	}{
		{"a recipient of no kind", func(m *mapi.Message) { m.Recipients[0].Delete(proptag.RecipientType) }, func(*mapi.Message) {}},
		{"an address with its name", func(m *mapi.Message) { m.Recipients[0].Set(proptag.EmailAddress, "Grace <grace@example.com>") }, func(*mapi.Message) {}},
		{"a control in the subject", func(m *mapi.Message) { m.Props.Set(proptag.Subject, "x\x00y") },
			func(m *mapi.Message) { m.Props.Set(proptag.Subject, "x y") }},
		{"a local part in quotes", func(m *mapi.Message) { m.Recipients[0].Set(proptag.EmailAddress, ".g.@example.com") },
			func(m *mapi.Message) { m.Recipients[0].Set(proptag.EmailAddress, `".g."@example.com`) }},
		{"recipients of the transport headers", func(m *mapi.Message) { m.Recipients = nil }, func(*mapi.Message) {}},
		{"a time that is none", func(m *mapi.Message) { m.Props.Set(proptag.ClientSubmitTime, mapi.Filetime(0)) }, func(*mapi.Message) {}},
		{"the parts of a report", func(m *mapi.Message) { m.Props.Set(proptag.MessageClass, "REPORT.IPM.Note.NDR") },
			func(m *mapi.Message) {
				m.Attachments = append(m.Attachments, part("message/delivery-status", ""))
				m.Recipients[0].Set(proptag.RecipientType, mapi.RecipientCc)
			}},
		{"pictures inside RTF", func(m *mapi.Message) { m.Props.Set(proptag.RtfCompressed, []byte("rtf")) },
			func(m *mapi.Message) { m.Attachments = append(m.Attachments, part("image/png", "1")) }},
		{"HTML in the code page of the strings", func(m *mapi.Message) {
			m.Props.Set(proptag.MessageCodepage, int32(1251))
			m.Props.Set(proptag.Html, []byte("<p>\xcf\xf0\xe8"))
		}, func(m *mapi.Message) { m.Props.Set(proptag.Html, []byte("<p>При")) }},
	}
	for _, tt := range tests {
		a, b := message("x"), message("x")
		tt.before(a)
		tt.then(b)
		if got := Compare(a, b); len(got) != 0 {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestSameValue(t *testing.T) {
	t.Parallel()
	nan := float32(math.NaN())
	for _, tt := range []struct {
		a, b mapi.Value
		want bool
	}{
		{[]float32{1, nan}, []float32{1, nan}, true},
		{[]float32{1, nan}, []float32{2, nan}, false},
		{math.NaN(), math.NaN(), true},
		{[][]byte{nil, {1}}, [][]byte{{}, {1}}, true},
		{[][]byte{{1}}, [][]byte{{1}, {}}, false},
		{[]byte(nil), []byte{}, true},
		{int32(1), int32(2), false},
	} {
		if got := sameValue(tt.a, tt.b); got != tt.want {
			t.Errorf("sameValue(%v, %v) = %v", tt.a, tt.b, got)
		}
	}
}
