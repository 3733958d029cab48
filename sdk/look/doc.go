// Package look is for people who look into messages: whom they are from and to,
// what their bodies say, what their properties are called and mean, and how all
// of that is shown without harm. Plugins that write something to read use it, as
// the program does.
//
// It reads trees of [mapi.Message], whatever format they come from. Nothing in a
// message is trusted: text that is shown goes through [Line] or [Text], and
// everything read is bounded.
//
// Bodies in RTF are read by a [RichText], since readers of RTF are converters.
package look
