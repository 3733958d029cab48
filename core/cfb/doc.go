// Package cfb reads and writes compound files, the containers of [MS-CFB]. It
// knows nothing of what is stored in them.
//
// A compound file is a small file system in one file: storages hold storages
// and streams, as folders hold folders and files. The bytes are cut into
// sectors (512 bytes in version 3, 4096 in version 4); the FAT is an array with
// one number per sector that names the next sector of the same stream. Streams
// shorter than 4096 bytes live in 64-byte mini sectors inside the mini stream,
// which has a FAT of its own, the mini FAT. The DIFAT lists the sectors that
// hold the FAT.
//
// Reading: [Open] checks every chain of the file once and keeps, per stream,
// the byte ranges where its contents stand. The walk is a forgiving one, which
// keeps what can be kept and lists the rest in [File.Repairs]. Every sector
// belongs to at most one stream afterwards, so all streams together are never
// longer than the file. In files without damage long streams are read through
// github.com/richardlehane/mscfb, which is opened for the first of them, or at
// once where it may have an objection.
//
// Verifying: [Verify] reads the same structures without forgiving anything, and
// lists every rule that a file breaks.
//
// Writing: [NewWriter] writes contents as they come and everything else when
// the Writer is closed. The bytes depend on the calls alone.
package cfb
