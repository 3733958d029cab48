"""The message: a tree of property bags, the one model of all formats."""

import difflib
import struct
from datetime import datetime, timedelta, timezone

from .names import NAMES, SETS, TAGS

_EPOCH = datetime(1601, 1, 1, tzinfo=timezone.utc)

# Property types ([MS-OXCDATA] 2.11.1) by the field of plugin.proto that carries
# them.
INTEGERS = {0x0002, 0x0003, 0x0014, 0x000A, 0x0006, 0x000B}
FLOATINGS = {0x0004, 0x0005, 0x0007}
TIME, TEXT, BINARY, OBJECT, GUID, SERVER_ID, BOOLEAN = 0x0040, 0x001F, 0x0102, 0x000D, 0x0048, 0x00FB, 0x000B
STRING8, NULL = 0x001E, 0x0001
MULTI = 0x1000


class Large:
    """A value above 64 KiB. It stays with the host until it is read.

    A transformer that leaves it alone, or moves it to another property, gives it
    back without reading it.
    """

    def __init__(self, job, blob, size):
        self._job = job
        self._blob = blob
        self.size = size  # in bytes, or -1 when only reading tells

    def chunks(self):
        """Yields the bytes in pieces of at most 256 KiB."""
        return self._job.pieces(self._blob, 0, self.size if self.size >= 0 else None)

    def read(self, limit=16 << 20):
        """Returns all bytes; fails when there are more than limit."""
        if self.size > limit:
            raise ValueError(f"value of {self.size} bytes, at most {limit} are allowed")
        data = bytearray()
        for chunk in self.chunks():
            data += chunk
            if len(data) > limit:
                raise ValueError(f"value of more than {limit} bytes")
        return bytes(data)


def key_of(name):
    """Returns (key, type) of a property: a canonical name, a tag, or a (set, id or text, type)."""
    if isinstance(name, int):
        return name >> 16, name & 0xFFFF
    if isinstance(name, tuple):
        return (name[0], name[1]), name[2]
    if name in TAGS:
        return TAGS[name] >> 16, TAGS[name] & 0xFFFF
    if name in NAMES:
        set_name, which, kind = NAMES[name]
        return (SETS[set_name], which), kind
    near = difflib.get_close_matches(name, [*TAGS, *NAMES], 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise KeyError(f"no property {name}{hint}")


class Properties:
    """A property bag. Properties are named as in [MS-OXPROPS]: "PidTagSubject".

    A number is taken as a property tag, and a tuple (property set as 16 bytes,
    id or text, type) as a named property that has no canonical name.
    """

    def __init__(self, values=None):
        self._values = {}  # key: (type, value), in stored order
        for name, value in (values or {}).items():
            self[name] = value

    def __setitem__(self, name, value):
        key, kind = key_of(name)
        if isinstance(value, datetime):
            value = _ticks(value)
        self._values[key] = (kind, value)

    def __getitem__(self, name):
        held = self._values.get(key_of(name)[0])
        if held is None:
            raise KeyError(name)
        return held[1]

    def __delitem__(self, name):
        if self._values.pop(key_of(name)[0], None) is None:
            raise KeyError(name)

    def discard(self, *names):
        """Deletes properties, as far as they are there."""
        for name in names:
            self._values.pop(key_of(name)[0], None)

    def __iter__(self):
        """Yields what properties go by: tags, and (set, id or text, type).

        They may be set and deleted meanwhile.
        """
        for key, (kind, _) in list(self._values.items()):
            yield (*key, kind) if isinstance(key, tuple) else key << 16 | kind

    def __contains__(self, name):
        return key_of(name)[0] in self._values

    def __len__(self):
        return len(self._values)

    def get(self, name, default=None):
        """Returns the value as it is: int, float, str, bytes, a list of these, or a Large."""
        held = self._values.get(key_of(name)[0])
        return default if held is None else held[1]

    def text(self, name, limit=16 << 20):
        """Returns a string, "" if there is none."""
        value = self.get(name, "")
        if isinstance(value, Large):
            return value.read(limit).decode("utf-8", "replace")
        return value if isinstance(value, str) else ""

    def number(self, name, default=0):
        """Returns an integer."""
        value = self.get(name, default)
        return value if isinstance(value, int) else default

    def true(self, name):
        """Returns whether a PtypBoolean is set and true."""
        return bool(self.number(name))

    def time(self, name):
        """Returns a PtypTime as a datetime in UTC, None if there is none that Python can hold."""
        try:
            return _EPOCH + timedelta(microseconds=self.get(name) // 10)
        except (TypeError, OverflowError):
            return None

    def data(self, name, limit=16 << 20):
        """Returns a PtypBinary as bytes, b"" if there is none."""
        value = self.get(name, b"")
        if isinstance(value, Large):
            return value.read(limit)
        return value if isinstance(value, bytes) else b""

    def items(self):
        """Yields (key, type, value) in stored order; key is an id or (set, id or text)."""
        for key, (kind, value) in self._values.items():
            yield key, kind, value


def _ticks(t):
    """Returns a time as PtypTime: 100 ns since 1601-01-01 UTC."""
    if t.tzinfo is None:
        raise ValueError("a time needs a zone")
    d = t - _EPOCH
    return (d.days * 86400 + d.seconds) * 10_000_000 + d.microseconds * 10


class Attachment(Properties):
    """An attachment. embedded is the message that it holds, or None."""

    def __init__(self, values=None, embedded=None):
        super().__init__(values)
        self.embedded = embedded

    @property
    def name(self):
        """The file name, "" if there is none. It is data: not safe as a path."""
        return self.text("PidTagAttachLongFilename") or self.text("PidTagAttachFilename")

    @property
    def content(self):
        """The contents as bytes or a Large, None if there are none."""
        return self.get("PidTagAttachDataBinary")

    @property
    def size(self):
        """Bytes of the contents, 0 if there are none, -1 when only reading tells."""
        content = self.content
        return content.size if isinstance(content, Large) else len(content) if isinstance(content, bytes) else 0


class Message(Properties):
    """A message: properties, recipients (Properties each) and attachments."""

    def __init__(self, values=None):
        super().__init__(values)
        self.recipients = []
        self.attachments = []

    def all(self, where=""):
        """Yields ("", the message) and then the messages in it at any depth, each with its path for Job.report.

        One attached to the message has the path "attachment 2/embedded".
        """
        yield where, self
        for n, a in enumerate(self.attachments):
            if a.embedded is not None:
                yield from a.embedded.all(f"{where}{'/' if where else ''}attachment {n}/embedded")

    @property
    def subject(self):
        """PidTagSubject."""
        return self.text("PidTagSubject")

    @property
    def body(self):
        """PidTagBody, the text body."""
        return self.text("PidTagBody")

    @property
    def sender(self):
        """(name, address) of whom it is from."""
        for prefix in ("PidTagSentRepresenting", "PidTagSender"):
            address = self.text(prefix + "SmtpAddress") or self.text(prefix + "EmailAddress")
            if address or self.text(prefix + "Name"):
                return self.text(prefix + "Name"), address
        return "", ""

    @property
    def date(self):
        """When it was sent, in UTC, or None."""
        return self.time("PidTagClientSubmitTime") or self.time("PidTagMessageDeliveryTime")


def guid(text):
    """Returns a GUID as storage has it: 16 bytes, the first three fields little-endian."""
    parts = text.strip("{}").split("-")
    return struct.pack("<IHH", *(int(p, 16) for p in parts[:3])) + bytes.fromhex("".join(parts[3:]))
