// Package mime converts between MAPI messages and Internet messages
// ([MS-OXCMAIL]): [Export] writes a message as MIME, [Import] reads one.
//
// What a conversion cannot carry over is reported as a problem.Problem; a
// header field never holds a line break that came from a property.
package mime
