"""Notes of which a scan leaves crumbs: too small for ink, too many together for dust."""

from dataclasses import replace

import numpy as np
import pytest

from forms.geometry import Point, Rect
from forms.model import Meaning
from intake.crumbs import crumbs_of_writing
from intake.stages.stray_ink import find_stray_ink
from intake.values import SlipImage, StrayState
from samples.pens import Colour, Pen
from tests.intake.returned import FAMILY, PRIMARY, box, cut_slip, laid_flat, lines_shown, template_of, with_words
from tests.intake.stages.test_stray_ink import signed_on

THIN = Pen("thin pencil", Colour(120, 120, 125), 0.35, 0.95, 0.2)
YES, NO = box(Meaning.YES).place, box(Meaning.NO).place
FORM = template_of(PRIMARY).form


def state_of(slip: SlipImage) -> StrayState:
    return find_stray_ink(slip, FORM, signed_on(slip, FORM), lines_shown(slip, FORM)).state


def with_crumbs(slip: SlipImage, at_mm: list[tuple[float, float]]) -> SlipImage:
    """The slip with black crumbs of a quarter of a millimetre."""
    darkness, side = slip.darkness.copy(), max(2, round(0.25 * slip.px_per_mm))
    for x, y in at_mm:
        column, row = round((x - slip.origin.x) * slip.px_per_mm), round((y - slip.origin.y) * slip.px_per_mm)
        darkness[row : row + side, column : column + side] = 255
    return replace(slip, darkness=darkness)


@pytest.mark.parametrize("words", ["bitte nicht", "ohne Bild", "nur bis Mai", "erst anrufen"])
@pytest.mark.parametrize("place", [YES, NO], ids=["yes", "no"])
def test_a_note_in_thin_pencil_is_found_in_black_and_white(words: str, place: Rect) -> None:
    at = Point(140.0, place.bottom - 1)
    sheet = with_words(cut_slip(FAMILY), words, at, pen=THIN)
    assert state_of(laid_flat(sheet, bilevel=True)) is StrayState.FOUND
    assert state_of(laid_flat(cut_slip(FAMILY), bilevel=True)) is StrayState.NONE


def test_dust_all_over_the_slip_is_no_writing() -> None:
    rng = np.random.default_rng(4)
    dust = [(float(x), float(y)) for x, y in rng.uniform((20, 200), (190, 290), (60, 2))]
    assert state_of(with_crumbs(laid_flat(cut_slip(), bilevel=True), dust)) is StrayState.NONE


WORD = [(140.0 + 1.5 * n, 236.0 + (n % 3)) for n in range(7)]


def test_a_row_of_crumbs_is_writing() -> None:
    found = crumbs_of_writing(with_crumbs(laid_flat(cut_slip(), bilevel=True), WORD), FORM, (), ())
    assert found is not None
    assert found.contains(Point(145.0, 237.0))


@pytest.mark.parametrize(
    "crumbs",
    [
        WORD[:5],
        [(140.0 + 2 * n, 237.0) for n in range(7)],
        [(140.0 + 0.6 * (n % 3), 236.0 + 0.6 * (n // 3)) for n in range(9)],
        [*((140.0 + 2 * n, 237.0) for n in range(7)), (144.0, 235.0)],
    ],
    ids=["few", "fold", "heap", "fold and grain"],
)
def test_what_is_left_of_folds_and_dirt_is_no_writing(crumbs: list[tuple[float, float]]) -> None:
    assert crumbs_of_writing(with_crumbs(laid_flat(cut_slip(), bilevel=True), crumbs), FORM, (), ()) is None


def test_another_code_is_no_writing() -> None:
    around = Rect(138.0, 234.0, 14.0, 6.0)
    assert crumbs_of_writing(with_crumbs(laid_flat(cut_slip(), bilevel=True), WORD), FORM, (), [around]) is None


LARGER = [(x + dx, y + dy) for x, y in WORD for dx in (0.0, 0.15) for dy in (0.0, 0.15)]


@pytest.mark.parametrize(
    ("crumbs", "found"), [(LARGER, True), (WORD, True), (WORD[:5], False)], ids=["word", "dots", "less"]
)
def test_a_word_that_a_bleached_grey_scan_left_in_crumbs_is_found(
    crumbs: list[tuple[float, float]], *, found: bool
) -> None:
    slip = laid_flat(cut_slip())
    bleached = replace(slip, darkness=np.where(slip.darkness < slip.ink_threshold, 0, slip.darkness).astype(np.uint8))
    assert (crumbs_of_writing(with_crumbs(bleached, crumbs), FORM, (), ()) is not None) is found


def test_in_grey_nothing_is_asked_of_paper_that_is_not_clean() -> None:
    slip = laid_flat(cut_slip())
    dirty = replace(slip, darkness=np.maximum(slip.darkness, slip.ink_threshold // 2).astype(np.uint8))
    assert crumbs_of_writing(with_crumbs(slip, LARGER), FORM, (), ()) is not None
    assert crumbs_of_writing(with_crumbs(dirty, LARGER), FORM, (), ()) is None


def test_crumbs_along_print_are_its_rim() -> None:
    slip = laid_flat(cut_slip(), bilevel=True)
    blank = replace(slip, near_print=np.zeros_like(slip.near_print))
    column, row = (round((at - low) * slip.px_per_mm) for at, low in ((138.0, slip.origin.x), (234.0, slip.origin.y)))
    printed = np.zeros_like(slip.near_print)
    rim = np.zeros_like(slip.near_print)
    for n in range(8):
        left, top = column + round(1.6 * n * slip.px_per_mm), row + round((n % 3) * slip.px_per_mm)
        printed[top : top + 6, left : left + 4] = True
        rim[top : top + 6, left + 4 : left + 6] = True
    darkness = np.where(rim, 255, blank.darkness).astype(np.uint8)
    beside = replace(blank, darkness=darkness, near_print=slip.near_print | printed)
    alone = replace(blank, darkness=darkness, near_print=slip.near_print)
    assert crumbs_of_writing(alone, FORM, (), ()) is not None
    assert crumbs_of_writing(beside, FORM, (), ()) is None
