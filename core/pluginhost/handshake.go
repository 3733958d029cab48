package pluginhost

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// onWindows is where go-plugin's transport is TCP on the loopback interface.
// Any user can connect to that, so it is protected by AutoMTLS there.
const onWindows = runtime.GOOS == "windows"

// vet checks a handshake line, in the form PROTOCOL|VERSION|unix|PATH|grpc, and
// returns it with nothing else in it. go-plugin panics on a certificate that it
// has not asked for.
func vet(line string) (string, error) {
	line = strings.TrimRight(line, "\r\n")
	fields := strings.Split(line, "|")
	network, certificate := "unix", false
	if onWindows {
		network, certificate = "tcp", true
	}
	switch {
	case len(fields) < 5 || fields[0] != "1" || !digits(fields[1]):
		return "", fmt.Errorf("printed %.80q instead of a handshake", line)
	case fields[2] != network || fields[4] != "grpc":
		return "", fmt.Errorf("offers %.20q over %.20q, not grpc over %s", fields[4], fields[2], network)
	case !certificate && strings.Join(fields[5:], "") != "":
		return "", fmt.Errorf("has more in its handshake than was asked for: %.80q", line)
	case certificate && len(fields) < 6:
		return "", errors.New("has no certificate in its handshake")
	case certificate:
		return strings.Join(fields[:6], "|"), nil
	}
	return strings.Join(fields[:5], "|"), nil
}

// digits reports whether s is a number, of a version.
func digits(s string) bool {
	return s != "" && len(s) <= 4 && strings.Trim(s, "0123456789") == ""
}

// checkAddress returns an error unless the address is a socket in dir.
func checkAddress(network, address, dir string) error {
	if onWindows {
		host, _, err := net.SplitHostPort(address)
		if ip := net.ParseIP(host); network != "tcp" || err != nil || !ip.IsLoopback() {
			return fmt.Errorf("announces the address %.80q of another machine", address)
		}
		return nil
	}
	if network != "unix" || filepath.Clean(address) != address || filepath.Dir(address) != dir {
		return fmt.Errorf("announces the address %.80q, which is not in its folder", address)
	}
	info, err := os.Lstat(address)
	if err != nil || info.Mode().Type() != os.ModeSocket {
		return fmt.Errorf("announces the address %.80q, which is no socket", address)
	}
	return nil
}

// readStdout takes the handshake from standard output; what follows is log text.
func (p *process) readStdout() {
	lines := newLineReader(p.stdout)
	line, err := lines.first()
	var hello string
	switch {
	case err == nil || errors.Is(err, errLongLine):
		hello, err = vet(string(line))
	default:
		err = errNoHandshake
	}
	if err == nil {
		p.hello <- hello
	} else {
		p.refuse(err)
		p.tail.add(bytes.TrimRight(line, "\r\n"))
	}
	close(p.hello)
	p.logLines(lines)
}

// helloReader is the standard output that go-plugin sees: the handshake.
type helloReader struct {
	p *process
	r *strings.Reader // nil before the handshake
}

// Read implements io.Reader.
func (h *helloReader) Read(b []byte) (int, error) {
	if h.r == nil {
		line, ok := <-h.p.hello
		if !ok {
			return 0, io.EOF
		}
		h.r = strings.NewReader(line + "\n")
	}
	return h.r.Read(b)
}

// Close implements io.Closer. The process owns the pipe.
func (h *helloReader) Close() error { return nil }
