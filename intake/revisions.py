"""What became of a file after it was signed: two of its revisions, compared field by field and pixel by pixel."""

from forms.geometry import MM_PER_INCH
from intake.errors import UnreadablePageError
from intake.filled import FieldKind, FileUnreadError, Filled, read_filled
from intake.pdf import render_blank
from intake.values import Mask

COMPARED_DPI = 150.0
"""What differs by less than a sixth of a millimetre nobody could have read."""


def changes_after(pdf: bytes, covered: int, page: int) -> tuple[str, ...]:
    """What is other on a page than it was when the first `covered` bytes were signed, by name: fields, `annotations`,
    `odd` for what no picture shows, `picture` for anything else that can be seen, `file` where it cannot be told.

    Further signatures, and what they draw, are no change.
    """
    try:
        was, now = read_filled(pdf[:covered], page), read_filled(pdf, page)
        changes = _differences(was, now)
        return changes or (() if _looks_alike(pdf[:covered], pdf, page, now) else ("picture",))
    except (FileUnreadError, UnreadablePageError):
        return ("file",)


def _differences(was: Filled, now: Filled) -> tuple[str, ...]:
    before, after = _contents(was), _contents(now)
    fields = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
    laid_over = ["annotations"] * (was.annotations != now.annotations)
    return (*fields, *laid_over, *(["odd"] * (was.odd != now.odd)))


def _contents(filled: Filled) -> dict[str, frozenset[tuple[str, ...]]]:
    """What each field holds and shows; signatures left out."""
    names = dict.fromkeys(one.field for one in filled.widgets if one.kind is not FieldKind.SIGNATURE)
    return {
        name: frozenset((one.option, one.state, *one.values) for one in filled.widgets if one.field == name)
        for name in names
    }


def _looks_alike(was: bytes, now: bytes, page: int, filled: Filled) -> bool:
    before, after = (render_blank(pdf, page, COMPARED_DPI) for pdf in (was, now))
    return before.shape == after.shape and not _outside_signatures(before != after, filled).any()


def _outside_signatures(differs: Mask, filled: Filled) -> Mask:
    """The same without the places of signatures, a pixel around them included."""
    px_per_mm = COMPARED_DPI / MM_PER_INCH
    left = differs.copy()
    for place in (one.place for one in filled.widgets if one.kind is FieldKind.SIGNATURE):
        rows = slice(max(0, int(place.y * px_per_mm) - 1), int(place.bottom * px_per_mm) + 2)
        columns = slice(max(0, int(place.x * px_per_mm) - 1), int(place.right * px_per_mm) + 2)
        left[rows, columns] = False
    return left
