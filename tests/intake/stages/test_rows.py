"""A note squeezed in above a name is seen, whether it floats there or touches the letters."""

import pytest

from forms.geometry import Point
from forms.model import Role, TextLine
from intake.stages.names import cut_line
from intake.stages.rows import MoreRows, more_rows
from samples.scanner import Picture
from tests.intake.returned import PRIMARY, cut_slip, laid_flat, template_of, with_words

LINE: TextLine = next(line for line in template_of(PRIMARY).form.texts if line.role is Role.GUARDIAN_NAMES)
RISING_MM = 2.5


def rows_on(sheet: Picture, *, bilevel: bool = False) -> MoreRows:
    slip = laid_flat(sheet, bilevel=bilevel)
    return more_rows(slip, cut_line(slip, LINE).labels)


@pytest.mark.parametrize("bilevel", [False, True], ids=["grey", "black and white"])
@pytest.mark.parametrize("seed", range(5))
def test_names_are_one_row(seed: int, bilevel: bool) -> None:
    rows = rows_on(cut_slip(seed=seed), bilevel=bilevel)
    assert rows.floating == ()
    assert rows.rises_mm <= RISING_MM


@pytest.mark.parametrize("bilevel", [False, True], ids=["grey", "black and white"])
@pytest.mark.parametrize("beside_mm", [36.0, 38.0, 45.0])
def test_a_word_that_stands_higher_floats(beside_mm: float, bilevel: bool) -> None:
    at = Point(LINE.place.x + beside_mm, LINE.place.bottom - 5.5)
    assert rows_on(with_words(cut_slip(), "nicht", at), bilevel=bilevel).floating


def test_a_large_word_through_the_tops_of_letters_rises() -> None:
    sheet = cut_slip()
    for shift in range(8):
        sheet = with_words(sheet, "lll", Point(LINE.place.x + 6 + 2.5 * shift, LINE.place.bottom - 4.0 - 0.4 * shift))
    rows = rows_on(sheet)
    assert rows.floating or rows.rises_mm > RISING_MM


def test_an_empty_line_has_no_row() -> None:
    assert more_rows(laid_flat(cut_slip()), ()) == MoreRows(0.0, ())
