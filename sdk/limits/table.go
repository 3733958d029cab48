package limits

import (
	"math"
	"slices"
	"strings"
	"time"
)

// table has all bounds in the order of their names, once all variables below are
// made.
var table []*Limit

func init() {
	slices.SortFunc(table, func(a, b *Limit) int { return strings.Compare(a.name, b.name) })
}

// add puts a bound into the table.
func add(name string, unit Unit, def, most int64, bounds, beyond string) *Limit {
	l := &Limit{name: name, unit: unit, def: def, most: most, bounds: bounds, beyond: beyond}
	l.value.Store(def)
	table = append(table, l)
	return l
}

func count(name string, def int64, bounds, beyond string) *Limit {
	return add(name, Count, def, math.MaxInt32, bounds, beyond)
}

func bytes(name string, def int64, bounds, beyond string) *Limit {
	return add(name, Bytes, def, 1<<40, bounds, beyond)
}

// held bounds bytes that are in memory at once, all of them.
func held(name string, def int64, bounds, beyond string) *Limit {
	return add(name, Bytes, def, 1<<30, bounds, beyond)
}

// depth bounds what is walked by recursion: most keeps it far from the end of a
// stack.
func depth(name string, def, most int64, bounds, beyond string) *Limit {
	return add(name, Depth, def, most, bounds, beyond)
}

func ratio(name string, def int64, bounds, beyond string) *Limit {
	return add(name, Ratio, def, 1_000_000, bounds, beyond)
}

func duration(name string, def time.Duration, bounds, beyond string) *Limit {
	return add(name, Time, int64(def), int64(30*24*time.Hour), bounds, beyond)
}

// Compound files and .msg files.
var (
	CFBEntries = count("cfb.entries", 1<<18, "storages and streams of a compound file", "the others are left out, as a repair")
	CFBDepth   = depth("cfb.depth", 256, 4096, "storages within storages", "the deeper ones are left out, as a repair")
	CFBMemory  = held("cfb.memory", 16<<20, "size up to which a compound file is held in memory", "it is read in place, through a cache")

	MsgDepth       = depth("msg.depth", 64, 1000, "messages embedded in each other in a .msg file", "the deeper one stays a storage")
	MsgObjects     = count("msg.objects", 1<<15, "recipients, attachments and embedded messages of a .msg file", "msg.limit: the others are left out")
	MsgProps       = count("msg.props", 1<<20, "property values of a .msg file", "msg.limit: the others are left out")
	MsgMemory      = bytes("msg.memory", 256<<20, "values of a .msg file that are read at once", "longer ones are streams; lists of values are left out (msg.limit)")
	MsgInline      = held("msg.inline", 64<<10, "length of a value that is read at once", "it is a stream")
	MsgInlineData  = held("msg.inline.data", 8<<10, "length of the data of an attachment that is read at once", "it is a stream")
	MsgProblems    = count("msg.problems", 4096, "problems reported for a .msg file", "msg.limit: the others are not listed")
	MsgWritten     = count("msg.written", 1<<15, "recipients, attachments and embedded messages that are written", "msg.limit: the others are left out")
	MsgObjectDepth = depth("msg.object.depth", 64, 1000, "storages within storages of a stored OLE object", "the object is refused")
)

// Internet messages.
var (
	MIMEDepth      = depth("mime.depth", 60, 500, "messages attached to messages, in reading", "mime.limit.depth: the deeper one becomes a file")
	MIMENesting    = depth("mime.nesting", 100, 1000, "multiparts and messages in each other", "mime.limit.depth: the deeper one becomes a file")
	MIMEParts      = count("mime.parts", 10_000, "body parts that are told apart", "mime.limit.parts: the last one holds the rest")
	MIMEBody       = held("mime.body", 16<<20, "length of a text, encoded, that can be a body", "mime.limit.size: it becomes a file")
	MIMERecipients = count("mime.recipients", 10_000, "recipients that are read, those of attached messages included", "mime.limit.recipients: the others are left out")
	MIMEHeaders    = count("mime.headers", 500, "header fields that become named properties", "mime.limit.fields: the others are in PidTagTransportMessageHeaders only")
	MIMEFields     = count("mime.fields", 20_000, "header fields of a part", "the others are not read, which is reported")
	MIMEAllFields  = count("mime.allfields", 200_000, "header fields of all parts together", "the others are not read, which is reported")
	MIMENamed      = count("mime.named", 10_000, "header fields of a file that become named properties, of which a .msg file has 32,767", "mime.limit.fields: the others are in PidTagTransportMessageHeaders only")
	MIMEField      = held("mime.field", 4<<20, "length of a header field", "it is cut, which is reported")
	MIMEBlock      = held("mime.block", 16<<20, "length of the headers of all parts together", "what follows is taken for its body")
	MIMEParams     = count("mime.params", 1000, "parameters of a field, and sections of one (RFC 2231)", "the others are not read")
	MIMEText       = held("mime.text", 1<<20, "length of a property made of a header field", "mime.limit.values: the rest is left out")
	MIMEValues     = count("mime.values", 1000, "values of a property made of header fields", "mime.limit.values: the others are left out")
	MIMEReport     = held("mime.report", 1<<20, "length of a report's fields", "mime.limit.report: they stay in the attached file")
	MIMEReported   = count("mime.reported", 1000, "recipients that a report speaks of", "mime.limit.report: the others are in the attached file only")
	MIMETransport  = held("mime.transport", 16<<20, "length of PidTagTransportMessageHeaders", "it is cut")
	MIMEReferences = count("mime.references", 10_000, "references from a body to attachments", "the others are not followed")
	MIMEHTMLText   = held("mime.htmltext", 8<<20, "HTML that a text is made of", "mime.limit.text: the text ends there")
	MIMEEmbedded   = depth("mime.embedded", 100, 1000, "messages embedded in messages, in writing", "mime.limit.depth: the deeper one is left out")
	MIMEHeld       = held("mime.held", 8<<20, "length of a body that is held in memory while its form is chosen", "it is passed through")
	MIMEString     = held("mime.string", 1<<20, "length of a string property that is written", "it is cut, which is reported")
	MIMESigned     = held("mime.signed", 64<<20, "length of a signed entity that is looked into, in writing", "it is written as an attachment")
	MIMEProblems   = count("mime.problems", 1000, "problems reported for an Internet message", "mime.limit.problems: the others are not listed")
)

// Rich text and JSON.
var (
	RTFDepth     = depth("rtf.depth", 10_000, 100_000, "groups within groups", "mime.rtf.damaged: the deeper content is left out")
	RTFOutput    = held("rtf.output", 256<<20, "HTML or text made of RTF", "mime.rtf.damaged: it ends there")
	RTFPictures  = count("rtf.pictures", 4096, "pictures of a body in RTF", "the others are left out")
	RTFLists     = count("rtf.lists", 65_536, "lists of a body in RTF", "the others have no numbers")
	RTFStyles    = count("rtf.styles", 4096, "styles of a body in RTF", "the others are not applied")
	JSONDepth    = depth("json.depth", 100, 1000, "messages embedded in each other, in reading JSON", "the file is refused")
	JSONBuffered = held("json.buffered", 256<<20, "a JSON file without its long values", "the file is refused")
)

// Messages in files, and files in messages.
var (
	ArchiveMembers = count("archive.members", 1<<20, "members of an archive", "the archive is refused")
	ArchiveMember  = bytes("archive.member", 4<<30, "size of a member of an archive", "the member is refused")
	UnpackedFree   = bytes("archive.unpacked", 1<<30, "size of what an archive unpacks to, and so many times its own size (archive.unpacked.factor)", "the archive is refused")
	UnpackedFactor = ratio("archive.unpacked.factor", 200, "size of what an archive unpacks to, beyond archive.unpacked, in sizes of the archive", "the archive is refused")
	MailboxQuoted  = count("mailbox.quoted", 100_000, "quoted From lines of a message in an mbox file that are restored", "the others stay quoted")
	AttachedDepth  = depth("attached.depth", 32, 500, ".msg files attached to each other that are opened", "prepare.message.limit: the deeper one stays a file")
	AttachedFiles  = count("attached.files", 1000, "attached .msg files that are opened for a message", "prepare.message.limit: the others stay files")
	AttachedBytes  = bytes("attached.bytes", 1<<30, "size of these files together", "prepare.message.limit: the others stay files")
	OLEObjects     = count("ole.objects", 1000, "OLE objects of a message whose picture is looked for", "the others have none")
	OLEBytes       = bytes("ole.bytes", 256<<20, "size of these objects together", "the others have none")
	OLEPicture     = held("ole.picture", 16<<20, "size of the picture of an OLE object", "it is left out")
	AddressBytes   = bytes("addresses.bytes", 256<<20, "size of an address list (--addresses)", "it is refused")
	AddressEntries = count("addresses.entries", 2_000_000, "entries of an address list", "it is refused")
)

// Plugins and runs.
var (
	PluginStart    = duration("plugin.start", 30*time.Second, "time of a plugin to its handshake", "it is killed, and started again with a back-off")
	PluginIdle     = duration("plugin.idle", time.Minute, "time of a job without a sign of life", "the job is cancelled, the plugin killed if that does not help")
	PluginJob      = duration("plugin.job", 10*time.Minute, "time of a job, apart from that for its size", "the job is cancelled, the plugin killed if that does not help")
	PluginGrace    = duration("plugin.grace", 500*time.Millisecond, "time of a job to end when it is cancelled", "the plugin is killed")
	PluginRecycle  = count("plugin.recycle", 5000, "jobs of a plugin process", "a new process takes its place")
	PluginMemory   = bytes("plugin.memory", 1<<30, "data of a plugin process in a sandbox", "the system refuses it more")
	PluginCPU      = duration("plugin.cpu", 2*time.Hour, "processor time of a plugin process in a sandbox, in whole seconds", "the system kills it")
	PluginHandles  = count("plugin.handles", 256, "open files of a plugin process in a sandbox", "the system refuses it more")
	PluginProblems = count("plugin.problems", 10_000, "problems that a job may report", "wire.problems.withheld: the others are counted")
	PluginStreams  = count("plugin.streams", 4096, "values of an imported message that are streams", "the plugin breaks the protocol")

	RunFolders       = depth("run.folders", 32, 1000, "folders of a path that comes from an archive", "the outer ones become _")
	RunShard         = count("run.shard", 1000, "messages of a shard", "another shard takes them")
	RunShardBytes    = bytes("run.shard.bytes", 1<<30, "size of the messages of a shard", "another shard takes them")
	RunSession       = count("run.session", 256, "messages of a session", "another session takes them")
	RunSessionBytes  = bytes("run.session.bytes", 1<<30, "size of the messages of a session", "another session takes them")
	RunSessionMemory = bytes("run.session.memory", 256<<20, "memory that a session lends", "MAPI_E_NOT_ENOUGH_MEMORY: the message fails")
	RunLarge         = bytes("run.large", 16<<20, "size of a message that is converted beside others without holding them up", "it waits for the lane of the large ones")
)

// Looking into messages.
var (
	LookBody   = held("look.body", 16<<20, "size of a body that cat, diff and inspect show", "it is cut, which is said")
	LookRTF    = bytes("look.rtf", 256<<20, "RTF that inspect --extract writes", "it ends there")
	AuditText  = held("audit.text", 64<<20, "length of a text that audit --deep compares", "it is compared as bytes up to there")
	AuditDepth = depth("audit.depth", 50, 1000, "messages embedded in each other that audit --deep compares", "the deeper ones are not compared")
)
