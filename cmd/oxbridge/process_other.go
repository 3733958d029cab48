//go:build !unix

package main

import "errors"

// setNice cannot be done on this system.
func setNice(int) error { return errors.ErrUnsupported }
