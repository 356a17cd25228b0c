"""The parts of what stands on a signature line: a note is one, wherever it does not cross the signature."""

import pytest

from forms.geometry import Point
from intake.stages.signatures import read_signature
from intake.stages.within import Part, parts_of_signature
from intake.values import SlipImage
from samples.scanner import Picture
from tests.intake.returned import PRIMARY, cut_slip, field, laid_flat, template_of, with_words

LINE = next(line for line in template_of(PRIMARY).form.signatures if line.name == "guardian_signature")
PLACE = field("guardian_signature").place


def parts_on(sheet: Picture, *, bilevel: bool = False) -> tuple[SlipImage, tuple[Part, ...]]:
    slip = laid_flat(sheet, bilevel=bilevel)
    return slip, parts_of_signature(slip, read_signature(slip, LINE)[1])


@pytest.mark.parametrize("bilevel", [False, True], ids=["grey", "black and white"])
@pytest.mark.parametrize("seed", range(4))
def test_the_first_part_is_all_of_it_and_no_row(seed: int, bilevel: bool) -> None:
    _, (whole, *others) = parts_on(cut_slip(seed=seed), bilevel=bilevel)
    assert not whole.apart
    assert all(part.ink.mask.sum() < whole.ink.mask.sum() for part in others)


@pytest.mark.parametrize("bilevel", [False, True], ids=["grey", "black and white"])
@pytest.mark.parametrize("words", ["Kamera aus", "Klassenverband"])
def test_words_above_a_signature_are_a_row_apart(words: str, bilevel: bool) -> None:
    above = Point(PLACE.x + 12, PLACE.bottom - 12)
    slip, parts = parts_on(with_words(cut_slip(), words, above), bilevel=bilevel)
    highest = min((part.ink for part in parts if part.apart), key=lambda ink: ink.row)
    assert highest.mask.shape[1] / slip.px_per_mm > len(words)
    assert highest.row / slip.px_per_mm + slip.origin.y == pytest.approx(above.y - 4, abs=2.5)


def test_what_touches_a_signature_is_cut_off_at_several_heights() -> None:
    _, (whole, *others) = parts_on(with_words(cut_slip(), "nicht", Point(PLACE.x + 12, PLACE.bottom - 6)))
    first = int(whole.ink.mask.any(axis=1).argmax()) + whole.ink.row
    heights = [len(part.ink.mask) / len(whole.ink.mask) for part in others if part.ink.row == first]
    assert any(height <= 0.5 for height in heights)


def test_a_line_without_ink_has_no_parts() -> None:
    assert parts_of_signature(laid_flat(cut_slip()), ()) == ()
