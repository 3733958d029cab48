package mime

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

func TestImportSaysWhichPartFieldsAreLost(t *testing.T) {
	t.Parallel()
	picture := "X-Attachment-Id: f_1\nContent-MD5: x\nContent-Description: kept\nContent-Type: image/png\n\nx"
	many := ""
	for i := range 100 {
		many += fmt.Sprintf("X-%d: y\n", i)
	}
	tests := []struct {
		name, in, want string
		keep           bool
	}{
		{"named once", inParts("mixed", "b", asText("a"), picture, picture), "X-Attachment-Id, Content-MD5", false},
		{"in parts of parts", inParts("mixed", "b", inParts("related", "c", asHTML("a"), picture)), "X-Attachment-Id, Content-MD5", false},
		{"not many", inParts("mixed", "b", many+asText("a")), "X-0, X-1, X-2, X-3, X-4, X-5, X-6, X-7, X-8, X-9, X-10, X-11, X-12, X-13, X-14, X-15, X-16, X-17, X-18, X-19 and others", false},
		{"none", inParts("mixed", "b", asText("a"), "Content-ID: <a@b>\nContent-Type: image/png\n\nx"), "", false},
		{"a message has its own", inParts("mixed", "b", "Content-Type: message/rfc822\n\nX-Kept: y\n\nx"), "", false},
		{"parameters", inParts("mixed", "b", asText("a"), "Content-Type: text/calendar; charset=utf-8; method=REPLY; name=a\nContent-Disposition: attachment; filename=a; size=1; read-date=x\n\nx"),
			"Content-Type; method, Content-Disposition; read-date", false},
		{"parameters of the body", inParts("mixed", "b", "Content-Type: text/plain; format=flowed\n\na", "Content-Type: multipart/mixed; boundary=c; x=y\n\n--c\n\na\n--c--"), "", false},
		{"everything is kept", inParts("mixed", "b", asText("a"), picture), "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, problems := importBytes(t, tt.in, ImportOptions{KeepSource: tt.keep})
			got := ""
			for _, p := range problems {
				if p.Code == "mime.part.fields" && p.Severity == problem.Info {
					_, got, _ = strings.Cut(p.Detail, "parts: ")
				}
			}
			if got != tt.want {
				t.Errorf("lost are %q, want %q", got, tt.want)
			}
		})
	}
}

// TestImportPaperClip holds that pictures in the body are no attachments to the
// eye.
func TestImportPaperClip(t *testing.T) {
	t.Parallel()
	picture := "Content-ID: <p@b>\nContent-Type: image/png\n\nx"
	tests := []struct {
		name, in string
		flags    int32
		smart    bool
	}{
		{"picture in the body", inParts("related", "b", asHTML("<img src=cid:p@b>"), picture), 0x01, true},
		{"and a file", inParts("mixed", "m", inParts("related", "b", asHTML("<img src=cid:p@b>"), picture), "Content-Type: x/y\n\nx"), 0x11, false},
		{"no attachment", asText("a"), 0x01, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, _ := importText(t, tt.in)
			if got, _ := m.Props.Int32(proptag.MessageFlags); got != tt.flags {
				t.Errorf("flags are %#x, want %#x", got, tt.flags)
			}
			p := m.Props.Named(propname.LidSmartNoAttach)
			if (p != nil && p.Value == mapi.Value(true)) != tt.smart {
				t.Errorf("PidLidSmartNoAttach is %v", p)
			}
		})
	}
}
