"""Strokes too faint to count as ink: no field is called empty where somebody may have written with a hard pencil.

Ink has to stand out from the grain pixel by pixel. A stroke is longer than a grain: smoothed over a pen's width and
compared with the paper within two millimetres it shows at a third of that darkness. Of 119 fields left empty in the
trial series one (a crumpled one) showed such strokes, of 15 whose pencil a scanner had bleached 14.
"""

import cv2
import numpy as np

from forms.geometry import Rect
from intake.values import FloatImage, Mask, SlipImage

SMOOTH_MM, AROUND_MM = 0.19, 3.4
"""The bell that smooths the grain, and the window in which the lightest paper is looked for."""
PALE, STROKE_SHARE = 64, 0.7
"""Ink paler than a quarter of black must be darker, by this share of the threshold, than what lies within `AROUND_MM`
of it: no pen is pale and broad, but shadows and stains are."""
LEAST, GRAINS = 8, 4.0
"""Darkness over the surroundings, of 255, and over so many times its usual spread in the field."""
LEGIBLE, GRAIN_PERCENTILE, LEGIBLE_GRAINS = 2.5, 90, 2.0
"""A name may be read from paler strokes than can be told from nothing at all: what they are then has to be a name of
the list. Of a line nine tenths are paper and its grain."""
RIM_PX = 5
"""What lies so near to ink or print (half of it) is smoothed together with it."""
STROKE_MM = 1.2
"""Shorter pieces are grain, dust, or the dots of a page in black and white."""


def faint_mm2(slip: SlipImage, place: Rect) -> float:
    """How much of a place is covered by strokes too faint for ink, in mm²; ink, print and what is no paper left out."""
    rows, columns = slip.slices(place)
    known = slip.near_print[rows, columns] | (slip.ink[rows, columns] > 0)
    strokes = _strokes(_over_paper(slip, place), _shown(slip, place, known))
    return float(np.count_nonzero(long_pieces(strokes, slip.px_per_mm, STROKE_MM)) / slip.px_per_mm**2)


def faint_strokes(slip: SlipImage, place: Rect) -> tuple[Mask, FloatImage]:
    """Strokes in a place down to the palest that may be read, and how dark it is over the paper around, without its
    grain (0 to 1); print and what is no paper left out of the strokes.
    """
    rows, columns = slip.slices(place)
    over = _over_paper(slip, place)
    shown = _shown(slip, place, slip.near_print[rows, columns])
    grain = float(np.percentile(over[shown], GRAIN_PERCENTILE)) if shown.any() else 0.0
    strokes = (over > max(LEGIBLE, LEGIBLE_GRAINS * grain)) & shown
    return long_pieces(strokes, slip.px_per_mm, STROKE_MM), over / np.float32(255)


def _shown(slip: SlipImage, place: Rect, known: Mask) -> Mask:
    """Where strokes are looked for."""
    rows, columns = slip.slices(place)
    rim = cv2.dilate(known.astype(np.uint8), np.ones((RIM_PX, RIM_PX), np.uint8)) > 0
    return ~(rim | slip.outside[rows, columns])


def _over_paper(slip: SlipImage, place: Rect) -> FloatImage:
    """How much darker the smoothed picture is than the lightest paper around, in steps of 255."""
    rows, columns = slip.slices(place)
    smooth = cv2.GaussianBlur(slip.darkness[rows, columns], (0, 0), SMOOTH_MM * slip.px_per_mm)
    side = round(AROUND_MM * slip.px_per_mm)
    around = cv2.morphologyEx(smooth, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return np.asarray(cv2.subtract(smooth, around), np.float32)


def _strokes(over: FloatImage, shown: Mask) -> Mask:
    """What stands out from the usual grain."""
    if not shown.any():
        return np.zeros(over.shape, bool)
    usual = float(np.median(over[shown]))
    spread = 1.4826 * float(np.median(np.abs(over[shown] - usual)))
    return np.asarray((over > max(LEAST, usual + GRAINS * spread)) & shown)


def long_pieces(strokes: Mask, px_per_mm: float, longer_mm: float) -> Mask:
    """The pieces of a mask that are longer than so many millimetres."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(strokes.astype(np.uint8), connectivity=8)
    long = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) > longer_mm * px_per_mm
    long[0] = False
    return np.asarray(long[labels])
