"""Ink that no field explains: a note, a struck clause, a stamp. It always means a person."""

from dataclasses import replace

import numpy as np
import pytest

from forms.geometry import Point, Rect
from forms.model import Form, Meaning
from intake.stages.signatures import read_signature
from intake.stages.stray_ink import find_stray_ink
from intake.values import SlipImage, StrayInk, StrayState
from samples.pens import Pen
from samples.scanner import Picture
from tests.intake.returned import (
    FAMILY,
    PENS,
    PRIMARY,
    SECONDARY,
    Bits,
    box,
    cut_slip,
    field,
    laid_flat,
    line,
    lines_shown,
    oval,
    painted,
    sheet_of,
    stamped,
    template_of,
    with_bits,
    with_ink,
    with_words,
)

YES_BOX, NO_BOX = box(Meaning.YES).place, box(Meaning.NO).place
SIGNATURE = field("guardian_signature").place


def stray_on(sheet: Picture, form_id: str = PRIMARY) -> StrayInk:
    """Stray ink after all signatures have taken theirs."""
    slip, form = laid_flat(sheet, form_id), template_of(form_id).form
    return find_stray_ink(slip, form, signed_on(slip, form), lines_shown(slip, form))


def signed_on(slip: SlipImage, form: Form) -> set[int]:
    """The ink that the signatures explain."""
    return {label for one in form.signatures for label in read_signature(slip, one)[1]}


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_a_slip_filled_in_as_asked_has_none(seed: int) -> None:
    assert stray_on(cut_slip(seed=seed)).state is StrayState.NONE


THIN = pytest.mark.xfail(strict=True, reason="what is left is hardly broader than the lid's shadow")


@pytest.mark.parametrize("left_mm", [pytest.param(2.5, marks=THIN), 4.0])
def test_a_note_that_runs_off_the_paper_is_found(left_mm: float) -> None:
    """Of the words below the signature line only so much is on the paper; a black lid begins there."""
    base = template_of(PRIMARY).area.bottom - 8
    noted = with_words(cut_slip(), "bitte vorher anrufen", Point(110, base))
    lid = Rect(-5, base - 4 + left_mm, 220, 20)
    assert stray_on(painted(noted, lid, gray=15)).state is StrayState.FOUND
    assert stray_on(painted(cut_slip(), lid, gray=15)).state is StrayState.NONE


@pytest.mark.parametrize(
    ("words", "along_mm", "above_mm"),
    [("", 0.0, 0.0), ("nein", 55.0, -1.5), ("nein", -6.0, -4.5), ("nicht", 45.0, 7.0)],
    ids=["none", "at the end of the line", "below its beginning", "above its end"],
)
def test_a_word_on_a_line_that_the_engine_was_not_shown_is_found(words: str, along_mm: float, above_mm: float) -> None:
    form = template_of(SECONDARY).form
    place = form.texts[0].place
    sheet = sheet_of(SECONDARY)
    if words:
        sheet = with_words(sheet, words, Point(place.x + along_mm, place.bottom - above_mm))
    slip = laid_flat(sheet, SECONDARY)
    explained = {label for one in form.signatures for label in read_signature(slip, one)[1]}
    assert (find_stray_ink(slip, form, explained, lines_shown(slip, form)).state is StrayState.FOUND) == bool(words)


def test_a_signed_letter_has_none() -> None:
    assert stray_on(sheet_of(SECONDARY), SECONDARY).state is StrayState.NONE


@pytest.mark.parametrize(
    ("words", "at"),
    [("nein", Point(125, 245)), ("nur ohne Kamera", Point(140, 233)), ("nicht!", Point(110, 204))],
)
def test_a_note_is_found(words: str, at: Point) -> None:
    stray = stray_on(with_words(cut_slip(), words, at))
    assert stray.state is StrayState.FOUND
    around = Rect(at.x - 3, at.y - 9, 60, 16)
    assert all(around.overlaps(place) for place in stray.places)


@pytest.mark.parametrize("pen", PENS, ids=lambda pen: pen.name)
@pytest.mark.parametrize("place", [YES_BOX, NO_BOX], ids=["yes", "no"])
def test_a_struck_clause_is_found(place: Rect, pen: Pen) -> None:
    strike = line((place.right + 3, place.centre.y), (125, place.centre.y + 0.4))
    assert stray_on(with_ink(cut_slip(), [strike], pen)).state is StrayState.FOUND


def test_a_clause_struck_out_of_the_letter_is_found() -> None:
    strike = line((22, 117), (180, 117.5))
    assert stray_on(with_ink(sheet_of(SECONDARY), [strike]), SECONDARY).state is StrayState.FOUND


def test_a_cross_over_the_whole_slip_is_found() -> None:
    crossed = with_ink(cut_slip(), [line((15, 200), (195, 290)), line((195, 200), (15, 290))])
    assert stray_on(crossed).state is StrayState.FOUND


OFFICE = Rect(135, 228, 45, 16)


def test_a_stamp_between_the_fields_is_known_as_one() -> None:
    assert stray_on(stamped(cut_slip(), OFFICE)).state is StrayState.STAMP


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("nein", Point(OFFICE.right + 2, OFFICE.bottom - 2)),
        ("nein", Point(OFFICE.x - 16, OFFICE.bottom - 2)),
        ("ohne Bild", Point(OFFICE.x - 60, OFFICE.bottom)),
    ],
)
def test_a_note_beside_a_stamp_is_more_than_a_stamp(words: str, at: Point) -> None:
    assert stray_on(with_words(stamped(cut_slip(), OFFICE), words, at)).state is StrayState.FOUND


def test_a_circle_round_the_word_is_found() -> None:
    word = Rect(YES_BOX.right + 3, YES_BOX.y + 0.5, 5, 4.5)
    assert stray_on(with_ink(cut_slip(), [oval(word, 1.0)])).state is StrayState.FOUND


def test_a_signature_that_nothing_explains_is_stray() -> None:
    slip, form = laid_flat(cut_slip()), template_of(PRIMARY).form
    stray = find_stray_ink(slip, form, (), lines_shown(slip, form))
    assert stray.state is StrayState.FOUND
    assert any(SIGNATURE.overlaps(place) for place in stray.places)


def test_the_sum_is_that_of_the_places() -> None:
    stray = stray_on(with_words(cut_slip(), "nein", Point(140, 245)))
    assert len(stray.places) > 0
    assert stray.measures["stray_mm2"] >= stray.measures["largest_mm2"] > 0


def with_dashes(column_mm: float, wide: float, gap: float) -> Picture:
    """A slip with upright dashes of 4 mm in a column."""
    sheet, area = cut_slip(), template_of(PRIMARY).area
    for top in np.arange(area.y + 50, area.bottom - 12, 4 + gap).tolist():
        sheet = painted(sheet, Rect(column_mm, top, wide, 4), gray=20)
    return sheet


def test_dashes_that_make_a_line_along_the_edge_are_none() -> None:
    at = template_of(PRIMARY).area.right - 2
    assert stray_on(with_dashes(at, wide=0.1, gap=0.5)).state is StrayState.NONE


@pytest.mark.parametrize(
    ("inwards", "wide", "gap"), [(2.0, 0.05, 2.5), (2.0, 1.2, 0.5), (10.0, 0.05, 0.5)], ids=["apart", "thick", "inside"]
)
def test_other_dashes_are_stray(inwards: float, wide: float, gap: float) -> None:
    at = template_of(PRIMARY).area.right - inwards
    assert stray_on(with_dashes(at, wide, gap)).state is StrayState.FOUND


NAME = field("child_name").place
UNNAMED = replace(FAMILY, written_name="")


def named(feet: float) -> Picture:
    """A slip whose name is written with its feet at this height."""
    return with_words(cut_slip(UNNAMED), "Mia Groß", Point(NAME.x + 8, feet))


def test_writing_that_floats_inside_its_field_is_explained() -> None:
    assert stray_on(named(NAME.bottom - 3.0)).state is StrayState.NONE


@pytest.mark.parametrize("below", [2.6, 3.0])
def test_a_name_below_its_line_is_explained_if_it_is_plainly_the_childs(below: float) -> None:
    slip, form = laid_flat(named(NAME.bottom + below)), template_of(PRIMARY).form
    signed, shown = signed_on(slip, form), lines_shown(slip, form)
    assert find_stray_ink(slip, form, signed, shown).state is StrayState.FOUND
    assert find_stray_ink(slip, form, signed, shown, named=["child_name"]).state is StrayState.NONE


def test_a_note_below_a_name_is_stray_even_if_the_name_is_plain() -> None:
    sheet = with_words(named(NAME.bottom - 1.0), "nein", Point(NAME.x + 10, NAME.bottom + 6.5))
    slip, form = laid_flat(sheet), template_of(PRIMARY).form
    stray = find_stray_ink(slip, form, signed_on(slip, form), lines_shown(slip, form), named=["child_name"])
    assert stray.state is StrayState.FOUND


def test_the_same_writing_above_its_field_is_stray() -> None:
    assert stray_on(named(NAME.y - 1.5)).state is StrayState.FOUND


def test_how_a_line_falls_does_not_say_where_it_stands() -> None:
    """Words at the beginning of the line, on the way down, reach nothing below it farther on."""
    assert stray_with([(along, -1.0 - 0.08 * along) for along in (1.0, 6.0, 11.0, 16.0, 21.0)]) is StrayState.NONE


Letters = list[tuple[float, float]]


def letters(first: float, count: int, above: float, climb: float = 0.0) -> Letters:
    """Feet of letters, 2.6 mm from one to the next: how far along the child's line, and how far above it."""
    return [(first + 2.6 * number, above + climb * number) for number in range(count)]


def stray_with(feet: Letters) -> StrayState:
    """What is said of letters of 2 mm that stand there."""
    bits = [(NAME.x + along, NAME.bottom - above - 2.0, 2.0, 2.0) for along, above in feet]
    slip, form = with_bits(laid_flat(cut_slip(UNNAMED)), bits), template_of(PRIMARY).form
    return find_stray_ink(slip, form, signed_on(slip, form), lines_shown(slip, form)).state


NAMED = letters(5, 10, 1.0)


@pytest.mark.parametrize(
    "note", [letters(10, 4, 4.4), letters(24, 6, 4.6), letters(46, 8, 5.6)], ids=["over", "over the end", "farther on"]
)
def test_a_word_that_stands_higher_than_the_name_is_stray(note: Letters) -> None:
    assert stray_with(NAMED) is StrayState.NONE
    assert stray_with([*NAMED, *note]) is StrayState.FOUND


@pytest.mark.parametrize(
    "name",
    [letters(5, 20, 0.5, 0.18), letters(5, 20, 3.5, -0.18), [*letters(5, 8, 0.5), *letters(30, 8, 3.6)]],
    ids=["climbs", "falls", "second word higher"],
)
def test_a_name_that_climbs_falls_or_steps_up_is_explained(name: Letters) -> None:
    assert stray_with(name) is StrayState.NONE


def test_the_shadow_around_a_slip_is_no_word_of_a_line() -> None:
    """A single piece as large as the slip, whose middle lies on a line of writing."""
    slip, form = laid_flat(cut_slip()), template_of(PRIMARY).form
    ink, rim = slip.ink.copy(), int(slip.ink.max()) + 1
    ink[:3], ink[-3:], ink[:, :3], ink[:, -3:] = rim, rim, rim, rim
    framed = replace(slip, ink=ink)
    assert find_stray_ink(framed, form, signed_on(slip, form), lines_shown(slip, form)).state is StrayState.NONE


def tails(*along: float) -> Bits:
    """Pieces as high as the tails of a large hand, just below the child's line."""
    return [(NAME.x + x, NAME.bottom + 0.6, 3.0, 4.4) for x in along]


@pytest.mark.parametrize(
    ("below", "state"),
    [
        (tails(12), StrayState.NONE),
        (tails(12, 20), StrayState.NONE),
        (tails(12, 16, 20), StrayState.FOUND),
        ([(NAME.x + 12, NAME.bottom + 0.6, 9.0, 4.4)], StrayState.FOUND),
        ([(NAME.x + 40, NAME.bottom + 0.6, 3.0, 4.4)], StrayState.FOUND),
    ],
    ids=["a tail", "two apart", "a row of letters", "too wide", "below nothing"],
)
def test_the_tail_of_a_letter_that_the_printed_line_cuts_off_is_explained(below: Bits, state: StrayState) -> None:
    word = (NAME.x + 5, NAME.bottom - 4.0, 20.0, 3.3)
    slip, form = with_bits(laid_flat(cut_slip(UNNAMED)), [word, *below]), template_of(PRIMARY).form
    assert find_stray_ink(slip, form, signed_on(slip, form), lines_shown(slip, form)).state is state
