"""What a plugin says about itself, and its main function."""

import json
import os
import re
import sys
from dataclasses import dataclass, field

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}\Z")
_NUMBER = re.compile(r"[+-]?[0-9]{1,19}\Z")
_COOKIE = ("OXBRIDGE_PLUGIN", "9b1dd3a4-message-session")


@dataclass
class Format:
    """A kind of file. name is the word that users say after --to.

    exporter(job, message, out) writes the file of a message; importer(job, input)
    returns the Message that a file holds. At least one is needed.
    """

    name: str
    extensions: list = field(default_factory=list)  # with the dot; the first is used for output
    media_type: str = ""
    exporter: object = None
    importer: object = None


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
    """A plugin program. Call main at the end of the program."""

    name: str
    version: str = ""
    formats: list = field(default_factory=list)
    options: list = field(default_factory=list)

    def check(self):
        """Raises ValueError with what is wrong."""
        for what, name in [("plugin", self.name), *(("format", f.name) for f in self.formats),
                           *(("option", o.name) for o in self.options)]:
            if not _NAME.match(name):
                raise ValueError(f"{what} name {name!r} is not [a-z][a-z0-9-]{{0,31}}")
        if not self.formats:
            raise ValueError(f"plugin {self.name} has no formats")
        for f in self.formats:
            if not f.exporter and not f.importer:
                raise ValueError(f"format {f.name} has neither exporter nor importer")
            for e in f.extensions:
                if len(e) < 2 or e[0] != "." or "/" in e or "\\" in e:
                    raise ValueError(f"extension {e!r} of format {f.name} has no dot or no name")

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
        return {"name": self.name, "version": self.version, "formats": [
            {"name": f.name, "media_type": f.media_type, "extensions": list(f.extensions),
             "imports": f.importer is not None, "exports": f.exporter is not None} for f in self.formats],
            "options": [{"name": o.name, "default": o.written, "choices": list(o.choices), "help": o.help}
                        for o in self.options]}
