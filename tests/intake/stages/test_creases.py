"""A fold is no ink; a clause struck out from margin to margin is."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from intake.stages.creases import without_creases
from intake.values import SlipImage
from tests.intake.returned import (
    CUT,
    PRIMARY,
    UNSIGNED,
    blank_sheet,
    cut_slip,
    laid_flat,
    line,
    sheet_of,
    with_ink,
)

ROW_MM = 270.0


def long_pieces(slip: SlipImage) -> int:
    """How many pieces of ink are longer than a word."""
    count = 0
    for label in range(1, int(slip.ink.max(initial=0)) + 1):
        _, columns = np.nonzero(slip.ink == label)
        count += int(len(columns) and np.ptp(columns) / slip.px_per_mm > 20)
    return count


def crease(slip: SlipImage, dark: float, ink_from: float, ink_to: float) -> SlipImage:
    """Draw a fold across the whole slip, part of which is dark enough to be taken for ink."""
    row = round((ROW_MM - slip.origin.y) * slip.px_per_mm)
    darkness, raw = slip.darkness.copy(), slip.raw.copy()
    for picture in (darkness, raw):
        picture[row : row + 3] = np.maximum(picture[row : row + 3], round(255 * dark))
    ink = slip.ink.copy()
    left, right = (round(x * slip.px_per_mm) for x in (ink_from, ink_to))
    ink[row : row + 3, left:right] = int(ink.max(initial=0)) + 1
    return replace(slip, darkness=darkness, raw=raw, ink=ink)


def test_the_dark_part_of_a_fold_is_taken_out() -> None:
    slip = crease(laid_flat(blank_sheet()), 0.08, 110, 140)
    assert slip.ink.any()
    assert not without_creases(slip).ink.any()


def test_a_line_that_ends_stays_ink() -> None:
    slip = laid_flat(with_ink(blank_sheet(), [line((110, ROW_MM), (140, ROW_MM + 0.4))]))
    assert without_creases(slip) is slip
    assert slip.ink.any()


@pytest.mark.parametrize("y", [233.0, 236.5, 270.0])
def test_a_line_from_margin_to_margin_stays_ink(y: float) -> None:
    slip = laid_flat(with_ink(blank_sheet(), [line((18, y), (192, y + 0.8))]))
    before, after = (slip.ink > 0).sum(), (without_creases(slip).ink > 0).sum()
    assert after == before > 0


def test_a_signature_stays_ink_beside_a_fold() -> None:
    slip = laid_flat(cut_slip())
    folded = crease(slip, 0.08, 20, 35)
    kept = without_creases(folded)
    assert ((kept.ink > 0) == (slip.ink > 0)).mean() > 0.999


@pytest.mark.parametrize("seed", range(3))
def test_a_folded_slip_has_no_long_ink(seed: int) -> None:
    slip = laid_flat(sheet_of(PRIMARY, UNSIGNED, replace(CUT, folded=True), seed))
    assert long_pieces(without_creases(slip)) == 0


def test_a_slip_without_ink_is_left_alone() -> None:
    slip = laid_flat(blank_sheet())
    assert without_creases(slip) is slip


def broken(slip: SlipImage, row_mm: float, parts: Sequence[tuple[float, float]]) -> SlipImage:
    """Draw a thin level line in parts, each from and to x, dark enough to be ink."""
    row = round((row_mm - slip.origin.y) * slip.px_per_mm)
    raw, ink = slip.raw.copy(), slip.ink.copy()
    for number, part in enumerate(parts, start=int(ink.max(initial=0)) + 1):
        left, right = (round((x - slip.origin.x) * slip.px_per_mm) for x in part)
        raw[row : row + 2, left:right] = 120
        ink[row : row + 2, left:right] = number
    return replace(slip, raw=raw, ink=ink)


def test_a_streak_that_something_breaks_goes_as_a_whole() -> None:
    slip = broken(laid_flat(blank_sheet()), ROW_MM, [(0.5, 55), (57, 120), (123, 209.5)])
    assert not without_creases(slip).ink.any()


@pytest.mark.parametrize("parts", [[(20, 55), (57, 120), (123, 190)], [(0.5, 55), (57, 120), (123, 190)]])
def test_a_stroke_of_a_pen_that_something_breaks_stays(parts: list[tuple[float, float]]) -> None:
    slip = broken(laid_flat(blank_sheet()), ROW_MM, parts)
    assert without_creases(slip) is slip
