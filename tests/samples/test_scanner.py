"""What the scanner does to a page, and that the places of the fields stay known."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from samples.families import pupil
from samples.generate import PRIMARY, blank_back, foreign_page, photo, two_on_a_page
from samples.marks import MarkStyle
from samples.pens import Colour
from samples.scanner import (
    BLACK_LID,
    FLATBED,
    GREY_LID,
    WHITE_LID,
    Mode,
    Picture,
    folded,
    outline,
    punched,
    scanned,
    skewed,
    streaked,
    turned,
)
from samples.slips import (
    FRESH_PAPER,
    RECYCLED_PAPER,
    WHITE_PAPER,
    consenting,
    make_sheet,
    make_slip,
    printed_form,
    refusing,
)

DPI = 100
MIA = pupil("401")


def rng() -> np.random.Generator:
    return np.random.default_rng(9)


def white_sheet() -> Picture:
    """An empty sheet of A4 with a map, as if a form were printed on it."""
    k = DPI / 25.4
    pixels = np.full((round(297 * k), round(210 * k), 3), 250, np.uint8)
    return Picture(pixels, DPI, (np.diag([k, k, 1.0]),))


def box_corners(picture: Picture, option: str, slip: int = 0) -> np.ndarray:
    """Where the corners of a box of the primary form lie on a picture."""
    form = printed_form(PRIMARY, DPI).form
    return picture.corners_of(next(box.place for box in form.boxes if box.option == option), slip)


def darkness_inside(picture: Picture, corners: np.ndarray) -> float:
    """The mean darkness inside a box, its frame left out, against the paper beside it (0 to 1)."""
    middle = corners.mean(axis=0)
    inner = np.round(middle + 0.6 * (corners - middle)).astype(np.int32)
    mask = np.zeros(picture.pixels.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, inner, 255)
    grey = cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY)
    paper = np.percentile(grey[mask > 0], 98)
    return float(1 - grey[mask > 0].mean() / paper)


def test_four_quarter_turns_bring_the_page_back() -> None:
    sheet = white_sheet()
    back = turned(turned(sheet, 3), 1)
    assert np.array_equal(back.pixels, sheet.pixels)
    assert np.allclose(back.maps[0], sheet.maps[0])


def test_a_black_and_white_scan_has_only_black_and_white() -> None:
    page = scanned(white_sheet(), replace(FLATBED, mode=Mode.BILEVEL, streaks=2), rng())
    assert set(np.unique(page.pixels)) == {0, 255}


def test_a_streak_runs_over_the_whole_page() -> None:
    dark = streaked(white_sheet(), 1, rng()).pixels[..., 0] < 200
    columns = dark.sum(axis=0)
    assert set(columns[columns > 0]) == {dark.shape[0]}


def test_holes_show_the_lid_and_a_fold_only_shades() -> None:
    assert (punched(white_sheet(), BLACK_LID).pixels.min(axis=2) < 60).sum() > 500
    shade = folded(white_sheet(), 0.5, rng()).pixels
    assert 200 < shade.min() < 245


@pytest.mark.parametrize("lid", [WHITE_LID, GREY_LID, BLACK_LID])
def test_a_slip_that_was_cut_off_lies_on_the_lid(lid: Colour) -> None:
    scan = replace(FLATBED, lid=lid, noise=0.0)
    page = make_slip(PRIMARY, consenting(MIA), 4, paper=replace(FRESH_PAPER, cut=True), scan=scan, dpi=DPI).page
    below = page.pixels[page.pixels.shape[0] // 2 :].astype(float)
    assert page.pixels.shape[:2] == white_sheet().pixels.shape[:2]
    assert below.std() < 2


def test_a_blank_back_shows_the_front_only_faintly() -> None:
    back = blank_back(PRIMARY, consenting(MIA), 4, replace(FLATBED, noise=0.0), DPI)
    assert (back.kind, back.slips) == ("blank", ())
    inner = back.picture.pixels[40:-40, 40:-40]
    assert 225 < inner.min() < 248


def test_a_letter_that_is_no_slip_has_print_and_no_truth() -> None:
    letter = foreign_page(4, FLATBED, DPI)
    assert (letter.kind, letter.slips, letter.picture.maps) == ("foreign", (), ())
    assert (letter.picture.pixels.min(axis=2) < 100).sum() > 2000


def test_two_slips_on_a_page_keep_their_own_places() -> None:
    upper, lower = consenting(MIA, style=MarkStyle.FILL), refusing(pupil("402"), style=MarkStyle.FILL)
    page = two_on_a_page(upper, lower, 4, FLATBED, DPI)
    ticked = [
        (slip, option)
        for slip in range(2)
        for option in ("ja", "nein")
        if darkness_inside(page.picture, box_corners(page.picture, option, slip)) > 0.1
    ]
    assert ticked == [(0, "ja"), (1, "nein")]
    assert [slip.answer for slip in page.slips] == ["yes", "no"]


def test_the_box_is_found_on_a_photo() -> None:
    page = photo(consenting(MIA, style=MarkStyle.FILL), 4)
    assert darkness_inside(page.picture, box_corners(page.picture, "ja")) > 0.1
    assert darkness_inside(page.picture, box_corners(page.picture, "nein")) < 0.03
    assert "review" in page.slips[0].verdicts


@pytest.mark.parametrize("skew", [-3.0, 0.0, 2.0])
def test_a_skewed_sheet_keeps_its_size(skew: float) -> None:
    sheet = white_sheet()
    page = skewed(sheet, skew, BLACK_LID)
    k = sheet.px_per_mm
    corners = page.maps[0] @ np.array([[0, 210, 210, 0], [0, 0, 297, 297], [1, 1, 1, 1]])
    assert np.isclose(np.hypot(*(corners[:2, 1] - corners[:2, 0])), 210 * k, rtol=0.002)
    assert np.allclose(corners[:2].mean(axis=1), outline(sheet).mean(axis=0), atol=2)


def test_recycled_paper_is_darker_than_white_paper() -> None:
    grey = make_sheet(PRIMARY, consenting(MIA), 4, paper=replace(FRESH_PAPER, colour=RECYCLED_PAPER), dpi=DPI)
    white = make_sheet(PRIMARY, consenting(MIA), 4, paper=replace(FRESH_PAPER, colour=WHITE_PAPER), dpi=DPI)
    assert grey.sheet.pixels.mean() < white.sheet.pixels.mean() - 20
