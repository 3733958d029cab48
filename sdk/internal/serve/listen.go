package serve

import (
	"context"
	"net"

	"google.golang.org/grpc"
)

// On serves p on lis until ctx ends, without go-plugin. It closes lis, and
// returns when every job is over.
func On(ctx context.Context, lis net.Listener, p Plugin) error {
	s := grpc.NewServer(append(Options(), grpc.WaitForHandlers(true))...)
	Register(s, p)
	stop := context.AfterFunc(ctx, s.Stop)
	defer stop()
	err := s.Serve(lis)
	s.Stop() // waits for the handlers, whoever stopped it first
	if ctx.Err() != nil {
		return nil
	}
	return err
}
