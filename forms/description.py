"""`ruecklauf.json`: what the PDF of a blank cannot say in its form fields. Embedded in every blank."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from forms.geometry import Rect
from forms.model import Meaning, Role, Rule, SlipArea

FILE_NAME = "ruecklauf.json"
SCHEMA = 1
MAX_DESCRIPTION_BYTES = 256 * 1024
"""A description of 100 fields has about 8 KB."""

Kind = Literal["text", "choice", "signature"]
KINDS: Mapping[str, Kind] = {"text": "text", "choice": "choice", "signature": "signature"}

_MEMBERS = {"schema", "form", "version", "title", "language", "rule", "slip", "fields", "options", "cut_mm"}


class NotADescriptionError(ValueError):
    """A `ruecklauf.json` that does not say exactly what it must."""


@dataclass(frozen=True, slots=True)
class FieldRole:
    """What the field of this name is for and of what kind it is."""

    name: str
    role: Role
    kind: Kind


@dataclass(frozen=True, slots=True)
class OptionMeaning:
    """What a tick at the box with this on-state says."""

    option: str
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Description:
    """A form without the places of its fields, which the form fields of the PDF give."""

    form_id: str
    version: int
    title: str
    language: str
    rule: Rule
    slip: SlipArea
    cut_mm: float | None
    fields: tuple[FieldRole, ...]
    options: tuple[OptionMeaning, ...]


def encode(description: Description) -> bytes:
    """The description as UTF-8 JSON; equal descriptions give equal bytes."""
    place = description.slip.place
    members = {
        "schema": SCHEMA,
        "form": description.form_id,
        "version": description.version,
        "title": description.title,
        "language": description.language,
        "rule": description.rule.value,
        "slip": {
            "page": description.slip.page,
            "rect_mm": [place.x, place.y, place.width, place.height],
        },
        "fields": {f.name: {"role": f.role.value, "kind": f.kind} for f in description.fields},
        "options": {o.option: o.meaning.value for o in description.options},
        "cut_mm": description.cut_mm,
    }
    return json.dumps(members, ensure_ascii=False, indent=1).encode("utf-8")


def decode(content: bytes) -> Description:
    """The description in these bytes.

    Raises:
        NotADescriptionError: Something is missing, superfluous, of the wrong kind or out of range.
    """
    if len(content) > MAX_DESCRIPTION_BYTES:
        raise NotADescriptionError("too large")
    try:
        members = _object(json.loads(content, object_pairs_hook=_no_name_twice))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise NotADescriptionError("not JSON in UTF-8") from error
    if set(members) != _MEMBERS:
        raise NotADescriptionError(f"members differ: {sorted(set(members) ^ _MEMBERS)}")
    if _whole(members["schema"]) != SCHEMA:
        raise NotADescriptionError(f"schema {members['schema']} is not known")
    return _described(members)


def _described(members: Mapping[str, object]) -> Description:
    """Each member as its kind."""
    try:
        return Description(
            form_id=_text(members["form"]),
            version=_whole(members["version"]),
            title=_text(members["title"]),
            language=_text(members["language"]),
            rule=Rule(_text(members["rule"])),
            slip=_slip(members["slip"]),
            cut_mm=None if members["cut_mm"] is None else _number(members["cut_mm"]),
            fields=tuple(_field(name, entry) for name, entry in _object(members["fields"]).items()),
            options=tuple(
                OptionMeaning(option, Meaning(_text(says))) for option, says in _object(members["options"]).items()
            ),
        )
    except NotADescriptionError:
        raise
    except ValueError as error:
        raise NotADescriptionError(str(error)) from error


def _slip(value: object) -> SlipArea:
    """`{"page": n, "rect_mm": [x, y, width, height]}`."""
    members = _object(value)
    rect = members.get("rect_mm")
    if set(members) != {"page", "rect_mm"} or not isinstance(rect, list) or len(rect) != len("xywh"):
        raise NotADescriptionError("slip must have a page and four numbers as rect_mm")
    x, y, width, height = (_number(v) for v in rect)
    return SlipArea(page=_whole(members["page"]), place=Rect(x, y, width, height))


def _field(name: str, value: object) -> FieldRole:
    """`NAME: {"role": …, "kind": …}`."""
    members = _object(value)
    if set(members) != {"role", "kind"}:
        raise NotADescriptionError(f"field {name} must have a role and a kind")
    kind = KINDS.get(_text(members["kind"]))
    if kind is None:
        raise NotADescriptionError(f"field {name} has an unknown kind")
    return FieldRole(name, Role(_text(members["role"])), kind)


def _no_name_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """JSON lets the last of two equal names win; here a second one is an error."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotADescriptionError("a name stands twice")
    return members


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise NotADescriptionError("an object was expected")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value or not value.isprintable():
        raise NotADescriptionError("a text was expected")
    return value


def _whole(value: object) -> int:
    if type(value) is not int or value < 1:
        raise NotADescriptionError("a whole number from 1 was expected")
    return value


def _number(value: object) -> float:
    if type(value) not in (int, float) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotADescriptionError("a number was expected")
    return float(value)
