"""Sets a page with Typst: source and data in, a tagged PDF with links where the fields will be."""

import json
from collections.abc import Sequence
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


def typeset(
    source: str,
    *,
    title: str,
    school: School,
    codes: Sequence[SlipCode],
    cut_mm: float | None,
    description: bytes,
) -> bytes:
    """The PDF of a source in `library/`, with `ruecklauf.json` attached.

    Raises:
        TypesettingError: Typst refuses the text.
    """
    form = {
        "title": title,
        "cut_mm": cut_mm,
        "copies": [{"svg": drawn(code), "lines": code.lines} for code in codes],
    }
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


@cache
def _compiler(source: str) -> typst.Compiler:
    """Fonts and parsed sources are kept: the first page takes 140 ms, the following ones about 16 ms."""
    return typst.Compiler(LIBRARY / f"{source}.typ", root=LIBRARY, font_paths=[FONTS], ignore_system_fonts=True)
