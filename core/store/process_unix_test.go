//go:build unix

package store

import (
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
)

func TestRemoveStale(t *testing.T) {
	t.Parallel()
	child := exec.Command(os.Args[0], "-test.run=^$")
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	gone := hostTag() + "-" + strconv.Itoa(child.ProcessState.Pid())
	put(t, dir, TempPrefix+gone+"-123", TempPrefix+ProcessTag()+"-456", TempPrefix+"other-"+strconv.Itoa(child.ProcessState.Pid())+"-789", TempPrefix+"x", "mail.eml")
	if err := RemoveStale(dir); err != nil {
		t.Fatal(err)
	}
	want := []string{TempPrefix + ProcessTag() + "-456", TempPrefix + "other-" + strconv.Itoa(child.ProcessState.Pid()) + "-789", TempPrefix + "x", "mail.eml"}
	slices.Sort(want)
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Errorf("left: %v, want %v", got, want)
	}
}
