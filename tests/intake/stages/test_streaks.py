"""The lines that a dirty scanner draws are found; lines that people or the printer draw are not."""

from dataclasses import replace

import numpy as np
import pytest

from forms.geometry import MM_PER_INCH
from intake.read_slip import ASKEW
from intake.stages.streaks import find_streaks
from intake.values import GrayImage, Mask
from samples.pens import Colour
from samples.scanner import (
    BLACK_LID,
    FLATBED,
    GREY_LID,
    WHITE_LID,
    Mode,
    Picture,
    scanned,
    sensed,
    skewed,
    streaked,
    turned,
)
from tests.intake.returned import cut_slip, field, line, page_of, scan_of, sheet_of, tilted, with_ink


def streaks_of(gray: GrayImage, *, askew: bool = False) -> Mask | None:
    """The streaks of a page at 200 dpi."""
    return find_streaks(gray, 200 / MM_PER_INCH, askew=askew)


def assert_found(found: Mask | None, clean: Picture, dirty: Picture) -> None:
    """What the dirt drew is found, and hardly more."""
    drawn = (dirty.pixels != clean.pixels).any(axis=(0, 2))
    assert found is not None
    assert found[:, drawn].all()
    assert found.any(axis=0).sum() < 12


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_streak_down_the_whole_page_is_found(seed: int) -> None:
    page = scan_of(sheet_of())
    dirty = streaked(page, 1, np.random.default_rng(seed))
    assert_found(streaks_of(page_of(dirty).gray), page, dirty)


def test_a_streak_is_found_on_a_page_turned_by_a_quarter() -> None:
    dirty = turned(streaked(scan_of(sheet_of()), 1, np.random.default_rng(1)), 1)
    found = streaks_of(page_of(dirty).gray)
    assert found is not None
    assert found.all(axis=1).any()
    assert not found.all(axis=0).any()


def test_a_clean_page_has_none() -> None:
    assert streaks_of(page_of(scan_of(sheet_of())).gray) is None
    assert streaks_of(page_of(scan_of(cut_slip(), replace(FLATBED, skew_deg=3.0))).gray) is None


def test_a_line_drawn_by_hand_is_no_streak() -> None:
    struck = with_ink(sheet_of(), [line((100, 200), (100.5, 290))])
    assert streaks_of(page_of(scan_of(struck)).gray) is None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_streak_is_found_beside_a_slip_under_a_grey_lid(seed: int) -> None:
    page = scanned(skewed(cut_slip(), 0.3, GREY_LID), FLATBED, np.random.default_rng(seed))
    dirty = streaked(page, 1, np.random.default_rng(seed))
    assert_found(streaks_of(page_of(dirty).gray), page, dirty)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_streak_is_found_on_a_slip_that_lies_askew_under_a_black_lid(seed: int) -> None:
    page = scan_of(cut_slip(), replace(FLATBED, lid=BLACK_LID, skew_deg=1.0))
    dirty = streaked(page, 1, np.random.default_rng(seed))
    gray = page_of(dirty).gray
    assert streaks_of(gray) is None
    assert_found(streaks_of(gray, askew=True), page, dirty)


@pytest.mark.parametrize("turns", [0, 1])
@pytest.mark.parametrize("skew", [0.0, 0.25, 1.0, -2.0])
@pytest.mark.parametrize("lid", [WHITE_LID, GREY_LID, BLACK_LID])
def test_a_line_ruled_down_a_slip_is_no_streak(lid: Colour, skew: float, turns: int) -> None:
    slip = cut_slip()
    struck = with_ink(slip, [line((100.0, 200.0), (100.0, 297.0))])
    for laid in (skewed, tilted):
        clean, page = (turned(laid(sheet, skew, lid), turns) for sheet in (slip, struck))
        drawn = (clean.pixels != page.pixels).any(axis=2)
        gray = page_of(sensed(page, FLATBED, np.random.default_rng(1))).gray
        found = streaks_of(gray, askew=abs(skew) >= np.degrees(ASKEW))
        assert drawn.any()
        assert found is None or found[drawn].mean() < 0.02  # the edge of the paper crosses it


def test_a_long_stroke_through_the_signature_is_no_streak() -> None:
    place = field("guardian_signature").place
    struck = with_ink(cut_slip(), [line((place.x, place.bottom - 4), (place.right, place.bottom - 4))])
    assert streaks_of(page_of(struck).gray) is None


@pytest.mark.parametrize("gray", [0, 128, 255])
def test_a_page_of_one_grey_has_none(gray: int) -> None:
    assert streaks_of(np.full((400, 300), gray, np.uint8)) is None


def test_a_striped_page_is_not_taken_for_dirt() -> None:
    striped = np.full((900, 900), 250, np.uint8)
    striped[:, ::8] = 100
    assert streaks_of(striped) is None


@pytest.mark.parametrize("shape", [(20, 20), (3, 400), (400, 3), (1, 1)])
def test_a_tiny_picture_does_not_trouble_it(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    found = streaks_of(noise)
    assert found is None or found.shape == shape


def gappy(seed: int, gap: float) -> Picture:
    """A page in black and white whose streak, near the scanner's threshold, comes and goes from row to row."""
    scan = scan_of(sheet_of(), replace(FLATBED, mode=Mode.BILEVEL))
    pixels = scan.pixels.copy()
    rows = np.random.default_rng(seed).random(pixels.shape[0]) > gap
    pixels[rows, 700:702] = 0
    return replace(scan, pixels=pixels)


@pytest.mark.parametrize("gap", [0.25, 0.5])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_streak_with_gaps_is_found_in_black_and_white(seed: int, gap: float) -> None:
    found = streaks_of(page_of(gappy(seed, gap), bilevel=True).gray)
    assert found is not None
    assert found[:, 700:702].all()


def test_the_paper_beside_a_black_streak_is_no_streak() -> None:
    found = streaks_of(page_of(gappy(1, 0.25), bilevel=True).gray)
    assert found is not None
    assert found.any(axis=0).sum() < 12
