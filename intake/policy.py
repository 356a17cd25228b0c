"""Who must sign: a choice of the school, never of the reader."""

from dataclasses import dataclass

from forms.model import Role


@dataclass(frozen=True, slots=True)
class Policy:
    """Which printed signature lines must be signed.

    What counts is named by exception, so that a line of a new kind is required until somebody says otherwise.
    `waived` are the roles whose lines may stay empty.
    """

    waived: frozenset[Role]

    def requires(self, role: Role) -> bool:
        """Whether a line of this role has to be signed."""
        return role not in self.waived


EVERY_LINE = Policy(waived=frozenset())
"""The default: whatever line the form prints, somebody signs it."""
