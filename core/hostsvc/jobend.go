package hostsvc

import (
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// lost is the result of a job whose lane is broken.
func (j *job) lost() error {
	if reason := j.stopped(); reason != nil {
		return reason
	}
	return &LaneError{j.l.Err()}
}

// end is the result of a job whose Done has come.
func (j *job) end(d *pluginv1.Done) error {
	j.problems.end()
	if reason := j.stopped(); reason != nil {
		return reason
	}
	if err := j.lease.Err(); err != nil {
		return errSession(err)
	}
	e := &JobError{Err: ErrPlugin, Text: wire.Text(d.GetError(), maxText), Cause: j.failed}
	switch d.GetResult() {
	case pluginv1.Result_RESULT_OK:
		j.spec.Matched = j.spec.Direction == session.Probe && d.GetMatch() == pluginv1.Match_MATCH_YES
		return j.complete()
	case pluginv1.Result_RESULT_BAD_INPUT:
		e.Err = sdk.ErrBadInput
	case pluginv1.Result_RESULT_UNSUPPORTED:
		e.Err = sdk.ErrUnsupported
	}
	return e
}

// complete takes over what the job has made.
func (j *job) complete() error {
	if j.out != nil && !j.written {
		return j.broke(breach("stream 0 has no end"))
	}
	if j.builder == nil {
		return nil
	}
	for id, s := range j.streams {
		if !s.complete {
			return j.broke(breach("stream %d has no end", id))
		}
	}
	m, err := j.builder.Message()
	if err != nil {
		return j.broke(breach("%v", err))
	}
	j.rest()
	if err := j.spec.Deliver(m); err != nil {
		return err
	}
	j.streams = nil // they belong to the message
	return nil
}

// broke breaks the lane of a job whose plugin broke the protocol, and returns err.
func (j *job) broke(err error) error {
	j.l.fail(err)
	return err
}

// rest ends the clocks of a job whose plugin has done its part.
func (j *job) rest() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.over = true
	if j.grace != nil {
		j.grace.Stop()
	}
}

// close ends what the job holds.
func (j *job) close() {
	j.rest()
	j.queue.close()
	j.lease.Revoke()
	for _, c := range j.cursors {
		c.close()
	}
	for _, s := range j.streams {
		s.spool.Free()
	}
}
