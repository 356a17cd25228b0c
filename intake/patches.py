"""Finding printed patches of the blank on a page: the one measurement under registration and integrity."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from intake.values import GrayImage, Template

Points = npt.NDArray[np.float64]
"""Shape (n, 2)."""

PixelsOf = Callable[[Points], Points]
"""Maps places of the blank in millimetres to pixels of a page."""

OUTSIDE = 255
"""What lies beyond the edge of the page counts as paper."""


@dataclass(frozen=True, slots=True)
class Found:
    """A patch and where the page has it: `dx`, `dy` are millimetres off the place that was expected.

    `ncc` is the normalised correlation at the best place, -1 to 1; `certain` is false where the best place lies
    on the edge of the search or on featureless paper, so that nothing is known about the shift.
    """

    place: Rect
    dx: float
    dy: float
    ncc: float
    certain: bool


def find_patches(
    page: GrayImage,
    template: Template,
    places: Sequence[Rect],
    pixels_of: PixelsOf,
    *,
    reach_mm: float,
    px_per_mm: float,
    blur_mm: float = 0.0,
) -> list[Found]:
    """Look for each printed patch within `reach_mm` of where it should be.

    Args:
        page: The page, shape (height, width); its resolution should not be far above `px_per_mm`.
        template: The blank.
        places: Patches inside the slip area.
        pixels_of: The map to be tested.
        reach_mm: How far to look.
        px_per_mm: The resolution at which patches are compared.
        blur_mm: How much the page is blurred (standard deviation); the blank is blurred as much.
    """
    if not places:
        return []
    blank, area = _blank_at(template, px_per_mm, blur_mm), template.area
    reach = max(2, round(reach_mm * px_per_mm))
    boxes = np.array([(p.x - area.x, p.y - area.y, p.width, p.height) for p in places])
    patches = np.rint(boxes * px_per_mm).astype(np.int64)
    windows = patches + np.array([-reach, -reach, 2 * reach, 2 * reach])
    affines = _affines(windows, area, pixels_of, px_per_mm)
    return [
        _find(page, blank, patch, affine, place, reach, px_per_mm)
        for place, patch, affine in zip(places, patches, affines, strict=True)
    ]


@lru_cache(maxsize=32)
def _blank_at(template: Template, px_per_mm: float, blur_mm: float) -> GrayImage:
    """The blank at the resolution of the comparison."""
    if blur_mm > 0:
        sharp = _blank_at(template, px_per_mm, 0.0)
        return np.asarray(cv2.GaussianBlur(sharp, (0, 0), blur_mm * px_per_mm), np.uint8)
    scale = px_per_mm / template.px_per_mm
    if abs(scale - 1) <= 1e-3:  # noqa: PLR2004 - the blank already has this resolution
        return template.gray
    return np.asarray(cv2.resize(template.gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _affines(windows: npt.NDArray[np.int64], area: Rect, pixels_of: PixelsOf, px_per_mm: float) -> Points:
    """The map from each window's pixels to the page's, shape (n, 2, 3): affine to a hair over so small a window."""
    x, y, width, height = windows.T
    ends = np.stack([(x, y), (x + width, y), (x, y + height)]).transpose(2, 0, 1)
    mm = (ends.reshape(-1, 2) + 0.5) / px_per_mm + (area.x, area.y)
    first, right, below = pixels_of(mm).reshape(-1, 3, 2).transpose(1, 0, 2)
    return np.stack([(right - first) / width[:, None], (below - first) / height[:, None], first], axis=2)


def _find(  # noqa: PLR0917 - one patch, and where and how it is looked for
    page: GrayImage,
    blank: GrayImage,
    patch: npt.NDArray[np.int64],
    affine: Points,
    place: Rect,
    reach: int,
    px_per_mm: float,
) -> Found:
    """Where the page has one patch, seen through the map."""
    x, y, width, height = (int(v) for v in patch)
    wanted = blank[y : y + height, x : x + width]
    size = (wanted.shape[1] + 2 * reach, wanted.shape[0] + 2 * reach)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    window = cv2.warpAffine(page, affine, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=OUTSIDE)
    scores = cv2.matchTemplate(window, wanted, cv2.TM_CCOEFF_NORMED)
    _, best, _, (column, row) = cv2.minMaxLoc(scores)
    inside = 0 < column < scores.shape[1] - 1 and 0 < row < scores.shape[0] - 1
    if not np.isfinite(best) or not inside:
        return Found(place, 0.0, 0.0, float(np.nan_to_num(best)), certain=False)
    dx = column - reach + _peak(*scores[row, column - 1 : column + 2].tolist())
    dy = row - reach + _peak(*scores[row - 1 : row + 2, column].tolist())
    return Found(place, dx / px_per_mm, dy / px_per_mm, float(best), certain=True)


def _peak(left: float, middle: float, right: float) -> float:
    """The place of the maximum of the parabola through three neighbours, -0.5 to 0.5."""
    curvature = left - 2 * middle + right
    return 0.0 if curvature >= 0 else 0.5 * (left - right) / curvature
