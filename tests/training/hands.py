"""Words that people wrote, and lines made of them as of what fonts write.

A folder of words holds their pictures, in which ink is light, and `labels.csv` with the columns `file`, `text` and
`writer`. Every line is drawn from its own number alone, so that the same numbers give the same lines.
"""

import csv
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from intake.values import GrayImage
from tests.training.lines import Line, Part, letters_of, row_of, scanned_line, size_of_word

X_HEIGHT = 0.4
"""Of the size of a font, the height of its small letters; a word is as large as a font of that size."""
BUSY = 0.42
"""Rows with so much of the busiest row's ink hold the small letters."""
INK = 60
"""Of 255; what is lighter is ink."""


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """A word as somebody wrote it: its letters, its picture (255 is ink), the rows where small ones begin and end."""

    text: str
    picture: GrayImage
    top: int
    foot: int

    def written(self, size: int) -> Part:
        """As large as a font of that size."""
        share = float(np.clip(X_HEIGHT * size / (self.foot - self.top), 0.25, 4.0))
        way = cv2.INTER_AREA if share < 1 else cv2.INTER_CUBIC
        sized = cv2.resize(self.picture, None, fx=share, fy=share, interpolation=way)
        return np.asarray(sized, np.uint8), round(self.foot * share)


def read_hands(folder: Path, writers: Collection[str] = ()) -> tuple[tuple[Word, ...], ...]:
    """The words of each of these writers; of all where none is named."""
    hands = dict[str, list[Word]]()
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not writers or row["writer"] in writers:
                with Image.open(folder / row["file"]) as file_of_word:
                    picture = np.asarray(file_of_word.convert("L"), np.uint8)
                hands.setdefault(row["writer"], []).append(_word(row["text"], picture))
    return tuple(tuple(words) for words in hands.values())


def _word(text: str, picture: GrayImage) -> Word:
    inked = np.convolve((picture > INK).sum(axis=1), np.ones(3) / 3, "same")
    busy = np.flatnonzero(inked >= BUSY * inked.max())
    return Word(text, picture, int(busy.min()), int(busy.max()) + 1)


def draw_in_hand(number: int, hands: Sequence[Sequence[Word]]) -> Line | None:
    """The line of that number, of words of one writer; None where the scanner lost it."""
    chance, noise = random.Random(number), np.random.default_rng(number)
    words = chance.choices(chance.choice(hands), k=chance.choice([1, 1, 2, 2, 2, 2, 3]))
    size = chance.choice(range(48, 81, 4))
    parts = [word.written(size_of_word(size, chance)) for word in words]
    return scanned_line(row_of(parts, size, chance), letters_of("".join(w.text for w in words)), size, chance, noise)
