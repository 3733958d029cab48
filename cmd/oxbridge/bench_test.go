package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// load is a set of equal messages.
type load struct {
	name  string
	count int
	body  int // characters of text
	files []int
}

var loads = []load{
	{"5KB", 500, 1500, nil},
	{"800KB", 40, 4000, []int{50_000, 500_000}},
	{"100MB", 1, 4000, []int{100 << 20}},
}

// BenchmarkPluginProcess converts the same messages by the plugin process and by
// the same converter called in process, in turn, and reports the speed of the
// first as a part of the second's: the median over the pairs, and the peak
// memory of each process (Linux).
func BenchmarkPluginProcess(b *testing.B) {
	for _, to := range []string{"eml", "msg"} {
		for _, l := range loads {
			b.Run(to+"/"+l.name, func(b *testing.B) { benchmarkRatio(b, to, l) })
		}
	}
}

func benchmarkRatio(b *testing.B, to string, l load) {
	dir := b.TempDir()
	in := filepath.Join(dir, "in")
	makeLoad(b, in, to, l)
	inProcess := hostsvc.InProcess(builtins["eml"]())
	command, err := builtinCommand("eml")
	if err != nil {
		b.Fatal(err)
	}
	pool, err := pluginhost.Start(b.Context(), command, pluginhost.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	n := 0
	convert := func(conv batch.Converter) time.Duration {
		n++
		out := filepath.Join(dir, strconv.Itoa(n))
		sum, err := batch.Run(context.Background(), conv, []string{in}, batch.Options{To: to, OutDir: out})
		if err != nil || sum.Converted != l.count {
			b.Fatalf("%v: %v", sum, err)
		}
		if err := os.RemoveAll(out); err != nil {
			b.Fatal(err)
		}
		return sum.Duration
	}
	convert(inProcess)
	resetPeak()
	convert(pool)
	host, plugin := peaks()
	var ratios []float64
	var direct, process time.Duration
	for b.Loop() {
		d, p := convert(inProcess), convert(pool)
		direct, process = direct+d, process+p
		ratios = append(ratios, float64(d)/float64(p))
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
	runs := float64(len(ratios) * l.count)
	b.ReportMetric(float64(direct.Microseconds())/runs, "µs/msg-in-process")
	b.ReportMetric(float64(process.Microseconds())/runs, "µs/msg-plugin")
	b.ReportMetric(host, "host-peak-MB")
	b.ReportMetric(plugin, "plugin-peak-MB")
}

// makeLoad writes the inputs: .msg files, or the .eml files made of them.
func makeLoad(b *testing.B, dir, to string, l load) {
	b.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	rnd := rand.NewChaCha8([32]byte{byte(l.body)})
	for i := range l.count {
		m := mail(fmt.Sprintf("Message %d", i), fmt.Sprintf("bench-%d", i))
		m.Props.Set(proptag.Body, strings.Repeat("All work and no play makes Jack a dull boy.\r\n", l.body/45+1))
		for j, size := range l.files {
			a := attach(fmt.Sprintf("file%d.bin", j), "application/octet-stream", nil)
			a.Props.Set(proptag.AttachDataBinary, randomLarge{rnd, int64(size)})
			m.Attachments = append(m.Attachments, a)
		}
		writeMsg(b, filepath.Join(dir, fmt.Sprintf("%04d.msg", i)), m)
	}
	if to == "eml" {
		return
	}
	eml := dir + "-eml"
	if _, err := batch.Run(context.Background(), hostsvc.InProcess(builtins["eml"]()), []string{dir}, batch.Options{To: "eml", OutDir: eml}); err != nil {
		b.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		b.Fatal(err)
	}
	if err := os.Rename(eml, dir); err != nil {
		b.Fatal(err)
	}
}

// randomLarge is a value of random bytes.
type randomLarge struct {
	rnd  io.Reader
	size int64
}

func (r randomLarge) Size() int64 { return r.size }
func (r randomLarge) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.LimitReader(r.rnd, r.size)), nil
}

var _ mapi.Large = randomLarge{}

// resetPeak makes Linux forget the peak memory of this process so far.
func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// peaks returns the peak memory in MB of this process and of the largest of its
// children, 0 where /proc does not tell.
func peaks() (self, child float64) {
	status, _ := filepath.Glob("/proc/[0-9]*/status")
	for _, path := range status {
		f := statusFields(path)
		if f["PPid"] == strconv.Itoa(os.Getpid()) {
			child = max(child, megabytes(f["VmHWM"]))
		}
	}
	return megabytes(statusFields("/proc/self/status")["VmHWM"]), child
}

func statusFields(path string) map[string]string {
	b, _ := os.ReadFile(path)
	out := map[string]string{}
	for line := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(line, ":"); ok {
			out[k] = strings.TrimSpace(v)
		}
	}
	return out
}

func megabytes(kb string) float64 {
	n, _ := strconv.ParseFloat(strings.TrimSuffix(kb, " kB"), 64)
	return n / 1024
}
