"""Prints what extract-msg (PyPI) reads in .msg files: one JSON object a line."""
import datetime
import hashlib
import json
import logging
import sys

import extract_msg

logging.disable(logging.CRITICAL)
UTC = datetime.timezone.utc


def words(text):
    return " ".join((text or "").replace("\0", "").split())


def view(path):
    with extract_msg.openMsg(path) as msg:
        people = {1: [], 2: [], 3: []}
        for r in msg.recipients:
            people[int(r.type)].append(r.email)
        return {
            "Subject": msg.subject or "",
            "From": msg.sender or "",
            "Date": msg.date.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S +0000 UTC"),
            "MessageID": msg.messageId or "",
            "To": people[1],
            "Cc": people[2],
            "Text": words(msg.body),
            "HTML": words(msg.htmlBody.decode("utf-8")) if msg.exists("__substg1.0_10130102") else "",  # else it makes some
            "Files": sorted(f"{a.longFilename} {hashlib.sha256(a.data).hexdigest()}" for a in msg.attachments if isinstance(a.data, bytes)),
            "Embedded": [a.data.subject for a in msg.attachments if not isinstance(a.data, bytes)],
        }


for path in sys.argv[1:]:
    print(json.dumps(view(path)))
