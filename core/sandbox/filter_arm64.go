//go:build linux

package sandbox

import "golang.org/x/sys/unix"

const (
	auditArch  = unix.AUDIT_ARCH_AARCH64
	foreignBit = 0 // 32-bit programs are another architecture
)

// refusedHere are calls that only this architecture has.
var refusedHere []uint32
