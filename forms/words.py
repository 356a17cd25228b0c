"""The printed words of a PDF page and where they stand; rows of dots and underscores are lines, not words."""

import io
import logging
from collections.abc import Iterator, Sequence
from itertools import groupby

import pdfplumber
from pdfminer.pdfexceptions import PDFException

from forms.captions import Word
from forms.fields import MALFORMED
from forms.geometry import MM_PER_POINT, Rect
from forms.letter_copy import NotAdoptableError

LEADERS = frozenset("._…·‥-–—\u00ad")
"""Letters that lines are typed with, if they stand in a row."""
ROW_OF_LEADERS = 3
BRACKETS = frozenset("[]☐□▢❏❐❑❒\uf06f\uf0a8\uf071")
"""Typed boxes, also those of symbol fonts: found as shapes, and no part of a caption."""
MAX_CHARACTERS = 30_000

logging.getLogger("pdfminer").setLevel(logging.ERROR)


def words_of(pdf: bytes, page: int) -> tuple[Word, ...]:
    """The words of a page (from 1), row by row.

    Raises:
        NotAdoptableError: The text cannot be read, or is more than any letter's.
    """
    try:
        with pdfplumber.open(io.BytesIO(pdf)) as document:
            plumbed = document.pages[page - 1]
            characters = [c for c in plumbed.chars if c.get("upright", True)]
            if len(characters) > MAX_CHARACTERS:
                raise NotAdoptableError("Auf der Seite steht mehr Text als auf jedem Brief.")
            kept = {id(c) for c in _without_leaders(characters)}
            shown = plumbed.filter(lambda thing: thing["object_type"] != "char" or id(thing) in kept)
            found = shown.extract_words(keep_blank_chars=False, use_text_flow=False, x_tolerance_ratio=0.2)
    except (PDFException, *MALFORMED) as error:
        if isinstance(error, NotAdoptableError):
            raise
        raise NotAdoptableError("Der Text der Seite ist nicht lesbar. Bitte drucken Sie sie neu als PDF.") from error
    return tuple(_word(one) for one in found if one["x1"] > one["x0"] and one["bottom"] > one["top"])


def _word(found: dict[str, object]) -> Word:
    left, top, right, bottom = (float(str(found[edge])) * MM_PER_POINT for edge in ("x0", "top", "x1", "bottom"))
    return Word(str(found["text"]), Rect(left, top, right - left, bottom - top))


def _without_leaders(characters: Sequence[dict[str, object]]) -> Iterator[dict[str, object]]:
    """The characters that are neither boxes nor part of a row of dots, dashes or underscores."""
    for is_leader, row in groupby(characters, key=lambda c: str(c["text"]) in LEADERS or not str(c["text"]).strip()):
        group = list(row)
        typed = "".join(str(c["text"]) for c in group).replace(" ", "").replace("…", "...")
        if is_leader and len(typed) >= ROW_OF_LEADERS:
            continue
        yield from (c for c in group if str(c["text"]) not in BRACKETS)
