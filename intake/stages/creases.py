"""Takes out of the written ink what is a line across the whole slip: a fold's edge, the rest of a scanner's streak.

A pen stroke ends; a fold goes on. A long thin piece is followed along its own direction beyond both of its ends; if
the paper is darker along most of that way than beside it, the piece belongs to the paper or the scanner. Only what
lies beyond the piece itself is asked, so that a clause struck out from margin to margin stays ink. Of a line that print
breaks into several such pieces the others speak for it too, if it runs, upright or level, from edge to edge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from intake.pieces import Piece, cut_out, ink_pixels, pieces_of, span
from intake.values import FloatImage, GrayImage, Mask, SlipImage

Points = npt.NDArray[np.float64]
"""Shape (n, 2)."""

LENGTH_MM, SLIMNESS = 8.0, 8.0
"""Pieces at least this long and this many times longer than wide are asked."""
BESIDE_MM = 2.5
ALONG_MM, PAST_MM = 0.6, 1.0
"""A line wavers by so much to either side; what lies nearer than the second to the piece's ends is not beyond it."""
SEGMENT_MM, STEP_PX = 4.0, 2.0
DARKER = 5
"""Least difference to the paper beside the line, of 255; folds of the trial series have 7 and more."""
SHARE_NEEDED = 0.7
FEWEST_SEGMENTS = 8
"""Less than 32 mm of free paper beyond the piece prove nothing."""
ON_LINE_MM, STEEPEST, END_MM = 1.0, 0.1, 8.0
"""Another piece of the same line lies so near to it; such a line leans by no more than a page lies askew, and is seen
as near as the third to both edges of the slip: a stroke through a clause begins and ends where it is printed."""


def without_creases(slip: SlipImage) -> SlipImage:
    """The same slip with the creases' and streaks' pieces no longer counted as ink."""
    long = [p for p in pieces_of(slip) if max(p.place.width, p.place.height) >= LENGTH_MM]
    slim = [p for p in long if p.elongation >= SLIMNESS / 2]
    points = {piece.label: _points_of(slip, piece) for piece in slim}
    gone = [label for label in points if _goes_on(slip, label, points)]
    if not gone:
        return slip
    rows, columns = ink_pixels(slip)
    here = np.isin(slip.ink[rows, columns], gone)
    ink = slip.ink.copy()
    ink[rows[here], columns[here]] = 0
    return replace(slip, ink=ink)


def _goes_on(slip: SlipImage, piece: int, slim: Mapping[int, Points]) -> bool:
    """Whether one of the slim pieces, all given by label with their pixels, goes on beyond its ends."""
    points = slim[piece]
    middle = points.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(points.T))
    along, across = axes[:, 1], axes[:, 0]
    places = (points - middle) @ along
    if np.ptp(places) < SLIMNESS * max(span((points - middle) @ across, 0.02), 1.0):
        return False
    steps = np.arange(-max(slip.gray.shape), max(slip.gray.shape), STEP_PX)
    past = PAST_MM * slip.px_per_mm
    beyond = steps[(steps < places.min() - past) | (steps > places.max() + past)]
    line = middle + beyond[:, None] * along
    if len(_darker_along(slip, line, across, beyond, ())):
        return True
    reach = ON_LINE_MM * slip.px_per_mm
    others = [label for label in slim if label != piece and np.abs((slim[label] - middle) @ across).max() <= reach]
    if not others or float(np.abs(along).min()) > STEEPEST:
        return False
    seen = np.concatenate([_darker_along(slip, line, across, beyond, others), places])
    height, width = slip.gray.shape
    inside = beyond[(line >= 0).all(axis=1) & (line[:, 0] < width) & (line[:, 1] < height)]
    near = END_MM * slip.px_per_mm
    return bool(
        seen.min() <= inside.min(initial=places.min()) + near and seen.max() >= inside.max(initial=places.max()) - near
    )


def _points_of(slip: SlipImage, piece: Piece) -> Points:
    """The middles of a piece's pixels, shape (n, 2)."""
    cutout = cut_out(slip, (piece,))
    rows, columns = np.nonzero(cutout.mask)
    return np.stack([columns + cutout.column, rows + cutout.row], axis=1).astype(np.float64)


def _darker_along(
    slip: SlipImage,
    line: npt.NDArray[np.float64],
    across: npt.NDArray[np.float64],
    steps: npt.NDArray[np.float64],
    own: Sequence[int],
) -> npt.NDArray[np.float64]:
    """Where the paper is darker along a line than on both sides of it, if it is in most of its segments: their steps.

    Seen in the darkness before folds and streaks were taken out, for what is left of one shall be told by the rest.
    The ink of the labels in `own` counts as the line's.
    """
    reach = round(ALONG_MM * slip.px_per_mm)
    height, width = slip.gray.shape
    column, row = np.rint(line).astype(int).T
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    line, row, column, steps = line[inside], row[inside], column[inside], steps[inside]
    written = (slip.ink[row, column] > 0) & ~np.isin(slip.ink[row, column], own)
    free = ~slip.near_print[row, column] & ~slip.outside[row, column] & ~written
    offs = np.array([*range(-reach, reach + 1), *(side * BESIDE_MM * slip.px_per_mm for side in (-1, 1))])
    seen = _at(slip.raw, line[None, :, :] + offs[:, None, None] * across)
    # Print beside the line says nothing about the paper there.
    paper = np.stack([~_print_at(slip, line + off * across) for off in offs[-2:]])
    free &= paper.any(axis=0)
    contrast = seen[:-2].max(axis=0) - np.where(paper, seen[-2:], 0).max(axis=0)
    segment = (steps // (SEGMENT_MM * slip.px_per_mm)).astype(int)
    numbers, medians = _medians(contrast[free], segment[free], SEGMENT_MM * slip.px_per_mm / STEP_PX / 3)
    darker = medians > DARKER
    if len(darker) < FEWEST_SEGMENTS or darker.mean() < SHARE_NEEDED:
        return np.zeros(0)
    return np.asarray((numbers[darker] + 0.5) * SEGMENT_MM * slip.px_per_mm, np.float64)


def _print_at(slip: SlipImage, points: npt.NDArray[np.float64]) -> Mask:
    """Whether print lies at points (x, y) of the slip; beyond its edge none does."""
    height, width = slip.near_print.shape
    column, row = np.rint(points).astype(int).T
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    return np.asarray(inside & slip.near_print[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)], bool)


def _medians(
    values: FloatImage, group: npt.NDArray[np.int_], fewest: float
) -> tuple[npt.NDArray[np.int_], npt.NDArray[np.float64]]:
    """The numbers of the groups that have more values than `fewest`, and their medians."""
    rising = values[np.lexsort((values, group))].astype(np.float64)
    numbers, sizes = np.unique(group, return_counts=True)
    starts, enough = np.cumsum(sizes) - sizes, sizes > fewest
    lower, upper = starts + (sizes - 1) // 2, starts + sizes // 2
    return numbers[enough], np.asarray((rising[lower[enough]] + rising[upper[enough]]) / 2, np.float64)


def _at(picture: GrayImage, points: npt.NDArray[np.float64]) -> FloatImage:
    """The picture's values at points (x, y), shape (lines, n, 2), between pixels, 0 beyond its edge."""
    at = points.astype(np.float32)
    if not at.size:
        return np.zeros(at.shape[:2], np.float32)
    values = [
        cv2.remap(picture, at[:, n : n + 16384, 0], at[:, n : n + 16384, 1], cv2.INTER_LINEAR)
        for n in range(0, at.shape[1], 16384)
    ]
    return np.asarray(np.concatenate(values, axis=1), dtype=np.float32)
