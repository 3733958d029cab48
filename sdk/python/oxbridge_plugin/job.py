"""Jobs: what runs the author's functions (plugin.proto, message Begin to Done)."""

import json
import queue
import sys
import threading
import traceback

from . import plugin_pb2 as pb
from .errors import BadInput, Cancelled, Refused, Unsupported
from .message import Message
from .transfer import CHUNK, Input, Output
from .wire import GREASE_FIELD, GREASE_NUMBER, Builder, Flattener

_AHEAD = 4          # reads in flight
_ERROR_TEXT = 4096  # bytes of Done.error


class Log:
    """Log lines for the operator. Contents of mail belong to debug at most."""

    def __init__(self, job):
        self._job = job

    def debug(self, text): self._write("debug", text)
    def info(self, text): self._write("info", text)
    def warning(self, text): self._write("warn", text)
    def error(self, text): self._write("error", text)

    def _write(self, level, text):
        print(json.dumps({"@level": level, "@message": str(text), "job": self._job}), file=sys.stderr, flush=True)


class Job:
    """One message converted once; what exporters, importers and transformers get first.

    format is the word that the user asked for, "" for a transformer; options is a
    dictionary of the declared options.
    """

    def __init__(self, lane, number, begin):
        self.id = number
        self.format = begin.format
        self.options = {o.name: o.default for o in lane.plugin.options}
        self.log = Log(number)
        self._lane = lane
        self._begin = begin
        self._builder = Builder(self)
        self._calls = {}
        self._stopped = None
        self._over = False
        self._match = pb.MATCH_UNSPECIFIED
        self._lock = threading.Lock()

    def report(self, code, detail, severity="loss", object="", tag=0, part=""):
        """Reports something lost, repaired or refused: a stable dotted code and words.

        severity is "info", "loss" or "error". object is the path of the object in
        its message, such as "attachment 2", or a tuple of the steps to it, of which
        empty ones do not count.
        """
        if not isinstance(object, str):
            object = "/".join(step for step in object if step)
        levels = {"info": pb.SEVERITY_INFO, "loss": pb.SEVERITY_LOSS, "error": pb.SEVERITY_ERROR}
        self.send(problem={"code": code, "severity": levels[severity], "object": object, "tag": tag, "part": part,
                           "detail": detail})

    def check(self):
        """Raises Cancelled when the host wants no more. Loops that may take long call it."""
        if self._stopped is not None:
            raise Cancelled(self._stopped)

    def send(self, **kind):
        """Sends a frame of this job."""
        if self._over:
            raise Refused(0x80040108, "the job has ended")
        self._lane.send(pb.PluginFrame(job=self.id, **kind))

    # What follows is for this package.

    def add(self, part):
        self._builder.add(part.objects)
        if not part.more:
            threading.Thread(target=self._run, daemon=True).start()

    def stop(self, reason):
        with self._lock:
            self._stopped = reason
            calls, self._calls = self._calls, {}
        for q in calls.values():
            q.put(None)

    def answer(self, frame):
        with self._lock:
            q = self._calls.pop(frame.id, None)
        if q is not None:
            q.put(frame)

    def pieces(self, blob, start, end):
        """Yields the bytes of a blob from start to end, None: all, a few reads ahead."""
        waiting, at, ahead = [], start, 1 if end is None else _AHEAD
        while True:
            while len(waiting) < ahead and (end is None or at < end):
                n = CHUNK if end is None else min(CHUNK, end - at)
                waiting.append(self._ask(read={"blob": blob, "offset": at, "length": n}))
                at += n
            if not waiting:
                return
            data = self._wait(waiting.pop(0))
            if data.payload:
                yield data.payload
            if data.last:
                return

    def find(self, blob, start, end, patterns):
        """Returns (where, which pattern) the host finds first, or (-1, 0)."""
        found = self._wait(self._ask(find={"blob": blob, "from": start, "to": end, "patterns": patterns}))
        return found.at, found.pattern

    def _ask(self, **kind):
        q = queue.Queue(1)
        with self._lock:
            if self._stopped is not None:
                raise Cancelled(self._stopped)
            number = self._lane.number()
            self._calls[number] = q
        for request in kind.values():
            request["id"] = number
        self.send(**kind)
        return q

    def _wait(self, q):
        answer = q.get()
        if answer is None:
            raise Cancelled(self._stopped)
        if isinstance(answer, pb.Refused):
            raise Refused(answer.code, answer.reason)
        return answer

    def _run(self):
        result, error = pb.RESULT_OK, ""
        try:
            self._convert()
            self.check()
        except BadInput as e:
            result, error = pb.RESULT_BAD_INPUT, str(e)
        except Unsupported as e:
            result, error = pb.RESULT_UNSUPPORTED, str(e)
        except Cancelled as e:
            result, error = pb.RESULT_CANCELLED, str(e)
        except Refused as e:
            result, error = pb.RESULT_BAD_INPUT if e.damaged else pb.RESULT_INTERNAL, str(e)
        except BaseException as e:  # what the author's code raises, SystemExit included
            result, error = pb.RESULT_INTERNAL, f"{type(e).__name__}: {e}\n{traceback.format_exc()}"
        done = pb.Done(result=result, match=self._match, error=error.encode()[:_ERROR_TEXT].decode("utf-8", "ignore"))
        done.MergeFromString(GREASE_FIELD)
        self._over = True
        self._lane.forget(self)
        try:
            self._lane.send(pb.PluginFrame(job=self.id, done=done))
        except Cancelled:
            pass

    def _settle(self):
        """Takes the settings of the job."""
        for o in self._lane.plugin.options:
            if o.name in self._begin.options:
                try:
                    self.options[o.name] = o.read(self._begin.options[o.name])
                except ValueError as e:
                    raise Unsupported(str(e)) from e

    def _convert(self):
        self.check()
        self._settle()
        plugin, wanted = self._lane.plugin, self._begin.direction
        if wanted == pb.DIRECTION_TRANSFORM and plugin.transformer:
            message = self._builder.message
            other = plugin.transformer(self, message)
            return self._put(message if other is None else other, "transformer")
        for f in plugin.formats:
            if f.name == self.format and wanted == pb.DIRECTION_EXPORT and f.exporter:
                out = Output(self)
                f.exporter(self, self._builder.message, out)
                return out._close()
            if f.name == self.format and wanted == pb.DIRECTION_IMPORT and f.importer:
                return self._put(f.importer(self, self._input()), "importer")
            if f.name == self.format and wanted == pb.DIRECTION_PROBE and f.probe:
                return self._probe(f.probe)
        raise Unsupported(f"direction {wanted} of format {self.format!r}")

    def _input(self):
        return Input(self, self._begin.input_size, self._begin.head)

    def _probe(self, probe):
        yes = probe(self._input())
        if not isinstance(yes, bool):
            raise TypeError(f"the probe returned {yes!r:.60}, not True or False")
        self._match = pb.MATCH_YES if yes else pb.MATCH_NO

    def _put(self, message, by):
        if not isinstance(message, Message):
            raise TypeError(f"the {by} returned {type(message).__name__}, not a Message")
        self.check()  # the author's code may not have looked
        flattener = Flattener(self)
        chunks = flattener.flatten(message)
        chunks[-1].append(pb.Object(id=flattener.last + 1, parent=1, kind=GREASE_NUMBER))
        for objects in chunks:
            self.send(put={"objects": objects})
        for number, value in enumerate(flattener.streams, 1):
            for at in range(0, max(len(value), 1), CHUNK):
                self.check()
                self.send(data={"id": number, "last": at + CHUNK >= len(value), "payload": value[at:at + CHUNK]})
