package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/cmd/internal/peak"
	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/sandbox"
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
	{"100KB", 200, 12_000, []int{70_000}},
	{"800KB", 40, 4000, []int{50_000, 500_000}},
	{"100MB", 1, 4000, []int{100 << 20}},
}

// A layer is a way to run the converter. Each adds a wall to the one before.
type layer struct {
	name string
	conv batch.Converter
	wall time.Duration // of all runs
	cpu  time.Duration // of host and plugins
}

// BenchmarkPluginProcess converts the same messages by the same converter called
// in process, in plugin processes without a sandbox, and as people have it, in
// turn. It reports the speed of the last as a part of the first's, by the clock
// and by the processor time of all processes (Linux): the medians over the rounds;
// then what a message costs with each layer, and the peak memory of each process
// (Linux).
func BenchmarkPluginProcess(b *testing.B) {
	for _, to := range []string{"eml", "msg"} {
		for _, l := range loads {
			b.Run(to+"/"+l.name, func(b *testing.B) { benchmarkRatio(b, to, l) })
		}
	}
}

// startPool starts the built-in plugin for mail.
func startPool(b *testing.B, mode sandbox.Mode) *pluginhost.Pool {
	b.Helper()
	command, err := builtinCommand("eml")
	if err != nil {
		b.Fatal(err)
	}
	opt, err := pluginOptions(string(mode))
	if err != nil {
		b.Fatal(err)
	}
	opt.Recycle = math.MaxInt32 // a process that ends takes its figures with it
	pool, err := pluginhost.Start(b.Context(), command, opt)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = pool.Close() })
	return pool
}

func benchmarkRatio(b *testing.B, to string, l load) {
	dir := b.TempDir()
	in := filepath.Join(dir, "in")
	makeLoad(b, in, to, l)
	makeHeadroom() // as in the program
	layers := []*layer{
		{name: "in-process", conv: hostsvc.InProcess(builtins["eml"]())},
		{name: "unsandboxed", conv: startPool(b, sandbox.Off)},
		{name: "plugin", conv: startPool(b, sandbox.Best)},
	}
	n := 0
	convert := func(y *layer) (wall, cpu time.Duration) {
		n++
		out := filepath.Join(dir, strconv.Itoa(n))
		before := peak.CPU(os.Getpid())
		sum, err := batch.Run(context.Background(), y.conv, []string{in}, batch.Options{To: to, OutDir: out})
		if err != nil || sum.Converted != l.count {
			b.Fatalf("%v: %v", sum, err)
		}
		cpu = peak.CPU(os.Getpid()) - before
		if err := os.RemoveAll(out); err != nil {
			b.Fatal(err)
		}
		y.wall, y.cpu = y.wall+sum.Duration, y.cpu+cpu
		return sum.Duration, cpu
	}
	for _, y := range layers {
		convert(y)
		y.wall, y.cpu = 0, 0
	}
	peak.Reset()
	convert(layers[2])
	host, plugin := peak.Of(os.Getpid())
	layers[2].wall, layers[2].cpu = 0, 0
	var byWall, byCPU []float64
	for b.Loop() {
		w0, c0 := convert(layers[0])
		convert(layers[1])
		w2, c2 := convert(layers[2])
		byWall, byCPU = append(byWall, float64(w0)/float64(w2)), append(byCPU, float64(c0)/float64(c2))
	}
	slices.Sort(byWall)
	slices.Sort(byCPU)
	runs := float64(len(byWall) * l.count)
	b.ReportMetric(byWall[len(byWall)/2], "ratio")
	b.ReportMetric(byCPU[len(byCPU)/2], "cpu-ratio")
	for _, y := range layers {
		b.ReportMetric(float64(y.wall.Microseconds())/runs, "µs/msg-"+y.name)
		b.ReportMetric(float64(y.cpu.Microseconds())/runs, "cpu-µs/msg-"+y.name)
	}
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
