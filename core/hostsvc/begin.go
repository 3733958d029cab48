package hostsvc

import (
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// prepare makes what opens the job: Begin, and the head or the objects for it, and
// the objects for the Snapshot frames after it.
func (j *job) prepare() (*pluginv1.Begin, []*[]byte, error) {
	begin := wire.Grease(&pluginv1.Begin{Format: j.spec.Format, Options: j.spec.Options})
	switch {
	case j.spec.Direction == session.Export && j.spec.Output != nil:
		begin.Direction = pluginv1.Direction_DIRECTION_EXPORT
		j.out = &sink{j: j, w: j.spec.Output, limit: j.spec.MaxOutput}
	case j.spec.Direction == session.Transform && j.spec.Take != nil:
		begin.Direction = pluginv1.Direction_DIRECTION_TRANSFORM
		j.build()
	case j.spec.Direction == session.Import && j.spec.Input != nil:
		begin.Direction = pluginv1.Direction_DIRECTION_IMPORT
		j.build()
	case j.spec.Direction == session.Probe && j.spec.Input != nil:
		begin.Direction = pluginv1.Direction_DIRECTION_PROBE
	default:
		return nil, nil, mapi.ErrInvalidParameter
	}
	if j.reads() {
		j.size = max(0, j.spec.Input.Size())
		begin.InputSize = uint64(j.size)
		head, err := j.head()
		return begin, []*[]byte{head}, err
	}
	chunks, err := j.snapshot()
	if err != nil {
		return nil, nil, err
	}
	return begin, chunks, nil
}

// reads reports whether the job is about a file, blob 0; else it is about a
// message.
func (j *job) reads() bool {
	return j.spec.Direction == session.Import || j.spec.Direction == session.Probe
}

// build makes the job take a message from the plugin.
func (j *job) build() {
	j.builder = wire.NewBuilder(wire.Limits{}, j.value)
	j.streams = make(map[uint32]*stream)
}
