package hostsvc

import (
	"context"
	"errors"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// handle executes a frame. An error means that the plugin broke the protocol.
func (j *job) handle(f frame) error {
	defer wire.FreePayload(f.GetData().GetPayload())
	if p := f.GetProblem(); p != nil {
		return j.problems.add(p)
	}
	if f.GetProgress() != nil {
		return nil
	}
	if err := j.lease.Err(); err != nil {
		j.stop(errSession(err))
	}
	err := j.stopped()
	if err == nil {
		err = j.execute(f)
	}
	var bad *ProtocolError
	if err == nil || errors.As(err, &bad) {
		return err
	}
	j.answerError(f.PluginFrame, err)
	return nil
}

// answerError tells the plugin that f could not be executed. It may go on after
// a refused request, but not when a part of the result is missing.
func (j *job) answerError(f *pluginv1.PluginFrame, err error) {
	var r *refusal
	isRefusal := errors.As(err, &r)
	if isRefusal && r.cause != nil && j.failed == nil {
		j.failed = r.cause
	}
	switch {
	case f.GetRead() != nil || f.GetFind() != nil:
		code := codeOf(err)
		if code == mapi.ErrInvalidObject {
			if err := j.l.refuse(f, code, err.Error()); err != nil {
				j.l.fail(err)
			}
			return
		}
		j.l.send(refused(f, code, err.Error()))
	case isRefusal:
		if r.code == mapi.ErrInvalidObject {
			j.l.refused.Add(1)
		}
		j.stop(&JobError{Err: ErrPlugin, Text: r.Error(), Cause: r})
	default:
		j.stop(err)
	}
}

// codeOf returns the MAPI code of an error that ends a request.
func codeOf(err error) mapi.Code {
	var code mapi.Code
	switch {
	case errors.As(err, &code) && code.Failed():
		return code
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return mapi.ErrUserCancel
	}
	return mapi.ErrCallFailed
}

// execute executes a frame of the plugin that concerns the host's objects. It
// returns a *refusal when the frame names what is not there or not allowed, a
// *ProtocolError when it cannot be meant seriously, and any other error when the
// host cannot go on.
func (j *job) execute(f frame) error {
	switch k := f.GetKind().(type) {
	case *pluginv1.PluginFrame_Read:
		return j.read(k.Read)
	case *pluginv1.PluginFrame_Find:
		return j.find(k.Find)
	case *pluginv1.PluginFrame_Data:
		return j.data(k.Data)
	case *pluginv1.PluginFrame_Ref:
		return j.place(k.Ref)
	case *pluginv1.PluginFrame_Put:
		return j.put(f.objects)
	}
	return nil
}
