"""The lines that the second recogniser is taught with."""

from pathlib import Path

import numpy as np
import pytest

from samples import handwriting
from tests.training.lines import draw, letters_of

FONTS = sorted((Path(handwriting.__file__).parent / "fonts").glob("*.ttf"))


def test_a_line_is_drawn_from_its_number_alone() -> None:
    one, again, other = draw(7, FONTS), draw(7, FONTS), draw(8, FONTS)
    assert one is not None
    assert again is not None
    assert other is not None
    assert np.array_equal(one.crop, again.crop)
    assert one.letters == again.letters != other.letters


def test_lines_are_dark_on_white_and_spelt_in_capitals() -> None:
    lines = [line for line in (draw(number, FONTS) for number in range(40)) if line is not None]
    assert len(lines) > 30
    for line in lines:
        rim = np.concatenate([line.crop[0], line.crop[-1], line.crop[:, 0], line.crop[:, -1]])
        assert rim.min() == 255
        assert line.crop.min() < 200
        assert line.letters.isascii()
        assert line.letters.isupper()


@pytest.mark.parametrize(
    ("text", "letters"), [("Groß", "GROS"), ("Zoë Müller-Ğül", "ZOEMULLERGUL"), ("Łęcki", "LECKI")]
)
def test_letters_are_spelt_without_marks(text: str, letters: str) -> None:
    assert letters_of(text) == letters
