package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/sandbox"
)

// BenchmarkStart starts the plugin for mail, to where it can be given messages:
// without walls, and behind those that the system has. It reports the median of
// the starts, and the shortest, in ms.
func BenchmarkStart(b *testing.B) {
	program := filepath.Join(b.TempDir(), "oxbridge")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	command := pluginhost.Command{Name: "eml", Path: program, Args: []string{serveCommand, "eml"}}
	for _, mode := range []sandbox.Mode{sandbox.Off, sandbox.Best} {
		b.Run(string(mode), func(b *testing.B) {
			var took []float64
			for b.Loop() {
				start := time.Now()
				pool, err := pluginhost.Start(b.Context(), command, pluginhost.Options{Sandbox: mode, Launcher: []string{program, launchCommand}})
				if err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start).Seconds()*1e3)
				b.StopTimer()
				if err := pool.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2], "ms/median")
			b.ReportMetric(took[0], "ms/least")
		})
	}
}
