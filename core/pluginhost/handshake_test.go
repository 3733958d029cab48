package pluginhost

import (
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"os"
)

func TestVet(t *testing.T) {
	t.Parallel()
	if onWindows {
		t.Skip("handshakes have a certificate there")
	}
	for line, want := range map[string]string{
		"1|1|unix|/tmp/x|grpc\n":       "1|1|unix|/tmp/x|grpc",
		"1|1|unix|/tmp/x|grpc|\r\n":    "1|1|unix|/tmp/x|grpc",
		"1|1|unix|/tmp/x|grpc||":       "1|1|unix|/tmp/x|grpc",
		"1|12|unix|/tmp/x|grpc":        "1|12|unix|/tmp/x|grpc",
		"":                             "",
		"\n":                           "",
		"1|1|unix|/tmp/x":              "",
		"2|1|unix|/tmp/x|grpc":         "",
		"1||unix|/tmp/x|grpc":          "",
		"1|x|unix|/tmp/x|grpc":         "",
		"1|1|tcp|127.0.0.1:1|grpc":     "",
		"1|1|unix|/tmp/x|netrpc":       "",
		"1|1|unix|/tmp/x|grpc|MIIB":    "",
		"1|1|unix|/tmp/x|grpc||true":   "",
		"hello, I am a plugin|||||||":  "",
		strings.Repeat("|", 10_000):    "",
		"1|1|unix|/tmp/x|grpc|\x00|\n": "",
	} {
		got, err := vet(line)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("vet(%.40q) = %q, %v", line, got, err)
		}
	}
}

func TestCheckAddress(t *testing.T) {
	t.Parallel()
	if onWindows {
		t.Skip("addresses are TCP there")
	}
	dir, err := os.MkdirTemp("", "t") // short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	lis, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer lis.Close()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(socket, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for address, good := range map[string]bool{
		socket:                       true,
		filepath.Join(dir, "file"):   false,
		filepath.Join(dir, "link"):   false,
		filepath.Join(dir, "absent"): false,
		dir + "/../s":                false,
		dir + "/./s":                 false,
		dir:                          false,
		"s":                          false,
		"":                           false,
		"@abstract":                  false,
	} {
		if err := checkAddress("unix", address, dir); (err == nil) != good {
			t.Errorf("checkAddress(%q) = %v", address, err)
		}
	}
	if err := checkAddress("tcp", socket, dir); err == nil {
		t.Error("TCP is accepted")
	}
}

func TestCleanEnv(t *testing.T) {
	t.Parallel()
	got := cleanEnv([]string{"PATH=/bin", "HOME=/", "AWS_SECRET=x", "LC_ALL=C", "LCX=1", "GOMAXPROCS=2", "=C:=x", "SSH_AUTH_SOCK=/s", "SystemRoot=C:\\"})
	if want := []string{"PATH=/bin", "HOME=/", "LC_ALL=C", "GOMAXPROCS=2", "SystemRoot=C:\\"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	for failures, want := range map[int]time.Duration{
		0: 0, 1: 0, 2: 20 * time.Millisecond, 3: 40 * time.Millisecond, 4: 80 * time.Millisecond, 10: 5 * time.Second, 1000: 5 * time.Second,
	} {
		if got := backoff(failures); got != want {
			t.Errorf("backoff(%d) = %v, want %v", failures, got, want)
		}
	}
}
