"""Whether a line bears more than one row of writing: a note squeezed in above a name, that may touch its letters."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intake.pieces import Piece, pieces_of
from intake.values import Mask, SlipImage

Lengths = npt.NDArray[np.float64]

STEEPEST = 0.09
"""Writing climbs or falls by so much of its length at most: five degrees."""
SAMPLES, APART_MM = 80, 3.0
"""So many columns tell how it climbs, each with those that are so far away, or farther."""
USUAL_SHARE, RISES_MM = 0.75, 3.5
"""Strokes rise from the middle of the row as high as on this share of its columns, as a rule; capitals and flourishes
rise by less than the second above that, or are narrow."""
LETTER_MM2, FLOATS_MM, NEXT_MM = 0.3, 2.2, 3.0
"""A piece no smaller than this whose feet stand so high above those of the row floats; so near to each other they are a
word."""
WORD_MM, WORD_MM2 = 4.0, 2.5
"""Words are so wide, and have so much ink, and dots and accents less."""


@dataclass(frozen=True, slots=True)
class MoreRows:
    """What stands higher than the row of a line: how wide strokes rise out of it, in millimetres; and words that float,
    each as the labels of its ink.
    """

    rises_mm: float
    floating: tuple[frozenset[int], ...]


def more_rows(slip: SlipImage, labels: Collection[int]) -> MoreRows:
    """Measure the ink with these labels."""
    pieces = [piece for piece in pieces_of(slip) if piece.label in labels]
    words = [piece for piece in pieces if piece.area_mm2 >= LETTER_MM2]
    if not words:
        return MoreRows(0.0, ())
    row = _median([piece.place.bottom for piece in words], [piece.place.width for piece in words])
    high = [piece for piece in words if piece.place.bottom < row - FLOATS_MM]
    return MoreRows(_rises_mm(slip, [piece for piece in pieces if piece not in high]), _words(high))


def _rises_mm(slip: SlipImage, pieces: Sequence[Piece]) -> float:
    """How wide strokes of the row rise out of it; what floats above it, as tails of the line above do, is none."""
    mask = _cut(slip, pieces)
    columns = np.flatnonzero(mask.any(axis=0))
    top = mask.argmax(axis=0)[columns] / slip.px_per_mm
    bottom = (len(mask) - 1 - mask[::-1].argmax(axis=0)[columns]) / slip.px_per_mm
    along, middle = columns / slip.px_per_mm, (top + bottom) / 2
    climb = _climb(along, middle)
    level = float(np.median(middle - climb * along))
    rises = level + climb * along - top
    high = np.count_nonzero(rises > np.quantile(rises, USUAL_SHARE) + RISES_MM)
    return float(high / slip.px_per_mm)


def _cut(slip: SlipImage, pieces: Sequence[Piece]) -> Mask:
    """The ink of these pieces alone, cut tight."""
    left, top = min(p.place.x for p in pieces), min(p.place.y for p in pieces)
    right, bottom = max(p.place.right for p in pieces), max(p.place.bottom for p in pieces)
    rows, columns = (
        slice(round((low - origin) * slip.px_per_mm), round((high - origin) * slip.px_per_mm))
        for low, high, origin in ((top, bottom, slip.origin.y), (left, right, slip.origin.x))
    )
    chosen = np.zeros(int(slip.ink.max()) + 1, bool)
    chosen[[piece.label for piece in pieces]] = True
    return np.asarray(chosen[slip.ink[rows, columns]], bool)


def _climb(along: Lengths, middle: Lengths) -> float:
    """How much the row falls for each millimetre: the median of many pairs of columns (Theil 1950, Sen 1968)."""
    step = max(1, len(along) // SAMPLES)
    x, y = along[::step], middle[::step]
    one, other = np.triu_indices(len(x), 1)
    apart = x[other] - x[one]
    far = apart >= APART_MM
    slopes = (y[other] - y[one])[far] / apart[far]
    return float(np.clip(np.median(slopes), -STEEPEST, STEEPEST)) if slopes.size else 0.0


def _words(floating: Sequence[Piece]) -> tuple[frozenset[int], ...]:
    """The words that pieces above a row make, each as their labels."""
    groups: list[list[Piece]] = []
    for piece in sorted(floating, key=lambda p: p.place.x):
        near = groups and piece.place.x - max(p.place.right for p in groups[-1]) <= NEXT_MM
        groups = [*groups[:-1], [*groups[-1], piece]] if near else [*groups, [piece]]
    return tuple(frozenset(piece.label for piece in group) for group in groups if _is_word(group))


def _is_word(group: Sequence[Piece]) -> bool:
    wide = max(piece.place.right for piece in group) - min(piece.place.x for piece in group)
    return wide >= WORD_MM and sum(piece.area_mm2 for piece in group) >= WORD_MM2


def _median(values: Sequence[float], weights: Sequence[float]) -> float:
    order = np.argsort(values)
    sums: npt.NDArray[np.float64] = np.cumsum(np.array(weights)[order])
    return float(np.array(values)[order][np.searchsorted(sums, sums[-1] / 2)])
