"""Write plugins for oxbridge in Python.

A plugin is a program that turns messages into files of some format, such files
into messages, or messages into others:

    from oxbridge_plugin import Format, Plugin

    def export(job, message, out):
        out.write(message.text("PidTagSubject") + "\\n")

    Plugin("subjects", formats=[Format("subject", [".txt"], exporter=export)]).main()

Messages and files come through the host, so a plugin needs neither files nor
network. A function returns when it is done; what it raises fails the one
message. README.md beside this package is the guide.
"""

from .errors import BadInput, Cancelled, Refused, Unsupported
from .message import Attachment, Large, Message, Properties
from .plugin import Format, Option, Plugin
from .transfer import BASE64, BASE64_LINE, RAW, UNBASE64, UNQUOTE, Piece

__all__ = [
    "Attachment", "BadInput", "Cancelled", "Format", "Large", "Message", "Option", "Piece", "Plugin",
    "Properties", "Refused", "Unsupported", "BASE64", "RAW", "BASE64_LINE", "UNBASE64", "UNQUOTE",
]
