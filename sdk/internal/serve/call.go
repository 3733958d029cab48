package serve

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// A call is a request that the host has not answered. It outlives its job: the
// host refuses requests of jobs that are over, and that is the answer to give
// to an author who has kept a value too long.
type call struct {
	j      *job
	id     uint32
	answer chan *pluginv1.HostFrame // of size 1: the only answer never waits
}

// ask sends the request that frame makes for the id.
func (j *job) ask(frame func(id uint32) *pluginv1.PluginFrame) (*call, error) {
	c := &call{j: j, answer: make(chan *pluginv1.HostFrame, 1)}
	l := j.l
	l.mu.Lock()
	for c.id == 0 || l.calls[c.id] != nil {
		l.next++
		c.id = l.next
	}
	l.calls[c.id] = c
	l.mu.Unlock()
	if err := l.send(frame(c.id)); err != nil {
		c.drop()
		return nil, err
	}
	return c, nil
}

// answer hands f to the request of that id. It never waits.
func (l *lane) answer(f *pluginv1.HostFrame, id uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.calls[id]; c != nil && c.j.id == f.GetJob() {
		delete(l.calls, id)
		c.answer <- f
	}
}

// drop forgets the request. A later answer finds nobody.
func (c *call) drop() {
	c.j.l.mu.Lock()
	defer c.j.l.mu.Unlock()
	delete(c.j.l.calls, c.id)
}

// wait returns the answer. It ends early when the job is halted or the lane is
// gone.
func (c *call) wait() (*pluginv1.HostFrame, error) {
	select {
	case f := <-c.answer:
		return f, nil
	default:
	}
	select {
	case f := <-c.answer:
		return f, nil
	case <-c.j.halted:
		c.drop()
		return nil, c.j.reason
	case <-c.j.l.gone:
		select {
		case f := <-c.answer: // it was the last frame
			return f, nil
		default:
		}
		c.drop()
		return nil, ErrGone
	}
}

// data waits for the answer to a Read of at most n bytes. The payload belongs
// to the caller.
func (c *call) data(n int) (payload []byte, last bool, err error) {
	f, err := c.wait()
	if err != nil {
		return nil, false, err
	}
	switch k := f.GetKind().(type) {
	case *pluginv1.HostFrame_Refused:
		return nil, false, &refusedError{k.Refused}
	case *pluginv1.HostFrame_Data:
		if len(k.Data.GetPayload()) > n {
			return nil, false, fmt.Errorf("sdk: the host sent %d bytes, asked for %d", len(k.Data.GetPayload()), n)
		}
		if len(k.Data.GetPayload()) < n && !k.Data.GetLast() {
			return nil, false, fmt.Errorf("sdk: the host sent %d bytes of %d and more follow", len(k.Data.GetPayload()), n)
		}
		return k.Data.GetPayload(), k.Data.GetLast(), nil
	}
	return nil, false, fmt.Errorf("sdk: the host answered a Read by %T", f.GetKind())
}

// read asks for n bytes of a blob.
func (j *job) read(blob uint32, off int64, n int) (*call, error) {
	return j.ask(func(id uint32) *pluginv1.PluginFrame {
		return &pluginv1.PluginFrame{Job: j.id, Kind: &pluginv1.PluginFrame_Read{
			Read: &pluginv1.Read{Id: id, Blob: blob, Offset: uint64(off), Length: uint32(n)},
		}}
	})
}

// find looks for patterns in a blob.
func (j *job) find(blob uint32, from, to int64, patterns [][]byte) (int64, int, error) {
	c, err := j.ask(func(id uint32) *pluginv1.PluginFrame {
		return &pluginv1.PluginFrame{Job: j.id, Kind: &pluginv1.PluginFrame_Find{
			Find: &pluginv1.Find{Id: id, Blob: blob, From: uint64(from), To: uint64(to), Patterns: patterns},
		}}
	})
	if err != nil {
		return -1, -1, err
	}
	f, err := c.wait()
	if err != nil {
		return -1, -1, err
	}
	switch k := f.GetKind().(type) {
	case *pluginv1.HostFrame_Refused:
		return -1, -1, &refusedError{k.Refused}
	case *pluginv1.HostFrame_Found:
		at, which := k.Found.GetAt(), int(k.Found.GetPattern())
		switch {
		case at < 0:
			return -1, -1, nil
		case at < from || at > to || which < 0 || which >= len(patterns) || int64(len(patterns[which])) > to-at:
			return -1, -1, fmt.Errorf("sdk: the host found pattern %d at %d, which is not in question", which, at)
		}
		return at, which, nil
	}
	return -1, -1, fmt.Errorf("sdk: the host answered a Find by %T", f.GetKind())
}

// A refusedError is the host's refusal. It is its MAPI code.
type refusedError struct{ r *pluginv1.Refused }

func (e *refusedError) Error() string {
	return fmt.Sprintf("sdk: the host refused: %v: %s", e.Unwrap(), wire.Text(e.r.GetReason(), maxErrorText))
}

// Unwrap returns the code, MAPI_E_CALL_FAILED if the host gave none.
func (e *refusedError) Unwrap() error {
	if c := mapi.Code(e.r.GetCode()); c.Failed() {
		return c
	}
	return mapi.ErrCallFailed
}
