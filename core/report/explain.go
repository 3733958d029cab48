package report

// An Explanation says what a problem code means. The codes are stable: one that
// was used is never used for anything else.
type Explanation struct {
	Code string
	What string // happened
	Why  string // such things happen
	Do   string // what a user can do about it
}

// nothingToDo is the advice for what is repaired without a loss.
const nothingToDo = "Nothing: the output has everything that can be read."

// keepOriginal is the advice for what the other format cannot hold.
const keepOriginal = "Keep the original if you need what is missing; --on-loss fail keeps such messages out of the outputs."

// explanations are all codes that the host and the built-in plugins report, in
// the order of their names. The test beside this file holds it to the sources.
var explanations = []Explanation{
	{"address.international", "An address cannot stand in a header field and was written as a name, to which nothing is delivered.",
		"Letters that are not ASCII before the @ need internationalised mail (RFC 6532). Addresses that break the syntax have no form at all.",
		"Convert with --international if all who get the message can read such mail."},
	{"address.unresolved", "An address is no Internet address and was written in encapsulated form.",
		"Inside Exchange, people have addresses such as /O=ORG/CN=NAME. Which Internet address belongs to them is known to the directory only; none is invented.",
		"Look the person up by the display name, which is kept. Converted back, the address is what it was."},
	{"cfb.repaired", "The compound file, which is the container of a .msg file, was damaged and has been read all the same.",
		"Downloads that broke off, disks that failed and programs that write wrong chains leave such files.",
		"Compare with another copy if there is one. oxbridge verify lists the faults, oxbridge repair writes a sound file."},
	{"json.property.type", "A property has a value that its type does not allow; it was left out.",
		"The message was made by a program that mixes types.", keepOriginal},
	{"mime.address.group", "The name of a group of addresses is in the transport headers only.",
		"Outlook has no place for the names of groups in a header; their members are recipients.", nothingToDo},
	{"mime.address.several", "A field that names one person names several; the first one counts.",
		"RFC 5322 lets several people be authors, Outlook has one. The others are in the transport headers.", nothingToDo},
	{"mime.attachment.empty", "An attachment has no contents.",
		"The message names an attachment, and its data is not in the file.",
		"Look for the file where the message came from; the output has its name."},
	{"mime.attachment.ole", "An embedded OLE object was written as the compound file that it is.",
		"Internet mail has no form for OLE objects.", nothingToDo},
	{"mime.attachment.reference", "An attachment is a reference to a file or a web address, which was not followed.",
		"The sender attached a link. Following it would let a message make this machine open files and connections.",
		"Fetch the file by its address, which is in the detail, if you trust it."},
	{"mime.body.unreadable", "A body could not be used; another form of it was, if there is one.",
		"The value is damaged, or too large to be text.", "Look into the original with oxbridge inspect."},
	{"mime.boundary.missing", "A multipart could not be taken apart and was kept as one part.",
		"Its boundary is not declared, or stands nowhere in the message.", "Open the part: its text is complete."},
	{"mime.boundary.open", "A multipart ends without its last boundary.",
		"The message was cut short, or written by a program that leaves it out.", "See whether the last attachment is complete."},
	{"mime.charset", "A text was read in another character set than it names.",
		"It names none, or one that does not exist, or the text has characters that the set does not define.",
		"Read the text; when it is garbled, the original has the bytes."},
	{"mime.class", "A message of a special class was written as mail.",
		"Appointments, contacts, tasks and others have properties that mail has no place for.", keepOriginal},
	{"mime.date.substitute", "The date written is that of creation or of the last change.",
		"The message was never sent or received, so it has no date of its own.", nothingToDo},
	{"mime.encoding.damaged", "Base64 has characters that are wrong or missing; what could be decoded was.",
		"The message was changed or cut on its way.", "Open the attachment concerned; ask for it again when it does not open."},
	{"mime.encoding.message", "An attached message was encoded, which is not allowed; it was decoded, or kept as a file.",
		"Some programs encode attached messages against RFC 2046.", nothingToDo},
	{"mime.encoding.multipart", "A multipart was encoded, which is not allowed; it was decoded.",
		"Some programs encode whole multiparts against RFC 2045.", nothingToDo},
	{"mime.encoding.unknown", "The content has an encoding that is not known; it was taken as it is.",
		"The field Content-Transfer-Encoding is misspelt or damaged.", "Open the part; when it looks encoded, decode it by hand."},
	{"mime.encoding.wrong", "A text says that it is base64, and is not; it was taken as it is.",
		"A program or a gateway changed the text and not the field.", nothingToDo},
	{"mime.epilogue", "Text stands after the last part of a message and is left out.",
		"Mailing lists and virus scanners put notes there, which mail programs do not show.", keepOriginal},
	{"mime.header.damaged", "The header has lines that are no fields.",
		"The message was changed on its way, or written by hand.", nothingToDo},
	{"mime.header.missing", "There is no header field; all there is was taken for the body.",
		"The file is text that is called a message, or its header was cut off.", "Look into the original."},
	{"mime.header.repeated", "A field that may stand once stands several times; the first one counts.",
		"Gateways add fields again. All of them are kept in the transport headers.", nothingToDo},
	{"mime.header.type", "A header field that the message keeps is no text and was left out.",
		"A program stored a number or bytes under the name of a field.", keepOriginal},
	{"mime.header.value", "The value of a field could not be understood.",
		"A date that is none, or a number that is a word. The field is kept in the transport headers.", nothingToDo},
	{"mime.html.codepage", "The HTML is not in the code page that the message names.",
		"Outlook and gateways often name another one. Bytes that the page does not define are shown as a replacement character.",
		"Read the text; when it is garbled, look into the original."},
	{"mime.language", "The message's locale has no language tag, and is left out.",
		"Windows knows locales, such as a user's own, that no standard names.", "Nothing: the text says what language it is in."},
	{"mime.limit.depth", "Messages or parts are nested deeper than the limit; the innermost is a file, or left out.",
		"Only loops of automatic replies and hostile messages nest that deep.", keepOriginal},
	{"mime.limit.fields", "There are more header fields than the limit; the rest is in the transport headers only.",
		"Only broken or hostile messages have that many.", nothingToDo},
	{"mime.limit.parts", "There are more parts than the limit; the rest is one file.",
		"Only broken or hostile messages have that many.", "Open the last part: it has all of them."},
	{"mime.limit.problems", "There are more problems than are listed.",
		"A damaged message can have one for every few bytes.", "Count on more of the same."},
	{"mime.limit.recipients", "There are more recipients than the limit; the rest was left out.",
		"Only broken or hostile messages have that many.", keepOriginal},
	{"mime.limit.report", "A report is too large, or about too many recipients; the rest is in the attached file.",
		"Reports about very large lists can be that long.", nothingToDo},
	{"mime.limit.size", "A text is larger than the limit for bodies and was kept as a file.",
		"Logs and exports are sometimes sent as text.", nothingToDo},
	{"mime.limit.text", "Text was made of the beginning of long HTML.",
		"The message has HTML and no text, and the HTML is longer than the limit.", "Read the HTML: it is whole."},
	{"mime.limit.values", "A field has more values than the limit; the rest was left out.",
		"Only broken or hostile messages have that many.", keepOriginal},
	{"mime.message.unsent", "The message was written as a draft (X-Unsent).",
		"It has no sender or no date, or says that it was not sent.", nothingToDo},
	{"mime.part.fields", "Header fields of parts have no place in an Outlook message.",
		"Outlook keeps the fields of the message, and few of its parts.", nothingToDo},
	{"mime.preamble", "Text stands before the first part of a message and is left out.",
		"Old mail programs put a note there for readers without MIME, which mail programs do not show.", keepOriginal},
	{"mime.property.unreadable", "A property of text could not be used.",
		"Its value is damaged, or far larger than text of its kind can be.", "Look into the original with oxbridge inspect."},
	{"mime.rpmsg.protected", "The message is protected by rights management; it was carried as it is.",
		"Only the organisation that protected it can open it.", nothingToDo},
	{"mime.rtf.damaged", "The RTF body has defects; what could be read was used.",
		"The compressed text is cut short, or has control words that contradict each other.", "Read the body; when something is missing, look into the original."},
	{"mime.rtf.metafile", "Pictures inside the RTF body are of a type that few programs show.",
		"Office writes metafiles (WMF, EMF) that browsers do not know. They are in the output as they are.", nothingToDo},
	{"mime.rtf.page", "Headers, footers and comments of the RTF body were left out.",
		"They belong to pages, which mail has not.", keepOriginal},
	{"mime.rtf.picture", "Pictures and objects inside the RTF body were left out.",
		"They are part of the RTF itself, not attachments.", keepOriginal},
	{"mime.smime.structure", "A signed or encrypted message does not have the one attachment that holds it.",
		"A program took the message apart, or saved it after opening it.", "The signature cannot be checked any more; keep the original."},
	{"mime.source.options", "The message keeps the file that it came from, but the options ask for something else; it was written anew.",
		"The kept file is used only when it is what is asked for.", nothingToDo},
	{"mime.source.stale", "The message keeps the file that it came from, but was changed since; it was written anew.",
		"Somebody edited the message.", nothingToDo},
	{"mime.value.damaged", "A value cannot be read to its end; what comes before was written.",
		"The file is damaged.", "Compare with another copy if there is one; oxbridge verify says what is wrong."},
	{"msg.attachment.data", "An attachment does not have the data that its method promises.",
		"The file is damaged, or a program wrote the method without the data.", keepOriginal},
	{"msg.limit", "A limit of the format, or of reading hostile files, left something out.",
		"Lengths, counts and depth are bounded, so that no file can exhaust the machine.", keepOriginal},
	{"msg.object.damaged", "A recipient, an attachment or an embedded message could not be read or written in full.",
		"The file is damaged.", "Compare with another copy if there is one; oxbridge verify says what is wrong."},
	{"msg.property.damaged", "A value is cut short, cannot be read, or has no stream.",
		"The file is damaged, or was written by a program that breaks the format.", "oxbridge verify says what is wrong."},
	{"msg.property.duplicate", "An object has two values of one property; one was kept.",
		"Programs that mix 8-bit and Unicode text write a property twice.", "Look into the original with oxbridge inspect when the texts may differ."},
	{"msg.property.type", "A property has a type that is not known, or a value of another type.",
		"The file is damaged, or newer than the format's description.", keepOriginal},
	{"msg.property.unnamed", "A named property has no name.",
		"The file's list of names is damaged or lacks the entry, so nobody can know what the property is.", keepOriginal},
	{"msg.string.codepage", "A text has bytes that its code page does not define, or characters that the code page lacks.",
		"The file names another code page than it was written in.", "Read the text; when it is garbled, look into the original."},
	{"msg.value.encoding", "A value came in an encoding, such as base64, that has characters which do not belong there.",
		"The mail was damaged on its way, or its sender encoded it badly.", "Open the file; when it is damaged, the original has the same damage."},
	{"prepare.message.damaged", "An attached .msg file cannot be read, and stays a file.",
		"The attachment is damaged, or no message.", nothingToDo},
	{"prepare.message.limit", "An attached .msg file is too large, too deep or one too many, and stays a file.",
		"Only few messages at once are taken apart, so that no input can exhaust the machine.", nothingToDo},
	{"storage.value.damaged", "A value cannot be read from the file to its end.",
		"The file is damaged.", "Compare with another copy if there is one; oxbridge verify says what is wrong."},
	{"wire.problems.withheld", "The plugin reported more problems than the host takes.",
		"A damaged message can have one for every few bytes.", "Count on more of the same."},
	{"wire.property.skipped", "A property could not be handed to the plugin.",
		"Its value cannot be read from the file.", "Look into the original with oxbridge verify."},
}

// Explain returns what a problem code means.
func Explain(code string) (Explanation, bool) {
	for _, e := range explanations {
		if e.Code == code {
			return e, true
		}
	}
	return Explanation{}, false
}

// Explanations returns what all codes mean, in the order of their names.
func Explanations() []Explanation { return append([]Explanation(nil), explanations...) }
