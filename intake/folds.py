"""Takes the shadow of folds out of a slip's darkness, so that what is written across a fold stays and the fold goes.

A fold is a shallow dark valley that runs straight through the whole slip, nearly along a column or a row. Its
profile across is measured as the median along it and subtracted, which can only make paper lighter: ink is far
deeper, and no pen line that ends is a median.
"""

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Point
from intake.scales import quartered
from intake.values import Fold, GrayImage, Mask

SHRINK = 4
"""What `quartered` does."""
LEANS = np.arange(-0.012, 0.0121, 0.004)
"""Sideways steps for each step along; folded paper that was laid flat leans by less than one in a hundred."""
BLOCK = 12
"""So many rows of the shrunk picture are moved sideways together: 6 mm, in which no fold leans by a pixel."""
DARKER = 5
"""Shadow begins here, of 255: a fifth of the weakest ink."""
THROUGH_SHARE, ASIDE_LESS = 0.6, 0.3
"""Darker on so much of its way, and on so much less of the way beside it: a fold, not a dark page."""
END_MM, END_SHARE = 15.0, 0.6
"""And on so much of the first and of the last so many millimetres, as far as they are seen."""
ASIDE_MM, HALF_WIDTH_MM = 6.0, 4.0
MOST_ROWS, NOT_SEEN = 600, 999
"""The profile is measured on so many rows; the second, darker than black, stands for what print or a lid hides."""
DEEPEST = 0.3 * 255
"""A deeper line through the whole slip is no fold and stays."""


def without_folds(
    darkness: GrayImage, unusable: Mask, px_per_mm: float, origin: Point
) -> tuple[GrayImage, tuple[Fold, ...]]:
    """The darkness with the valleys of all folds filled, both ways; and the folds.

    Args:
        darkness: 0 for paper, 255 for black.
        unusable: Where print or a lid hides the paper.
        px_per_mm: Resolution of both.
        origin: Where pixel (0, 0) of both lies on the page of the blank.
    """
    seen = quartered(unusable.view(np.uint8) * np.uint8(255)) == 0
    small = quartered(darkness)
    height, width = darkness.shape
    gone: list[Fold] = []
    upright = _folds(small, seen, px_per_mm / SHRINK)
    for fold in upright:
        filled = _filled(darkness, unusable, fold, px_per_mm)
        if filled is not None:
            darkness = filled
            gone.append(_fold(fold, height, px_per_mm, origin, upright=True))
    across = _folds((quartered(darkness) if upright else small).T, seen.T, px_per_mm / SHRINK)
    if not across:
        return darkness, tuple(gone)
    turned, hidden = np.ascontiguousarray(darkness.T), np.ascontiguousarray(unusable.T)
    for fold in across:
        filled = _filled(turned, hidden, fold, px_per_mm)
        if filled is not None:
            turned = filled
            gone.append(_fold(fold, width, px_per_mm, origin, upright=False))
    return np.ascontiguousarray(turned.T), tuple(gone)


def _fold(found: tuple[float, float], length: int, px_per_mm: float, origin: Point, *, upright: bool) -> Fold:
    """A fold in millimetres, from its place in the middle of so many pixels and its lean."""
    middle, lean = found
    across, along = (origin.x, origin.y) if upright else (origin.y, origin.x)
    return Fold(upright, across + middle / px_per_mm - lean * (along + length / 2 / px_per_mm), lean)


def _folds(small: GrayImage, seen: Mask, px_per_mm: float) -> list[tuple[float, float]]:
    """The nearly upright folds of a shrunk picture: column in its middle row, in the large one's pixels, and lean."""
    dark, free = _summed_blocks((small > DARKER) & seen), _summed_blocks(seen)
    shares = np.stack([_moved(dark, lean) / np.maximum(_moved(free, lean), small.shape[0] / 4) for lean in LEANS])
    best, usual = shares.max(axis=0), np.sort(shares, axis=0)[len(LEANS) // 2]
    aside = round(ASIDE_MM * px_per_mm)
    beside = np.maximum(_shifted(usual, aside), _shifted(usual, -aside))
    peaks = (best >= THROUGH_SHARE) & (beside <= best - ASIDE_LESS)
    deepest = (_deepest(small, seen, run) for run in _runs(peaks))
    through = (line for line in deepest if _reaches_ends(small, seen, line, px_per_mm))
    return [((column + 0.5) * SHRINK, lean) for column, lean in through]


def _reaches_ends(small: GrayImage, seen: Mask, line: tuple[int, float], px_per_mm: float) -> bool:
    """Whether a line is dark towards both ends, too, where they are seen: a stroke ends where print does."""
    column, lean = line
    height, width = small.shape
    rows, end = np.arange(height), round(END_MM * px_per_mm)
    at = np.rint(column + lean * (rows - height / 2)).astype(int)[:, None] + np.array([-1, 0, 1])
    at = np.clip(at, 0, width - 1)
    dark = ((small[rows[:, None], at] > DARKER) & seen[rows[:, None], at]).any(axis=1)
    free = seen[rows[:, None], at].any(axis=1)
    ends = (slice(0, end), slice(height - end, height))
    return all(dark[part].sum() >= END_SHARE * free[part].sum() for part in ends)


def _deepest(small: GrayImage, seen: Mask, columns: npt.NDArray[np.intp]) -> tuple[int, float]:
    """The line through one of these columns that is darkest on the whole: its column in the middle row, its lean."""
    height, width = small.shape
    rows = np.arange(height)[:, None]
    best = (-1.0, int(columns[len(columns) // 2]), 0.0)
    for lean in LEANS.tolist():
        at = np.clip(np.rint(columns + lean * (rows - height / 2)).astype(int), 0, width - 1)
        free = seen[rows, at]
        dark = (small[rows, at] * free).sum(axis=0) / np.maximum(free.sum(axis=0), height / 4)
        best = max(best, (float(dark.max()), int(columns[int(dark.argmax())]), lean))
    return best[1:]


def _summed_blocks(mask: Mask) -> npt.NDArray[np.int64]:
    """How many pixels are set in each column above each block of rows, and above the end, shape (blocks + 1, width);
    the first and last column repeated to either side as far as `_moved` looks.
    """
    blocks = np.add.reduceat(mask.view(np.uint8), np.arange(0, mask.shape[0], BLOCK), axis=0, dtype=np.uint8)
    count, width = blocks.shape
    aside = _reach(count)
    sums = np.zeros((count + 1, width + 2 * aside), np.int64)
    np.cumsum(blocks, axis=0, dtype=np.int64, out=sums[1:, aside : aside + width])
    sums[:, :aside], sums[:, aside + width :] = sums[:, aside, None], sums[:, aside + width - 1, None]
    return sums


def _reach(blocks: int) -> int:
    """How far sideways the steepest line leads from its middle."""
    return int(np.ceil(float(LEANS.max()) * BLOCK * blocks / 2))


def _moved(summed: npt.NDArray[np.int64], lean: float) -> npt.NDArray[np.int64]:
    """Sum the blocks along a line that leans, shape (width,); the picture goes on at its edges."""
    blocks = len(summed) - 1
    reach = _reach(blocks)
    width = summed.shape[1] - 2 * reach
    off = np.rint(lean * BLOCK * (np.arange(blocks) - (blocks - 1) / 2)).astype(int)
    ends = [0, *(np.flatnonzero(np.diff(off)) + 1).tolist(), blocks]
    total = np.zeros(width, np.int64)
    for first, last in pairwise(ends):
        columns = slice(reach + off[first], reach + off[first] + width)
        total += summed[last, columns] - summed[first, columns]
    return total


def _shifted(values: npt.NDArray[np.float64], by: int) -> npt.NDArray[np.float64]:
    index = np.clip(np.arange(len(values)) + by, 0, len(values) - 1)
    return np.asarray(values[index], dtype=np.float64)


def _runs(peaks: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.intp]]:
    """The runs of neighbouring columns."""
    columns = np.flatnonzero(peaks)
    return np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1) if len(columns) else []


def _filled(darkness: GrayImage, unusable: Mask, fold: tuple[float, float], px_per_mm: float) -> GrayImage | None:
    """Subtract the profile of one upright fold; None for a line that is too deep for one."""
    (middle, lean), half = fold, HALF_WIDTH_MM * px_per_mm
    height, width = darkness.shape
    offsets = np.arange(-round(half), round(half) + 1)
    centres = np.rint(middle + lean * (np.arange(height) - height / 2)).astype(np.int64)
    columns = centres[:, None] + offsets[None, :]
    inside = (columns >= 0) & (columns < width)
    at = np.clip(columns, 0, width - 1)
    rows = np.arange(height)[:, None]
    step = max(1, height // MOST_ROWS)
    seen = inside[::step] & ~unusable[rows[::step], at[::step]]
    profile = _medians(np.where(seen, darkness[rows[::step], at[::step]], NOT_SEEN), seen.sum(axis=0))
    if profile.max() > DEEPEST:
        return None
    result = darkness.copy()
    lighter = cv2.subtract(darkness[rows, at], np.tile(profile.astype(np.uint8), (height, 1)))
    result[np.broadcast_to(rows, at.shape)[inside], at[inside]] = lighter[inside]
    return result


def _medians(values: npt.NDArray[np.int_], seen: npt.NDArray[np.int_]) -> npt.NDArray[np.int_]:
    """The median of the first so many values of each column in rising order; 0 where none was seen."""
    rising = np.sort(values.astype(np.int16), axis=0)
    return np.where(seen > 0, rising[np.maximum(seen - 1, 0) // 2, np.arange(values.shape[1])], 0)
