"""Tells a blank side from one that carries anything.

Blank means not one dark piece, never a percentage: a single pencil tick is 0.005 % of a page. Bleed-through of
up to 30 % stays below the mark in grey (0 pieces where a faint signature alone gave 14 to 34).
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Point
from intake.masks import above, set_pixels
from intake.scales import halvings_to, px_per_mm_of, shrunk
from intake.values import PageImage

LEAST_PX_PER_MM = 74 / 25.4
"""Resolution of the working image: from here to the double of it."""
BORDER_SHARE = 0.015
"""Share of the shorter side that is ignored at each edge: 3 mm on A4, where lids and rollers show."""
DARK_STEPS = 70
"""How much darker than the paper a piece must be, of 255."""
PAPER_WINDOW_MM = 6.3
"""Wider than a stroke, narrower than the lid around a small slip, which must not pass for the paper."""
SPECK_MM2 = 0.2
"""Two pixels at 75 dpi."""


def dark_pieces(page: PageImage) -> npt.NDArray[np.float64]:
    """The middles of the dark pieces on a page, in its pixels, shape (n, 2); a blank side has none."""
    here = px_per_mm_of(page)
    halvings = halvings_to(here, LEAST_PX_PER_MM)
    small = shrunk(page, halvings)
    px_per_mm = here / 2**halvings
    side = 2 * round(PAPER_WINDOW_MM * px_per_mm / 2) + 1
    window = np.ones((side, side), np.uint8)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, window, borderType=cv2.BORDER_REPLICATE)
    dark = above(cv2.subtract(paper, small), DARK_STEPS)
    edge = max(1, round(BORDER_SHARE * min(small.shape)))
    middles = _middles(dark[edge:-edge, edge:-edge], max(2, round(SPECK_MM2 * px_per_mm**2)))
    return np.asarray((middles + edge + 0.5) * 2**halvings - 0.5, dtype=np.float64)


def _middles(dark: npt.NDArray[np.generic], least_px: int) -> npt.NDArray[np.float64]:
    """The middles of the connected pieces of at least so many pixels, shape (n, 2)."""
    mask = np.ascontiguousarray(dark, np.uint8)
    count, labels = cv2.connectedComponents(mask, connectivity=8)
    rows, columns = set_pixels(mask)
    label = labels[rows, columns]
    sizes = np.bincount(label, minlength=count)[1:]
    sums = np.stack([np.bincount(label, weights=places, minlength=count)[1:] for places in (columns, rows)], axis=1)
    return np.asarray((sums / sizes[:, None])[sizes >= least_px], dtype=np.float64)


def outside_of(pieces: npt.NDArray[np.float64], slips: Sequence[Sequence[Point]]) -> int:
    """How many of the pieces lie on none of the slips, whose outlines are in pixels of the page."""
    left = np.ones(len(pieces), bool)
    for outline in slips:
        left &= ~_inside(pieces, np.array([(p.x, p.y) for p in outline]))
    return int(left.sum())


def _inside(points: npt.NDArray[np.float64], corners: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether points lie inside a convex outline: on the same side of all of its edges."""
    edges = np.roll(corners, -1, axis=0) - corners
    off = points[:, None, :] - corners[None, :, :]
    sides = edges[:, 0] * off[..., 1] - edges[:, 1] * off[..., 0]
    return np.asarray((sides >= 0).all(axis=1) | (sides <= 0).all(axis=1))
