package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// TestSignedWithPGP exports a message that gpg has signed; gpg accepts what
// stands in the file (RFC 3156 5).
func TestSignedWithPGP(t *testing.T) {
	t.Parallel()
	gpg, err := exec.LookPath("gpg")
	if err != nil {
		t.Skip("no gpg")
	}
	home, err := os.MkdirTemp("", "gpg") // a short path: there is a socket in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run()
		_ = os.RemoveAll(home)
	})
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.Command(gpg, append([]string{"--homedir", home, "--batch", "--quiet", "--passphrase", ""}, args...)...).Output()
		if err != nil {
			t.Fatalf("gpg %v: %v", args, err)
		}
		return string(out)
	}
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, s string) {
		t.Helper()
		if err := os.WriteFile(in(name), []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run("--quick-gen-key", "ada@example.org", "ed25519", "sign")
	write("part", signedEntity)
	signature := strings.ReplaceAll(run("--detach-sign", "--armor", "-o", "-", in("part")), "\n", "\r\n")
	entity := "Content-Type: multipart/signed; micalg=pgp-sha512;\r\n protocol=\"application/pgp-signature\"; boundary=b\r\n\r\n--b\r\n" + signedEntity +
		"\r\n--b\r\nContent-Type: application/pgp-signature; name=signature.asc\r\n\r\n" + signature + "\r\n--b--\r\n"
	m := mail("Signed", "pgp-signed")
	m.Props.Set(proptag.MessageClass, "IPM.Note.SMIME.MultipartSigned")
	m.Attachments = []*mapi.Attachment{attach("smime.p7m", "multipart/signed", []byte(entity))}
	writeMsg(t, in("m.msg"), m)
	convert(t, "eml", dir, in("m.msg"))
	b, err := os.ReadFile(in("m.eml"))
	if err != nil {
		t.Fatal(err)
	}
	pieces := strings.Split(string(b), "\r\n--b")
	if len(pieces) != 4 {
		t.Fatalf("%d parts in\n%s", len(pieces)-1, b)
	}
	_, sig, _ := strings.Cut(strings.TrimPrefix(pieces[2], "\r\n"), "\r\n\r\n")
	write("signed", strings.TrimPrefix(pieces[1], "\r\n"))
	write("sig", sig)
	run("--verify", in("sig"), in("signed"))
}
