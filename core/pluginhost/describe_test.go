package pluginhost

import (
	"context"
	"errors"
	"testing"

	"google.golang.org/grpc"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// stuck is a plugin to which a call is never sent, and that does not look at the
// deadline of it.
type stuck struct {
	pluginv1.ConverterClient
	end chan struct{}
}

func (s stuck) Describe(context.Context, *pluginv1.DescribeRequest, ...grpc.CallOption) (*pluginv1.Description, error) {
	<-s.end
	return nil, errors.New("the process has ended")
}

// TestDescribeEndsWithItsContext: a call that is stuck in gRPC does not hold up the
// start of a plugin beyond its time.
func TestDescribeEndsWithItsContext(t *testing.T) {
	s := stuck{end: make(chan struct{})}
	defer close(s.end)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := describeIn(ctx, s); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want that of the context", err)
	}
}
