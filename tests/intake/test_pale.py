"""Words too pale for ink."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms.geometry import Point
from forms.model import Role
from intake.naming import or_pale_words, read_names
from intake.pale import pale_line, pale_words
from intake.values import (
    CodeReading,
    CodeState,
    GrayImage,
    Roster,
    SlipImage,
    StrayInk,
    StrayState,
    TextGuess,
    TextState,
)
from tests.intake.returned import FAMILY, SECONDARY, laid_flat, sheet_of, template_of

NOTHING = StrayInk(StrayState.NONE, (), {"stray_mm2": 0.0, "largest_mm2": 0.0})
FORM = template_of(SECONDARY).form
FREE = Point(66, 218)
"""Nothing is printed here, and no field is near."""


class Reads:
    """An engine that reads one thing in whatever it is shown, with a second recogniser that reads another."""

    def __init__(self, text: str, second: str = "") -> None:
        self.text, self.shown = text, list[GrayImage]()
        if second:
            self.second = Reads(second)

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        self.shown += crops
        return [TextGuess(self.text, 0.9, None, crop) for crop in crops]


def grainy(words: str, darker: float, at: Point = FREE) -> SlipImage:
    """A filled slip on grainy paper, with words so much darker than it."""
    slip = laid_flat(sheet_of(SECONDARY, FAMILY), SECONDARY)
    written = np.zeros(slip.darkness.shape, np.uint8)
    left, foot = round((at.x - slip.origin.x) * slip.px_per_mm), round((at.y - slip.origin.y) * slip.px_per_mm)
    cv2.putText(written, words, (left, foot), cv2.FONT_HERSHEY_SIMPLEX, 0.11 * slip.px_per_mm, 255, 2, cv2.LINE_AA)
    grain = np.random.default_rng(1).normal(8, 4, written.shape)
    dark = np.clip(slip.darkness + grain + written / 255 * darker, 0, 255).astype(np.uint8)
    return replace(slip, darkness=dark)


@pytest.mark.parametrize(
    ("text", "second", "state"),
    [
        ("Nein!", "", StrayState.FOUND),
        ("Neur", "NEINK", StrayState.FOUND),
        ("nur mit Ton", "", StrayState.FOUND),
        ("Xaver", "XAVER", StrayState.NONE),
    ],
)
def test_pale_words_are_a_note_if_they_object(text: str, second: str, state: StrayState) -> None:
    engine = Reads(text, second)
    found = or_pale_words(grainy("Nein!!", 22), FORM, (), NOTHING, engine)
    assert found.state is state
    assert engine.shown
    if state is StrayState.FOUND:
        (place,) = found.places
        assert place.overlaps(place.__class__(FREE.x, FREE.y - 4, 12, 4))


@pytest.mark.parametrize(("words", "darker"), [("", 0.0), ("Nein!!", 2.0)], ids=["nothing", "no darker than grain"])
def test_plain_paper_is_not_shown(words: str, darker: float) -> None:
    engine = Reads("Nein!")
    assert or_pale_words(grainy(words, darker), FORM, (), NOTHING, engine) == NOTHING
    assert not engine.shown


def test_nothing_pale_is_looked_for_in_black_and_white_nor_where_there_is_ink() -> None:
    slip = grainy("Nein!!", 22)
    assert not list(pale_words(replace(slip, bilevel=True), FORM, ()))
    assert list(pale_words(slip, FORM, ()))
    engine, ink = Reads("Nein!"), replace(NOTHING, state=StrayState.FOUND)
    assert or_pale_words(slip, FORM, (), ink, engine) == ink
    assert not engine.shown


def test_guardians_too_pale_for_ink_are_read_where_the_child_is_not_known() -> None:
    filled = laid_flat(sheet_of(SECONDARY, FAMILY), SECONDARY)
    empty = replace(filled, ink=np.zeros_like(filled.ink))
    nobody = CodeReading(CodeState.NONE, "", ())
    texts, identity, _ = read_names(empty, FORM.texts, nobody, Roster(()), Reads("Tmas Mayr", "THOMASMAYERK"))
    said = {text.role: (text.state, text.text) for text in texts}
    assert identity.child is None
    assert said[Role.GUARDIAN_NAMES] == (TextState.EMPTY, "THOMASMAYERK")
    black = replace(empty, bilevel=True)
    texts, _, _ = read_names(black, FORM.texts, nobody, Roster(()), Reads("Tmas Mayr"))
    assert {text.text for text in texts if text.role is Role.GUARDIAN_NAMES} == {""}


def test_the_picture_of_a_line_is_dark_on_white() -> None:
    line = next(line for line in FORM.texts if line.role is Role.GUARDIAN_NAMES)
    shown = pale_line(laid_flat(sheet_of(SECONDARY, FAMILY), SECONDARY), line.place)
    assert shown.min() < 50
    assert np.median(shown) > 230
