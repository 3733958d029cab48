#!/usr/bin/env python3
"""A whole plugin in Python that changes messages on their way: it takes out large
attachments and puts a note in the place of each, also in messages inside it.

    pip install oxbridge-plugin          # or: pip install ./sdk/python
    oxbridge convert --transform ./oxbridge-plugin-slim.py --set slim.above=1000 --to eml --out mail archive/
"""

from oxbridge_plugin import Attachment, Option, Plugin


def transform(job, message):
    """Changes the message and those in it. What is left alone stays with the host."""
    for where, m in message.all():
        if m.text("PidTagMessageClass").upper().startswith("IPM.NOTE.SMIME"):
            job.report("slim.message.secured", "signed or encrypted mail is left alone", severity="info", object=where)
            continue
        for n, a in enumerate(m.attachments):
            if a.size <= job.options["above"] * 1024:
                continue
            m.attachments[n] = note(a)
            m.discard("PidTagMessageSize")  # it has another now
            m["PidNameKeywords"] = [*m.get("PidNameKeywords", []), "slimmed"]
            job.report("slim.attachment.removed", f"{name(a)} of {a.size} bytes was taken out", severity="info",
                       object=(where, f"attachment {n}"))


def note(a):
    """What stands in the place of an attachment."""
    return Attachment({
        "PidTagAttachMethod": 1,
        "PidTagAttachLongFilename": name(a) + ".txt",
        "PidTagAttachMimeTag": "text/plain",
        "PidTagRenderingPosition": -1,
        "PidTagAttachDataBinary": f"{name(a)} of {a.size} bytes was taken out.\r\n".encode(),
    })


def name(a):
    """The name in one line: messages come from strangers."""
    return " ".join(a.name.split()) or "attachment"


plugin = Plugin("slim", "1.0.0", transformer=transform,
                options=[Option("above", "take out attachments above so many KiB", default=1024, min=0, max=1 << 20)])

if __name__ == "__main__":
    plugin.main()
