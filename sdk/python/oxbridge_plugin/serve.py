"""The server: start and lanes (plugin.proto)."""

import itertools
import os
import queue
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc

from . import plugin_pb2 as pb
from .errors import Cancelled
from .job import Job
from .wire import GREASE, GREASE_FIELD, GREASE_NUMBER

_LANES = 2          # Python runs one thread at a time: the host starts more processes
_WAITING = 64       # frames that a slow host lets wait
_SERVICE = "oxbridge.plugin.v1.Converter"


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
        features=[GREASE, *plugin.features], name=plugin.name, version=plugin.version, max_lanes=_LANES, pipeline=1,
        formats=[pb.Format(name=f.name, media_type=f.media_type, extensions=f.extensions,
                           magic=[pb.Magic(offset=at, bytes=b) for at, b in f.magic], probes=f.probe is not None,
                           imports=f.importer is not None, exports=f.exporter is not None) for f in plugin.formats],
        options=[pb.Option(name=o.name, kind=o.kind, default=o.written, choices=o.choices, min=o.min, max=o.max,
                           help=o.help) for o in plugin.options])
    description.options.add(name=GREASE, kind=GREASE_NUMBER)
    description.MergeFromString(GREASE_FIELD)
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
