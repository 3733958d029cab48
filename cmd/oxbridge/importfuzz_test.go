package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// fuzzTime bounds a job of the fuzz target.
const fuzzTime = time.Minute

// A converter does jobs, in this process or another.
type converter interface {
	Convert(ctx context.Context, job *session.Job) error
}

// inProcess is the built-in plugin without a process.
func inProcess() converter { return hostsvc.InProcess(builtins["eml"]()) }

// throughMsg makes a .msg file of mail, in this process. It returns nil when the
// input is no message.
func throughMsg(t *testing.T, mail []byte, options map[string]string) []byte {
	t.Helper()
	file, err := toMsg(t, inProcess(), mail, options, nil)
	if err != nil && !errors.Is(err, sdk.ErrBadInput) {
		t.Fatalf("import: %v", err)
	}
	return file
}

// toMsg makes a .msg file of mail.
func toMsg(t *testing.T, by converter, mail []byte, options map[string]string, report problem.Reporter) ([]byte, error) {
	t.Helper()
	s := openSession(t)
	defer s.Close()
	st := session.NewMemory(nil)
	m, err := s.OpenMessage(st, session.Unicode, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	job := &session.Job{Direction: session.Import, Format: "eml", Options: options, Message: m,
		Input: transfer.NewBytesInput(mail), Timeout: fuzzTime, Report: report}
	if err := by.Convert(t.Context(), job); err != nil {
		return nil, err
	}
	if err := m.SaveChanges(); err != nil {
		t.Fatalf("save: %v", err)
	}
	return st.Bytes(), nil
}

// throughEml makes mail of a .msg file, in this process.
func throughEml(t *testing.T, file []byte, options map[string]string) []byte {
	t.Helper()
	out, err := toEml(t, inProcess(), file, options, nil)
	if err != nil {
		t.Fatalf("export: %v", err)
	}
	return out
}

// errNoMessage says that a file cannot be opened as a message.
var errNoMessage = errors.New("no message")

// toEml makes mail of a .msg file.
func toEml(t *testing.T, by converter, file []byte, options map[string]string, report problem.Reporter) ([]byte, error) {
	t.Helper()
	s := openSession(t)
	defer s.Close()
	m, err := s.OpenMessage(session.NewMemory(file), session.Unicode, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoMessage, err)
	}
	var out bytes.Buffer
	job := &session.Job{Direction: session.Export, Format: "eml", Options: options, Message: m, Output: &out, Timeout: fuzzTime, Report: report}
	err = by.Convert(t.Context(), job)
	return out.Bytes(), err
}

func openSession(t *testing.T) *session.Session {
	t.Helper()
	s, err := session.Open(session.NewAllocator(256<<20), 0)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// FuzzMailBecomesASoundFile makes a .msg file of any bytes. It has to be one
// without a fault, and to give the bytes back when it keeps them.
func FuzzMailBecomesASoundFile(f *testing.F) {
	samples, _ := filepath.Glob(filepath.Join("..", "..", "testdata", "eml", "*.eml"))
	for _, path := range samples {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, true)
	}
	for _, seed := range []string{
		"a\n", "From: a@b\nTo: c: d@e, f;\nSubject: =?utf-8?q?=00?=\n\nx\x00y", signedMail, bounce,
		"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\nContent-Transfer-Encoding: base64\n\nMIAG",
		"X-A: 1\nX-a: 2\nKeywords: a, b\nKeywords: c\nThread-Index: AQ==\n\n",
	} {
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, mail []byte, keep bool) {
		options := map[string]string{}
		if keep {
			options["keep-source"] = "true"
		}
		file := throughMsg(t, mail, options)
		if file == nil {
			return
		}
		faults, err := msg.Verify(bytes.NewReader(file), int64(len(file)))
		if err != nil || len(faults) > 0 {
			t.Fatalf("verify: %v %v", err, faults)
		}
		back := throughEml(t, file, nil)
		if keep && !bytes.Equal(back, mail) {
			t.Errorf("%q came back as %q", mail, back)
		}
	})
}

// signedMail is mail that only its very bytes keep verifiable.
var signedMail = crlf(`From: Ada <ada@example.org>
Subject: signed
MIME-Version: 1.0
Content-Type: multipart/signed; protocol="application/pgp-signature";
  micalg=pgp-sha256; boundary="s"

--s
Content-Type: text/plain;   charset=utf-8

 odd   spacing 
--s
Content-Type: application/pgp-signature; name=signature.asc

-----BEGIN PGP SIGNATURE-----
-----END PGP SIGNATURE-----
--s--
`)

// bounce is a delivery report with two recipients that were not reached and one
// that waits.
var bounce = crlf(`From: Mailer <mailer@example.org>
To: Ada <ada@example.org>
Subject: Undelivered
Date: Mon, 2 Jan 2006 15:04:05 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="r"

--r

Sorry.
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; bob@example.net
Action: failed
Status: 5.1.1 (unknown)
Remote-MTA: dns; mail.example.net
Diagnostic-Code: smtp; 550 no such user

Final-Recipient: rfc822; eve@example.net
Action: failed
Status: 5.2.12
X-Display-Name: Eve

Final-Recipient: rfc822; slow@example.net
Action: delayed
Status: 4.4.1
--r
Content-Type: message/rfc822

From: Ada <ada@example.org>
To: Bob <bob@example.net>, Eve <eve@example.net>
Subject: Hello
Date: Mon, 2 Jan 2006 15:00:00 +0000
Message-ID: <hello@example.org>

Hi.
--r--
`)

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
