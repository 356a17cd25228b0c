"""Whether two slips are one piece of paper that was scanned twice: only then are they one return."""

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.geometry import Point
from intake.stages.duplicates import map_ink, same_paper
from intake.stages.flatten import lay_flat
from intake.stages.register import register
from intake.values import InkMap
from samples.families import CLASS_4B
from samples.scanner import FLATBED, Mode, Picture, Scan
from samples.slips import consenting
from tests.intake.returned import (
    FAMILY,
    PRIMARY,
    SECONDARY,
    blank_sheet,
    cut_slip,
    line,
    page_of,
    scan_of,
    sheet_of,
    template_of,
    true_place,
    with_ink,
    with_words,
)

AGAIN = replace(FLATBED, skew_deg=1.2, noise=3.0)
"""The same glass another day."""


def map_of(sheet: Picture, scan: Scan = FLATBED, seed: int = 3, form_id: str = PRIMARY) -> InkMap:
    """The ink of a sheet as the reader finds it on its own."""
    seen = scan_of(sheet, scan, seed)
    page = page_of(seen, bilevel=scan.mode is Mode.BILEVEL)
    found = register(page, true_place(seen, template_of(form_id)).pose)
    assert found is not None
    return map_ink(lay_flat(page, found, None))


@lru_cache
def first_scan() -> InkMap:
    return map_of(cut_slip())


def dusty(sheet: Picture, specks: int) -> Picture:
    """Grains of dust on the glass, half a millimetre wide, also where nothing is written."""
    pixels, rng = sheet.pixels.copy(), np.random.default_rng(4)
    height, width = pixels.shape[:2]
    for _ in range(specks):
        at = int(rng.integers(40, width - 40)), int(rng.integers(40, height - 40))
        cv2.circle(pixels, at, round(0.25 * sheet.px_per_mm), (60, 60, 60), -1, cv2.LINE_AA)
    return replace(sheet, pixels=pixels)


# ---------------------------------------------------------------- one paper


@pytest.mark.parametrize(
    "scan",
    [AGAIN, replace(FLATBED, skew_deg=-2.0), replace(FLATBED, quarter_turns=2), replace(FLATBED, blur_mm=0.09)],
    ids=["noise and skew", "the other way", "upside down", "blurred"],
)
def test_a_slip_scanned_again_is_the_same_paper(scan: Scan) -> None:
    assert same_paper(first_scan(), map_of(cut_slip(), scan, seed=8))


def test_dust_on_the_glass_makes_no_other_paper() -> None:
    assert same_paper(first_scan(), map_of(dusty(cut_slip(), 12), AGAIN, seed=8))


def test_a_whole_page_scanned_again_is_the_same_paper() -> None:
    sheet = sheet_of(SECONDARY)
    first, second = map_of(sheet, form_id=SECONDARY), map_of(sheet, AGAIN, 8, SECONDARY)
    assert same_paper(first, second)


# ---------------------------------------------------------------- another paper


@pytest.mark.parametrize("seed", [8, 9, 10])
def test_another_slip_of_the_same_family_is_another_paper(seed: int) -> None:
    assert not same_paper(first_scan(), map_of(cut_slip(seed=seed)))


def test_a_slip_of_another_family_is_another_paper() -> None:
    assert not same_paper(first_scan(), map_of(cut_slip(consenting(CLASS_4B[0]))))


@pytest.mark.parametrize(
    ("words", "at"),
    [("nein", Point(130, 245)), ("nicht", Point(60, 229)), ("nur ohne Kamera", Point(130, 233))],
)
def test_a_note_added_between_two_scans_makes_another_paper(words: str, at: Point) -> None:
    noted = map_of(with_words(cut_slip(), words, at), AGAIN, seed=8)
    assert not same_paper(first_scan(), noted)
    assert not same_paper(noted, first_scan())


def test_a_stroke_through_the_consent_makes_another_paper() -> None:
    struck = with_ink(cut_slip(), [line((40, 233), (125, 233.5))])
    assert not same_paper(first_scan(), map_of(struck, AGAIN, seed=8))


# ---------------------------------------------------------------- too little to tell


def test_an_empty_slip_matches_nothing() -> None:
    empty = map_of(blank_sheet())
    assert not same_paper(empty, empty)
    assert not same_paper(empty, first_scan())
    assert not same_paper(first_scan(), empty)


def test_a_slip_with_nothing_but_a_tick_matches_nothing() -> None:
    ticked = map_of(with_ink(blank_sheet(), [line((24, 231), (27, 234), (31, 227))]))
    assert any(ticked.bits)
    assert not same_paper(ticked, ticked)


def test_a_slip_that_was_not_mapped_matches_nothing() -> None:
    assert not same_paper(InkMap(0, b""), InkMap(0, b""))
    assert not same_paper(first_scan(), InkMap(0, b""))


def test_slips_of_different_forms_are_different_papers() -> None:
    assert not same_paper(first_scan(), map_of(sheet_of(SECONDARY, FAMILY), form_id=SECONDARY))


# ---------------------------------------------------------------- maps made by hand


def cells(*inked: tuple[int, int], shape: tuple[int, int] = (30, 41)) -> InkMap:
    grid = np.zeros(shape, bool)
    for row, column in inked:
        grid[row, column] = True
    return InkMap(shape[1], np.packbits(grid).tobytes())


CELLS = st.lists(st.tuples(st.integers(0, 29), st.integers(0, 40)), max_size=160, unique=True)


@settings(deadline=None)
@given(one=CELLS, other=CELLS)
def test_it_does_not_matter_which_scan_came_first(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    assert same_paper(cells(*one), cells(*other)) is same_paper(cells(*other), cells(*one))


@settings(deadline=None)
@given(inked=CELLS, lost=st.integers(0, 8), added=CELLS)
def test_a_map_like_another_matches_both_ways_or_not_at_all(
    inked: list[tuple[int, int]], lost: int, added: list[tuple[int, int]]
) -> None:
    one, other = cells(*inked), cells(*inked[lost:], *added[:lost])
    assert same_paper(one, other) is same_paper(other, one)


@settings(deadline=None)
@given(inked=CELLS)
def test_a_slip_with_enough_ink_is_its_own_paper(inked: list[tuple[int, int]]) -> None:
    assert same_paper(cells(*inked), cells(*inked)) is (len(inked) >= 40)


BLOCK = [(row, column) for row in range(5, 15) for column in range(5, 25)]


@pytest.mark.parametrize(("by", "same"), [(0, True), (1, True), (3, False)])
def test_ink_may_lie_a_millimetre_off_and_not_three(by: int, same: bool) -> None:
    moved = [(row, column + by) for row, column in BLOCK]
    assert same_paper(cells(*BLOCK), cells(*moved)) is same


@pytest.mark.parametrize(("more", "same"), [(4, True), (5, False), (10, False)])
def test_ten_cells_of_ink_are_a_note_and_four_are_none(more: int, same: bool) -> None:
    note = [(25, column) for column in range(more)]
    assert same_paper(cells(*BLOCK), cells(*BLOCK, *note)) is same
    assert same_paper(cells(*BLOCK, *note), cells(*BLOCK)) is same
