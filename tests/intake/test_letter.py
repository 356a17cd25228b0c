"""A slip that still hangs together with its letter: the letter has to be the one of its form."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms.geometry import Point, Rect
from intake.values import PageImage, Reason, Verdict
from samples.scanner import WHITE_LID, Picture, on_glass
from samples.slips import FRESH_PAPER, refusing
from tests.accuracy.near_duplicates import LETTER_ONES, NearDuplicate
from tests.intake.returned import (
    CUT,
    FAMILY,
    PRIMARY,
    PUPIL,
    SECONDARY,
    blank_sheet,
    cut_slip,
    decisions,
    filled_in,
    page_of,
    reworded,
    seen,
    sheet_of,
    upright,
    verdicts,
)

LETTER = Rect(0, 0, 210, 188)


def with_letter_of(sheet: Picture, other: Picture) -> Picture:
    """The same slip below what another page prints."""
    corners = np.rint(sheet.corners_of(LETTER)).astype(int)
    row = int(corners[2, 1])
    pixels = sheet.pixels.copy()
    pixels[:row] = other.pixels[:row]
    return replace(sheet, pixels=pixels)


def is_for_a_person(page: PageImage) -> bool:
    (decision,) = decisions(page)
    return decision.verdict is Verdict.REVIEW and Reason.PRINT_ALTERED in decision.reasons


def test_a_whole_page_is_read_and_settled() -> None:
    assert verdicts(page_of(seen(sheet_of()))) == [Verdict.GIVEN]
    assert verdicts(page_of(seen(sheet_of(PRIMARY, refusing(PUPIL))))) == [Verdict.REFUSED]


@pytest.mark.parametrize("form", LETTER_ONES, ids=lambda form: form.name)
def test_a_reworded_letter_is_for_a_person(form: NearDuplicate) -> None:
    printed = reworded(PRIMARY, form.change.wording, form.change.instead)
    assert is_for_a_person(page_of(seen(filled_in(printed, FAMILY, FRESH_PAPER))))


def test_a_slip_cut_from_a_reworded_letter_says_what_it_says() -> None:
    change = LETTER_ONES[0].change
    printed = reworded(PRIMARY, change.wording, change.instead)
    assert verdicts(page_of(seen(filled_in(printed, FAMILY, CUT)))) == [Verdict.GIVEN]


def test_another_letter_above_the_slip_is_for_a_person() -> None:
    assert is_for_a_person(page_of(seen(with_letter_of(sheet_of(), sheet_of(SECONDARY)))))


def test_an_upside_down_letter_above_the_slip_is_for_a_person() -> None:
    other = sheet_of(SECONDARY)
    turned = replace(other, pixels=np.ascontiguousarray(cv2.rotate(other.pixels, cv2.ROTATE_180)))
    assert is_for_a_person(page_of(seen(with_letter_of(sheet_of(), turned))))


def test_a_slip_above_which_nothing_is_printed_is_settled() -> None:
    sheet = sheet_of()
    white = replace(sheet, pixels=np.full_like(sheet.pixels, 250))
    assert verdicts(page_of(seen(with_letter_of(sheet, white)))) == [Verdict.GIVEN]


def test_two_slips_on_a_page_are_no_letter_of_each_other() -> None:
    pieces = [cut_slip(), cut_slip(refusing(PUPIL), seed=9)]
    page = on_glass(pieces, [upright(Point(0, 5)), upright(Point(0, 150))], WHITE_LID)
    assert verdicts(page_of(seen(page))) == [Verdict.GIVEN, Verdict.REFUSED]


def test_dirt_between_two_slips_is_no_letter() -> None:
    glass = on_glass([cut_slip(), cut_slip(seed=8)], [upright(Point(0, 12)), upright(Point(0, 190))], WHITE_LID)
    pixels = glass.pixels.copy()
    for n in range(80):
        x, y = 20 + 22 * (n % 20), 121 + 16 * (n // 20)
        cv2.circle(pixels, (round(x * glass.px_per_mm / 2.4), round(y * glass.px_per_mm)), 3, (20, 20, 20), -1)
    assert not any(
        Reason.PRINT_ALTERED in decision.reasons for decision in decisions(page_of(seen(replace(glass, pixels=pixels))))
    )


def test_an_empty_slip_above_a_filled_one_is_no_letter() -> None:
    page = on_glass([blank_sheet(), cut_slip()], [upright(Point(0, 5)), upright(Point(0, 150))], WHITE_LID)
    assert verdicts(page_of(seen(page))) == [Verdict.REVIEW, Verdict.GIVEN]
