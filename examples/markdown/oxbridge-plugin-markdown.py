#!/usr/bin/env python3
"""A whole plugin in Python: messages as Markdown, written and read.

    pip install oxbridge-plugin          # or: pip install ./sdk/python
    oxbridge convert --plugin ./oxbridge-plugin-markdown.py --to markdown --out notes mail/
"""

from oxbridge_plugin import BASE64, BadInput, Format, Message, Option, Plugin


def export(job, message, out):
    """Writes a title, what is known about the message, its text and its files."""
    title = message.subject or "(no subject)"
    out.write(f"# {escape(title)}\n\n")
    out.write("From: %s <%s>\n" % tuple(map(escape, message.sender)))
    for r in message.recipients:
        out.write(f"To: {escape(r.text('PidTagDisplayName'))} <{escape(r.text('PidTagSmtpAddress'))}>\n")
    if message.date:
        out.write(f"Date: {message.date:%Y-%m-%d %H:%M} UTC\n")
    out.write("\n" + message.body.replace("\r\n", "\n").rstrip("\n") + "\n")
    if not message.body:
        job.report("markdown.body.missing", "the message has no text", severity="info", tag=0x1000001F)
    for n, a in enumerate(message.attachments):
        if a.content is None or not job.options["attachments"]:
            job.report("markdown.attachment", f"{a.name or 'an attachment'} is left out", object=f"attachment {n}")
        else:
            out.write(f"\n## {escape(a.name)}\n\n```base64\n")
            out.ref(a.content, BASE64)  # the bytes go from storage to file, and never come here
            out.write("```\n")


def read(job, file):
    """Reads what export writes, as far as a note needs it."""
    lines = file.read().decode("utf-8", "replace").split("\n")
    if not lines[0].startswith("# "):
        raise BadInput("the file does not begin with a title")
    body = next((i for i, line in enumerate(lines[2:], 2) if not line), len(lines)) + 1
    if body > 3:
        job.report("markdown.fields", "who wrote to whom, and when, is not read")
    return Message({
        "PidTagMessageClass": "IPM.Note",
        "PidTagSubject": lines[0][2:],
        "PidTagBody": "\r\n".join(lines[body:]),
    })


def probe(file):
    """Whether export has written the file; other Markdown is read when --from says so."""
    return file.read(0, 2) == b"# " and file.find(b"\n\nFrom: ", 0, 8192) > 0


def escape(text):
    """One line, with nothing in it that Markdown would take for markup."""
    return "".join("\\" + c if c in "\\`*_[]<>#" else c for c in " ".join(text.split()))


Plugin("markdown", "1.0.0",
       formats=[Format("markdown", [".md"], "text/markdown", exporter=export, importer=read, probe=probe)],
       options=[Option("attachments", "write attachments into the file, too", default=False)]).main()
