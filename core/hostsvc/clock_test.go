package hostsvc

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/test/bufconn"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/plugintest"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// bubble runs f with a lane to a plugin, on a clock that moves when everybody
// waits.
func bubble(t *testing.T, p sdk.Plugin, opt Options, f func(*testing.T, *Lane)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		lis := bufconn.Listen(1 << 20)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- sdk.Serve(ctx, lis, p) }()
		conn, err := plugintest.Dial(lis)
		if err != nil {
			t.Fatal(err)
		}
		l, err := OpenLane(ctx, pluginv1.NewConverterClient(conn), opt)
		if err != nil {
			t.Fatal(err)
		}
		f(t, l)
		l.Close()
		_ = conn.Close()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// untilDone is an export that ends when it is told to.
func untilDone(ctx context.Context, _ *sdk.Job, _ *mapi.Message, _ transfer.Output) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

// TestClocks has jobs that take too long, on a clock that nobody waits for.
func TestClocks(t *testing.T) {
	t.Parallel()
	// steps takes ten steps of 40 s, each with a sign of life.
	steps := func(ctx context.Context, _ *sdk.Job, _ *mapi.Message, dst transfer.Output) error {
		for range 10 {
			select {
			case <-time.After(40 * time.Second):
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			if _, err := dst.Write(make([]byte, 256<<10)); err != nil {
				return err
			}
		}
		return nil
	}
	deaf := func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error {
		<-time.After(time.Hour)
		return nil
	}
	tests := []struct {
		name    string
		do      exportFunc
		opt     Options
		timeout time.Duration // of the job
		want    *TimeoutError // nil: none
		after   time.Duration
		breaks  bool
	}{
		{"watchdog", untilDone, Options{}, 0, &TimeoutError{Idle: true, After: time.Minute}, time.Minute, false},
		{"signs of life", steps, Options{}, 0, nil, 400 * time.Second, false},
		{"deadline", steps, Options{Timeout: 100 * time.Second}, 0, &TimeoutError{After: 100 * time.Second}, 100 * time.Second, false},
		{"deadline of the job", steps, Options{}, time.Second, &TimeoutError{After: time.Second}, time.Second, false},
		{"deaf", deaf, Options{Idle: 2 * time.Second}, 0, &TimeoutError{Idle: true, After: 2 * time.Second}, 2500 * time.Millisecond, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, exporter(tt.do), tt.opt, func(t *testing.T, l *Lane) {
				start := time.Now()
				job, _ := exportJob(t, &mapi.Message{})
				job.Timeout = tt.timeout
				err := l.Run(context.Background(), job)
				var late *TimeoutError
				switch {
				case tt.want == nil && err != nil:
					t.Errorf("got %v", err)
				case tt.want != nil && (!errors.As(err, &late) || *late != *tt.want || !errors.Is(err, mapi.ErrTimeout)):
					t.Errorf("got %v, want %v", err, tt.want)
				}
				if took := time.Since(start); took != tt.after {
					t.Errorf("took %v, want %v", took, tt.after)
				}
				if (l.Err() != nil) != tt.breaks {
					t.Errorf("the lane: %v", l.Err())
				}
			})
		})
	}
}

// TestCancel ends the caller's context: at once, and with a reason.
func TestCancel(t *testing.T) {
	t.Parallel()
	reason := errors.New("the user has gone")
	there := make(chan struct{}, 1)
	l := connect(t, exporter(func(ctx context.Context, _ *sdk.Job, _ *mapi.Message, _ transfer.Output) error {
		there <- struct{}{}
		<-ctx.Done()
		return context.Cause(ctx)
	}), Options{Grace: patience})
	ctx, cancel := context.WithCancelCause(context.Background())
	job, _ := exportJob(t, &mapi.Message{})
	result := make(chan error, 1)
	go func() { result <- l.Run(ctx, job) }()
	<-there
	cancel(reason)
	if err := <-result; !errors.Is(err, reason) {
		t.Errorf("got %v", err)
	}
	if err := l.Run(ctx, job); !errors.Is(err, reason) {
		t.Errorf("before the start: %v", err)
	}
	if err := l.Err(); err != nil {
		t.Errorf("the lane is broken: %v", err)
	}
}

// TestCancelWhileWaiting ends the context of a job that has no slot.
func TestCancelWhileWaiting(t *testing.T) {
	t.Parallel()
	there := make(chan struct{}, 1)
	l := connect(t, exporter(func(ctx context.Context, _ *sdk.Job, _ *mapi.Message, _ transfer.Output) error {
		there <- struct{}{}
		<-ctx.Done()
		return context.Cause(ctx)
	}), Options{})
	ctx, cancel := context.WithCancel(context.Background())
	first, _ := exportJob(t, &mapi.Message{})
	second, _ := exportJob(t, &mapi.Message{})
	results := make(chan error, 2)
	go func() { results <- l.Run(ctx, first) }()
	<-there
	go func() { results <- l.Run(ctx, second) }()
	cancel()
	for range 2 {
		if err := <-results; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}

// TestClose ends the lane under a job.
func TestClose(t *testing.T) {
	t.Parallel()
	there := make(chan struct{}, 1)
	l := connect(t, exporter(func(ctx context.Context, _ *sdk.Job, _ *mapi.Message, _ transfer.Output) error {
		there <- struct{}{}
		<-ctx.Done()
		return context.Cause(ctx)
	}), Options{})
	job, _ := exportJob(t, &mapi.Message{})
	result := make(chan error, 1)
	go func() { result <- l.Run(within(t), job) }()
	<-there
	l.Close()
	var lost *LaneError
	if err := <-result; !errors.As(err, &lost) || !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// TestDeafPlugin does not read: even sending to it must not hang.
func TestDeafPlugin(t *testing.T) {
	t.Parallel()
	end := make(chan struct{})
	l := raw(t, Options{Idle: 10 * time.Millisecond, Grace: 10 * time.Millisecond}, func(rawLane) error { <-end; return nil })
	tree := &mapi.Message{}
	for range 300 { // more than the window
		tree.Recipients = append(tree.Recipients, mapi.Props{{Tag: tagBinary, Value: make([]byte, 60<<10)}})
	}
	job, _ := exportJob(t, tree)
	err := l.Run(within(t), job)
	close(end)
	var late *TimeoutError
	if !errors.As(err, &late) || l.Err() == nil {
		t.Errorf("got %v, the lane: %v", err, l.Err())
	}
}
