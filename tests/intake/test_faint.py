"""Strokes too faint for ink: a field in which somebody may have written is never called empty."""

from dataclasses import replace

import numpy as np
import pytest

from forms.geometry import Rect
from intake.faint import faint_mm2
from intake.stages.flatten import lay_flat
from intake.values import SlipImage
from samples.pens import Colour, Pen
from samples.scanner import FLATBED
from samples.slips import RECYCLED_PAPER, Paper
from tests.intake.returned import (
    CUT,
    PRIMARY,
    UNSIGNED,
    blank_sheet,
    cut_slip,
    field,
    laid_flat,
    line,
    page_of,
    seen,
    sheet_of,
    template_of,
    true_place,
    with_ink,
)

BLEACHED = Pen("bleached pencil", Colour(232, 232, 234), 0.45, 0.95, 0.2)
PLACE = field("guardian_signature").place
LOOPS = np.column_stack(
    [
        PLACE.x + 12 + np.linspace(0, 34, 300) + 3 * np.cos(np.linspace(0, 40, 300)),
        PLACE.bottom - 7 + 4 * np.sin(np.linspace(0, 40, 300)),
    ]
)


def bleached() -> SlipImage:
    return laid_flat(with_ink(cut_slip(UNSIGNED), [LOOPS], BLEACHED))


def test_a_field_that_nobody_wrote_in_has_nothing_faint() -> None:
    assert faint_mm2(laid_flat(cut_slip(UNSIGNED)), PLACE) == 0
    assert faint_mm2(laid_flat(cut_slip(UNSIGNED), bilevel=True), PLACE) == 0


@pytest.mark.parametrize("noise", [3.0, 6.0])
def test_grain_is_nothing_faint(noise: float) -> None:
    picture = seen(cut_slip(UNSIGNED), replace(FLATBED, noise=noise))
    slip = lay_flat(page_of(picture), true_place(picture, template_of(PRIMARY)), None)
    assert faint_mm2(slip, PLACE) < 1.0


@pytest.mark.parametrize(
    "paper", [replace(CUT, colour=RECYCLED_PAPER), replace(CUT, folded=True)], ids=["recycled", "folded"]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_paper_is_nothing_faint(paper: Paper, seed: int) -> None:
    assert faint_mm2(laid_flat(sheet_of(PRIMARY, UNSIGNED, paper, seed)), PLACE) < 1.0


def test_a_bleached_signature_is_faint_where_no_ink_shows() -> None:
    slip = bleached()
    assert not slip.ink[slip.slices(PLACE)].any()
    assert faint_mm2(slip, PLACE) > 1.0


def test_what_counts_as_ink_is_not_counted_again() -> None:
    slip = laid_flat(with_ink(cut_slip(UNSIGNED), [LOOPS]))
    assert slip.ink[slip.slices(PLACE)].any()
    assert faint_mm2(slip, PLACE) < 1.0


def test_the_rim_of_print_is_nothing_faint() -> None:
    slip = laid_flat(blank_sheet())
    printed = Rect(20, 225, 110, 16)
    assert slip.near_print[slip.slices(printed)].any()
    assert faint_mm2(slip, printed) < 1.0


def test_a_faint_stroke_no_longer_than_a_grain_does_not_count() -> None:
    dot = line((PLACE.x + 30, PLACE.bottom - 6), (PLACE.x + 30.3, PLACE.bottom - 6))
    assert faint_mm2(laid_flat(with_ink(cut_slip(UNSIGNED), [dot], BLEACHED)), PLACE) == 0


def test_a_field_beyond_the_paper_shows_nothing() -> None:
    slip = bleached()
    assert faint_mm2(replace(slip, outside=np.ones_like(slip.outside)), PLACE) == 0
