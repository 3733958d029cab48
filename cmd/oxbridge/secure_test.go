package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// openssl runs the program of that name, which a test needs.
func openssl(t *testing.T, args ...string) ([]byte, error) {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("no openssl")
	}
	var out, said bytes.Buffer
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = &out, &said
	err = cmd.Run()
	if err != nil {
		t.Logf("openssl %s: %v\n%s", args[0], err, said.String())
	}
	return out.Bytes(), err
}

func mustOpenSSL(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := openssl(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// signedEntity is what is signed: with a line that ends in a blank, one that
// begins with a dot and another with From.
const signedEntity = "Content-Type: text/plain; charset=us-ascii\r\n\r\nSigned text \r\n.\r\nFrom here on\r\n"

// TestSecureMail exports messages that openssl has signed and encrypted. It
// accepts the files, and what it gets out of them is what went in.
func TestSecureMail(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	key, cert, entity := in("key.pem"), in("cert.pem"), in("entity")
	mustOpenSSL(t, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Ada", "-keyout", key, "-out", cert)
	if err := os.WriteFile(entity, []byte(signedEntity), 0o600); err != nil {
		t.Fatal(err)
	}
	sign := []string{"cms", "-sign", "-in", entity, "-signer", cert, "-inkey", key}
	verify := []string{"cms", "-verify", "-noverify"}
	tests := []struct {
		name, class string
		made        []string
		opened      []string
	}{
		{"clear-signed", "IPM.Note.SMIME.MultipartSigned", append(sign, "-crlfeol"), verify},
		{"opaque-signed", "IPM.Note.SMIME", append(sign, "-nodetach", "-outform", "DER"), verify},
		{"encrypted", "IPM.Note.SMIME", []string{"cms", "-encrypt", "-binary", "-aes256", "-in", entity, "-outform", "DER", cert},
			[]string{"cms", "-decrypt", "-binary", "-recip", cert, "-inkey", key}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := mail("Secret", tt.name)
			m.Props.Set(proptag.MessageClass, tt.class)
			m.Attachments = []*mapi.Attachment{attach("smime.p7m", "", mustOpenSSL(t, tt.made...))}
			writeMsg(t, in(tt.name+".msg"), m)
			convert(t, "eml", dir, in(tt.name+".msg"))
			got := mustOpenSSL(t, append(tt.opened, "-in", in(tt.name+".eml"))...)
			if string(got) != signedEntity {
				t.Errorf("openssl reads %q", got)
			}
			eml, err := os.ReadFile(in(tt.name + ".eml"))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"From: Ada Lovelace <ada@example.org>\r\n", "Subject: Secret\r\n", "To: Grace Hopper <grace@example.com>\r\n"} {
				if !strings.Contains(string(eml), want) {
					t.Errorf("no %q in\n%.600s", want, eml)
				}
			}
		})
	}
}

// TestSecureCorpus holds the secure messages that lie beside the project to
// openssl: it accepts each file where it accepts the original, with the same
// contents.
func TestSecureCorpus(t *testing.T) {
	t.Parallel()
	corpus := filepath.Join("..", "..", "..", "shared", "corpus")
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no corpus here")
	}
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	lay(t, filepath.Join(corpus, "eml"), in("eml"), "eml")
	lay(t, filepath.Join(corpus, "msg"), in("msg"), "msg")
	verify := func(path string) ([]byte, error) { return openssl(t, "cms", "-verify", "-noverify", "-in", path) }
	t.Run("signed, from eml and back", func(t *testing.T) {
		want := map[string][]byte{}
		var originals, messages []string
		for _, original := range holding(t, filepath.Join(in("eml"), "*"), "pkcs7-") {
			if content, err := verify(original); err == nil {
				base := strings.TrimSuffix(filepath.Base(original), ".eml")
				want[base] = content
				originals, messages = append(originals, original), append(messages, filepath.Join(in("back"), base+".msg"))
			}
		}
		if len(want) < 7 {
			t.Fatalf("%d files verify, want 7", len(want))
		}
		convert(t, "msg", in("back"), originals...)
		convert(t, "eml", in("again"), messages...)
		for base, content := range want {
			if got, err := verify(filepath.Join(in("again"), base+".eml")); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%s does not verify any more: %v", base, err)
			}
		}
	})
	t.Run("signed, from msg", func(t *testing.T) {
		const want = 6 // the two others are encrypted
		originals := append(holding(t, filepath.Join(in("msg"), "*"), "s\x00m\x00i\x00m\x00e\x00"), holding(t, filepath.Join(in("msg"), "*"), "ipm.note.smime")...)
		convert(t, "eml", in("signed"), originals...)
		n := 0
		for _, out := range holding(t, filepath.Join(in("signed"), "*"), "pkcs7-") {
			if _, err := verify(out); err == nil {
				n++
			}
		}
		if n < want {
			t.Errorf("%d files verify, want %d", n, want)
		}
	})
	t.Run("encrypted", func(t *testing.T) {
		key := in("key.pem")
		store := filepath.Join(corpus, "smime", "simple-java-mail", "smime_keystore.pkcs12")
		mustOpenSSL(t, "pkcs12", "-legacy", "-in", store, "-passin", "pass:letmein", "-nodes", "-out", key)
		decrypt := func(path string) ([]byte, error) {
			return openssl(t, "cms", "-decrypt", "-in", path, "-recip", key, "-inkey", key)
		}
		for _, name := range []string{"S_MIME_test_message_encrypted", "S_MIME_test_message_signed_&_encrypted"} {
			want, err := decrypt(filepath.Join(in("eml"), "simple-java-mail_"+name+".eml"))
			if err != nil {
				t.Fatal(err)
			}
			msg := "outlook-message-parser_" + name
			convert(t, "eml", in("out"), filepath.Join(in("msg"), msg+".msg"))
			if got, err := decrypt(filepath.Join(in("out"), msg+".eml")); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %d bytes, want %d; %v", name, len(got), len(want), err)
			}
		}
	})
}

// holding lists the files that hold a mark, in any case.
func holding(t *testing.T, pattern, mark string) (list []string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && bytes.Contains(bytes.ToLower(b), []byte(mark)) {
			list = append(list, f)
		}
	}
	return list
}
