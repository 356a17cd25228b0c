"""What can go wrong for the person at the keyboard, and the exit code of each."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the program says to the shell when it ends."""

    SETTLED = 0
    REVIEW_NEEDED = 1
    USAGE = 2
    UNREADABLE_INPUT = 3
    DEPENDENCY_MISSING = 5
    INTERRUPTED = 130


class RuecklaufError(Exception):
    """What happened, to what, and what to do next; the message is written for the office, in German."""

    exit_code: ExitCode = ExitCode.USAGE


class UsageError(RuecklaufError):
    """The call cannot be carried out as given."""


class BlankError(RuecklaufError):
    """A file given as a blank is none."""


class RosterError(RuecklaufError):
    """A class list cannot be read, or not without doubt."""


class DependencyMissingError(RuecklaufError):
    """A part that this program needs is not on this machine."""

    exit_code = ExitCode.DEPENDENCY_MISSING


class UnreadablePageError(Exception):
    """A page or file that cannot be decoded; becomes a row of kind `unreadable`, never ends a run.

    Attributes:
        reason: The code in pages.csv, in English with underscores.
    """

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason
