"""How the reading of single words is counted."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from intake.values import GrayImage, TextGuess
from tests.accuracy.words import Word, error_rate, picture_of, read_words, report


class Parrot:
    """An engine that reads the same always."""

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        return [TextGuess("Nordstrabe", 0.9, None) for _ in crops]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png"):
        Image.fromarray(np.zeros((10, 40), np.uint8)).save(tmp_path / name)
    (tmp_path / "labels.csv").write_text("file,text,writer\na.png,Nordstraße,1\nb.png,Weg,2\n", encoding="utf-8")
    return tmp_path


def test_a_word_that_only_lists_take_for_right_is_not_exact() -> None:
    word = Word("1", "Süd-Weg", "SUDWEG")
    assert (word.is_exact, word.is_same_name, word.errors) == (False, True, 5)
    assert Word("1", "Weg", "Weg").is_exact


def test_errors_are_counted_by_letters_written() -> None:
    assert error_rate([Word("1", "Weg", "Weq"), Word("1", "Nordweg", "Nordweg")]) == pytest.approx(0.1)
    assert error_rate([]) == 0


def test_each_writer_has_a_row_and_the_best_read_comes_first(folder: Path) -> None:
    words = read_words(folder, Parrot(), 5)
    assert [word.writer for word in words] == ["1", "2"]
    rows = report(words).splitlines()
    assert rows[2].startswith("| 1 | 1 | 0.000 |")
    assert rows[-1].startswith("| all | 2 |")


def test_only_so_many_words_of_a_writer_are_read(folder: Path) -> None:
    assert read_words(folder, Parrot(), 0) == []


def test_a_word_gets_a_white_margin(folder: Path) -> None:
    picture = picture_of(folder / "a.png")
    assert picture.shape == (16, 46)
    assert picture[0, 0] == picture[8, 20] == 255
