// Package extract writes what messages hold as files: bodies, attachments, and
// messages in messages as folders. Names come out of messages and are made
// harmless by [FileName].
package extract
