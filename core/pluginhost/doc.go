// Package pluginhost starts plugin processes and keeps them working: it is the
// only room that knows go-plugin's client. What is said on the wire is the
// business of package hostsvc.
//
// # Processes
//
// A [Pool] has as many processes of one plugin as the CPUs need: one, for a plugin
// that takes a lane for each, as the second would cost more than it gives. A process, its connection and its
// lanes are one generation: they are made together and end together, and nothing
// of one is ever used with another. A job goes to the lane that has the least to
// do; a process that is missing is started when a job asks for it.
//
// A process gets a clean environment, a process group, a private folder for its
// socket, and a pipe on standard input that ends when the host does. On Linux
// the kernel kills it as well when the host dies, and with it all that it has
// started: in a sandbox that is nothing, and else they share a namespace, where
// the system lets us have one. The folder is locked by its host; what killed
// hosts have left is removed by the next. What it prints is log text,
// read with limits on everything; go-plugin sees one line of it, the handshake,
// and only after we have checked it: some lines make its client panic.
//
// # When a process dies
//
// It is killed, with its group, when it breaks the protocol, or has not ended a
// job some time after it was told to. All jobs that it had in hand fail with an
// error that is Suspect: any of them may have been the reason, so the caller
// tries each again by [Pool.ConvertAlone], in a process of its own that is
// thrown away afterwards. What fails there is to blame.
//
// Five failures in a row, with not one job done in between, make the pool give
// up: its errors are Fatal from then on. So do failures of messages alone, or
// outputs without an end, at more than ten messages and one in twenty.
//
// A process is replaced between jobs after so many, and when it has grown.
//
// # The end
//
// Stopping is always bounded. A process is asked to end, killed when it does
// not, and waited for half a second more; go-plugin's own Kill has no such
// bound, and is never called on a process that may be frozen before that
// process is dead.
package pluginhost
