"""Strokes too faint to count as ink: no field is called empty where somebody may have written with a hard pencil.

Ink has to stand out from the grain pixel by pixel. A stroke is longer than a grain: smoothed over a pen's width and
compared with the paper within two millimetres it shows at a third of that darkness. Of 119 fields left empty in the
trial series one (a crumpled one) showed such strokes, of 15 whose pencil a scanner had bleached 14.
"""

import cv2
import numpy as np

from forms.geometry import Rect
from intake.values import SlipImage

SMOOTH_MM, AROUND_MM = 0.19, 3.4
"""The bell that smooths the grain, and the window in which the lightest paper is looked for."""
LEAST, GRAINS = 8, 4.0
"""Darkness over the surroundings, of 255, and over so many times its usual spread in the field."""
RIM_PX = 5
"""What lies so near to ink or print (half of it) is smoothed together with it."""
STROKE_MM = 1.2
"""Shorter pieces are grain, dust, or the dots of a page in black and white."""


def faint_mm2(slip: SlipImage, place: Rect) -> float:
    """How much of a place is covered by strokes too faint for ink, in mm²; ink, print and what is no paper left out."""
    rows, columns = slip.slices(place)
    known = slip.near_print[rows, columns] | (slip.ink[rows, columns] > 0)
    rim = cv2.dilate(known.astype(np.uint8), np.ones((RIM_PX, RIM_PX), np.uint8)) > 0
    shown = ~(rim | slip.outside[rows, columns])
    if not shown.any():
        return 0.0
    smooth = cv2.GaussianBlur(slip.darkness[rows, columns], (0, 0), SMOOTH_MM * slip.px_per_mm)
    side = round(AROUND_MM * slip.px_per_mm)
    around = cv2.morphologyEx(smooth, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    over = np.where(shown, cv2.subtract(smooth, around), 0).astype(np.float32)
    usual = float(np.median(over[shown]))
    spread = 1.4826 * float(np.median(np.abs(over[shown] - usual)))
    strokes = (over > max(LEAST, usual + GRAINS * spread)).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    long = [
        stats[n, cv2.CC_STAT_AREA]
        for n in range(1, count)
        if max(stats[n, cv2.CC_STAT_WIDTH], stats[n, cv2.CC_STAT_HEIGHT]) > STROKE_MM * slip.px_per_mm
    ]
    return float(sum(long) / slip.px_per_mm**2)
