"""How well single handwritten German words are read without any list: exact readings and errors, writer by writer.

`python -m tests.accuracy.words` reads the words of the corpus (DHSD, development writers only) with the recogniser as
it is. A free reading is never an answer; this tells how hard the hands are that the lists have to make up for.
"""

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from rapidfuzz.distance import Levenshtein

from intake.engines import TextEngine, pp_ocr
from intake.stages.match import key_of
from intake.stages.names import PAD_SHARE
from intake.values import GrayImage
from tests.accuracy.corpus import CORPUS

WORDS = CORPUS / "raw" / "dhsd_words" / "dev"


@dataclass(frozen=True, slots=True)
class Word:
    """What was written by whom, and what was read."""

    writer: str
    written: str
    read: str

    @property
    def is_exact(self) -> bool:
        """Whether every letter is right, capitals, marks and spaces included."""
        return self.read == self.written

    @property
    def is_same_name(self) -> bool:
        """Whether it is the same for the lists: without case, marks, spaces and hyphens."""
        return key_of(self.read) == key_of(self.written)

    @property
    def errors(self) -> int:
        """How many letters have to be put in, left out or changed."""
        return int(Levenshtein.distance(self.read, self.written))


def read_words(folder: Path, engine: TextEngine, most: int) -> list[Word]:
    """Read up to so many words of each writer."""
    taken: defaultdict[str, int] = defaultdict(int)
    words = []
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            taken[row["writer"]] += 1
            if taken[row["writer"]] <= most:
                (guess,) = engine.read_lines([picture_of(folder / row["file"])])
                words.append(Word(row["writer"], row["text"], guess.text))
    return words


def picture_of(path: Path) -> GrayImage:
    """The word, dark on white, with the margin that lines of slips get."""
    light = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE)
    if light is None:
        raise ValueError(f"{path.name} is no picture")
    dark = 255 - np.asarray(light, np.uint8)
    return np.pad(dark, round(PAD_SHARE * dark.shape[0]), constant_values=255)


def report(words: Sequence[Word]) -> str:
    """A row for each writer, the best read first, and one for all."""
    by_writer: defaultdict[str, list[Word]] = defaultdict(list)
    for word in words:
        by_writer[word.writer].append(word)
    rows = sorted(by_writer.items(), key=lambda item: error_rate(item[1]))
    lines = ["| writer | words | exact | same for the lists | character error rate |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *(_row(name, some) for name, some in [*rows, ("all", words)])])


def _row(name: str, words: Sequence[Word]) -> str:
    exact, same = (share(word.is_exact for word in words), share(word.is_same_name for word in words))
    return f"| {name} | {len(words)} | {exact:.3f} | {same:.3f} | {error_rate(words):.3f} |"


def share(facts: Iterable[bool]) -> float:
    """How many of them hold; of none, none."""
    told = list(facts)
    return sum(told) / len(told) if told else 0.0


def error_rate(words: Sequence[Word]) -> float:
    """Errors by letters written."""
    return sum(word.errors for word in words) / max(sum(len(word.written) for word in words), 1)


def main() -> None:
    """Read and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int, default=1000, help="words of each writer")
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    sys.stdout.write(report(read_words(WORDS, pp_ocr.load(), chosen.most)) + "\n")


if __name__ == "__main__":
    main()
