// Package conformance tests plugins in any language, over the wire: whether they
// keep the rules of sdk/proto/README.md and plugin.proto, and what becomes of them
// when they are given what is hostile, huge, unknown or too late.
//
// # How it works
//
// [Run] starts the program as the host does, in the same sandbox, and plays the
// host frame by frame, so that it can also send what the host never sends: fields
// and frames of a later version, answers that are late, requests that are refused.
// A check is a row of a table ([Checks]): its name, what it demands, where that is
// written, and what to do when it fails. Each check runs jobs of its own; when the
// process is gone or a lane is broken afterwards, the next check gets a new process,
// so that one fault shows once.
//
// Every job of every check is also held against the rules of frames, references and
// objects. What breaks them is collected and comes out in the checks named wire/….
//
// # What is not judged
//
// Whether the file that an exporter writes is a good one: only its author knows the
// format. What a plugin reads and writes both is compared: what does not come back
// has to be reported as a problem.
//
// Results depend on the plugin and the machine alone; inputs are the same in every
// run. Times are those of the protocol, multiplied by [Options].Patience.
package conformance
