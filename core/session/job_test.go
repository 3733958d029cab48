package session

import (
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// TestPrepareLeavesTheMessage changes everything that a snapshot lists. The
// message, and the next job on it, know nothing of that.
func TestPrepareLeavesTheMessage(t *testing.T) {
	t.Parallel()
	s := open(t)
	m, err := s.OpenMessage(NewMemory(nil), Unicode, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	inner := &mapi.Message{Props: mapi.Props{{Tag: proptag.Subject, Value: "inner"}}}
	err = m.SetContents(&mapi.Message{
		Props:      mapi.Props{{Tag: proptag.Subject, Value: "outer"}},
		Recipients: []mapi.Props{{{Tag: proptag.DisplayName, Value: "Ada"}}},
		Attachments: []*mapi.Attachment{{
			Props: mapi.Props{{Tag: proptag.AttachMethod, Value: mapi.AttachEmbeddedMessage}}, Embedded: inner,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	job := &Job{Message: m, Prepare: func(m *mapi.Message) error {
		m.Props.Set(proptag.Subject, "changed")
		m.Recipients[0].Set(proptag.DisplayName, "changed")
		m.Attachments[0].Embedded.Props.Set(proptag.Subject, "changed")
		m.Attachments[0].Props.Set(proptag.AttachMethod, mapi.AttachByValue)
		m.Attachments[0].Embedded = nil
		m.Attachments = append(m.Attachments, &mapi.Attachment{})
		return nil
	}}
	seen, err := job.Snapshot()
	if err != nil || seen.Props.String(proptag.Subject) != "changed" || len(seen.Attachments) != 2 {
		t.Errorf("the converter sees %v, %v", seen, err)
	}
	own, err := m.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	method, _ := own.Attachments[0].Props.Int32(proptag.AttachMethod)
	switch {
	case own.Props.String(proptag.Subject) != "outer", own.Recipients[0].String(proptag.DisplayName) != "Ada",
		len(own.Attachments) != 1, method != mapi.AttachEmbeddedMessage, own.Attachments[0].Embedded == nil,
		own.Attachments[0].Embedded.Props.String(proptag.Subject) != "inner":
		t.Errorf("the message has become %+v", own)
	}
}
