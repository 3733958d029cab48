package plugintest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const labelKey = "oxbridge-plugintest"

var watched atomic.Int64

// watch runs f in a goroutine of its own. The function that it returns waits for
// the end of f and of every goroutine begun by it. They are told apart from those
// of other tests by a profiler label, which goroutines inherit.
func watch(ctx context.Context, f func(context.Context) error) (wait func() error) {
	label := strconv.FormatInt(watched.Add(1), 10)
	done := make(chan error, 1)
	go pprof.Do(ctx, pprof.Labels(labelKey, label), func(ctx context.Context) { done <- f(ctx) })
	return func() error {
		timeout := time.NewTimer(Timeout)
		defer timeout.Stop()
		select {
		case err := <-done:
			return errors.Join(err, gone(label))
		case <-timeout.C:
			return errors.New("plugintest: the plugin does not end: " + strings.Join(running(label), "\n"))
		}
	}
}

// gone waits until no goroutine has the label. They may take a moment to end
// after they have said that they do.
func gone(label string) error {
	const patience = 2 * time.Second
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	var left []string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-tick.C {
		if left = running(label); len(left) == 0 {
			return nil
		}
	}
	return fmt.Errorf("plugintest: goroutines are left:\n%s", strings.Join(left, "\n"))
}

// running returns the stacks of the goroutines that have the label.
func running(label string) []string {
	var all bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&all, 1); err != nil {
		return nil
	}
	mark := fmt.Sprintf("%q:%q", labelKey, label)
	var out []string
	for _, stack := range strings.Split(all.String(), "\n\n") {
		if strings.Contains(stack, mark) {
			out = append(out, stack)
		}
	}
	return out
}
