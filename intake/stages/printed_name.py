"""Ink on a line on which a name is printed already: whatever is not that name was written by somebody."""

import cv2
import numpy as np

from forms.model import TextLine
from intake.values import GrayImage, Mask, SlipImage

FREE_ABOVE_MM = 2.0
"""So much of the field is left to what hangs down from the line above."""
REACH_MM, PHOTO_REACH_MM = 0.8, 2.0
"""The name is found so near to where it should stand; a curled page in a photo may be off by more."""
STROKE_MM, PHOTO_STROKE_MM = 0.35, 0.5
"""Ink so near to a printed letter is that letter, widened by printer and scanner."""


def ink_beside_name(slip: SlipImage, line: TextLine, name: GrayImage) -> float:
    """How much ink (mm²) there is at the line that is not the printed name.

    Args:
        slip: The slip laid flat.
        line: The line on which the name is printed.
        name: What the field shows, at the slip's resolution; 0 is black, 255 is white.
    """
    wide = PHOTO_REACH_MM if slip.photo else REACH_MM
    rows, columns = slip.slices(line.place.grown(wide, wide, wide, wide))
    ink = slip.ink[rows, columns] > 0
    top = slip.slices(line.place)[0].start - rows.start
    left = slip.slices(line.place)[1].start - columns.start
    letters = np.zeros(ink.shape, np.uint8)
    height, width = min(name.shape[0], ink.shape[0] - top), min(name.shape[1], ink.shape[1] - left)
    letters[top : top + height, left : left + width] = name[:height, :width] < 128  # noqa: PLR2004 - half black
    printed = _moved(letters, ink, slip)
    radius = round((PHOTO_STROKE_MM if slip.photo else STROKE_MM) * slip.px_per_mm)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    beside = ink & (cv2.dilate(printed, kernel) == 0)
    zone = slip.slices(line.place.grown(0.0, -FREE_ABOVE_MM, 0.0, 0.0))
    inside = beside[zone[0].start - rows.start : zone[0].stop - rows.start]
    inside = inside[:, zone[1].start - columns.start : zone[1].stop - columns.start]
    return float(np.count_nonzero(inside)) / slip.px_per_mm**2


def _moved(letters: GrayImage, ink: Mask, slip: SlipImage) -> GrayImage:
    """The letters where most of the ink agrees with them."""
    reach = round((PHOTO_REACH_MM if slip.photo else REACH_MM) * slip.px_per_mm)
    padded = cv2.copyMakeBorder(ink.astype(np.float32), reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
    alike = cv2.matchTemplate(padded, letters.astype(np.float32), cv2.TM_CCORR)
    _, _, _, (x, y) = cv2.minMaxLoc(alike)
    shift = np.array([[1, 0, x - reach], [0, 1, y - reach]], np.float64)
    return np.asarray(cv2.warpAffine(letters, shift, (letters.shape[1], letters.shape[0])), np.uint8)
