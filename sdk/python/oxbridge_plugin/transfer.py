"""Bytes that stay with the host and are moved by it."""

from dataclasses import dataclass

# What happens to bytes on their way (enum Transform of plugin.proto).
RAW = 0
BASE64 = 1    # lines of 76 characters, each ended by CRLF
UNBASE64 = 2  # tolerant
UNQUOTE = 3   # quoted-printable, tolerant
BASE64_LINE = 4  # in one line without an end, as in JSON

CHUNK = 256 << 10         # the most bytes of a Data frame, and of one Read
INLINE = 64 << 10         # longer values travel on their own
FRAME_OBJECTS = 1 << 20   # about the most bytes of objects in one frame
MAX_PROP = 3 << 20        # bytes of a property that does not travel on its own
MAX_STREAMS = 4096        # values of a message that travel on their own
MAX_OBJECTS = 1_000_000   # of a message
MAX_DEPTH = 128           # of messages in messages


@dataclass(frozen=True)
class Piece:
    """A piece of the input, as a value: the host takes the bytes itself.

    size is -1 for all that follows offset. Made by Input.piece.
    """

    blob: int
    offset: int
    size: int
    transform: int = RAW


class Output:
    """The file that an export writes, in order."""

    def __init__(self, job):
        self._job = job
        self._buffer = bytearray()

    def write(self, data):
        """Writes bytes, or text as UTF-8."""
        if isinstance(data, str):
            data = data.encode()
        self._buffer += data
        while len(self._buffer) >= CHUNK:
            self._send(self._buffer[:CHUNK])
            del self._buffer[:CHUNK]
        return len(data)

    def ref(self, value, transform=RAW):
        """Places a value: its bytes are the next ones of the file.

        value is a Large, which then never comes here, or bytes or text.
        """
        if not hasattr(value, "_blob"):
            self.write(_transformed(value, transform))
            return
        self.flush()
        self._job.send(ref={"blob": value._blob, "offset": 0, "length": -1, "transform": transform})

    def flush(self):
        """Sends what is buffered."""
        if self._buffer:
            self._send(self._buffer)
            self._buffer = bytearray()

    def _send(self, payload, last=False):
        self._job.send(data={"id": 0, "last": last, "payload": bytes(payload)})

    def _close(self):
        self._send(self._buffer, last=True)


def _transformed(value, transform):
    """Does here what the host does with a value of its own."""
    import base64
    import quopri

    if isinstance(value, str):
        value = value.encode()
    if transform == BASE64:
        return base64.encodebytes(value).replace(b"\n", b"\r\n")
    if transform == BASE64_LINE:
        return base64.b64encode(value)
    if transform == UNBASE64:
        return base64.b64decode(value)
    if transform == UNQUOTE:
        return quopri.decodestring(value)
    return value


class Input:
    """The file that an import or a probe reads. Random access, cheap for what is near the start."""

    def __init__(self, job, size, head):
        self._job = job
        self._head = head
        self.size = size

    def read(self, offset=0, size=-1):
        """Returns up to size bytes from offset; -1 stands for all that follows."""
        self._job.check()  # also for what is here already
        end = self.size if size < 0 else min(offset + size, self.size)
        if end <= len(self._head):
            return self._head[offset:end]
        return b"".join(self._job.pieces(0, offset, end))

    def find(self, pattern, start=0, end=None):
        """Returns where pattern stands first in [start, end), or -1. The host looks."""
        self._job.check()
        end = self.size if end is None else min(end, self.size)
        if end <= len(self._head):
            return self._head.find(pattern, start, end) if pattern else -1
        return self._job.find(0, start, end, [pattern])[0]

    def piece(self, offset, size=-1, transform=RAW):
        """Returns a part of the file as a value for a property, without reading it."""
        return Piece(0, offset, size, transform)
