package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// table is the whole report, in Markdown.
func (b *bench) table(ctx context.Context) string {
	var t strings.Builder
	t.WriteString("# What it costs\n\nMade by `make bench-table`. Do not edit.\n\n")
	fmt.Fprintf(&t, "Machine: %s, %d CPUs, %s/%s, %s. %s. Medians of %d runs, in turn with the others.\n",
		processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), b.version(ctx), b.runs)
	t.WriteString(`
CPU is that of host and plugin processes together, as ` + "`oxbridge convert`" + ` starts them: sandbox, ledger and syncing
on. Factors compare CPU seconds with a copy (cp -r) of the inputs; bytes/s of cp are those of the outputs by wall time,
without syncing and with it.

| corpus | to | messages | MB in | MB out | CPU s | wall s | messages per CPU s | MB in per CPU s | times cp -r | part of cp -r's bytes/s | of a synced cp -r's | peak MB host | peak MB plugin |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
`)
	for _, r := range b.rows {
		cpu := r.convert.cpu.Seconds()
		fmt.Fprintf(&t, "| %s | %s | %d | %.1f | %.1f | %.2f | %.2f | %.0f | %.1f | %s | %.0f %% | %.0f %% | %.0f | %.0f |\n",
			r.name, r.to, r.messages, mb(r.bytes), mb(r.output), cpu, r.convert.wall.Seconds(), float64(r.messages)/cpu, mb(r.bytes)/cpu,
			times(r.convert.cpu, r.copyIn.cpu), 100*ratio(r.copyOut.wall, r.convert.wall), 100*ratio(r.synced.wall, r.convert.wall), r.convert.host, r.convert.child)
	}
	b.putPeers(&t)
	if len(b.stages) > 0 {
		t.WriteString("\n## Stages, and the price of the process\n\nOf one message of each corpus, by `go test -bench . ./cmd/oxbridge`.\n\n```\n")
		t.WriteString(strings.Join(b.stages, ""))
		t.WriteString("```\n")
	}
	return t.String()
}

// putPeers adds the table of other programs.
func (b *bench) putPeers(t *strings.Builder) {
	t.WriteString(`
## Beside others

The same files in the same run; slow programs get every real message once. Times are those for one message, in times
oxbridge's: above 1 the other one is slower. oxbridge writes its output to disk, with ledger, hashes and syncing.

| corpus | to | program | messages | CPU s | messages per CPU s | CPU, in times oxbridge's | wall, in times oxbridge's | peak MB |
|---|---|---|---|---|---|---|---|---|
`)
	for _, r := range b.rows {
		for _, o := range r.others {
			same := float64(r.messages) / float64(o.files)
			fmt.Fprintf(t, "| %s | %s | %s | %d | %.2f | %.0f | %.2f | %.2f | %.0f |\n", r.name, r.to, o.name, o.files, o.cpu.Seconds(),
				float64(o.files)/o.cpu.Seconds(), ratio(o.cpu, r.convert.cpu)*same, ratio(o.wall, r.convert.wall)*same, max(o.host, o.child))
		}
	}
}

func mb(n int64) float64 { return float64(n) / 1e6 }

func ratio(a, b time.Duration) float64 { return a.Seconds() / max(b.Seconds(), 1e-9) }

// times is a factor, unless the clock is too coarse for it.
func times(a, b time.Duration) string {
	if b < 10*time.Millisecond {
		return "–"
	}
	return fmt.Sprintf("%.0f", ratio(a, b))
}

// processor names the CPU.
func processor() string {
	b, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(b)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return "processor not known"
}

// version is what the program says that it is.
func (b *bench) version(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, b.program, "version").Output()
	if err != nil {
		return err.Error()
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}
