//go:build linux && (amd64 || arm64)

package sandbox

import (
	"os"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// What the filter looks at: struct seccomp_data, little-endian.
const (
	offNumber = 0
	offArch   = 4
	offArgs   = 16 // eight bytes each
)

// refused are calls that are answered with EPERM, whatever their arguments: what
// reaches other processes or the kernel's configuration, holds memory that no
// limit counts, or leaves the process group by which the host kills.
var refused = []uint32{
	// Connections. A socket of a stream family may be made, bound and listened
	// on, see conditions; that is how the host reaches the program.
	unix.SYS_CONNECT,
	// Other programs; execve is left to Landlock, as the launcher needs it.
	unix.SYS_EXECVEAT,
	// Other processes.
	unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PROCESS_MADVISE,
	unix.SYS_PROCESS_MRELEASE, unix.SYS_PIDFD_OPEN, unix.SYS_PIDFD_GETFD, unix.SYS_PIDFD_SEND_SIGNAL,
	unix.SYS_KCMP, unix.SYS_TKILL, unix.SYS_SETPRIORITY, unix.SYS_IOPRIO_SET, unix.SYS_SCHED_SETATTR,
	unix.SYS_SCHED_SETPARAM, unix.SYS_SCHED_SETSCHEDULER, unix.SYS_MIGRATE_PAGES, unix.SYS_MOVE_PAGES,
	unix.SYS_SETPGID, unix.SYS_SETSID,
	// Memory beside RLIMIT_DATA, and channels to other processes.
	unix.SYS_MEMFD_CREATE, unix.SYS_MEMFD_SECRET, unix.SYS_SHMGET, unix.SYS_SHMAT, unix.SYS_SHMCTL, unix.SYS_SHMDT,
	unix.SYS_MSGGET, unix.SYS_MSGSND, unix.SYS_MSGRCV, unix.SYS_MSGCTL, unix.SYS_SEMGET, unix.SYS_SEMOP,
	unix.SYS_SEMCTL, unix.SYS_SEMTIMEDOP, unix.SYS_MQ_OPEN, unix.SYS_MQ_UNLINK, unix.SYS_MQ_TIMEDSEND,
	unix.SYS_MQ_TIMEDRECEIVE,
	// The kernel.
	unix.SYS_PERF_EVENT_OPEN, unix.SYS_BPF, unix.SYS_USERFAULTFD, unix.SYS_KEYCTL, unix.SYS_ADD_KEY,
	unix.SYS_REQUEST_KEY, unix.SYS_PERSONALITY, unix.SYS_REBOOT, unix.SYS_SWAPON, unix.SYS_SWAPOFF,
	unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE, unix.SYS_KEXEC_LOAD,
	unix.SYS_KEXEC_FILE_LOAD, unix.SYS_ACCT, unix.SYS_SYSLOG, unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME,
	unix.SYS_CLOCK_ADJTIME, unix.SYS_ADJTIMEX, unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME, unix.SYS_VHANGUP,
	unix.SYS_QUOTACTL, unix.SYS_QUOTACTL_FD,
	// Mounts and namespaces.
	unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_MOUNT_SETATTR, unix.SYS_MOVE_MOUNT, unix.SYS_OPEN_TREE,
	unix.SYS_FSOPEN, unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT,
	unix.SYS_UNSHARE, unix.SYS_SETNS,
	// Files by other ways than paths.
	unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_NAME_TO_HANDLE_AT, unix.SYS_FANOTIFY_INIT, unix.SYS_FANOTIFY_MARK,
	unix.SYS_MKNODAT,
}

// unknown are calls that are answered as by a kernel that lacks them, so that
// libraries go another way.
var unknown = []uint32{
	unix.SYS_CLONE3, // its arguments are in memory, where no filter can look
	unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER,
}

// A condition allows a call when one of its arguments is right.
type condition struct {
	call  uint32
	arg   int
	mask  uint32 // of the lower half of the argument
	is    []uint32
	not   bool // allow what is none of is
	fails unix.Errno
}

// conditions returns the calls that depend on an argument, for a process of that
// number.
func conditions(pid uint32) []condition {
	const typeMask = 0xF // of a socket; the rest are flags
	self := []uint32{pid}
	selfOr0 := []uint32{0, pid}
	shared := uint32(unix.MAP_SHARED | unix.MAP_ANONYMOUS)
	return []condition{
		{call: unix.SYS_CLONE, arg: 0, mask: unix.CLONE_THREAD, is: []uint32{unix.CLONE_THREAD}, fails: unix.EPERM},
		// Shared memory is not counted by RLIMIT_DATA.
		{call: unix.SYS_MMAP, arg: 3, mask: shared, is: []uint32{shared}, not: true, fails: unix.ENOMEM},
		// A datagram socket could name its peer in sendmsg.
		{call: unix.SYS_SOCKET, arg: 0, mask: ^uint32(0), is: []uint32{unix.AF_UNIX}, fails: unix.EAFNOSUPPORT},
		{call: unix.SYS_SOCKET, arg: 1, mask: typeMask, is: []uint32{unix.SOCK_STREAM}, fails: unix.EPERM},
		{call: unix.SYS_SOCKETPAIR, arg: 0, mask: ^uint32(0), is: []uint32{unix.AF_UNIX}, fails: unix.EAFNOSUPPORT},
		{call: unix.SYS_KILL, arg: 0, mask: ^uint32(0), is: self, fails: unix.EPERM},
		{call: unix.SYS_TGKILL, arg: 0, mask: ^uint32(0), is: self, fails: unix.EPERM},
		{call: unix.SYS_RT_SIGQUEUEINFO, arg: 0, mask: ^uint32(0), is: self, fails: unix.EPERM},
		{call: unix.SYS_RT_TGSIGQUEUEINFO, arg: 0, mask: ^uint32(0), is: self, fails: unix.EPERM},
		{call: unix.SYS_PRLIMIT64, arg: 0, mask: ^uint32(0), is: selfOr0, fails: unix.EPERM},
		{call: unix.SYS_SCHED_SETAFFINITY, arg: 0, mask: ^uint32(0), is: selfOr0, fails: unix.EPERM},
		{call: unix.SYS_PRCTL, arg: 0, mask: ^uint32(0), is: []uint32{unix.PR_SET_PDEATHSIG, unix.PR_SET_PTRACER}, not: true, fails: unix.EPERM},
		// Input for a terminal that the program may have inherited.
		{call: unix.SYS_IOCTL, arg: 1, mask: ^uint32(0), is: []uint32{unix.TIOCSTI, tiocLinux}, not: true, fails: unix.EPERM},
	}
}

const tiocLinux = 0x541C // TIOCLINUX

// frequent calls are let through before the others are looked for.
var frequent = []uint32{
	unix.SYS_FUTEX, unix.SYS_READ, unix.SYS_WRITE, unix.SYS_EPOLL_PWAIT, unix.SYS_NANOSLEEP, unix.SYS_SENDMSG,
	unix.SYS_RECVMSG, unix.SYS_MADVISE,
}

// program is the filter. A call of another architecture, such as int 0x80 on
// amd64, ends the process: its numbers mean other calls.
func program(pid uint32) []bpf.Instruction {
	p := []bpf.Instruction{
		bpf.LoadAbsolute{Off: offArch, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: auditArch, SkipTrue: 1},
		bpf.RetConstant{Val: unix.SECCOMP_RET_KILL_PROCESS},
		bpf.LoadAbsolute{Off: offNumber, Size: 4},
	}
	if foreignBit != 0 {
		p = append(p, bpf.JumpIf{Cond: bpf.JumpBitsNotSet, Val: foreignBit, SkipTrue: 1},
			bpf.RetConstant{Val: unix.SECCOMP_RET_KILL_PROCESS})
	}
	answer := func(calls []uint32, with uint32) {
		for _, c := range calls {
			p = append(p, bpf.JumpIf{Cond: bpf.JumpEqual, Val: c, SkipFalse: 1}, bpf.RetConstant{Val: with})
		}
	}
	answer(frequent, unix.SECCOMP_RET_ALLOW)
	for _, c := range conditions(pid) {
		p = append(p, c.instructions()...)
	}
	answer(refused, failWith(unix.EPERM))
	answer(refusedHere, failWith(unix.EPERM))
	answer(unknown, failWith(unix.ENOSYS))
	return append(p, bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW})
}

func failWith(e unix.Errno) uint32 { return unix.SECCOMP_RET_ERRNO | uint32(e) }

// instructions answers a call when the condition is not met, and otherwise goes
// on with the next instruction, as for any other call.
func (c condition) instructions() []bpf.Instruction {
	check := []bpf.Instruction{
		bpf.LoadAbsolute{Off: uint32(offArgs + 8*c.arg), Size: 4},
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: c.mask},
	}
	for i, v := range c.is {
		// Past the other comparisons and one instruction more: the answer, or
		// the jump around it.
		check = append(check, bpf.JumpIf{Cond: bpf.JumpEqual, Val: v, SkipTrue: uint8(len(c.is) - i)})
	}
	if c.not {
		check = append(check, bpf.Jump{Skip: 1})
	}
	check = append(check, bpf.RetConstant{Val: failWith(c.fails)})
	out := []bpf.Instruction{bpf.JumpIf{Cond: bpf.JumpEqual, Val: c.call, SkipFalse: uint8(len(check) + 1)}}
	out = append(out, check...)
	return append(out, bpf.LoadAbsolute{Off: offNumber, Size: 4})
}

// filterCalls gives the calling thread the filter.
func filterCalls(Policy) error {
	raw, err := bpf.Assemble(program(uint32(os.Getpid())))
	if err != nil {
		return err
	}
	filter := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		filter[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&prog)), 0, 0)
}
