"""A line that goes on across the letter, to the edges of the page, nobody drew on the slip."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
import pytest

from intake.sheet import Points, Sheet
from intake.values import PageImage, Registration, StrayState
from samples.scanner import FLATBED, Mode, Picture
from tests.intake.returned import PRIMARY, page_of, read, scan_of, sheet_of, template_of, true_place

AREA = template_of(PRIMARY).area
TOP_MM, BOTTOM_MM = -8.0, 305.0
"""Beyond both edges of the paper."""
COLUMN_MM, WIDE_MM = 103.0, 0.7


@lru_cache(maxsize=1)
def scanned() -> Picture:
    """A filled sheet with its letter, scanned in black and white."""
    return scan_of(sheet_of(PRIMARY), replace(FLATBED, mode=Mode.BILEVEL))


def place() -> Registration:
    return true_place(scanned(), template_of(PRIMARY))


def page(bits: Sequence[tuple[float, float]], lean: float = 0.0) -> PageImage:
    """The page with bits of one line, each from one height to another, in millimetres of the blank."""
    picture = scanned()
    pixels = picture.pixels.copy()
    for top, bottom in bits:
        heights = np.arange(top, bottom, 0.05)
        columns = COLUMN_MM + lean * (heights - AREA.centre.y)
        for x, y in place().pixels_of(np.stack([columns, heights], axis=1)):
            cv2.circle(pixels, (round(x), round(y)), round(WIDE_MM / 2 * picture.px_per_mm), (0, 0, 0), -1)
    return page_of(replace(picture, pixels=pixels), bilevel=True)


def ends(lean: float = 0.0) -> Points:
    heights = np.array([AREA.y, AREA.bottom])
    return np.stack([COLUMN_MM + lean * (heights - AREA.centre.y), heights], axis=1)


def broken(top: float, bottom: float) -> list[tuple[float, float]]:
    return [(y, y + 1.5) for y in np.arange(top, bottom, 3.0).tolist()]


@pytest.mark.parametrize("lean", [0.0, 0.006, -0.01])
@pytest.mark.parametrize("bits", [[(TOP_MM, BOTTOM_MM)], broken(TOP_MM, BOTTOM_MM)], ids=["whole", "broken"])
def test_a_fold_goes_on_across_the_letter(bits: list[tuple[float, float]], lean: float) -> None:
    assert Sheet(page(bits, lean), place()).goes_on(ends(lean))


@pytest.mark.parametrize(
    "bits",
    [
        [],
        [(AREA.y, AREA.bottom)],
        [(AREA.y - 60, AREA.bottom + 5)],
        [(TOP_MM, 40), (AREA.y, AREA.bottom)],
        [(20, BOTTOM_MM)],
    ],
    ids=["none", "slip", "half of the letter", "only at the far edge", "not up to the edge"],
)
def test_what_is_drawn_on_the_slip_does_not(bits: list[tuple[float, float]]) -> None:
    assert not Sheet(page(bits), place()).goes_on(ends())


def test_another_direction_than_the_line_s_is_no_line() -> None:
    assert not Sheet(page([(TOP_MM, BOTTOM_MM)], 0.02), place()).goes_on(ends(-0.02))


def test_a_broad_fold_in_black_and_white_is_no_ink_but_a_line_on_the_slip_is() -> None:
    bits = [(y, y + 3.0) for y in np.arange(AREA.y + 14, AREA.bottom - 8, 8.0).tolist()]
    folded, drawn = (read(page(more)).slips[0] for more in ([*broken(TOP_MM, AREA.y + 10), *bits], bits))
    assert folded.stray.state is StrayState.NONE
    assert drawn.stray.state is StrayState.FOUND
