package pluginhost

import (
	"strings"
	"testing"
)

// FuzzHandshake vets any first line of a plugin. One that passes has five fields
// and no certificate, and passes again as it is.
func FuzzHandshake(f *testing.F) {
	for _, line := range []string{"1|1|unix|/tmp/x|grpc", "1|1|unix|/tmp/x|grpc|", "1|1|tcp|127.0.0.1:1|grpc|AAAA", "1|99999|unix||grpc", "||||", "1|1|unix|a\x00b|grpc\r\n"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if onWindows {
			t.Skip("handshakes have certificates there")
		}
		got, err := vet(line)
		if err != nil {
			return
		}
		if n := strings.Count(got, "|"); n != 4 {
			t.Errorf("vet(%q) = %q", line, got)
		}
		if again, err := vet(got); again != got || err != nil {
			t.Errorf("vet(%q) = %q, %v", got, again, err)
		}
		// Whatever the address is: it is a socket in the folder, or refused.
		if err := checkAddress("unix", strings.Split(got, "|")[3], t.TempDir()); err == nil {
			t.Errorf("%q is taken for a socket in an empty folder", got)
		}
	})
}
