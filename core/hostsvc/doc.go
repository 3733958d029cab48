// Package hostsvc is the host's end of the wire: it runs the jobs of a session
// on a plugin, by the protocol of sdk/proto/oxbridge/plugin/v1. It knows gRPC
// and nothing of processes; package pluginhost has those.
//
// # Who does what
//
// A [Lane] has one goroutine that receives frames and hands them to their jobs.
// A job has no goroutine of its own: the caller of [Lane.Run] executes its
// frames, strictly in the order in which they came. Reading, writing and
// searching is therefore done in the caller's time, and with the caller's files.
// In between is a queue of bounded bytes. When it is full the receiver waits,
// and with it the other jobs of the lane; that cannot deadlock, because a job
// never waits for its neighbour and a plugin never stops receiving. One that
// does is noticed by the clocks below.
//
// # Handles
//
// Object, blob and job numbers belong to one job on one lane. When its Done has
// come, or the session is closed, whatever names them is answered by Refused
// with MAPI_E_INVALID_OBJECT and counted. Closing the session also stops its
// jobs at once, by the same refusal, whatever the plugin is doing: one that does
// not end them in the grace period is to be killed.
//
// # Clocks
//
// A job has a deadline, and a watchdog that every frame resets, and every piece
// that the host moves for a Ref. When one of them goes off, or the caller's
// context ends, the plugin is asked to stop the job. When its Done has not come
// after a grace period, the lane breaks, and its owner has to kill the process.
//
// # Errors
//
// What Run returns says who is at fault: a [JobError] the message, or the plugin
// with this message; a [TimeoutError] the time; a [ProtocolError] the plugin,
// which is not to be trusted any more; a [LaneError] something else on the same
// lane. Any other error is the host's own, such as a full disk.
//
// # Problem codes
//
// These are reported beside those of the plugin, all of them losses:
//
//	storage.value.damaged    a value that was placed can be read in part at most
//	wire.property.skipped    a property is too large for the wire
//	wire.problems.withheld   the plugin reported more problems than are recorded
package hostsvc
