"""Whether the slip still says what the blank says."""

from dataclasses import replace

import numpy as np
import pytest

from forms.geometry import Point, Rect
from intake.stages.integrity import compare_print
from intake.values import Integrity, Wholeness
from samples.scanner import Picture
from samples.slips import FRESH_PAPER
from tests.intake.returned import (
    CUT,
    FAMILY,
    FELT,
    PRIMARY,
    REWORDED_PARAGRAPHS,
    REWORDED_WORDS,
    SECONDARY,
    Rewording,
    blank_sheet,
    cut_slip,
    laid_flat,
    line,
    painted,
    reworded_sheet,
    sheet_of,
    template_of,
    with_ink,
    with_words,
)


def wholeness(sheet: Picture, form_id: str = PRIMARY, *, bilevel: bool = False) -> Integrity:
    return compare_print(laid_flat(sheet, form_id, bilevel=bilevel), template_of(form_id))


def test_a_filled_slip_is_intact() -> None:
    assert wholeness(cut_slip()).state is Wholeness.INTACT
    assert wholeness(sheet_of(SECONDARY), SECONDARY).state is Wholeness.INTACT


def test_a_folded_slip_in_black_and_white_is_intact() -> None:
    folded = sheet_of(PRIMARY, FAMILY, replace(CUT, folded=True))
    assert wholeness(folded, bilevel=True).state is Wholeness.INTACT


def test_a_print_made_smaller_is_intact() -> None:
    small = sheet_of(SECONDARY, paper=replace(FRESH_PAPER, print_scale=0.94))
    assert wholeness(small, SECONDARY).state is Wholeness.INTACT


def test_words_written_over_the_print_leave_it_intact() -> None:
    assert wholeness(with_words(cut_slip(), "Mia Schneider", Point(60, 233))).state is Wholeness.INTACT


@pytest.mark.parametrize("change", REWORDED_PARAGRAPHS, ids=lambda change: change.instead[:30])
def test_a_reworded_paragraph_is_altered(change: Rewording) -> None:
    assert wholeness(reworded_sheet(change), change.form_id).state is not Wholeness.INTACT


@pytest.mark.parametrize("change", REWORDED_WORDS, ids=lambda change: change.instead[:30])
def test_one_other_word_is_altered(change: Rewording) -> None:
    assert wholeness(reworded_sheet(change), change.form_id).state is not Wholeness.INTACT


@pytest.mark.parametrize("gray", [128, 200, 255, 0])
def test_a_plateau_over_the_lower_half_is_no_print(gray: int) -> None:
    sheet = cut_slip()
    pixels = sheet.pixels.copy()
    pixels[pixels.shape[0] // 2 :] = gray
    assert wholeness(replace(sheet, pixels=pixels)).state in (Wholeness.ALTERED, Wholeness.DAMAGED)


@pytest.mark.parametrize("gray", [250, 128])
def test_clauses_painted_over_are_missed(gray: int) -> None:
    covered = painted(sheet_of(SECONDARY), Rect(18, 130, 174, 40), gray)
    found = wholeness(covered, SECONDARY)
    assert found.state is Wholeness.DAMAGED
    assert len(found.faults) > 50
    assert all(Rect(18, 125, 174, 50).overlaps(place) for place in found.faults)


def test_a_slip_cut_across_is_damaged() -> None:
    sheet = cut_slip()
    height = sheet.pixels.shape[0]
    short = replace(sheet, pixels=np.ascontiguousarray(sheet.pixels[: height * 55 // 100]))
    assert wholeness(short).state is Wholeness.DAMAGED


def test_a_template_without_print_is_unread() -> None:
    bare = replace(template_of(PRIMARY), words=())
    assert compare_print(laid_flat(cut_slip()), bare).state is Wholeness.UNREAD


def test_the_measures_say_how_many_words_were_compared() -> None:
    found = wholeness(cut_slip())
    assert found.measures["words"] == len(template_of(PRIMARY).words)
    assert found.measures["replaced"] + found.measures["gone"] == len(found.faults)


def words_at_strength(sheet: Picture, words: list[Rect], strength: float) -> Picture:
    """Some words as a printer low on toner prints them: 1 is as they are, 0 is white."""
    pixels = sheet.pixels.copy()
    for word in words:
        corners = np.rint(sheet.corners_of(word.grown(0.3, 0.3, 0.3, 0.3))).astype(int)
        (left, top), (right, bottom) = corners[0], corners[2]
        part = pixels[top:bottom, left:right]
        pixels[top:bottom, left:right] = 250 - (strength * (250.0 - np.minimum(part, 250))).astype(np.uint8)
    return replace(sheet, pixels=pixels)


def captions() -> list[Rect]:
    """The words beneath the signature, and those of the consent's third line."""
    every = template_of(PRIMARY).words
    return [word for word in every if word.y > 268][:6]


def test_captions_that_faded_are_no_damage() -> None:
    assert len(captions()) >= 3
    assert wholeness(words_at_strength(blank_sheet(), captions(), 0.25)).state is Wholeness.INTACT


def test_the_same_captions_painted_white_are_damage() -> None:
    found = wholeness(words_at_strength(blank_sheet(), captions(), 0.0))
    assert found.state is Wholeness.DAMAGED
    assert set(found.faults) <= set(captions())


def faded(sheet: Picture, share: float = 0.35) -> Picture:
    """The sheet with toner that lets paper through."""
    return replace(sheet, pixels=(255 - (255 - sheet.pixels.astype(np.float32)) * share).astype(np.uint8))


def crossed(sheet: Picture) -> Picture:
    """Dark strokes through many words."""
    strokes = [line((20.0 + 8 * n, 196.0), (26.0 + 8 * n, 292.0)) for n in range(20)]
    return with_ink(sheet, strokes, FELT)


@pytest.mark.parametrize("strength", [0.3, 0.4])
def test_faded_captions_under_dark_strokes_are_no_other_wording(strength: float) -> None:
    words = captions()
    strokes = [line((w.centre.x - 0.5, w.bottom + 1.0), (w.centre.x + 0.5, w.y - 1.0)) for w in words]
    struck = with_ink(words_at_strength(blank_sheet(), words, strength), strokes, FELT)
    assert wholeness(struck).state is not Wholeness.ALTERED


@pytest.mark.parametrize("change", REWORDED_WORDS, ids=lambda change: change.instead[:30])
def test_other_words_are_altered_in_faded_toner_under_strokes_as_well(change: Rewording) -> None:
    sheet = crossed(faded(reworded_sheet(change)))
    assert wholeness(sheet, change.form_id).state is not Wholeness.INTACT
