"""Tells a blank side from one that carries anything.

Blank means not one dark piece, never a percentage: a single pencil tick is 0.005 % of a page. Bleed-through of
up to 30 % stays below the mark in grey (0 pieces where a faint signature alone gave 14 to 34).
"""

from collections.abc import Sequence

import cv2
import numpy as np

from forms.geometry import Point
from intake.values import PageImage

WORK_PX = 620
"""Shorter side of the working image: 75 dpi on A4."""
MOST_WORK_PX = 4000
"""Longer side at most: a strip of paper is not enlarged without bounds."""
BORDER_SHARE = 0.015
"""Share of the shorter side that is ignored at each edge: 3 mm on A4, where lids and rollers show."""
DARK_STEPS = 70
"""How much darker than the paper a piece must be, of 255."""
PAPER_WINDOW_PX = 19
"""6 mm: wider than a stroke, narrower than the lid around a small slip, which must not pass for the paper."""

SPECK_PX = 2


def dark_pieces(page: PageImage, slips: Sequence[Sequence[Point]]) -> int:
    """How many dark pieces a page carries outside the slips found so far; 0 on a whole page means blank.

    Args:
        page: The page.
        slips: Outlines of slips, in pixels of the page; what lies inside does not count.
    """
    scale = min(WORK_PX / min(page.gray.shape), MOST_WORK_PX / max(page.gray.shape))
    small = cv2.resize(page.gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    window = np.ones((PAPER_WINDOW_PX, PAPER_WINDOW_PX), np.uint8)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, window, borderType=cv2.BORDER_REPLICATE)
    dark = (small.astype(np.int16) < paper.astype(np.int16) - DARK_STEPS).astype(np.uint8)
    for outline in slips:
        cv2.fillPoly(dark, [np.array([(p.x * scale, p.y * scale) for p in outline], np.int32)], 0)
    edge = max(1, round(BORDER_SHARE * min(small.shape)))
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark[edge:-edge, edge:-edge])
    return sum(1 for piece in range(1, count) if stats[piece, cv2.CC_STAT_AREA] >= SPECK_PX)
