"""Whether what a file holds in one field is what its picture shows there.

Neither is believed alone: a tick that is held must be seen, one that is seen must be held or laid over the field, and a
text must look like what was read in the picture.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from forms.geometry import Rect
from forms.model import ChoiceBox, Role
from intake.filled import Annotation, Widget
from intake.stages.wording import objects
from intake.values import Mark, MarkState, TextReading, TextState

MOST_TICK_LETTERS = 2
"""More letters laid over a box are no tick."""
ALIKE, FEWEST_LETTERS = 85.0, 4
"""A text that is held and what was read in the picture are so alike, in per cent of their letters. The recogniser read
each of 78 typed names of the samples as they are; viewers that lose every accented letter leave 85.7 of "Nguyễn Thị
Ánh"; children of one last name have up to 77. Shorter texts are not compared, but must be seen."""
COVERED_SHARE = 0.5
"""Ink over so much of a line of text may strike it out or paint it over."""


@dataclass(frozen=True, slots=True)
class Line:
    """What lies over one field: annotations, how many pictures, and what the page itself sets in type there."""

    laid_over: tuple[Annotation, ...]
    page_text: str
    images: int

    @property
    def note(self) -> str:
        """What annotations say there, from left to right."""
        typed = sorted((one for one in self.laid_over if one.kind == "FreeText"), key=lambda one: one.place.x)
        return " ".join(one.text for one in typed if one.text)

    @property
    def anything(self) -> bool:
        """Whether anything was laid over the field, or set into the page there."""
        return bool(self.laid_over or self.page_text or self.images)


def shared(one: Rect, other: Rect) -> float:
    """How much two places share, in parts of the smaller one."""
    width = min(one.right, other.right) - max(one.x, other.x)
    height = min(one.bottom, other.bottom) - max(one.y, other.y)
    smaller = min(one.width * one.height, other.width * other.height)
    return max(width, 0.0) * max(height, 0.0) / smaller


def _part_of(one: Rect, other: Rect) -> float:
    """How much of the first place lies in the second."""
    smaller = min(one.width * one.height, other.width * other.height)
    return shared(one, other) * smaller / (one.width * one.height)


# ---------------------------------------------------------------- boxes


@dataclass(frozen=True, slots=True)
class _Choice:
    """What a choice says: `ticked` its options; `agreed` whether field and boxes say the same, and one thing only."""

    ticked: frozenset[str]
    agreed: bool


def said_by(widgets: Sequence[Widget]) -> _Choice:
    """What a choice says: by the field, and by what each of its boxes shows."""
    values = frozenset(value for one in widgets for value in one.values)
    shown = frozenset(one.state for one in widgets) - {"Off", ""}
    strays = any(one.state not in {"Off", "", one.option} for one in widgets)
    return _Choice(values | shown, values == shown and len(values) <= 1 and not strays)


def unless_words(mark: Mark, line: Line) -> Mark:
    """A box with words laid over it is not ticked by them."""
    words = max(len(line.note), len(line.page_text)) > MOST_TICK_LETTERS
    return replace(mark, state=MarkState.UNCLEAR) if words and mark.state is MarkState.TICKED else mark


def together(mark: Mark, box: ChoiceBox, said: _Choice, line: Line) -> MarkState | None:
    """What picture and field say together; None where they contradict each other."""
    if not said.agreed or (said.ticked and line.laid_over):
        return None  # what is laid over a box that is in use may hide it, in the order that other viewers draw
    if box.option in said.ticked:
        return None if mark.state is MarkState.EMPTY else mark.state
    if mark.state is MarkState.TICKED:
        # Nothing is in the field, so that what is seen must have been laid over it.
        return mark.state if not said.ticked and line.anything else None
    return mark.state


# ---------------------------------------------------------------- texts


def is_covered(place: Rect, line: Line) -> bool:
    """Whether something laid over a text may hide it; a signature that reaches into the line does not."""
    return any(one.kind != "Ink" or _part_of(place, one.place) >= COVERED_SHARE for one in line.laid_over)


def letters_of(text: str) -> str:
    """Letters and digits without case and accents."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in bare if letter.isalnum())


def shows(text: str, read: TextReading) -> bool:
    """Whether the picture of a line may show this text."""
    if read.state is TextState.EMPTY:
        return False
    held, seen = letters_of(text), letters_of(read.text)
    if min(len(held), len(seen)) < FEWEST_LETTERS:
        return len(held) < FEWEST_LETTERS or read.state is TextState.UNREAD
    return fuzz.ratio(held, seen) >= ALIKE


def state_of_text(read: TextReading, text: str) -> TextState:
    """What a line is worth: letters on a line that nobody knows the use of are a condition."""
    if objects(text) or (read.role is Role.OTHER and (text or read.state is TextState.WRITTEN)):
        return TextState.OBJECTION
    return read.state
