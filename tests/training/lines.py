"""Lines of German names as hurried hands and bad scanners make them, drawn in handwriting fonts.

The hands are fonts, the names frequent ones and places made up of syllables; `hands.py` has words that people wrote.
Every line is drawn from its own number alone, so that the same numbers give the same lines.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from intake.engines import ALPHABET
from intake.engines.pp_ocr import column_of
from intake.first_names import FIRST_NAMES
from intake.last_names import LAST_NAMES
from intake.stages.names import PAD_SHARE, STRETCH
from intake.values import GrayImage

Layer = npt.NDArray[np.float32]
"""How dark each pixel is, 0 to 1."""
Part = tuple[GrayImage, int]
"""Something written, 255 is ink, and the row that it stands on."""

ONSETS, NUCLEI, CODAS, ENDINGS = (
    line.split() for line in Path(__file__).with_name("places.txt").read_text(encoding="utf-8").splitlines()
)
"""The parts of places' names."""
RARE = "aabcdeefghiijklmnnoopqrrssttuuvwxyzäöüß"
"""Letters of words that are no names, so that seldom ones are learned, too."""
FIRST, LAST = sorted(FIRST_NAMES), sorted(LAST_NAMES)
LEAST_INK = 20
"""Pixels; what a scanner has lost nearly all of teaches nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn line and its letters A to Z."""

    crop: GrayImage
    letters: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """The letters as 1 to 26."""
        return tuple(ALPHABET.index(letter) + 1 for letter in self.letters)

    @property
    def frames(self) -> int:
        """How many frames it takes at least to spell the letters: equal neighbours need one in between."""
        return len(self.letters) + sum(one == other for one, other in pairwise(self.letters))


def letters_of(text: str) -> str:
    """The letters A to Z of a text, as the recognisers fold them; ß is one S."""
    return "".join(ALPHABET[column - 1] for sign in text if (column := column_of(sign)) > 0)


def draw(number: int, fonts: Sequence[Path]) -> Line | None:
    """The line of that number; None where the scanner lost it."""
    chance, noise = random.Random(number), np.random.default_rng(number)
    words = _words(chance)
    size = chance.choice(range(48, 81, 4))
    font = chance.choice(fonts)
    parts = [_drawn_word(word, font, size_of_word(size, chance), chance) for word in words]
    return scanned_line(row_of(parts, size, chance), letters_of("".join(words)), size, chance, noise)


def scanned_line(row: Part, letters: str, size: int, chance: random.Random, noise: np.random.Generator) -> Line | None:
    """What a pen, a form and a scanner make of words written side by side, about so large (px); None where they were
    lost.
    """
    written, foot = _leaning(*row, chance)
    layer = _pen(_wavering(written, size, chance, noise), size, chance, noise)
    if np.count_nonzero(layer > 0.25) < LEAST_INK:
        return None
    scanned = _scanned(_printed_line(layer, foot, size, chance, noise), chance, noise)
    rows, columns = np.nonzero(scanned > 0.3)
    if rows.size < LEAST_INK:
        return None
    tight = scanned[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return Line(_crop(tight, chance), letters)


# ---------------------------------------------------------------- what is written


def _words(chance: random.Random) -> list[str]:
    words = [_word(chance) for _ in range(chance.choice([1, 1, 2, 2, 2, 2, 3]))]
    way = chance.random()
    if way < 0.12:
        words = [word if "ß" in word else word.upper() for word in words]
    elif way < 0.16:
        words = [word.lower() for word in words]
    return ["-".join(words[:2]), *words[2:]] if chance.random() < 0.06 else words


def _word(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.25:
        return chance.choice(FIRST)
    if kind < 0.5:
        return chance.choice(LAST)
    if kind < 0.9:
        return _place(chance)
    return "".join(chance.choice(RARE) for _ in range(chance.randint(3, 10))).capitalize()


def _place(chance: random.Random) -> str:
    middle = "".join(chance.choice(CODAS) + chance.choice(NUCLEI) for _ in range(chance.choice([0, 0, 1, 1, 2])))
    return chance.choice(ONSETS) + chance.choice(NUCLEI) + middle + chance.choice(CODAS) + chance.choice(ENDINGS)


# ---------------------------------------------------------------- the hand


@lru_cache(maxsize=400)
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


def size_of_word(size: int, chance: random.Random) -> int:
    """How large a word of a line is written (px): some are larger or smaller than the others."""
    return max(int(size * chance.uniform(0.5, 1.4) // 4 * 4) if chance.random() < 0.3 else size, 20)


def row_of(parts: Sequence[Part], size: int, chance: random.Random) -> Part:
    """Words side by side."""
    above = max(foot for _, foot in parts)
    below = max(part.shape[0] - foot for part, foot in parts)
    gap = int(chance.uniform(0.15, 0.8) * size)
    wide = sum(part.shape[1] for part, _ in parts) + gap * (len(parts) - 1)
    row, left = np.zeros((above + below + 20, wide + 20), np.uint8), 10
    for part, foot in parts:
        height, width = part.shape
        top = min(max(above - foot + 10 + int(chance.gauss(0, 0.04 * size)), 0), row.shape[0] - height)
        here = row[top : top + height, left : left + width]
        np.maximum(here, part, out=here)
        left += width + gap
    return row, above + 10


def _drawn_word(word: str, font: Path, size: int, chance: random.Random) -> Part:
    """A word as the font sets it, or letter by letter, none quite like the other."""
    return _lettered(word, font, size, chance), int(size * 1.5)


def _lettered(word: str, font: Path, size: int, chance: random.Random) -> GrayImage:
    face = _font(font, size)
    if chance.random() < 0.5:
        left, _, right, _ = face.getbbox(word)
        picture = Image.new("L", (max(int(right - left), 1) + 40, int(size * 2.6)), 0)
        ImageDraw.Draw(picture).text((20 - left, int(size * 0.5)), word, font=face, fill=255)
        return np.asarray(picture, np.uint8)
    picture = Image.new("L", (int(size * 1.4 * len(word)) + 80, int(size * 2.6)), 0)
    pen, place = ImageDraw.Draw(picture), 20.0
    space, up_down, sizes = (
        chance.uniform(-0.06, 0.10) * size,
        chance.uniform(0, 0.06) * size,
        chance.uniform(0, 0.12),
    )
    for letter in word:
        own = _font(font, max(12, int(size * (1 + chance.gauss(0, sizes)) // 2 * 2)))
        top = size * 0.5 + (size - own.size) * 0.8 + chance.gauss(0, up_down)
        pen.text((place, top), letter, font=own, fill=255)
        place += max(own.getlength(letter) + space + chance.gauss(0, 0.02 * size), size * 0.12)
    return np.asarray(picture, np.uint8)[:, : int(place) + 20]


def _leaning(row: GrayImage, foot: int, chance: random.Random) -> tuple[GrayImage, float]:
    """Wider or narrower, leaning, and a little askew; and where the row stands then."""
    height, width = row.shape
    lean = chance.uniform(-0.3, 0.45) if chance.random() < 0.7 else 0.0
    wide, askew = chance.uniform(0.65, 1.35), chance.gauss(0, 0.015)
    right = max(lean, 0.0) * height + 5
    down = max(-askew, 0.0) * width
    turn = np.array([[wide, -lean, right], [askew * wide, 1.0, down]], np.float32)
    size = (int(width * wide + abs(lean) * height + 20), int(height + abs(askew) * width + 20))
    return np.asarray(cv2.warpAffine(row, turn, size), np.uint8), foot + down


def _wavering(row: GrayImage, size: int, chance: random.Random, noise: np.random.Generator) -> GrayImage:
    """Letters bent, and the row rising and falling, as no font does."""
    strength = chance.uniform(0, 0.10) * size
    aside = _waves(row.shape, size * chance.uniform(0.5, 1.2), strength, noise)
    up = _waves(row.shape, size * chance.uniform(0.5, 1.2), strength * 0.8, noise)
    up = up + _waves((1, row.shape[1]), size * 3, chance.uniform(0, 0.06) * size, noise)
    y, x = np.mgrid[: row.shape[0], : row.shape[1]].astype(np.float32)
    return np.asarray(cv2.remap(row, x + aside, y + up, cv2.INTER_LINEAR), np.uint8)


def _waves(shape: Sequence[int], length: float, strength: float, noise: np.random.Generator) -> Layer:
    """Smooth chance, of about such a length (px) and strength."""
    height, width = shape
    coarse = noise.standard_normal((max(2, int(height / length) + 2), max(2, int(width / length) + 2)))
    smooth = cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(smooth * np.float32(strength), np.float32)


def _pen(row: GrayImage, size: int, chance: random.Random, noise: np.random.Generator) -> Layer:
    """A thinner or thicker pen, that presses less here than there."""
    thick = chance.choice([-1, 0, 0, 1, 2, 3, 4, 6])
    if thick < 0:
        row = np.asarray(cv2.erode(row, np.ones((2, 2), np.uint8)), np.uint8)
    elif thick:
        brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (thick + 1, thick + 1))
        row = np.asarray(cv2.dilate(row, brush), np.uint8)
    dark = np.float32(chance.uniform(0.35, 1) if chance.random() < 0.5 else 1.0)
    layer: Layer = row.astype(np.float32) / np.float32(255) * dark
    if chance.random() < 0.6:
        pressure = _waves(layer.shape, size * chance.uniform(0.15, 1.5), chance.uniform(0.1, 0.6), noise)
        layer = layer * np.clip(1 + pressure, 0, np.float32(1.3))
    return layer


# ---------------------------------------------------------------- the form and the scanner


def _printed_line(layer: Layer, foot: float, size: int, chance: random.Random, noise: np.random.Generator) -> Layer:
    """What is left of the line that was printed there: a gap in the letters, shreds of it, or nothing."""
    way, top, high = chance.random(), int(foot + chance.uniform(-0.05, 0.12) * size), max(1, int(size * 0.04))
    if way < 0.35:
        layer[top : top + high] = 0
    elif way < 0.5:
        shreds = (noise.random((1, layer.shape[1])) < chance.uniform(0.02, 0.5)) * np.float32(0.7)
        layer[top : top + high] = np.maximum(layer[top : top + high], shreds)
    return layer


def _scanned(layer: Layer, chance: random.Random, noise: np.random.Generator) -> Layer:
    """Coarser, blurred, with grain; in black and white, or with the ink alone, or as it is."""
    rows = np.flatnonzero((layer > 0.25).any(axis=1))
    scale = min(1.0, chance.uniform(20, 70) / max(int(np.ptp(rows)), 1)) if rows.size else 1.0
    blur = chance.choice([0, 0, 0.3, 0.5, 0.8, 1.2]) / scale
    soft = cv2.GaussianBlur(layer, (0, 0), blur) if blur else layer
    small = np.pad(cv2.resize(soft, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), 4)
    grain = chance.choice([0, 0.01, 0.02, 0.04, 0.07])
    small = small + noise.standard_normal(small.shape).astype(np.float32) * np.float32(grain)
    way = chance.random()
    if way < 0.3:
        small = (small > chance.uniform(0.2, 0.62)).astype(np.float32)
    elif way < 0.65:
        ink = (small > chance.uniform(0.12, 0.4)).astype(np.uint8)
        around = cv2.dilate(ink, np.ones((3, 3), np.uint8)) if chance.random() < 0.5 else ink
        small = np.where(around > 0, small, 0)
    inked = small[small > 0.15]
    full = max(float(np.percentile(inked, 80)), 0.05) if inked.size and chance.random() < 0.7 else 1.0
    return np.asarray(np.clip(small / np.float32(full), 0, 1), np.float32)


def _crop(layer: Layer, chance: random.Random) -> GrayImage:
    """Dark on white with a margin, as a line's crops are; some half as wide again."""
    gray = (255 - 255 * layer).astype(np.uint8)
    if chance.random() < 0.2:
        _, packed = cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, chance.randint(25, 80)])
        gray = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    crop = np.pad(gray, round(PAD_SHARE * gray.shape[0]), constant_values=255)
    return np.asarray(cv2.resize(crop, None, fx=STRETCH, fy=1), np.uint8) if chance.random() < 0.25 else crop
