package conformance

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// A spec says what a job is to do, and how its host behaves.
type spec struct {
	direction pluginv1.Direction
	format    string
	options   map[string]string
	message   *mapi.Message  // of an export or a transformation
	input     transfer.Input // of an import or a probe
	head      bool           // Begin has the first bytes of the input
	file      io.Writer      // takes the output of an export too, unless nil
	// change, if not nil, may change each frame that opens the job.
	change func(*pluginv1.HostFrame)
	// greased has fields of a later version in all answers.
	greased bool
	// mute leaves requests without an answer.
	mute bool
	// refuse, if not 0, answers requests and references by Refused.
	refuse mapi.Code
	// held keeps back the last frame that opens the job: Begin says that more
	// follows.
	held bool
}

// A job is a job on a lane. The goroutine that receives has it until done is
// closed.
type job struct {
	l    *lane
	id   uint64
	spec spec

	blobs   []mapi.Large  // granted values; blobs[i] has handle i+1
	builder *wire.Builder // of a job that makes a message; else nil
	streams map[uint32]*stream
	spooled int // bytes of all streams
	out     output
	last    *pluginv1.HostFrame // what spec.held keeps back

	asked    atomic.Int64  // requests and references so far
	requests atomic.Int64  // of them, those that wait for an answer
	waits    chan struct{} // closed at the first of these
	refs     int
	problems []problem.Problem
	end      *pluginv1.Done
	message  *mapi.Message
	done     chan struct{}
}

// newJob makes a job and the frames that open it, without their number.
func newJob(l *lane, s spec) (*job, []*pluginv1.HostFrame, error) {
	j := &job{l: l, spec: s, streams: map[uint32]*stream{}, out: output{sum: sha256.New(), file: s.file},
		waits: make(chan struct{}), done: make(chan struct{})}
	if s.direction == importing || s.direction == transforming {
		j.builder = wire.NewBuilder(wire.Limits{}, j.value)
	}
	begin := &pluginv1.Begin{Direction: s.direction, Format: s.format, Options: s.options, DeadlineMs: 600_000}
	frames := []*pluginv1.HostFrame{{Kind: &pluginv1.HostFrame_Begin{Begin: begin}}}
	if s.input != nil {
		begin.InputSize = uint64(s.input.Size())
		if s.head {
			begin.Head = make([]byte, min(s.input.Size(), wire.HeadLimit))
			if _, err := s.input.ReadAt(begin.Head, 0); err != nil && !errors.Is(err, io.EOF) {
				return nil, nil, err
			}
		}
		return j, frames, nil
	}
	chunks, err := wire.Flatten(s.message, j.grant, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("sample: %w", err)
	}
	begin.Objects, begin.More = chunks[0], len(chunks) > 1 || s.held
	if s.held {
		chunks = append(chunks, nil)
	}
	for i, c := range chunks[1:] {
		frames = append(frames, &pluginv1.HostFrame{Kind: &pluginv1.HostFrame_Snapshot{
			Snapshot: &pluginv1.Snapshot{Objects: c, More: i < len(chunks)-2},
		}})
	}
	if s.held {
		j.last = frames[len(frames)-1]
		frames = frames[:len(frames)-1]
	}
	return j, frames, nil
}

// release sends what spec.held has kept back.
func (j *job) release() {
	j.last.Job = j.id
	j.l.send(j.last)
}

// grant gives the plugin a handle for a large value.
func (j *job) grant(dst *pluginv1.Prop, v mapi.Large) error {
	j.blobs = append(j.blobs, v)
	wire.SetBlob(dst, uint32(len(j.blobs)), v.Size())
	return nil
}

// take executes a frame and returns what answers it. An error ends the lane.
func (j *job) take(f *pluginv1.PluginFrame) (*pluginv1.HostFrame, error) {
	request := f.GetRead() != nil && j.blob(f.GetRead().GetBlob()) != nil || f.GetFind() != nil && j.blob(f.GetFind().GetBlob()) != nil
	asks := request || f.GetRef() != nil
	if asks {
		j.asked.Add(1)
	}
	if request && j.requests.Add(1) == 1 {
		close(j.waits)
	}
	switch {
	case asks && j.spec.mute:
		return nil, nil
	case asks && j.spec.refuse != 0:
		return refusal(j.id, requestOf(f), j.spec.refuse), nil
	}
	switch k := f.GetKind().(type) {
	case *pluginv1.PluginFrame_Read:
		return j.greased(j.read(k.Read)), nil
	case *pluginv1.PluginFrame_Find:
		return j.greased(j.find(k.Find)), nil
	case *pluginv1.PluginFrame_Data:
		return nil, j.data(k.Data)
	case *pluginv1.PluginFrame_Ref:
		return j.place(k.Ref)
	case *pluginv1.PluginFrame_Put:
		return j.put(k.Put), nil
	case *pluginv1.PluginFrame_Problem:
		j.problem(k.Problem)
	case *pluginv1.PluginFrame_Done:
		j.finish(k.Done)
	}
	return nil, nil
}

// breach records that the plugin has broken a rule.
func (j *job) breach(r rule, format string, args ...any) { j.l.breaches.add(r, format, args...) }
