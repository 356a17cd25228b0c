"""Sets a page with Typst: source and data in, a tagged PDF with links where the fields will be."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

import typst

from forms.code import SlipCode, drawn
from forms.school import School

LIBRARY = Path(str(files("forms") / "library"))
FONTS = LIBRARY / "fonts"

STANDARDS: list["typst.PDFStandard"] = ["a-3a", "ua-1"]
"""Typst itself refuses a page that lacks a title or a text for a picture when asked for these."""

SET_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""The date in every PDF: equal input gives equal bytes, so a blank can be recognised by its hash."""


class TypesettingError(ValueError):
    """The text cannot be set, for instance because a school's name has letters that no font of ours has."""


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """One slip of a file: both copies of its code, and what is typed into its text fields before it is printed."""

    codes: Sequence[SlipCode]
    typed: Mapping[str, str]


def typeset(
    source: str,
    *,
    title: str,
    school: School,
    slips: Sequence[PrintedSlip],
    cut_mm: float | None,
    description: bytes,
    on_paper: bool = False,
) -> bytes:
    """The PDF of a source in `library/`, once for each slip, with `ruecklauf.json` attached.

    Links mark the places of the fields; `on_paper` the lines and boxes are print like everything else.

    Raises:
        TypesettingError: Typst refuses the text.
    """
    form = {"title": title, "cut_mm": cut_mm, "on_paper": on_paper, "slips": [_inputs_of(slip) for slip in slips]}
    sender = {
        "name": school.name,
        "address": school.address,
        "head": school.head,
        "return_sentence": school.return_sentence,
    }
    inputs = {
        "form": json.dumps(form),
        "school": json.dumps(sender),
        "description": description.decode("utf-8"),
    }
    try:
        pdf = _compiler(source).compile(sys_inputs=inputs, pdf_standards=STANDARDS, timestamp=SET_AT)
    except typst.TypstError as error:
        raise TypesettingError(error.message.removeprefix("assertion failed: ")) from error
    if not isinstance(pdf, bytes):
        raise TypesettingError(f"{source}: one PDF was expected")
    return pdf


def _inputs_of(slip: PrintedSlip) -> dict[str, object]:
    """A slip as the sources of the library read it."""
    copies = [{"svg": drawn(code), "lines": code.lines} for code in slip.codes]
    return {"copies": copies, "typed": dict(slip.typed)}


@cache
def _compiler(source: str) -> typst.Compiler:
    """Fonts and parsed sources are kept: the first page takes 140 ms, the following ones about 16 ms."""
    return typst.Compiler(LIBRARY / f"{source}.typ", root=LIBRARY, font_paths=[FONTS], ignore_system_fonts=True)
