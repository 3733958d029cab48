"""Messages as objects on the wire, both ways (plugin.proto, message Object)."""

from . import plugin_pb2 as pb
from .message import (BINARY, BOOLEAN, FLOATINGS, GUID, INTEGERS, MULTI, NULL, OBJECT, SERVER_ID, STRING8, TEXT, TIME,
                      Attachment, Large, Message, Properties)
from .transfer import FRAME_OBJECTS, INLINE, MAX_DEPTH, MAX_OBJECTS, MAX_PROP, MAX_STREAMS, Piece

_BYTES = {BINARY, OBJECT, GUID, SERVER_ID}
_TEXTS = {TEXT, STRING8}
_LONG = {TEXT, STRING8, BINARY, SERVER_ID, OBJECT}  # may travel on their own
_BITS = {0x0002: 16, 0x0003: 32}                    # of integers with a sign
_OBJECT_COST = 32

# What no host knows, so that hosts learn to ignore it: a feature, a field, and
# the value of an enum.
GREASE = "x-grease-a41f"
GREASE_NUMBER = 16382
GREASE_FIELD = b"\xf2\xff\x07" + bytes([len(GREASE)]) + GREASE.encode()


def field_of(kind):
    """The field of Prop that carries a value of that type; None if none does."""
    if kind in INTEGERS:
        return "integer"
    if kind in FLOATINGS:
        return "floating"
    return "time" if kind == TIME else "text" if kind in _TEXTS else "bytes" if kind in _BYTES else None


class Builder:
    """Puts a message together from the objects that the host sends."""

    def __init__(self, job):
        self._job = job
        self._nodes = {}
        self.message = None

    def add(self, objects):
        """Takes objects, each below one that is there, or more properties of one."""
        for o in objects:
            node = self._nodes.get(o.id) or self._enter(o)
            if node is not None:
                for p in o.props:
                    self._set(node, p)

    def _enter(self, o):
        parent = self._nodes.get(o.parent)
        node = None
        if o.kind == pb.OBJECT_KIND_MESSAGE and o.parent == 0 and self.message is None:
            node = self.message = Message()
        elif o.kind == pb.OBJECT_KIND_MESSAGE and isinstance(parent, Attachment):
            node = parent.embedded = Message()
        elif o.kind == pb.OBJECT_KIND_RECIPIENT and isinstance(parent, Message):
            node = Properties()
            parent.recipients.append(node)
        elif o.kind == pb.OBJECT_KIND_ATTACHMENT and isinstance(parent, Message):
            node = Attachment()
            parent.attachments.append(node)
        self._nodes[o.id] = node  # None: of a later version, dropped with all below it
        return node

    def _set(self, node, p):
        kind = p.tag & 0xFFFF
        which = p.WhichOneof("value")
        if kind != NULL and field_of(kind & ~MULTI) is None or which is None and kind not in (NULL, OBJECT):
            return  # of a later version
        key = p.tag >> 16
        if p.HasField("name"):
            key = (p.name.set, p.name.text or p.name.id)
        if which is None:
            value = None
        elif which == "blob":
            value = Large(self._job, p.blob.id, p.blob.size)
        elif which == "multi":
            value = list(getattr(p.multi, _plural(kind & ~MULTI)))
        else:
            value = getattr(p, which)
        node._values[key] = (kind, value)


def _plural(kind):
    field = field_of(kind)
    return field if field in (None, "bytes") else field + "s"


class Flattener:
    """Takes a message apart into the objects of Put frames."""

    def __init__(self, job):
        self._job = job
        self.streams = []  # values that are sent after the objects
        self._chunks = [[]]
        self._size = 0
        self.last = 0  # number of the last object

    def flatten(self, message):
        """Returns lists of objects, one for each frame."""
        self._message(message, 0, 1)
        return self._chunks

    def _message(self, m, parent, depth):
        if depth > MAX_DEPTH:
            raise ValueError(f"messages are embedded more than {MAX_DEPTH} deep")
        here = self._object(m, parent, pb.OBJECT_KIND_MESSAGE, Message)
        for r in m.recipients:
            self._object(r, here, pb.OBJECT_KIND_RECIPIENT, Properties)
        for a in m.attachments:
            below = self._object(a, here, pb.OBJECT_KIND_ATTACHMENT, Attachment)
            if a.embedded is not None:
                self._message(a.embedded, below, depth + 1)

    def _object(self, props, parent, kind, class_):
        if not isinstance(props, class_):
            raise TypeError(f"{type(props).__name__} stands where {class_.__name__} is needed")
        if self.last >= MAX_OBJECTS:
            raise ValueError(f"the message has more than {MAX_OBJECTS} objects")
        self.last += 1
        o = self._begin(parent, kind)
        for key, type_, value in props.items():
            p = self._prop(key, type_, value)
            size = p.ByteSize() + 8
            if size > MAX_PROP:
                raise ValueError(f"property 0x{p.tag:08X} of {size} bytes is too long")
            if self._size + size > FRAME_OBJECTS and self._size > _OBJECT_COST:
                self._cut()
                o = self._begin(parent, kind)
            o.props.append(p)
            self._size += size
        return self.last

    def _begin(self, parent, kind):
        if self._size + _OBJECT_COST > FRAME_OBJECTS:
            self._cut()
        o = pb.Object(id=self.last, parent=parent, kind=kind)
        self._chunks[-1].append(o)
        self._size += _OBJECT_COST
        return o

    def _cut(self):
        self._chunks.append([])
        self._size = 0

    def _prop(self, key, kind, value):
        p = pb.Prop(tag=kind)
        if isinstance(key, tuple):
            set_, which = key
            p.name.set = set_
            if isinstance(which, str):
                p.name.text = which
            else:
                p.name.id = which
        else:
            p.tag |= key << 16
        try:
            self._value(p, kind, value)
        except (TypeError, ValueError) as e:
            raise TypeError(f"property 0x{p.tag:08X}: {value!r:.60} is no value of type 0x{kind:04X}: {e}") from e
        return p

    def _value(self, p, kind, value):
        field = field_of(kind & ~MULTI)
        if value is None and kind in (NULL, OBJECT):
            return
        if field is None:
            raise TypeError("unknown type")
        if value is None:
            raise TypeError("None has no type; del takes a property out")
        if isinstance(value, Piece):
            p.ref.blob, p.ref.offset, p.ref.length, p.ref.transform = value.blob, value.offset, value.size, value.transform
        elif isinstance(value, Large):
            if value._job is not self._job:
                raise ValueError("it belongs to another message")
            p.ref.blob, p.ref.length = value._blob, -1
        elif kind & MULTI:
            if isinstance(value, (str, bytes)):
                raise TypeError("it has several values, in a list")
            p.multi.SetInParent()  # also without any
            getattr(p.multi, _plural(kind & ~MULTI)).extend(value)
        elif isinstance(value, (str, bytes)) and kind in _LONG and (kind == OBJECT or _above(value, INLINE)):
            self._stream(p, value)
        elif kind in _BITS and not -1 << _BITS[kind] - 1 <= value < 1 << _BITS[kind] - 1:
            raise ValueError(f"more than {_BITS[kind]} bits")
        elif kind == GUID and len(value) != 16:
            raise ValueError("not 16 bytes")
        else:
            setattr(p, field, int(bool(value)) if kind == BOOLEAN else value)

    def _stream(self, p, value):
        if len(self.streams) == MAX_STREAMS:
            raise ValueError(f"the message has more than {MAX_STREAMS} values above {INLINE} bytes")
        self.streams.append(value.encode() if isinstance(value, str) else value)
        p.stream = len(self.streams)


def _above(value, limit):
    """Whether a string, as UTF-8, or bytes are longer than that."""
    if isinstance(value, str) and len(value) > limit // 4:
        return len(value.encode()) > limit
    return len(value) > limit
