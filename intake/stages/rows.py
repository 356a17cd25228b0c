"""Whether a line bears more than one row of writing: a note squeezed in above a name, that may touch its letters."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intake.pieces import Cutout, Piece, cut_out, part_of, pieces_of
from intake.values import Mask, SlipImage

Lengths = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.intp]

STEEPEST = 0.09
"""Writing climbs or falls by so much of its length at most: five degrees."""
SAMPLES, APART_MM = 80, 3.0
"""So many columns tell how it climbs, each with those that are so far away, or farther."""
ROW, CUT_AT = (0.25, 0.85), (0.1, 0.3, 0.5)
"""The letters of a row stand between the heights above which so much of its ink lies; what stands above is cut off in
the first of these parts of that height, and a little lower, for a note may reach into the letters."""
UPPER_MM, UPPER_WIDE_MM, UPPER_GAP_MM = 1.8, 5.0, 1.0
"""It is read where it is so high, and so wide without a wider gap. On 1,198 lines of plain slips no word was read there
that objects; of 1,151 notes ("Nein!!", "nicht einverstanden", "nur Mi" and others, in 20 hands) drawn over these lines
so that they touch or cross them one was on 49 in 100. How wide strokes rise out of a row had told 3 in 1,000 of
them, and had sent 19 of these slips to a person."""
CROWDED_RUNS, CROWDED_MM, CROWDED_SHARE = 4, 5.0, 0.1
"""Strokes lie over each other where so many cross this share of the columns of such a width: of 1,136 plain lines of
guardians 60 in 1,000 have something above and are so crowded, of 1,096 with a note drawn over them 759."""
LETTER_MM2, FLOATS_MM, NEXT_MM = 0.3, 2.2, 3.0
"""A piece no smaller than this whose feet stand so high above those of the row floats; so near to each other they are a
word."""
WORD_MM, WORD_MM2 = 4.0, 2.5
"""Words are so wide, and have so much ink, and dots and accents less."""


@dataclass(frozen=True, slots=True)
class MoreRows:
    """What stands higher than the row of a line: words that float, each as the labels of its ink; and what a row above
    would leave if the letters below it were cut off, lower and lower; and whether strokes of both lie over each other.
    """

    floating: tuple[frozenset[int], ...]
    upper: tuple[Cutout, ...]
    crowded: bool


def more_rows(slip: SlipImage, labels: Collection[int]) -> MoreRows:
    """Look at the ink with these labels."""
    pieces = [piece for piece in pieces_of(slip) if piece.label in labels]
    words = [piece for piece in pieces if piece.area_mm2 >= LETTER_MM2]
    if not words:
        return MoreRows((), (), crowded=False)
    row = _median([piece.place.bottom for piece in words], [piece.place.width for piece in words])
    high = [piece for piece in words if piece.place.bottom < row - FLOATS_MM]
    cut = cut_out(slip, pieces)
    upper = _upper(cut, slip.px_per_mm)
    return MoreRows(_words(high), upper, crowded=bool(upper) and _is_crowded(cut.mask, slip.px_per_mm))


def _is_crowded(mask: Mask, px_per_mm: float) -> bool:
    """Whether more strokes lie above each other somewhere than those of one row do."""
    runs = np.count_nonzero(np.diff(mask, axis=0, prepend=False) & mask, axis=0)
    width = round(CROWDED_MM * px_per_mm)
    crossed = np.convolve(runs >= CROWDED_RUNS, np.ones(width)).max() if runs.size else 0.0
    return bool(crossed >= CROWDED_SHARE * width)


def _upper(cut: Cutout, px_per_mm: float) -> tuple[Cutout, ...]:
    """The ink above the letters of the row, cut off along it at several heights; nothing, where it is no word's."""
    rows, columns = np.nonzero(cut.mask)
    height = (rows - _climb_of(cut.mask, px_per_mm) * columns) / px_per_mm
    top, bottom = np.quantile(height, ROW)
    levels = [top + part * (bottom - top) for part in CUT_AT]
    if _widest(columns[height < levels[0]], px_per_mm) < UPPER_WIDE_MM:
        return ()
    return tuple(
        part_of(cut, rows[above], columns[above])
        for level in levels
        if level - height.min() >= UPPER_MM and (above := height < level).any()
    )


def _widest(columns: Pixels, px_per_mm: float) -> float:
    """How far the columns reach without a wider gap, in millimetres."""
    every = np.unique(columns)
    if not len(every):
        return 0.0
    runs = np.split(every, np.flatnonzero(np.diff(every) > UPPER_GAP_MM * px_per_mm) + 1)
    return float(max(run[-1] - run[0] + 1 for run in runs) / px_per_mm)


def _climb_of(mask: Mask, px_per_mm: float) -> float:
    columns = np.flatnonzero(mask.any(axis=0))
    top = mask.argmax(axis=0)[columns] / px_per_mm
    bottom = (len(mask) - 1 - mask[::-1].argmax(axis=0)[columns]) / px_per_mm
    return _climb(columns / px_per_mm, (top + bottom) / 2)


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
