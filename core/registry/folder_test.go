package registry

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFolders(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("paths of other systems are not absolute here")
	}
	local, lib := "/usr/local/lib/oxbridge/plugins", "/usr/lib/oxbridge/plugins"
	for _, tt := range []struct {
		name, system string
		env          map[string]string
		want         []string
	}{
		{"the home", "linux", map[string]string{"HOME": "/home/ada"}, []string{"/home/ada/.local/share/oxbridge/plugins", local, lib}},
		{"the data folder", "linux", map[string]string{"HOME": "/home/ada", "XDG_DATA_HOME": "/data"}, []string{"/data/oxbridge/plugins", local, lib}},
		{"a relative data folder is no folder", "linux", map[string]string{"HOME": "/home/ada", "XDG_DATA_HOME": "data"}, []string{"/home/ada/.local/share/oxbridge/plugins", local, lib}},
		{"a folder of its own", "linux", map[string]string{"HOME": "/home/ada", "XDG_DATA_HOME": "/data", DirVariable: "/p"}, []string{"/p", local, lib}},
		{"a relative folder is the folder at hand", "linux", map[string]string{"HOME": "/home/ada", DirVariable: "p"}, []string{local, lib}},
		{"no home", "linux", nil, []string{local, lib}},
		{"PATH is nothing", "linux", map[string]string{"PATH": "/bin:."}, []string{local, lib}},
		{"macOS", "darwin", map[string]string{"HOME": "/Users/ada", "XDG_DATA_HOME": "/data"},
			[]string{"/Users/ada/Library/Application Support/oxbridge/plugins", "/Library/Application Support/oxbridge/plugins"}},
		{"Windows", "windows", map[string]string{"LOCALAPPDATA": "/c/local", "ProgramFiles": "/c/programs"},
			[]string{"/c/local/oxbridge/plugins", "/c/programs/oxbridge/plugins"}},
	} {
		var got []string
		for _, f := range folders(tt.system, func(name string) string { return tt.env[name] }) {
			got = append(got, filepath.ToSlash(f.Path))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestCheckName(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{
		"a": true, "markdown": true, "a-b2": true,
		"": false, "A": false, "2a": false, "-a": false, "a/b": false, `a\b`: false, "..": false, "a.b": false,
		"a\n": false, "a b": false, "abcdefghijklmnopqrstuvwxyzabcdefg": false,
	} {
		if err := CheckName(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}
