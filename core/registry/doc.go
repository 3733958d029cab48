// Package registry knows which plugins are installed, where they lie, and
// whether they may be run. It starts none.
//
// # Where plugins are looked for
//
// In two folders, in this order; see [Folders]:
//
//	the user's     $XDG_DATA_HOME/oxbridge/plugins, ~/.local/share/oxbridge/plugins
//	               (macOS: ~/Library/Application Support/oxbridge/plugins,
//	               Windows: %LOCALAPPDATA%\oxbridge\plugins)
//	the system's   /usr/local/lib/oxbridge/plugins, /usr/lib/oxbridge/plugins
//	               (macOS: /Library/Application Support/oxbridge/plugins,
//	               Windows: %ProgramFiles%\oxbridge\plugins)
//
// The variable OXBRIDGE_PLUGIN_DIR, an absolute path, stands for the user's
// folder. Nothing is found in PATH, in the folder at hand, or in a folder that
// came with the inputs. A plugin hides those of its name in later folders.
//
// # What a folder holds
//
//	oxbridge-plugin-NAME        the program, named by a word [a-z][a-z0-9-]{0,31}
//	oxbridge-plugin-NAME.json   its record: what it said about itself when it was
//	                            installed or locked, so that nothing has to be
//	                            started to know who writes which format
//	plugins.lock                the hashes of the programs that may be run
//
// # The lock
//
// plugins.lock is text, made to be read and compared by people:
//
//	oxbridge plugin lock 1
//	markdown sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 18874368 1.0.0
//
// The first line is the format. Each other line is a plugin: its name, the
// SHA-256 and the size in bytes of its program, and the rest of the line is its
// version, which may be missing. Lines are sorted by name; empty lines and lines
// that begin with # are left out when the file is written again. A program that
// is not in the lock, or has another hash, is not run.
//
// # Who is trusted
//
// The user and root. A program, its folder, or a folder above it that anybody
// else may write is refused, since whoever can change a program can run what he
// likes as the user. Symbolic links are resolved first. What is hashed is an open
// file, and that file is what is to be run, see [Program]: a program that is put
// in its place meanwhile is not. The user and root can still write into the file
// after it was hashed; they can as well change the lock.
package registry
