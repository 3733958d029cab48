package main

import (
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/plugintest"
)

func TestSubject(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		subject  any // nil for none
		attached int
		want     string
		problems int
	}{
		{"subject and attachments", "Lunch at noon", 2, "Subject: Lunch at noon\nAttachments: 2\n", 0},
		{"no subject", nil, 0, "Subject: \nAttachments: 0\n", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := &mapi.Message{}
			if tt.subject != nil {
				m.Props.Set(proptag.Subject, tt.subject)
			}
			for range tt.attached {
				m.Attachments = append(m.Attachments, &mapi.Attachment{})
			}
			got, problems := plugintest.Export(t, plugin, "subject", m)
			if string(got) != tt.want || len(problems) != tt.problems {
				t.Errorf("got %q and %v, want %q and %d problems", got, problems, tt.want, tt.problems)
			}
		})
	}
}

func TestSurvive(t *testing.T) {
	t.Parallel()
	plugintest.Survive(t, plugin)
}
