"""A note that is thanks, a greeting or a telephone number: for a person, but no word against another slip."""

import pytest

from forms.geometry import Point, Rect
from intake.decide import decide
from intake.engines import TextEngine, pp_ocr
from intake.policy import EVERY_LINE
from intake.read_slip import read_page
from intake.values import Returns, SlipReading, StrayState, Verdict
from samples.scanner import Picture
from tests.intake.returned import ROSTER, Says, cut_slip, page_of, seen, stamped, templates, with_words

BESIDE = Point(120, 247)


def slip_on(sheet: Picture, engine: TextEngine) -> SlipReading:
    (slip,) = read_page(page_of(seen(sheet)), templates(), ROSTER, engine).slips
    return slip


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("Vielen Dank", StrayState.COURTESY),
        ("Tel 0170 55501", StrayState.COURTESY),
        ("nein danke", StrayState.FOUND),
        ("ohne Bild", StrayState.FOUND),
    ],
)
def test_a_note_is_taken_for_what_it_says(words: str, state: StrayState) -> None:
    slip = slip_on(with_words(cut_slip(), words, BESIDE), pp_ocr.load())
    assert slip.stray.state is state
    assert decide(slip, Returns.ONLY, EVERY_LINE).verdict is Verdict.REVIEW


def test_thanks_that_can_hardly_be_read_may_be_anything() -> None:
    sheet = with_words(cut_slip(), "Vielen Dank", BESIDE)
    assert slip_on(sheet, Says("Vielen Dank", 0.7)).stray.state is StrayState.FOUND
    assert slip_on(sheet, Says("Vielen Dank", 0.9)).stray.state is StrayState.COURTESY


def test_thanks_and_more_are_more_than_thanks() -> None:
    noted = with_words(with_words(cut_slip(), "Vielen Dank", BESIDE), "nein", Point(40, 228))
    assert slip_on(noted, pp_ocr.load()).stray.state is StrayState.FOUND
    framed = stamped(with_words(cut_slip(), "Vielen Dank", BESIDE), Rect(30, 205, 45, 14))
    assert slip_on(framed, pp_ocr.load()).stray.state is StrayState.FOUND
