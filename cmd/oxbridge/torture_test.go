//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
)

const (
	// tortured is how many messages the plugin gets, tortureBad how many of them
	// are bad.
	tortured   = 500
	tortureBad = 8
	// tortureMemory is what a host may have at most, in kB.
	tortureMemory = 200 << 10
	// torturesAtOnce is how many runs there are at once: most of them wait for
	// deadlines.
	torturesAtOnce = 5
)

// A tortureCase is a plugin and what becomes of a run with it.
type tortureCase struct {
	role    string
	status  int
	says    []string // in what the program prints, each of them
	reports string   // in what "oxbridge report" prints
	more    []string // arguments
}

// Deadlines are short where the plugin is to meet them, and out of the way where
// not: the machine may be busy.
var (
	idleSoon = []string{"--limit", "plugin.idle=2s"}
	overSoon = []string{"--limit", "plugin.job=3s"}
)

// gaveUp stands at the end of both reasons for which a plugin is given up: failures
// in a row, and at too many messages that each were tried alone. Which of them comes
// first is up to how many messages a process had in hand when it failed.
const gaveUp = "and is not tried again"

// always are plugins that misbehave at every message.
var always = []tortureCase{
	{role: "exits", status: exitAborted, says: []string{"does not start", "exit status 7", "no configuration"}},
	{role: "banner", status: exitAborted, says: []string{`printed "Welcome!" instead of a handshake`}},
	{role: "version", status: exitAborted, says: []string{"does not start", "version"}},
	{role: "deaf", status: exitAborted, says: []string{"does not answer"}},
	{role: "absurd", status: exitAborted, says: []string{"its name is"}},
	{role: "liar", status: exitAborted, says: []string{gaveUp, "it was a lie"}, reports: "it was a lie"},
	{role: "crash", status: exitAborted, says: []string{gaveUp, "crashed (exit status 3)", "last words"}, reports: "last words"},
	{role: "panic", status: exitAborted, says: []string{gaveUp, "crashed (exit status 2)", "panic: torture"}, reports: "panic: torture"},
	{role: "hang", status: exitAborted, says: []string{gaveUp, "made no progress for 2s"}, reports: "no progress", more: idleSoon},
	{role: "spin", status: exitAborted, says: []string{gaveUp, "made no progress for 2s"}, reports: "no progress", more: idleSoon},
	{role: "stop", status: exitAborted, says: []string{gaveUp, "made no progress for 2s"}, reports: "no progress", more: idleSoon},
	{role: "leak", status: exitAborted, says: []string{gaveUp, "crashed (exit status 2)", "out of memory"}, reports: "out of memory"},
	{role: "garbage", status: exitAborted, says: []string{gaveUp, "was stopped"}, reports: "was stopped"},
	{role: "forge", status: exitAborted, says: []string{gaveUp, "dead handles"}, reports: "dead handles"},
	{role: "write", status: exitAborted, says: []string{"failed at 1", "messages, and is not tried again", "output limit exceeded"}, reports: "output limit exceeded"},
	{role: "report", status: exitAborted, says: []string{gaveUp, "took longer than 3s"}, reports: "took longer", more: overSoon},
	{role: "bloat", status: exitAborted, says: []string{gaveUp, "took longer than 3s"}, reports: "took longer", more: overSoon},
	// These are a nuisance and no more.
	{role: "flood", status: exitOK},
	{role: "logs", status: exitOK},
	{role: "keep", status: exitOK},
	{role: "fork", status: exitOK},
	{role: "fork", status: exitOK, more: []string{"--sandbox", "off"}},
}

// sometimes are plugins that misbehave at some messages, and what is said of
// those.
var sometimes = []tortureCase{
	{role: "crash", says: []string{"crashed (exit status 3): last output: last words"}},
	{role: "panic", says: []string{"crashed (exit status 2): last output: panic: torture"}},
	{role: "hang", says: []string{"no progress for 2s"}, more: idleSoon},
	{role: "spin", says: []string{"no progress for 2s"}, more: idleSoon},
	{role: "stop", says: []string{"no progress for 2s"}, more: idleSoon},
	{role: "leak", says: []string{"crashed (exit status 2)", "out of memory"}},
	{role: "garbage", says: []string{"was stopped"}},
	{role: "write", says: []string{"output limit exceeded"}},
	{role: "report", says: []string{"took longer than 3s"}, more: overSoon},
}

// TestTorture converts 500 messages by plugins that misbehave in every way, at
// every message or at some. Each run ends by itself, and says what happened; the
// host's memory stays small; messages that are not bad come out right. A plugin
// that does not misbehave, beside the bad one in the same host, does all its work.
func TestTorture(t *testing.T) {
	r := newRack(t)
	type row struct {
		tortureCase
		name, plugin, in string
		run              tortureRun
		err              error
	}
	var rows []*row
	for _, c := range always {
		rows = append(rows, &row{tortureCase: c, name: strings.Join(append([]string{c.role}, c.more...), " "), plugin: c.role, in: r.good})
	}
	for _, c := range sometimes {
		c.status = exitPartial
		rows = append(rows, &row{tortureCase: c, name: c.role + " at some messages", plugin: c.role + someSuffix, in: r.bad})
	}
	slots := make(chan struct{}, torturesAtOnce)
	var runs sync.WaitGroup
	for _, w := range rows {
		if only := os.Getenv("OXBRIDGE_TORTURE"); only != "" && only != w.plugin {
			continue // a person looks into one of them
		}
		dir := t.TempDir()
		runs.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			w.run, w.err = r.run(t.Context(), dir, w.plugin, w.in, w.more)
		})
	}
	runs.Wait()
	for _, w := range rows {
		if w.run.dir == "" && w.err == nil {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			if w.err != nil {
				t.Fatal(w.err)
			}
			t.Logf("status %d, host %d MB", w.run.status, w.run.peak>>10)
			w.check(t, w.run)
			if w.in == r.bad {
				checkSome(t, w.run)
				return
			}
			if files := outputs(t, w.run.beside()); w.run.second != exitOK || len(files) != tortured {
				t.Errorf("the other plugin: status %d, %d outputs", w.run.second, len(files))
			}
			if w.status == exitOK {
				checkOutputs(t, w.run, func(int) bool { return false })
			}
		})
	}
	if left := processesNamed(torturePrefix); len(left) > 0 {
		t.Errorf("processes are left: %v", left)
	}
}

// check looks at what every run has to show.
func (c tortureCase) check(t *testing.T, r tortureRun) {
	t.Helper()
	if r.status != c.status {
		t.Errorf("status %d, want %d", r.status, c.status)
	}
	for _, s := range c.says {
		if !strings.Contains(r.printed, s) {
			t.Errorf("it does not say %q", s)
		}
	}
	if r.peak > tortureMemory {
		t.Errorf("the host had %d kB, want %d at most", r.peak, tortureMemory)
	}
	if c.reports != "" {
		var out bytes.Buffer
		if code := run([]string{"report", r.out()}, &out, &out); code != exitPartial || !strings.Contains(out.String(), c.reports) {
			t.Errorf("report: status %d, want %q in\n%s", code, c.reports, &out)
		}
	}
	if t.Failed() {
		t.Logf("it says\n%.4000s", r.printed)
	}
}

// checkSome looks at a run in which some messages were bad: these have failed,
// and nothing else.
func checkSome(t *testing.T, r tortureRun) {
	t.Helper()
	for i := range tortured {
		line := fmt.Sprintf("%03d.msg: ", i)
		if strings.Contains(r.printed, line) != isBad(i) {
			t.Errorf("message %d: bad is %v; it says\n%.2000s", i, isBad(i), r.printed)
		}
	}
	checkOutputs(t, r, isBad)
}

// checkOutputs looks for the outputs of all messages but those left out.
func checkOutputs(t *testing.T, r tortureRun, leftOut func(int) bool) {
	t.Helper()
	files := outputs(t, r.out())
	for i := range tortured {
		got, there := files[fmt.Sprintf("%03d.txt", i)]
		if want := fmt.Sprintf("message %d\n", i); there == leftOut(i) || there && got != want {
			t.Errorf("output %d: %q, there %v", i, got, there)
		}
	}
}
