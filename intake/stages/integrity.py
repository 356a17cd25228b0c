"""Compares all print of the slip with the blank: last year's wording, a struck clause, a broken scan never pass.

A tile is at fault if its picture does not correlate with the blank's and print of the blank is missing in it: ink
that was added alone (a signature over a caption) leaves the print where it was and is the business of stray ink.
"""

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from intake.patches import find_patches
from intake.values import Integrity, SlipImage, Template, Wholeness

PX_PER_MM = 100 / 25.4
REACH_MM = 0.8
TILE_NCC = 0.5
"""True forms: 0.60 and more on 48 sharp pages; reworded text: below 0.4 in the trial."""
MISSING_SHARE = 0.3
"""Share of a tile's print that is not dark on the slip."""
SOLID_PRINT = 0.6
PRINT_DARK_SHARE = 0.45
"""Print counts as there if it is this dark, compared with the print of the whole slip."""
FEWEST_FAULTS = 3
FAULT_SHARE = 0.03
OUTSIDE_SHARE = 0.10
"""More of the printed tiles than this beyond the paper's edge: the slip is torn or cut short."""


def compare_print(slip: SlipImage, template: Template) -> Integrity:
    """Say whether the slip still says what the blank says."""
    places = [tile.place for tile in template.tiles]

    def pixels_of(mm: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray((mm - (slip.origin.x, slip.origin.y)) * slip.px_per_mm - 0.5, dtype=np.float64)

    found = find_patches(slip.gray, template, places, pixels_of, reach_mm=REACH_MM, px_per_mm=PX_PER_MM)
    missing = _missing_print(slip)
    faults, outside = [], 0
    for patch in found:
        rows, columns = slip.slices(patch.place)
        if slip.outside[rows, columns].mean() > 0.5:  # noqa: PLR2004 - most of the tile
            outside += 1
        elif patch.ncc < TILE_NCC and missing(patch.place) > MISSING_SHARE:
            faults.append(patch.place)
    return _judge(faults, outside, [patch.ncc for patch in found])


def _missing_print(slip: SlipImage) -> "_Missing":
    solid = (1 - slip.blank.astype(np.float32) / 255) > SOLID_PRINT
    usual = float(np.percentile(slip.darkness[solid], 60)) if solid.any() else 1.0
    nearby = cv2.dilate(slip.darkness, np.ones((5, 5), np.uint8))
    return _Missing(slip, solid, nearby < PRINT_DARK_SHARE * usual)


class _Missing:
    """The share of a place's print that the slip does not show."""

    def __init__(self, slip: SlipImage, solid: npt.NDArray[np.bool_], absent: npt.NDArray[np.bool_]) -> None:
        self._slip, self._solid, self._absent = slip, solid, absent

    def __call__(self, place: Rect) -> float:
        window = self._slip.slices(place)
        printed = self._solid[window]
        return float(self._absent[window][printed].mean()) if printed.any() else 0.0


def _judge(faults: list[Rect], outside: int, ncc: list[float]) -> Integrity:
    count = len(ncc)
    measures = {
        "tiles": float(count),
        "faults": float(len(faults)),
        "outside": float(outside),
        "ncc_low": float(np.percentile(ncc, 5)) if ncc else 0.0,
    }
    if not count:
        return Integrity(Wholeness.UNREAD, (), measures)
    if outside > OUTSIDE_SHARE * count:
        return Integrity(Wholeness.DAMAGED, tuple(faults), measures)
    if len(faults) >= max(FEWEST_FAULTS, FAULT_SHARE * count):
        return Integrity(Wholeness.ALTERED, tuple(faults), measures)
    return Integrity(Wholeness.INTACT, tuple(faults), measures)
