// Package mailbox finds the messages in an mbox file, in which mail programs
// keep a folder: one message after the other, each behind a line that begins
// with "From " (RFC 4155). A [Writer] writes such files.
//
// There is no one format. [Split] reads what is found:
//
//   - mboxo and mboxrd, in which a ">" stands before lines of a message that
//     begin with "From "; mboxrd also puts one before ">From ". One ">" is taken
//     away, which restores both, but for lines of an mboxo that began with
//     ">From " in the message.
//   - mboxcl and mboxcl2, in which Content-Length says how long a body is. It is
//     believed where the next message or the end of the file stands behind it.
//     Nothing is taken away in a body that holds a "From " line of its own:
//     whoever wrote it (mboxcl2) quotes nothing.
//   - Lines that end in CRLF, LF or CR, and separators without the empty line
//     before them.
//
// A "From " line separates messages when it bears a date and a header follows,
// so that prose and patches in a body do not cut it in two. A line without a date
// does after an empty line and before a field that mail begins with.
//
// Input is hostile: time is linear in its length, and memory is bounded,
// whatever the length of a line or of a message. Everything but a Writer is safe
// for concurrent use.
package mailbox
