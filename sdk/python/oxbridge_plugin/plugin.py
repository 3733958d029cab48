"""What a plugin says about itself, and its main function."""

import json
import os
import re
import sys
from base64 import b64encode
from dataclasses import dataclass, field

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}\Z")
_NUMBER = re.compile(r"[+-]?[0-9]{1,19}\Z")
_COOKIE = ("OXBRIDGE_PLUGIN", "9b1dd3a4-message-session")


@dataclass
class Format:
    """A kind of file. name is the word that users say after --to.

    exporter(job, message, out) writes the file of a message; importer(job, input)
    returns the Message that a file holds. At least one is needed.

    magic and probe tell files of the format from others, which an importer needs
    to be found without --from: magic is a list of (offset, bytes), any of which
    the files have; probe(input) says True or False of a file that no magic
    decides, as cheaply as it can. Without both, extensions decide.
    """

    name: str
    extensions: list = field(default_factory=list)  # with the dot; the first is used for output
    media_type: str = ""
    exporter: object = None
    importer: object = None
    probe: object = None
    magic: list = field(default_factory=list)

    def check(self):
        """Raises ValueError with what is wrong."""
        if not self.exporter and not self.importer:
            raise ValueError(f"format {self.name} has neither exporter nor importer")
        for what in ("exporter", "importer", "probe"):
            _callable(getattr(self, what), f"{what} of format {self.name}")
        if self.probe and not self.importer:
            raise ValueError(f"format {self.name} has a probe and no importer")
        for e in self.extensions:
            if len(e) < 2 or e[0] != "." or "/" in e or "\\" in e:
                raise ValueError(f"extension {e!r} of format {self.name} has no dot or no name")
        for offset, piece in self.magic:
            if not 0 <= offset < 4096 or not isinstance(piece, bytes) or not 1 <= len(piece) <= 256:
                raise ValueError(f"magic {piece!r:.60} at {offset} of format {self.name}: "
                                 "needs 1 to 256 bytes below 4096")


def _callable(function, what):
    if function is not None and not callable(function):
        raise ValueError(f"the {what} is {function!r:.60}, not a function")


@dataclass
class Option:
    """A setting that users give by name. The host checks values before they come here."""

    name: str
    help: str
    default: object = ""   # True or False makes a switch, an int a number, else text
    choices: list = field(default_factory=list)
    min: int = 0
    max: int = 0           # of a number; 0 means no bound

    @property
    def kind(self):
        """The OptionKind of plugin.proto."""
        return 1 if isinstance(self.default, bool) else 2 if isinstance(self.default, int) else 0

    @property
    def written(self):
        """The default as users write it."""
        return str(self.default).lower() if self.kind == 1 else str(self.default)

    def read(self, text):
        """The value that text stands for; ValueError for one that the option does not take."""
        if self.kind == 1 and text in ("true", "false"):
            return text == "true"
        if self.kind == 2 and _NUMBER.match(text) and self.min <= int(text) <= (self.max or 2**63 - 1):
            return int(text)
        if self.kind == 0 and (not self.choices or text in self.choices):
            return text
        raise ValueError(f"option {self.name} does not take {text[:80]!r}")


@dataclass
class Plugin:
    """A plugin program. Call main at the end of the program.

    transformer(job, message) changes messages on their way, whatever the formats.
    What it has made of the message, in place, goes on, or the Message that it
    returns. A plugin without it has at least one format.
    """

    name: str
    version: str = ""
    formats: list = field(default_factory=list)
    options: list = field(default_factory=list)
    transformer: object = None

    @property
    def features(self):
        """The names of the optional parts of the protocol that it uses."""
        return ["transform"] * bool(self.transformer) + ["probe"] * any(f.probe for f in self.formats)

    def check(self):
        """Raises ValueError with what is wrong."""
        for what, name in [("plugin", self.name), *(("format", f.name) for f in self.formats),
                           *(("option", o.name) for o in self.options)]:
            if not _NAME.match(name):
                raise ValueError(f"{what} name {name!r} is not [a-z][a-z0-9-]{{0,31}}")
        for what, declared in ("format", self.formats), ("option", self.options):
            names = [d.name for d in declared]
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"{what} {name} is there twice")
        if not self.formats and not self.transformer:
            raise ValueError(f"plugin {self.name} has no formats and no transformer")
        _callable(self.transformer, f"transformer of plugin {self.name}")
        for f in self.formats:
            f.check()

    def main(self):
        """Serves the host that started this process; returns never."""
        self.check()
        if os.environ.get(_COOKIE[0]) == _COOKIE[1]:
            from .serve import serve
            serve(self)
        if sys.argv[1:] == ["describe"]:
            print(json.dumps(self._described()))
            sys.exit(0)
        sys.exit(f"{self.name} is a plugin for oxbridge, which starts it when it is needed.\n"
                 "hint: the argument describe shows what it can do")

    def _described(self):
        formats = [{
            "name": f.name, "media_type": f.media_type, "extensions": list(f.extensions),
            "magic": [{"offset": at, "bytes": b64encode(piece).decode()} for at, piece in f.magic],
            "probes": f.probe is not None, "imports": f.importer is not None, "exports": f.exporter is not None,
        } for f in self.formats]
        options = [{"name": o.name, "default": o.written, "choices": list(o.choices), "help": o.help} for o in self.options]
        return {"name": self.name, "version": self.version, "formats": formats, "transforms": self.transformer is not None,
                "options": options, "features": self.features}
