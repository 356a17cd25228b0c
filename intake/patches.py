"""Finding printed patches of the blank on a page: the one measurement under registration and integrity."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
) -> list[Found]:
    """Look for each printed patch within `reach_mm` of where it should be.

    Args:
        page: The page, shape (height, width); its resolution should not be far above `px_per_mm`.
        template: The blank.
        places: Patches inside the slip area.
        pixels_of: The map to be tested.
        reach_mm: How far to look.
        px_per_mm: The resolution at which patches are compared.
    """
    scale = px_per_mm / template.px_per_mm
    blank = template.gray
    if abs(scale - 1) > 1e-3:  # noqa: PLR2004 - the blank already has this resolution
        blank = np.asarray(cv2.resize(blank, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    reach = max(2, round(reach_mm * px_per_mm))
    search = _Search(page, blank, template.form.slip.place, pixels_of, reach, px_per_mm)
    return [search.find(place) for place in places]


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """One page, one map, one resolution; `reach` is in pixels."""

    page: GrayImage
    blank: GrayImage
    area: Rect
    pixels_of: PixelsOf
    reach: int
    px_per_mm: float

    def find(self, place: Rect) -> Found:
        """Where the page has one patch."""
        x = round((place.x - self.area.x) * self.px_per_mm)
        y = round((place.y - self.area.y) * self.px_per_mm)
        width, height = round(place.width * self.px_per_mm), round(place.height * self.px_per_mm)
        patch = self.blank[y : y + height, x : x + width]
        window = self._window(patch.shape[1], patch.shape[0], x - self.reach, y - self.reach)
        scores = cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED)
        _, best, _, (column, row) = cv2.minMaxLoc(scores)
        inside = 0 < column < scores.shape[1] - 1 and 0 < row < scores.shape[0] - 1
        if not np.isfinite(best) or not inside:
            return Found(place, 0.0, 0.0, float(np.nan_to_num(best)), certain=False)
        dx = column - self.reach + _peak(*(float(v) for v in scores[row, column - 1 : column + 2]))
        dy = row - self.reach + _peak(*(float(v) for v in scores[row - 1 : row + 2, column]))
        return Found(place, dx / self.px_per_mm, dy / self.px_per_mm, float(best), certain=True)

    def _window(self, width: int, height: int, left: int, top: int) -> GrayImage:
        """The page around a patch, as seen through the map, which is affine to a hair over so small a window."""
        width, height = width + 2 * self.reach, height + 2 * self.reach
        ends = np.array([[0, 0], [width, 0], [0, height]], dtype=np.float64)
        mm = (ends + np.array([left + 0.5, top + 0.5])) / self.px_per_mm + np.array([self.area.x, self.area.y])
        seen = self.pixels_of(mm)
        affine = cv2.getAffineTransform(ends.astype(np.float32), seen.astype(np.float32))
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        window = cv2.warpAffine(
            self.page, affine, (width, height), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=OUTSIDE
        )
        return np.asarray(window, dtype=np.uint8)


def _peak(left: float, middle: float, right: float) -> float:
    """The place of the maximum of the parabola through three neighbours, -0.5 to 0.5."""
    curvature = left - 2 * middle + right
    return 0.0 if curvature >= 0 else 0.5 * (left - right) / curvature
