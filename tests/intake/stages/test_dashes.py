"""The bits of a broken fold are no ink; dashes, notes and ticks that somebody drew are."""

from dataclasses import replace

import numpy as np
import pytest

from forms.geometry import Point
from forms.model import Meaning
from intake.stages.dashes import Feed, feed_of, without_dashes
from intake.values import Fit, Fold, Pose, Registration, SlipImage
from samples.pens import BLUE
from tests.intake.returned import (
    PRIMARY,
    Bits,
    blank_sheet,
    box,
    cut_slip,
    laid_flat,
    line,
    template_of,
    with_bits,
    with_ink,
    with_words,
)

AREA = template_of(PRIMARY).area
ROW_MM, COLUMN_MM = AREA.bottom - 6, 200.0


STRAIGHT = Feed(upright=True, lean=0.0)


def cleaned(slip: SlipImage, feed: Feed | None = STRAIGHT) -> SlipImage:
    return without_dashes(slip, slip, feed)


def inked(slip: SlipImage) -> int:
    return int((slip.ink > 0).sum())


def level(start: float, stop: float, high: float = 0.7) -> Bits:
    """Dashes of 1.6 mm along a row, 2.6 mm from one to the next."""
    return [(float(x), ROW_MM, 1.6, high) for x in np.arange(start, stop, 2.6)]


LEFT, RIGHT = level(AREA.x + 1, 40), level(AREA.right - 40, AREA.right - 2)


def test_dashes_that_come_in_from_both_edges_are_taken_out() -> None:
    slip = with_bits(laid_flat(blank_sheet()), [*LEFT, *RIGHT])
    assert inked(slip) > 0
    assert inked(cleaned(slip)) == 0


@pytest.mark.parametrize("bits", [level(AREA.x + 1, 150), level(40, AREA.right - 2)], ids=["left", "right"])
def test_dashes_from_one_edge_alone_stay(bits: Bits) -> None:
    """A pencil line through a clause that goes on to the edge of the paper."""
    slip = with_bits(laid_flat(blank_sheet()), bits)
    assert cleaned(slip) is slip


def test_so_are_upright_ones() -> None:
    upright = [(COLUMN_MM, float(y), 0.9, 3.0) for y in np.arange(AREA.y + 1, AREA.bottom - 4, 4.0)]
    assert inked(cleaned(with_bits(laid_flat(blank_sheet()), upright))) == 0


def hairline(start: float, stop: float, wide: float = 0.25) -> Bits:
    """Nine bits of 3 mm along a column, the first and the last so far from the slip's edges."""
    tops = np.linspace(AREA.y + start, AREA.bottom - stop - 3, 9)
    return [(COLUMN_MM, float(y), wide, 3.0) for y in tops]


def test_bits_of_a_hair_thin_streak_are_taken_out_though_they_lie_far_apart() -> None:
    slip = with_bits(laid_flat(blank_sheet()), hairline(1, 2))
    assert inked(slip) > 0
    assert inked(cleaned(slip)) == 0


@pytest.mark.parametrize(
    "bits", [hairline(1, 2, wide=0.6), hairline(30, 2), hairline(1, 40)], ids=["pen", "low", "high"]
)
def test_such_bits_stay_if_a_pen_may_have_drawn_them_or_they_end_on_the_slip(bits: Bits) -> None:
    slip = with_bits(laid_flat(blank_sheet()), bits)
    assert cleaned(slip) is slip


def test_a_line_that_ends_a_finger_s_breadth_before_the_edge_stays() -> None:
    tops = np.arange(AREA.y + 1, AREA.bottom - 15, 4.0)
    slip = with_bits(laid_flat(blank_sheet()), [(COLUMN_MM, float(y), 0.25, 3.0) for y in tops])
    assert cleaned(slip) is slip


@pytest.mark.parametrize(("wide", "gone"), [(0.25, True), (0.9, False)], ids=["streak", "fold"])
def test_print_may_hide_where_a_streak_begins_but_not_a_fold(wide: float, gone: bool) -> None:
    """Two of the first four segments lie on printed words."""
    upright = [(COLUMN_MM, float(y), wide, 3.0) for y in np.arange(AREA.y + 1, AREA.bottom - 4, 4.0)]
    slip = with_bits(laid_flat(blank_sheet()), [bit for bit in upright if not AREA.y + 4 < bit[1] < AREA.y + 13])
    near_print = slip.near_print.copy()
    top = round((AREA.y + 4 - slip.origin.y) * slip.px_per_mm)
    near_print[top : top + round(9 * slip.px_per_mm)] = True
    assert (inked(cleaned(replace(slip, near_print=near_print))) == 0) is gone


@pytest.mark.parametrize("start", [30.0, 60.0, 120.0])
def test_a_line_struck_through_words_stays(start: float) -> None:
    """What a pencil leaves of a stroke in black and white begins where words are printed."""
    slip = with_bits(laid_flat(blank_sheet()), level(start, start + 60))
    assert cleaned(slip) is slip


def test_dashes_with_writing_beside_them_stay() -> None:
    letters = [(AREA.x + 8, ROW_MM - 2.4, 2.0, 2.2), (AREA.x + 11, ROW_MM + 0.9, 2.0, 2.0)]
    slip = with_bits(laid_flat(blank_sheet()), [*LEFT, *RIGHT, *letters])
    assert cleaned(slip) is slip


def test_a_row_of_letters_from_the_edge_stays() -> None:
    slip = with_bits(laid_flat(blank_sheet()), level(AREA.x + 1, AREA.right - 2, high=2.0))
    assert cleaned(slip) is slip


@pytest.mark.parametrize("x", [6.0, 40.0, 120.0])
@pytest.mark.parametrize("words", ["nein", "nur ohne Kamera", "nicht bei Ausflügen"])
def test_a_note_stays(words: str, x: float) -> None:
    noted = laid_flat(with_words(blank_sheet(), words, Point(x, AREA.bottom - 6)), bilevel=True)
    assert inked(cleaned(noted)) == inked(noted) > 0


def test_a_filled_slip_stays_as_it_is() -> None:
    slip = laid_flat(cut_slip(), bilevel=True)
    assert inked(cleaned(slip)) == inked(slip)


def test_thin_bits_on_a_fold_that_was_seen_go() -> None:
    fold = Fold(upright=True, across=COLUMN_MM - 0.004 * AREA.centre.y, lean=0.004)
    bits = [(COLUMN_MM - 0.4, AREA.y + 20, 0.8, 4.0), (COLUMN_MM - 0.4, AREA.y + 60, 0.8, 2.0)]
    slip = replace(with_bits(laid_flat(blank_sheet()), bits), folds=(fold,))
    assert inked(cleaned(slip)) == 0
    assert inked(cleaned(replace(slip, folds=()))) > 0


def test_what_is_broader_or_beside_a_fold_stays() -> None:
    fold = Fold(upright=True, across=COLUMN_MM, lean=0.0)
    bits = [(COLUMN_MM - 1.2, AREA.y + 20, 2.4, 3.0), (COLUMN_MM + 2.0, AREA.y + 60, 0.8, 2.0)]
    slip = replace(with_bits(laid_flat(blank_sheet()), bits), folds=(fold,))
    assert inked(cleaned(slip)) == inked(slip)


def test_a_dark_stroke_on_a_fold_stays() -> None:
    fold = Fold(upright=True, across=COLUMN_MM, lean=0.0)
    slip = with_bits(laid_flat(blank_sheet()), [(COLUMN_MM - 0.3, AREA.y + 20, 0.6, 5.0)], dark=150)
    assert inked(cleaned(replace(slip, folds=(fold,)))) == inked(slip)


def test_a_tick_on_a_fold_is_still_dark_in_its_box() -> None:
    """Boxes are read in the darkness, which stays as it is."""
    place = box(Meaning.YES).place
    ticked = with_ink(blank_sheet(), [line((place.centre.x, place.y + 1), (place.centre.x, place.bottom - 1))], BLUE)
    slip = laid_flat(ticked)
    folded = replace(slip, folds=(Fold(upright=True, across=place.centre.x, lean=0.0),))
    assert np.array_equal(cleaned(folded).darkness, slip.darkness)


def leaning(lean: float, wide: float = 0.4) -> Bits:
    """Bits of 4 mm of a line through the slip that leans so, with gaps where print would be."""
    tops = np.linspace(AREA.y + 1, AREA.bottom - 5, 14)
    return [(COLUMN_MM - 40 + lean * float(y - AREA.centre.y), float(y), wide, 4.0) for y in tops]


def test_a_streak_on_a_page_that_went_in_askew_leans_as_the_scanner_s_columns_do() -> None:
    slip = with_bits(laid_flat(blank_sheet()), leaning(0.03))
    assert inked(cleaned(slip, Feed(upright=True, lean=0.03))) == 0
    assert cleaned(slip, Feed(upright=True, lean=0.0)) is slip
    assert cleaned(slip, None) is slip


def test_two_streaks_are_taken_out() -> None:
    second = [(x - 60, y, wide, high) for x, y, wide, high in leaning(0.03)]
    slip = with_bits(laid_flat(blank_sheet()), [*leaning(0.03), *second])
    assert inked(cleaned(slip, Feed(upright=True, lean=0.03))) == 0


def test_what_was_taken_out_as_a_crease_tells_where_the_line_goes() -> None:
    """Its lower half hangs together, and is gone already."""
    tops = np.linspace(AREA.y + 1, AREA.centre.y - 3, 8)
    upper = [(COLUMN_MM, float(y), 0.25, 3.0) for y in tops]
    whole = with_bits(laid_flat(blank_sheet()), [*upper, (COLUMN_MM, AREA.centre.y + 2, 0.25, AREA.height / 2 - 3)])
    after = with_bits(laid_flat(blank_sheet()), upper)
    assert without_dashes(after, after, STRAIGHT) is after
    assert inked(without_dashes(after, whole, STRAIGHT)) == 0


@pytest.mark.parametrize("quarters", range(4))
def test_the_feed_is_the_page_s_columns_on_the_slip(quarters: int) -> None:
    askew = np.radians(1.5 + 90 * quarters)
    turn = np.array([[np.cos(askew), -np.sin(askew), 900.0], [np.sin(askew), np.cos(askew), 900.0], [0, 0, 1.0]])
    scale = np.diag([4.0, 4.0, 1.0])
    pose = Pose(template_of(PRIMARY), turn @ scale, "", close=True)
    feed = feed_of(Registration(pose, None, Fit(1.0, 1.0, 0.0, 0.0)))
    assert feed.upright == (quarters % 2 == 0)
    assert abs(feed.lean) == pytest.approx(np.tan(np.radians(1.5)))
