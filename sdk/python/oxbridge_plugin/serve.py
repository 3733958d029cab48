"""The server: start, lanes and jobs (plugin.proto)."""

import itertools
import json
import os
import queue
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

import grpc

from . import plugin_pb2 as pb
from .errors import BadInput, Cancelled, Refused, Unsupported
from .transfer import CHUNK, Input, Output
from .wire import Builder, Flattener

_LANES = 2          # Python runs one thread at a time: the host starts more processes
_AHEAD = 4          # reads in flight
_WAITING = 64       # frames that a slow host lets wait
_ERROR_TEXT = 4096  # bytes of Done.error
_SERVICE = "oxbridge.plugin.v1.Converter"

# What no host knows, so that hosts learn to ignore it: a feature, a field, and
# the value of an enum.
_GREASE = "x-grease-a41f"
_GREASE_NUMBER = 16382
_GREASE_FIELD = b"\xf2\xff\x07" + bytes([len(_GREASE)]) + _GREASE.encode()


def serve(plugin):
    """Serves until the host ends the process."""
    hello = os.dup(1)
    os.dup2(2, 1)  # from now on, what anybody prints is log text
    sys.stdout = sys.stderr
    threading.Thread(target=_lifeline, daemon=True).start()
    server = grpc.server(ThreadPoolExecutor(_LANES + 4), options=[
        ("grpc.max_receive_message_length", 4 << 20), ("grpc.max_send_message_length", 4 << 20)])
    done = threading.Event()
    server.add_generic_rpc_handlers((_handlers(plugin), _controller(done)))
    path = os.path.join(os.environ["PLUGIN_UNIX_SOCKET_DIR"], "p")
    server.add_insecure_port("unix:" + path)
    server.start()
    os.write(hello, f"1|1|unix|{path}|grpc\n".encode())
    done.wait()
    server.stop(0.5).wait()
    os._exit(0)


def _lifeline():
    """Ends the process when standard input ends: the host is dead."""
    try:
        while os.read(0, 4096):
            pass
    finally:
        os._exit(0)


def _handlers(plugin):
    return grpc.method_handlers_generic_handler(_SERVICE, {
        "Describe": grpc.unary_unary_rpc_method_handler(
            lambda request, context: describe(plugin), pb.DescribeRequest.FromString, pb.Description.SerializeToString),
        "Lane": grpc.stream_stream_rpc_method_handler(
            lambda frames, context: Lane(plugin, frames, context).answers(),
            pb.HostFrame.FromString, pb.PluginFrame.SerializeToString),
    })


def _controller(done):
    """The service by which the host asks the process to end."""
    def shutdown(_request, _context):
        done.set()
        return b""
    return grpc.method_handlers_generic_handler("plugin.GRPCController", {
        "Shutdown": grpc.unary_unary_rpc_method_handler(shutdown)})


def describe(plugin):
    """The answer to Describe."""
    description = pb.Description(
        features=[_GREASE], name=plugin.name, version=plugin.version, max_lanes=_LANES, pipeline=1,
        formats=[pb.Format(name=f.name, media_type=f.media_type, extensions=f.extensions,
                           imports=f.importer is not None, exports=f.exporter is not None) for f in plugin.formats],
        options=[pb.Option(name=o.name, kind=o.kind, default=o.written, choices=o.choices, min=o.min, max=o.max,
                           help=o.help) for o in plugin.options])
    description.options.add(name=_GREASE, kind=_GREASE_NUMBER)
    description.MergeFromString(_GREASE_FIELD)
    return description


class Lane:
    """One stream of jobs. A thread reads it; each job runs in a thread of its own."""

    def __init__(self, plugin, frames, context):
        self.plugin = plugin
        self._frames = frames
        self._out = queue.Queue(_WAITING)
        self._jobs = {}
        self._numbers = itertools.count()
        self._gone = threading.Event()
        context.add_callback(self._end)

    def answers(self):
        """Yields the frames for the host."""
        threading.Thread(target=self._read, daemon=True).start()
        while True:
            frame = self._out.get()
            if frame is None:
                return
            yield frame

    def send(self, frame):
        """Queues a frame; waits when the host is slow."""
        while not self._gone.is_set():
            try:
                return self._out.put(frame, timeout=1)
            except queue.Full:
                continue
        raise Cancelled("the host is gone")

    def number(self):
        """Returns a number for a request, unique among those that are open."""
        return next(self._numbers) % 0x7FFFFFFF + 1

    def forget(self, job):
        self._jobs.pop(job.id, None)

    def _end(self):
        self._gone.set()
        for job in list(self._jobs.values()):
            job.stop("the lane has ended")
        try:
            self._out.put_nowait(None)
        except queue.Full:
            pass

    def _read(self):
        try:
            for frame in self._frames:
                self._take(frame)
        except grpc.RpcError:
            pass
        finally:
            self._end()

    def _take(self, frame):
        kind = frame.WhichOneof("kind")
        if kind == "begin":
            self._jobs[frame.job] = Job(self, frame.job, frame.begin)
            return self._jobs[frame.job].add(frame.begin)
        job = self._jobs.get(frame.job)
        if job is None:
            return
        if kind == "snapshot":
            job.add(frame.snapshot)
        elif kind == "cancel":
            job.stop(frame.cancel.reason)
        elif kind == "refused" and frame.refused.id == 0:
            job.stop(f"refused: 0x{frame.refused.code:08X}: {frame.refused.reason}")
        elif kind in ("data", "found", "refused"):
            job.answer(getattr(frame, kind))


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
    """One message converted once; what exporters and importers get first.

    format is the word that the user asked for, options a dictionary of the
    declared options.
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
        self._lock = threading.Lock()

    def report(self, code, detail, severity="loss", object="", tag=0, part=""):
        """Reports something lost, repaired or refused: a stable dotted code and words.

        severity is "info", "loss" or "error".
        """
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
        done = pb.Done(result=result, error=error.encode()[:_ERROR_TEXT].decode("utf-8", "ignore"))
        done.MergeFromString(_GREASE_FIELD)
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
        self._settle()
        wanted = self._begin.direction
        for f in self._lane.plugin.formats:
            if f.name == self.format and wanted == pb.DIRECTION_EXPORT and f.exporter:
                out = Output(self)
                f.exporter(self, self._builder.message, out)
                return out._close()
            if f.name == self.format and wanted == pb.DIRECTION_IMPORT and f.importer:
                message = f.importer(self, Input(self, self._begin.input_size, self._begin.head))
                return self._put(message)
        raise Unsupported(f"direction {wanted} of format {self.format!r}")

    def _put(self, message):
        if message is None:
            raise TypeError("the importer returned no message")
        flattener = Flattener()
        chunks = flattener.flatten(message)
        chunks[-1].append(pb.Object(id=flattener.last + 1, parent=1, kind=_GREASE_NUMBER))
        for objects in chunks:
            self.send(put={"objects": objects})
        for number, value in enumerate(flattener.streams, 1):
            for at in range(0, max(len(value), 1), CHUNK):
                self.check()
                self.send(data={"id": number, "last": at + CHUNK >= len(value), "payload": value[at:at + CHUNK]})
