"""What goes wrong, as exceptions."""


class BadInput(Exception):
    """The message or file cannot be converted, and trying again will not help.

    Raise it with words for the user. Any other exception is taken as a fault of
    the plugin.
    """


class Unsupported(Exception):
    """The plugin does not do what was asked."""


class Cancelled(Exception):
    """The host wants no more of this job. Let it pass."""


class Refused(Exception):
    """The host refused a request; code is a MAPI code.

    0x80040108, MAPI_E_INVALID_OBJECT, is what a value of a job that has ended
    gives.
    """

    def __init__(self, code, reason):
        super().__init__(f"refused by the host: 0x{code:08X}: {reason}")
        self.code = code

    @property
    def damaged(self):
        """Whether the host could not read its own storage."""
        return self.code in (0x8004011B, 0x80040600, 0x80040116)
