//go:build !linux

package pluginhost

import "syscall"

// isolate does nothing: this system has no namespaces.
func isolate(*syscall.SysProcAttr) {}

// isolationDenied reports false: there was none.
func isolationDenied(error) bool { return false }
