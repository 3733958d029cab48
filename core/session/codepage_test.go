package session

import (
	"bytes"
	"errors"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// TestSetCodePage saves messages with 8-bit strings.
func TestSetCodePage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, subject string
		page          int
		losses        int
	}{
		{"Unicode", "春 Grüße", 0, 0},
		{"Western European", "Grüße", 1252, 0},
		{"Japanese", "春の便り", 932, 0},
		{"what the page lacks is a loss", "春 Grüße", 1252, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			st := newMemory(nil)
			var said problem.List
			m := must(open(t).OpenMessage(st, 0, said.Add, nil))
			_, err := m.SetProps(mapi.Props{{Tag: proptag.MessageClass, Value: "IPM.Note"}, {Tag: proptag.Subject, Value: tt.subject}})
			if err := errors.Join(err, m.SetCodePage(tt.page), m.SaveChanges()); err != nil {
				t.Fatal(err)
			}
			if len(said) != tt.losses {
				t.Errorf("problems: %v", said)
			}
			tag := []byte("_\x00_\x00s\x00u\x00b\x00s\x00t\x00g\x001\x00.\x000\x00_\x000\x000\x003\x007\x000\x000\x001\x00F\x00")
			if wide := bytes.Contains(st.committed, tag); wide != (tt.page == 0) {
				t.Errorf("the subject is Unicode: %v", wide)
			}
			if faults, err := msg.Verify(bytes.NewReader(st.committed), int64(len(st.committed))); err != nil || len(faults) > 0 {
				t.Errorf("%v %v", faults, err)
			}
			if tt.losses > 0 {
				return
			}
			back := must(must(open(t).OpenMessage(newMemory(st.committed), 0, nil, nil)).Snapshot())
			if got := back.Props.String(proptag.Subject); got != tt.subject {
				t.Errorf("subject %q, want %q", got, tt.subject)
			}
		})
	}
	if err := newMessage(t, open(t)).SetCodePage(1200); !errors.Is(err, mapi.ErrInvalidParameter) {
		t.Errorf("UTF-16 as a code page: %v", err)
	}
}
