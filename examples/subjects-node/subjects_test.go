package subjects

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/examples/internal/host"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// start starts the plugin under the real host, where there is Node with gRPC:
// OXBRIDGE_NODE_PATH, or what `make node` installs.
func start(t *testing.T) *pluginhost.Pool {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no Node.js")
	}
	modules := os.Getenv("OXBRIDGE_NODE_PATH")
	if modules == "" {
		if modules, err = filepath.Abs("../../.bin/node/node_modules"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(modules, "@grpc", "grpc-js")); err != nil {
		t.Skip("no gRPC for Node.js: make node installs it")
	}
	return host.Start(t, pluginhost.Command{
		Name: "subjects", Path: node, Args: []string{"oxbridge-plugin-subjects.js"}, Env: []string{"NODE_PATH=" + modules},
	})
}

// export converts a tree and returns the file.
func export(t *testing.T, pool *pluginhost.Pool, tree *mapi.Message, format string) (string, problem.List, error) {
	t.Helper()
	m := host.Message(t, tree)
	var out bytes.Buffer
	var problems problem.List
	err := pool.Convert(t.Context(), &session.Job{Direction: session.Export, Format: format, Message: m, Output: &out, Report: problems.Add})
	return out.String(), problems, err
}

// TestNode holds a plugin that knows the protocol reference and nothing else to
// the real host, which sends what such a plugin does not know, too.
func TestNode(t *testing.T) {
	t.Parallel()
	pool := start(t)
	if d := pool.Description(); d.Name != "subjects" || !d.Can(session.Export, "subject") || d.Lanes != 2 || d.Pipeline != 4 {
		t.Errorf("described as %+v", d)
	}
	attached := func(name string) *mapi.Attachment {
		a := &mapi.Attachment{}
		a.Props.Set(proptag.AttachLongFilename, name)
		return a
	}
	long := strings.Repeat("größer ", 200_000)
	tests := []struct {
		name     string
		subject  any // nil for none
		want     string
		problems int
	}{
		{"inline", "Über\u202e", "Subject: Über\u202e\nAttached: a.txt\nAttached: b.txt\n", 0},
		{"pulled", long, "Subject: " + long + "\nAttached: a.txt\nAttached: b.txt\n", 0},
		{"none", nil, "Subject: \nAttached: a.txt\nAttached: b.txt\n", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := &mapi.Message{Attachments: []*mapi.Attachment{attached("a.txt"), attached("b.txt")}}
			m.Attachments[1].Embedded = &mapi.Message{Attachments: []*mapi.Attachment{attached("inside.txt")}}
			if tt.subject != nil {
				m.Props.Set(proptag.Subject, tt.subject)
			}
			got, problems, err := export(t, pool, m, "subject")
			if got != tt.want || len(problems) != tt.problems || err != nil {
				t.Errorf("got %d bytes: %.100q, %v, %v", len(got), got, problems, err)
			}
		})
	}
	if _, _, err := export(t, pool, &mapi.Message{}, "other"); !errors.Is(err, sdk.ErrUnsupported) {
		t.Errorf("what it does not offer: %v", err)
	}
}
