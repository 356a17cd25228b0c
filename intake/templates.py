"""Prepares a blank for comparison: its picture, its printed tiles, its codes, its features."""

from collections.abc import Sequence

import cv2
import numpy as np

from forms.blank import read_blank
from forms.geometry import MM_PER_INCH, Point, Rect
from forms.model import ChoiceBox, Form, SignatureLine, TextLine
from intake.pages import render_blank
from intake.stages.codes import find_codes
from intake.stages.identify import features_of
from intake.values import CodePlace, GrayImage, SeenCode, Template, Tile

DPI = 150
TILE_WIDTH, TILE_HEIGHT = 10.0, 4.5
TILE_STEP_X, TILE_STEP_Y = 9.0, 4.0
"""Patches of two or three words; overlapping, so that no word falls between two."""
LETTER_GAP_MM, DOT_GAP_MM = 0.8, 0.5
"""Letters are joined to words across so much; between words there is twice as much."""
WORD_HEIGHT_MM, WORD_WIDTH_MM = (1.2, 6.5), (1.8, 7.0)
CAPTION_MM, CAPTION_EDGE_MM, CAPTION_RIM_MM = 3.0, 5.0, (0.5, 0.4, 0.5, 0.4)
"""Words of a caption beside a field are patches of their own, for nothing else may be printed near."""
AROUND_CODE_MM = (3.0, 2.0, 3.0, 7.0)
LEAST_LETTER_MM, CUT_LINE_MM = 40.0, 2.0
"""Less than the first above the cut line is no letter; the second of it belongs to the cut line."""
EDGE_MM = 4.0
"""Print nearer to the edge than this may be lost in any scan and is not asked for."""
DARK = 128
FEWEST_INK_SHARE = 0.035
"""A tile with less print has no texture to find."""


def prepare(blank_pdf: bytes) -> Template:
    """Render a blank and find in it what pages are compared with.

    Raises:
        forms.blank.NotABlankError: The PDF carries no form of ours.
    """
    form = read_blank(blank_pdf).form
    page = render_blank(blank_pdf, form.slip.page, DPI)
    letter = None
    if form.cut_mm is not None and form.cut_mm > LEAST_LETTER_MM:
        above = Rect(0.0, 0.0, form.slip.place.right, form.cut_mm - CUT_LINE_MM)
        letter = _template(form, above, page, None)
    return _template(form, form.slip.place, page, letter)


def _template(form: Form, area: Rect, page: GrayImage, letter: Template | None) -> Template:
    """What is compared of one part of a blank's page."""
    px_per_mm = DPI / MM_PER_INCH
    gray = page[
        round(area.y * px_per_mm) : round(area.bottom * px_per_mm),
        round(area.x * px_per_mm) : round(area.right * px_per_mm),
    ]
    gray = np.ascontiguousarray(gray)
    codes = tuple(_place(code, area, px_per_mm) for code in find_codes(gray))
    kept_out = [*(_bounds(code) for code in codes), *(box.place for box in form.boxes)]
    words = _words(gray, area, px_per_mm, kept_out)
    return Template(
        form=form,
        area=area,
        gray=gray,
        px_per_mm=px_per_mm,
        tiles=_tiles(form, area, gray, px_per_mm, words),
        words=words,
        codes=codes,
        features=features_of(gray, px_per_mm, area.x, area.y),
        letter=letter,
    )


def _place(code: SeenCode, area: Rect, px_per_mm: float) -> CodePlace:
    first, second, third, fourth = (
        Point((p.x + 0.5) / px_per_mm + area.x, (p.y + 0.5) / px_per_mm + area.y) for p in code.corners
    )
    return CodePlace(code.payload, (first, second, third, fourth))


def _bounds(code: CodePlace) -> Rect:
    """A code and the clear text beneath it, which differ from slip to slip."""
    left, top = min(p.x for p in code.corners), min(p.y for p in code.corners)
    right, bottom = max(p.x for p in code.corners), max(p.y for p in code.corners)
    return Rect(left, top, right - left, bottom - top).grown(*AROUND_CODE_MM)


def _words(gray: GrayImage, area: Rect, px_per_mm: float, kept_out: Sequence[Rect]) -> tuple[Rect, ...]:
    """The printed words, one place each; long ones in parts. Lines, boxes and codes are none."""
    ink = (gray < DARK).astype(np.uint8)
    reach = (round(LETTER_GAP_MM * px_per_mm), round(DOT_GAP_MM * px_per_mm))
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((reach[1], reach[0]), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    words: list[Rect] = []
    for x, y, width, height, _ in (stats[n] / px_per_mm for n in range(1, count)):
        if WORD_HEIGHT_MM[0] <= height <= WORD_HEIGHT_MM[1] and width >= WORD_WIDTH_MM[0]:
            parts = int(np.ceil(width / WORD_WIDTH_MM[1]))
            words += [Rect(area.x + x + n * width / parts, area.y + y, width / parts, height) for n in range(parts)]
    return tuple(word for word in words if not any(word.overlaps(place) for place in kept_out))


def _tiles(form: Form, area: Rect, gray: GrayImage, px_per_mm: float, words: Sequence[Rect]) -> tuple[Tile, ...]:
    """All printed patches outside the fields that have edges in both directions; captions at their edge included."""
    kept_free = [field.place.grown(*_margin(field)) for field in form.fields]
    top = area.y + (1.0 if area.y == form.cut_mm else EDGE_MM)
    tiles = []
    for y in np.arange(top, area.bottom - EDGE_MM - TILE_HEIGHT, TILE_STEP_Y):
        for x in np.arange(area.x + EDGE_MM, area.right - EDGE_MM - TILE_WIDTH, TILE_STEP_X):
            place = Rect(float(x), float(y), TILE_WIDTH, TILE_HEIGHT)
            if not any(place.overlaps(free) for free in kept_free) and _textured(_cut(gray, place, area, px_per_mm)):
                tiles.append(Tile(place))
    inside = area.grown(-CAPTION_EDGE_MM, -CAPTION_EDGE_MM, -CAPTION_EDGE_MM, -CAPTION_EDGE_MM)
    alone = [w for w in words if w.width >= CAPTION_MM and not any(tile.place.overlaps(w) for tile in tiles)]
    captions = [w.grown(*CAPTION_RIM_MM) for w in alone if inside.contains(w.centre)]
    return tuple(sorted([*tiles, *map(Tile, captions)], key=lambda tile: (tile.place.y, tile.place.x)))


def _margin(field: ChoiceBox | SignatureLine | TextLine) -> Sequence[float]:
    """How far around a field writing is expected: left, top, right, bottom in millimetres."""
    match field:
        case ChoiceBox():
            return (1.0, 1.0, 1.0, 1.0)
        case SignatureLine() | TextLine():
            return (1.0, 2.0, 1.0, -0.6)


def _cut(gray: GrayImage, place: Rect, area: Rect, px_per_mm: float) -> GrayImage:
    x, y = round((place.x - area.x) * px_per_mm), round((place.y - area.y) * px_per_mm)
    return gray[y : y + round(place.height * px_per_mm), x : x + round(place.width * px_per_mm)]


def _textured(patch: GrayImage) -> bool:
    """Enough print, in enough rows and columns, that the patch has one best place."""
    dark = patch < DARK
    return bool(
        dark.mean() > FEWEST_INK_SHARE
        and np.std(patch.astype(np.float32), axis=0).max() > 30  # noqa: PLR2004 - grey steps
        and dark.any(axis=1).mean() > 0.3  # noqa: PLR2004 - a third of the rows
        and dark.any(axis=0).mean() > 0.5  # noqa: PLR2004 - half of the columns
    )
