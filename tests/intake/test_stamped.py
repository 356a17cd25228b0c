"""The office's stamp over a field: what is left beside it."""

from dataclasses import replace

import pytest

from forms.geometry import Point, Rect
from forms.model import Meaning, Role
from intake.batch import settled
from intake.engines import pp_ocr
from intake.policy import EVERY_LINE
from intake.read_slip import read_page
from intake.stamped import but_for_stamp
from intake.values import Bare, MarkState, SignatureState, SlipReading, Verdict
from samples.pens import Path as PenPath
from samples.scanner import Picture
from samples.slips import Answers, Signing
from tests.intake.returned import (
    FAMILY,
    PUPIL,
    ROSTER,
    SECONDARY,
    STAMP,
    UNSIGNED,
    Says,
    box,
    cut_slip,
    field,
    laid_flat,
    line,
    page_of,
    read,
    seen,
    sheet_of,
    stamped,
    templates,
    with_ink,
    with_words,
)

LINE = field("guardian_signature").place
PLACES = [Rect(LINE.right + right, LINE.y + down, 45, 16) for right in (-45, -15, 0) for down in (-12, -4, 2)]
"""Stamps over the end of the line; what signs stands at its beginning."""
NO_BOX = box(Meaning.NO).place


def slip_on(sheet: Picture) -> SlipReading:
    (slip,) = read(page_of(seen(sheet))).slips
    return slip


def bare(slip: SlipReading) -> Bare:
    assert slip.bare is not None
    return slip.bare


def lines_of(slip: SlipReading) -> list[SignatureState]:
    return [line.state for line in bare(slip).signatures]


@pytest.mark.parametrize("place", PLACES)
def test_a_stamp_over_a_line_is_told_from_the_signature(place: Rect) -> None:
    signed, unsigned = slip_on(stamped(cut_slip(), place)), slip_on(stamped(cut_slip(UNSIGNED), place))
    assert [line.state for line in signed.signatures] == [SignatureState.UNCLEAR]
    assert lines_of(signed) == [SignatureState.SIGNED]
    assert lines_of(unsigned) != [SignatureState.SIGNED]


@pytest.mark.parametrize("words", ["nein", "nicht"])
def test_words_beside_the_stamp_are_no_signature(words: str) -> None:
    sheet = with_words(cut_slip(UNSIGNED), words, Point(LINE.x + 5, LINE.bottom - 2))
    page = read_page(page_of(seen(stamped(sheet, PLACES[4]))), templates(), ROSTER, pp_ocr.load())
    assert lines_of(page.slips[0]) != [SignatureState.SIGNED]


@pytest.mark.parametrize("place", PLACES)
def test_what_a_stamp_hides_is_no_signature(place: Rect) -> None:
    dash = line((place.x + 4, place.centre.y), (place.right - 4, place.centre.y + 1))
    assert lines_of(slip_on(stamped(with_ink(cut_slip(UNSIGNED), [dash]), place))) != [SignatureState.SIGNED]


def broken_stamp(place: Rect) -> list[PenPath]:
    """A stamp's frame of which a scan has lost the corners and the middle of a side."""
    gap, middle = 4.5, place.centre.x
    levels = [(place.x + gap, middle - 4, place.y), (middle + 4, place.right - gap, place.y)]
    levels += [(place.x + gap, place.right - gap, place.bottom)]
    sides = [line((left, y), (right, y)) for left, right, y in levels]
    return sides + [line((x, place.y + gap), (x, place.bottom - gap)) for x in (place.x, place.right)]


@pytest.mark.parametrize("down", [-13.0, -9.0, -5.0])
def test_a_stamp_of_which_the_frame_is_broken_is_no_signature(down: float) -> None:
    place = Rect(LINE.x + 6, LINE.y + down, 44, 20)
    sheet = with_ink(cut_slip(UNSIGNED), broken_stamp(place), STAMP)
    sheet = with_words(sheet, "Erledigt We", Point(place.x + 5, place.bottom - 4))
    assert slip_on(sheet).signatures[0].state is SignatureState.UNCLEAR


def test_a_slip_without_a_stamp_is_read_once() -> None:
    assert slip_on(cut_slip()).bare is None
    crossed = with_ink(cut_slip(UNSIGNED), [line((LINE.x + 5, LINE.y), (LINE.x + 60, LINE.bottom))])
    assert slip_on(crossed).bare is None


def test_a_box_beside_the_stamp_is_read_without_it() -> None:
    slip = slip_on(stamped(cut_slip(), Rect(NO_BOX.right + 2, NO_BOX.y - 4, 45, 16)))
    assert {mark.state for mark in bare(slip).marks} == {MarkState.TICKED, MarkState.EMPTY}


def test_a_box_under_the_stamp_stays_as_it_was_seen() -> None:
    slip = slip_on(stamped(cut_slip(), Rect(NO_BOX.x - 6, NO_BOX.y - 4, 45, 16)))
    (seen_first,), (seen_again,) = (
        [mark.state for mark in marks if mark.meaning is Meaning.NO] for marks in (slip.marks, bare(slip).marks)
    )
    assert seen_first is seen_again is not MarkState.EMPTY


@pytest.mark.parametrize(("answers", "verdict"), [(FAMILY, Verdict.GIVEN), (UNSIGNED, Verdict.REVIEW)])
def test_the_stamped_slip_is_for_a_person_and_the_other_one_only_if_need_be(answers: Answers, verdict: Verdict) -> None:
    other = slip_on(stamped(cut_slip(answers), PLACES[4]))
    first, second = settled([slip_on(cut_slip()), other], EVERY_LINE)
    assert (first.decision.verdict, second.decision.verdict) == (verdict, Verdict.REVIEW)


@pytest.mark.parametrize(
    ("written", "state"),
    [
        (PUPIL.name, SignatureState.SIGNED),
        (PUPIL.name[1:], SignatureState.SIGNED),
        (f"{PUPIL.name} nein", SignatureState.UNCLEAR),
        (f"{PUPIL.name} Nem", SignatureState.UNCLEAR),
        ("nein", SignatureState.UNCLEAR),
    ],
)
def test_a_child_that_writes_its_name_and_nothing_else_beside_the_stamp_has_signed(
    written: str, state: SignatureState
) -> None:
    place = field("pupil_signature", SECONDARY).place
    dash = line((place.x + 4, place.bottom - 3), (place.x + 14, place.bottom - 3.5))
    sheet = with_ink(sheet_of(SECONDARY, replace(FAMILY, pupil_signs=Signing.EMPTY)), [dash])
    sheet = stamped(sheet, Rect(place.right - 20, place.y + 2, 38, 14))
    (slip,) = read_page(page_of(seen(sheet)), templates(), ROSTER, pp_ocr.load()).slips
    again = but_for_stamp(laid_flat(sheet, SECONDARY), slip, Says(written))
    assert again is not None
    assert [line.state for line in again.signatures if line.role is Role.PUPIL_SIGNATURE] == [state]


def test_a_part_of_the_stamp_that_was_taken_for_a_signature_is_none() -> None:
    sheet = stamped(cut_slip(UNSIGNED), PLACES[6])
    read_so = slip_on(sheet)
    assert read_so.stray.stamp is not None
    taken = tuple(replace(line, state=SignatureState.SIGNED) for line in read_so.signatures)
    again = but_for_stamp(laid_flat(sheet), replace(read_so, signatures=taken), Says(PUPIL.name))
    assert again is not None
    assert [line.state for line in again.signatures] != [SignatureState.SIGNED]
