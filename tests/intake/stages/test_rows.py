"""A note squeezed in above a name is seen, whether it floats there or touches the letters."""

import pytest

from forms.geometry import Point
from forms.model import Role, TextLine
from intake.stages.names import cut_line
from intake.stages.rows import MoreRows, more_rows
from samples.scanner import Picture
from tests.intake.returned import PRIMARY, cut_slip, laid_flat, template_of, with_words

LINE: TextLine = next(line for line in template_of(PRIMARY).form.texts if line.role is Role.GUARDIAN_NAMES)


def rows_on(sheet: Picture, *, bilevel: bool = False) -> MoreRows:
    slip = laid_flat(sheet, bilevel=bilevel)
    return more_rows(slip, cut_line(slip, LINE).labels)


@pytest.mark.parametrize("bilevel", [False, True], ids=["grey", "black and white"])
@pytest.mark.parametrize("seed", range(5))
def test_names_are_one_row(seed: int, bilevel: bool) -> None:
    rows = rows_on(cut_slip(seed=seed), bilevel=bilevel)
    assert rows.floating == ()


@pytest.mark.parametrize("bilevel", [False, True], ids=["grey", "black and white"])
@pytest.mark.parametrize("beside_mm", [36.0, 38.0, 45.0])
def test_a_word_that_stands_higher_floats(beside_mm: float, bilevel: bool) -> None:
    at = Point(LINE.place.x + beside_mm, LINE.place.bottom - 5.5)
    assert rows_on(with_words(cut_slip(), "nicht", at), bilevel=bilevel).floating


@pytest.mark.parametrize("bilevel", [False, True], ids=["grey", "black and white"])
@pytest.mark.parametrize("above_mm", [2.5, 3.0, 3.5])
def test_a_word_that_touches_the_letters_below_is_cut_off_from_them(above_mm: float, bilevel: bool) -> None:
    at = Point(LINE.place.x + 6, LINE.place.bottom - above_mm)
    rows = rows_on(with_words(cut_slip(), "nicht einverstanden", at), bilevel=bilevel)
    heights = [part.mask.shape[0] for part in rows.upper]
    assert len(heights) >= 2
    assert heights == sorted(heights)
    widest = max(part.mask.shape[1] for part in rows.upper)
    assert widest / laid_flat(cut_slip(), bilevel=bilevel).px_per_mm > 20


def test_words_written_over_each_other_are_crowded() -> None:
    sheet = with_words(cut_slip(), "nicht einverstanden", Point(LINE.place.x + 4, LINE.place.bottom - 2.5))
    assert rows_on(sheet).crowded


def test_an_empty_line_has_no_row() -> None:
    assert more_rows(laid_flat(cut_slip()), ()) == MoreRows((), (), crowded=False)
