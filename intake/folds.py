"""Takes the shadow of folds out of a slip's darkness, so that what is written across a fold stays and the fold goes.

A fold is a shallow dark valley that runs straight through the whole slip, nearly along a column or a row. Its
profile across is measured as the median along it and subtracted, which can only make paper lighter: ink is far
deeper, and no pen line that ends is a median.
"""

import cv2
import numpy as np
import numpy.typing as npt

from intake.values import FloatImage, Mask

SHRINK = 4
LEANS = np.arange(-0.012, 0.0121, 0.002)
"""Sideways steps for each step along; folded paper that was laid flat leans by less than one in a hundred."""
DARKER = 0.02
"""Shadow begins here: a fifth of the weakest ink."""
THROUGH_SHARE, ASIDE_LESS = 0.6, 0.3
"""Darker on so much of its way, and on so much less of the way beside it: a fold, not a dark page."""
ASIDE_MM, HALF_WIDTH_MM = 6.0, 4.0
DEEPEST = 0.3
"""A deeper line through the whole slip is no fold and stays."""


def without_folds(darkness: FloatImage, unusable: Mask, px_per_mm: float) -> FloatImage:
    """The darkness with the valleys of all folds filled, both ways.

    Args:
        darkness: 0 for paper, 1 for black.
        unusable: Where print or a lid hides the paper.
        px_per_mm: Resolution of both.
    """
    upright = _without_upright_folds(darkness, unusable, px_per_mm)
    across = _without_upright_folds(np.ascontiguousarray(upright.T), np.ascontiguousarray(unusable.T), px_per_mm)
    return np.ascontiguousarray(across.T)


def _without_upright_folds(darkness: FloatImage, unusable: Mask, px_per_mm: float) -> FloatImage:
    small = np.asarray(
        cv2.resize(darkness, None, fx=1 / SHRINK, fy=1 / SHRINK, interpolation=cv2.INTER_AREA), np.float32
    )
    hidden = cv2.resize(unusable.astype(np.float32), small.shape[::-1], interpolation=cv2.INTER_AREA) > 0
    scale = px_per_mm / SHRINK
    shares = np.stack([_dark_share(small, hidden, lean) for lean in LEANS])
    best = shares.max(axis=0)
    aside = round(ASIDE_MM * scale)
    beside = np.maximum(_shifted(np.median(shares, axis=0), aside), _shifted(np.median(shares, axis=0), -aside))
    peaks = (best >= THROUGH_SHARE) & (beside <= best - ASIDE_LESS)
    for column in _middles(peaks):
        lean = float(LEANS[int(shares[:, column].argmax())])
        darkness = _filled(darkness, unusable, (column + 0.5) * SHRINK, lean, HALF_WIDTH_MM * px_per_mm)
    return darkness


def _sheared(picture: FloatImage, lean: float) -> FloatImage:
    """The picture with each row moved so that a line leaning by `lean` stands upright; rows count from the middle."""
    height, width = picture.shape
    move = np.array([[1, lean, -lean * height / 2], [0, 1, 0]], np.float64)
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(picture, move, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def _dark_share(small: FloatImage, hidden: Mask, lean: float) -> npt.NDArray[np.float64]:
    """For each column: on how much of the visible way along the lean it is darker than paper."""
    seen = _sheared(hidden.astype(np.float32), lean) == 0
    dark = (_sheared(small, lean) > DARKER) & seen
    return np.asarray(dark.sum(axis=0) / np.maximum(seen.sum(axis=0), small.shape[0] / 4), dtype=np.float64)


def _shifted(values: npt.NDArray[np.float64], by: int) -> npt.NDArray[np.float64]:
    index = np.clip(np.arange(len(values)) + by, 0, len(values) - 1)
    return np.asarray(values[index], dtype=np.float64)


def _middles(peaks: npt.NDArray[np.bool_]) -> list[int]:
    """The middle of each run of neighbouring columns."""
    columns = np.flatnonzero(peaks)
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1) if len(columns) else []
    return [int(run[len(run) // 2]) for run in runs]


def _filled(darkness: FloatImage, unusable: Mask, middle: float, lean: float, half: float) -> FloatImage:
    """Subtract the profile of one fold, which crosses the middle row at column `middle`."""
    height, width = darkness.shape
    offsets = np.arange(-round(half), round(half) + 1)
    centres = np.rint(middle + lean * (np.arange(height) - height / 2)).astype(np.int64)
    columns = centres[:, None] + offsets[None, :]
    inside = (columns >= 0) & (columns < width)
    at = np.clip(columns, 0, width - 1)
    rows = np.arange(height)[:, None]
    strip = np.where(inside & ~unusable[rows, at], darkness[rows, at], np.nan)[:: max(1, height // 600)]
    known = np.isfinite(strip).any(axis=0)
    profile = np.zeros(len(offsets))
    profile[known] = np.nanmedian(strip[:, known], axis=0)
    if profile.max() > DEEPEST:
        return darkness
    result = darkness.copy()
    lighter = np.maximum(darkness[rows, at] - profile[None, :].astype(np.float32), 0)
    result[np.broadcast_to(rows, at.shape)[inside], at[inside]] = lighter[inside]
    return result
