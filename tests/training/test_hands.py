"""Lines made of words that people wrote."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from samples import handwriting
from tests.training.hands import draw_in_hand, read_hands

FONT = min((Path(handwriting.__file__).parent / "fonts").glob("*.ttf"))
WORDS = [("Neustadt", "1"), ("Lindenweg", "1"), ("Bröl", "2")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three words by two hands."""
    with (tmp_path / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "text", "writer"])
        for number, (text, writer) in enumerate(WORDS):
            picture = Image.new("L", (240, 90), 0)
            ImageDraw.Draw(picture).text((10, 20), text, font=ImageFont.truetype(str(FONT), 44), fill=255)
            picture.save(tmp_path / f"{number}.png")
            table.writerow([f"{number}.png", text, writer])
    return tmp_path


def test_words_are_kept_by_writer(folder: Path) -> None:
    assert [[word.text for word in hand] for hand in read_hands(folder)] == [["Neustadt", "Lindenweg"], ["Bröl"]]
    assert [[word.text for word in hand] for hand in read_hands(folder, ["2"])] == [["Bröl"]]


def test_a_word_is_written_as_large_as_asked_for_and_stands_on_its_foot(folder: Path) -> None:
    ((word,),) = read_hands(folder, ["2"])
    (large, foot), (small, _) = word.written(80), word.written(40)
    assert abs(large.shape[0] - 2 * small.shape[0]) <= 1
    inked = np.flatnonzero((large > 60).any(axis=1))
    assert abs(int(inked.max()) - foot) <= 0.15 * 80


def test_a_line_is_of_one_hand_and_drawn_from_its_number_alone(folder: Path) -> None:
    hands = read_hands(folder)
    lines = [line for line in (draw_in_hand(number, hands) for number in range(40)) if line is not None]
    again = [line for line in (draw_in_hand(number, hands) for number in range(40)) if line is not None]
    assert len(lines) > 30
    assert all(np.array_equal(one.crop, other.crop) for one, other in zip(lines, again, strict=True))
    spelt = {line.letters for line in lines}
    assert {"NEUSTADT", "BROL"} & spelt
    assert not any("BROL" in letters and ("NEUSTADT" in letters or "LINDENWEG" in letters) for letters in spelt)
    assert all(line.crop.min() < 200 for line in lines)
