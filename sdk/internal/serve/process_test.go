package serve_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/internal/serve"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// TestMain makes the test binary a plugin when a host, or a test, starts it so.
func TestMain(m *testing.M) {
	if serve.Started() {
		sdk.Main(exporter(func(_ context.Context, _ *sdk.Job, _ *mapi.Message, dst transfer.Output) error {
			fmt.Println("printed by the author")
			_, err := io.WriteString(dst, "done")
			return err
		}))
	}
	goleak.VerifyTestMain(m)
}

// TestProcess starts a plugin as a host does, with stock protobuf on this end.
func TestProcess(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "oxb") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{wire.CookieKey + "=" + wire.CookieValue, "PLUGIN_UNIX_SOCKET_DIR=" + dir, "PLUGIN_PROTOCOL_VERSIONS=1"}
	logs, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer logs.Close()
	cmd.Stderr = logs
	lifeline, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(stdout)
	line, err := out.ReadString('\n')
	fields := strings.Split(strings.TrimSpace(line), "|")
	if err != nil || len(fields) < 5 || strings.Join(fields[:3], "|") != "1|1|unix" || fields[4] != "grpc" {
		_ = cmd.Process.Kill()
		t.Fatalf("handshake %q, %v", line, err)
	}
	talk(t, fields[3])
	_ = lifeline.Close()
	rest, _ := io.ReadAll(out)
	if err := cmd.Wait(); err != nil || len(rest) > 0 {
		t.Errorf("the plugin ends with %v and %q on standard output", err, rest)
	}
	text, err := os.ReadFile(logs.Name())
	if err != nil || !strings.Contains(string(text), "printed by the author\n") {
		t.Errorf("log is %q, %v", text, err)
	}
}

// talk does one job with the plugin on a socket.
func talk(t *testing.T, socket string) {
	t.Helper()
	conn, err := grpc.NewClient("unix:"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := lane(t, pluginv1.NewConverterClient(conn))
	r.send(begin(1))
	if d := r.recv().GetData(); string(d.GetPayload()) != "done" {
		t.Errorf("got %q", d.GetPayload())
	}
	if _, d := r.done(); d.GetResult() != pluginv1.Result_RESULT_OK {
		t.Errorf("got %v", d)
	}
	if err := r.stream.CloseSend(); err != nil && !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}
