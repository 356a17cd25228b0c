"""Handwritten words: typefaces made from handwriting, written unevenly."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import cv2
import numpy as np
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # ships no types
from PIL import Image, ImageDraw, ImageFont

from forms.geometry import Rect
from samples.pens import Alpha, Ink

FONTS = Path(__file__).parent / "fonts"

X_HEIGHT_MM = 2.5
"""Height of a small letter of an adult on a 9 mm line; the hands vary around it."""

OVERSAMPLING = 2
"""Words are bent at twice the size, so that the bending does not blur them."""

WORD_GAP = 1.2
"""Gap between words in heights of a small letter."""


@dataclass(frozen=True, slots=True)
class Hand:
    """How one person writes.

    `x_height` is millimetres; `slant` is sideways per upwards; `unsteadiness` is how far letters are bent, in
    heights of a small letter.
    """

    font: Path
    x_height: float
    slant: float
    unsteadiness: float


@lru_cache
def fonts() -> tuple[Path, ...]:
    """The typefaces, in a fixed order."""
    return tuple(sorted(FONTS.glob("*.ttf")))


@lru_cache
def letters_of(font: Path) -> frozenset[str]:
    """The characters that a typeface can write."""
    with TTFont(font) as opened:
        return frozenset(map(chr, opened.getBestCmap()))


def seeded(person: str, purpose: str) -> np.random.Generator:
    """Randomness that belongs to a person: the same today and next week."""
    return np.random.default_rng([crc32(person.encode()), crc32(purpose.encode())])


def hand_of(person: str, texts: str = "") -> Hand:
    """The hand of a person, in a typeface that has every letter of `texts`."""
    rng = seeded(person, "hand")
    able = [font for font in fonts() if set(person + texts) <= letters_of(font)]
    return Hand(
        font=able[int(rng.integers(len(able)))],
        x_height=X_HEIGHT_MM * float(rng.uniform(0.92, 1.2)),
        slant=float(rng.normal(0, 0.06)),
        unsteadiness=float(rng.uniform(0.03, 0.08)),
    )


def font_of(hand: Hand, px_per_mm: float) -> ImageFont.FreeTypeFont:
    """The typeface in the size in which its small letters have the hand's height."""
    probe = ImageFont.truetype(hand.font, 200)
    x_height = -probe.getbbox("x", anchor="ls")[1]
    return ImageFont.truetype(hand.font, 200 * hand.x_height * px_per_mm * OVERSAMPLING / x_height)


def bent(alpha: Alpha, amount: float, cell: float, rng: np.random.Generator) -> Alpha:
    """Bend a picture smoothly by about `amount` pixels, with waves of about `cell` pixels."""
    height, width = alpha.shape
    grid = (int(height / cell) + 2, int(width / cell) + 2)
    shifts = [
        cv2.resize(rng.standard_normal(grid).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
        for _ in range(2)
    ]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    moved = cv2.remap(alpha, x + amount * shifts[0], y + amount * shifts[1], cv2.INTER_LINEAR)
    return np.asarray(moved, np.float32)


def slanted(ink: Ink, slant: float, turn_deg: float) -> Ink:
    """Lean ink sideways and turn it a little, both about its own origin (0, 0)."""
    angle = np.radians(turn_deg)
    lean = np.array([[1, -slant], [0, 1]])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn @ lean
    rows, columns = ink.alpha.shape
    origin = np.array([ink.x, ink.y]) * ink.px_per_mm
    corners = (np.array([[0, 0], [columns, 0], [0, rows], [columns, rows]]) + origin) @ matrix.T
    low = np.floor(corners.min(axis=0))
    size = np.ceil(corners.max(axis=0) - low).astype(int)
    shift = matrix @ origin - low
    affine = np.column_stack([matrix, shift]).astype(np.float64)
    alpha = cv2.warpAffine(ink.alpha, affine, (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR)
    return Ink(
        np.asarray(alpha, np.float32),
        float(low[0]) / ink.px_per_mm,
        float(low[1]) / ink.px_per_mm,
        ink.px_per_mm,
    )


def word(text: str, hand: Hand, px_per_mm: float, rng: np.random.Generator) -> Ink:
    """One word whose baseline starts at (0, 0)."""
    font = font_of(hand, px_per_mm)
    left, top, right, bottom = (round(v) for v in font.getbbox(text, anchor="ls"))
    pad = round(hand.x_height * px_per_mm * OVERSAMPLING)
    canvas = Image.new("L", (right - left + 2 * pad, bottom - top + 2 * pad), 0)
    ImageDraw.Draw(canvas).text((pad - left, pad - top), text, fill=255, font=font, anchor="ls")
    alpha = np.asarray(canvas, np.float32) / np.float32(255)
    alpha = bent(alpha, hand.unsteadiness * pad, pad * 1.2, rng)
    half = cv2.resize(alpha, None, fx=1 / OVERSAMPLING, fy=1 / OVERSAMPLING, interpolation=cv2.INTER_AREA)
    scale = OVERSAMPLING * px_per_mm
    ink = Ink(np.asarray(half, np.float32), (left - pad) / scale, (top - pad) / scale, px_per_mm)
    return slanted(ink, hand.slant, float(rng.normal(0, 0.8)))


def width_of(ink: Ink) -> float:
    """Millimetres from the first to the last inked column."""
    inked = np.flatnonzero(ink.alpha.max(axis=0) > 0.2)
    return float(inked[-1] - inked[0] + 1) / ink.px_per_mm if len(inked) else 0.0


def one_patch(inks: list[Ink]) -> Ink:
    """Several patches as one; overlapping ink does not add up."""
    scale = inks[0].px_per_mm
    left, top = min(i.x for i in inks), min(i.y for i in inks)
    right = max(i.x + i.alpha.shape[1] / scale for i in inks)
    bottom = max(i.y + i.alpha.shape[0] / scale for i in inks)
    joined = np.zeros((int((bottom - top) * scale) + 2, int((right - left) * scale) + 2), np.float32)
    for ink in inks:
        row, column = round((ink.y - top) * scale), round((ink.x - left) * scale)
        height, width = ink.alpha.shape
        part = joined[row : row + height, column : column + width]
        np.maximum(part, ink.alpha[: part.shape[0], : part.shape[1]], out=part)
    return Ink(joined, left, top, scale)


def sentence(text: str, hand: Hand, px_per_mm: float, rng: np.random.Generator) -> Ink:
    """Words one after the other; the first baseline starts at (0, 0)."""
    words: list[Ink] = []
    x = 0.0
    for part in text.split():
        ink = word(part, hand, px_per_mm, rng)
        words.append(ink.moved(x, float(rng.normal(0, 0.25))))
        x += width_of(ink) + hand.x_height * WORD_GAP * float(rng.uniform(0.8, 1.3))
    return one_patch(words)


def narrowed(ink: Ink, width: float) -> Ink:
    """The same ink, made smaller if it is wider than `width` millimetres; its origin stays."""
    wide = ink.alpha.shape[1] / ink.px_per_mm
    if wide <= width:
        return ink
    factor = width / wide
    small = cv2.resize(ink.alpha, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return Ink(np.asarray(small, np.float32), ink.x * factor, ink.y * factor, ink.px_per_mm)


def on_line(text: str, line: Rect, hand: Hand, px_per_mm: float, rng: np.random.Generator) -> Ink:
    """Write on a line whose rule is the lower edge of `line`."""
    start = float(rng.uniform(0.8, 4.0))
    ink = narrowed(sentence(text, hand, px_per_mm, rng), line.width - start)
    return ink.moved(line.x + start, line.bottom - float(rng.uniform(0.2, 1.0)))
