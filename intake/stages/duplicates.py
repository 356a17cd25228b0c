"""Tells whether two slips are one piece of paper, scanned twice: then all that was written on it lies where it lay.

Only where ink is matters, not how dark: a map of millimetre cells. Two scans of one paper differ by a cell at most;
the same family writing the same words on another slip is off by several.
"""

import cv2
import numpy as np

from intake.pieces import ink_pixels, pieces_of
from intake.values import InkMap, Mask, SlipImage

CELL_MM = 1.0
DUST_MM2 = 0.8
"""Smaller pieces come and go with the dust on the glass."""
FEWEST_CELLS = 40
"""A slip with less written on it looks like many others."""
COVERED_SHARE = 0.95
MOST_STRANGE_CELLS = 4
"""More ink than this that the other has not, and something was written in between: the shortest note has ten cells."""


def map_ink(slip: SlipImage) -> InkMap:
    """The cells of the slip that hold written ink."""
    height, width = slip.ink.shape
    dust = [piece.label for piece in pieces_of(slip) if piece.area_mm2 < DUST_MM2]
    rows, columns = ink_pixels(slip)
    written = ~np.isin(slip.ink[rows, columns], dust)
    rows, columns = rows[written], columns[written]
    cells = np.zeros((int(height / slip.px_per_mm / CELL_MM) + 1, int(width / slip.px_per_mm / CELL_MM) + 1), bool)
    cells[(rows / slip.px_per_mm / CELL_MM).astype(int), (columns / slip.px_per_mm / CELL_MM).astype(int)] = True
    return InkMap(cells.shape[1], np.packbits(cells).tobytes())


def same_paper(one: InkMap, other: InkMap) -> bool:
    """Whether the same ink lies in the same places."""
    if one.width != other.width or len(one.bits) != len(other.bits) or not one.bits:
        return False
    first, second = _cells(one), _cells(other)
    return _covers(first, second) and _covers(second, first)


def _cells(ink: InkMap) -> Mask:
    bits = np.unpackbits(np.frombuffer(ink.bits, np.uint8))
    rows = len(bits) // ink.width
    return np.asarray(bits[: rows * ink.width].reshape(rows, ink.width), dtype=bool)


def _covers(first: Mask, second: Mask) -> bool:
    """Whether nearly all cells of the second lie on or beside cells of the first."""
    near = cv2.dilate(first.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    strange, count = int((second & ~near).sum()), int(second.sum())
    return count >= FEWEST_CELLS and strange <= MOST_STRANGE_CELLS and strange <= (1 - COVERED_SHARE) * count
