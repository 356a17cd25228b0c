"""The form: one wording with its fields and its rule. Whatever prints or reads a slip starts here."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from forms.geometry import Rect


class Rule(StrEnum):
    """What makes a slip a consent."""

    TICK = "tick"
    """A tick at "yes" decides; the signatures confirm it."""
    SIGNATURES = "signatures"
    """Signing is the consent; there is no box."""


class Role(StrEnum):
    """What a field is for."""

    CHILD_NAME = "child_name"
    CHILD_CLASS = "child_class"
    GUARDIAN_NAMES = "guardian_names"
    PLACE_DATE = "place_date"
    CONSENT = "consent"
    ACKNOWLEDGEMENT = "acknowledgement"
    """A box that says something was read; it neither grants nor refuses."""
    GUARDIAN_SIGNATURE = "guardian_signature"
    GUARDIAN2_SIGNATURE = "guardian2_signature"
    PUPIL_SIGNATURE = "pupil_signature"
    DETAIL = "detail"
    """Something asked for that says nothing about the consent: a telephone number, a birthday."""
    OTHER = "other"
    """Anything else, remarks above all: whatever is written here, a person has to read it."""


class Meaning(StrEnum):
    """What a tick at an option says."""

    YES = "yes"
    NO = "no"
    ACKNOWLEDGED = "acknowledged"
    """Neither of the two: that something was read."""


@dataclass(frozen=True, slots=True)
class ChoiceBox:
    """One box of a choice; `name` is shared by all boxes of the choice, `option` is its on-state."""

    name: str
    option: str
    meaning: Meaning
    place: Rect
    caption: str

    @property
    def key(self) -> str:
        """Unique within the form."""
        return f"{self.name}.{self.option}"


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A line to sign on; the writing stands on the lower edge of `place`."""

    name: str
    role: Role
    place: Rect
    caption: str

    @property
    def key(self) -> str:
        """Unique within the form."""
        return self.name


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line to write on; the writing stands on the lower edge of `place`."""

    name: str
    role: Role
    place: Rect
    caption: str

    @property
    def key(self) -> str:
        """Unique within the form."""
        return self.name


Field = ChoiceBox | SignatureLine | TextLine


def kind_of(field: Field) -> str:
    """The word for the field's kind in `ruecklauf.json`."""
    match field:
        case ChoiceBox():
            return "choice"
        case SignatureLine():
            return "signature"
        case TextLine():
            return "text"
        case _:
            assert_never(field)


@dataclass(frozen=True, slots=True)
class SlipArea:
    """The part of the page that comes back; pages count from 1."""

    page: int
    place: Rect


@dataclass(frozen=True, slots=True)
class Form:
    """One wording with its fields and its rule.

    Raises:
        ValueError: Two fields share a key, a field lies outside the slip, or the fields do not fit the rule.
    """

    id: str
    version: int
    title: str
    language: str
    rule: Rule
    slip: SlipArea
    cut_mm: float | None
    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        """Refuse a form that no reader could judge."""
        keys = [field.key for field in self.fields]
        if len(set(keys)) != len(keys):
            raise ValueError(f"{self.id}: two fields have the same name: {sorted(keys)}")
        for field in self.fields:
            if not self.slip.place.overlaps(field.place):
                raise ValueError(f"{self.id}: field {field.key} lies outside the slip")
        meanings = {box.meaning for box in self.boxes} - {Meaning.ACKNOWLEDGED}
        if self.rule is Rule.TICK and meanings != {Meaning.YES, Meaning.NO}:
            raise ValueError(f"{self.id}: a tick decides, but there is no box for yes and for no")
        if self.rule is Rule.SIGNATURES and not self.signatures:
            raise ValueError(f"{self.id}: signatures decide, but there is no line to sign on")

    @property
    def boxes(self) -> tuple[ChoiceBox, ...]:
        """The boxes to tick, in reading order."""
        return tuple(f for f in self.fields if isinstance(f, ChoiceBox))

    @property
    def signatures(self) -> tuple[SignatureLine, ...]:
        """The lines to sign on, in reading order."""
        return tuple(f for f in self.fields if isinstance(f, SignatureLine))

    @property
    def texts(self) -> tuple[TextLine, ...]:
        """The lines to write on, in reading order."""
        return tuple(f for f in self.fields if isinstance(f, TextLine))
