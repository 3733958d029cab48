//go:build !linux

package store

import (
	"errors"
	"os"
)

func createUnnamed(string) (*os.File, error) { return nil, errors.ErrUnsupported }

func createsReadable() bool { return false }

func startWriting(*os.File) {}

func nameUnnamed(*os.File, string) error { return errors.ErrUnsupported }

func syncAll([]string) error { return errors.ErrUnsupported }
