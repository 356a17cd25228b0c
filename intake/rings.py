"""Tells the ring that a cup left from what somebody wrote: a pale circle that goes on where no ink was seen.

From each piece of ink circles of a cup's size are tried that touch it; if the paper is darker along most of such a
circle than inside and outside of it, all around, the pale ink on it belongs to the stain. A pen's circle is darker, and
no hand draws one so round.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from intake.pieces import Piece, cut_out
from intake.scales import quartered
from intake.values import FloatImage, Mask, SlipImage

SHRINK = 4
"""What `quartered` does."""
RADIUS_MM = (25.0, 50.0)
"""Of cups and glasses; the rings of the trial series have 32 to 42."""
LEAST_PIECE_MM2, SLIM, TURN_DEG = 1.5, 2.0, 12.5
"""Smaller pieces tell no circle. One that is that slim a circle touches along its main axis, to so many degrees."""
PALE, MOST_TRIED = 110, 3
"""Ink darker than this, of 255, is a pen's; a ring is found from one of its largest pieces."""
STEP_MM, STEP_DEG = 0.7, 2.5
COARSE, FINE = 72, 184
"""So many places of a circle are looked at."""
BROAD_MM, DARKER = 6.0, 3.0
"""What is broader is no ring but a shadow; darker than it by so much, of 255, is a ring."""
FEWEST_SEEN, SHARE, OCTANTS = 60, 0.6, 5
"""Of the places so many have to be free of print, and so large a share of these darker, in so many eighths."""
ON_RING_MM, DARKEST = 2.2, 4.0
"""Ink lies so near to the circle, and is not so many times darker than the ring is usually."""


def on_rings(slip: SlipImage, pieces: Sequence[Piece]) -> set[int]:
    """The labels of those pieces that lie on the ring of a cup."""
    seen: tuple[FloatImage, Mask] | None = None
    gone: set[int] = set()
    pale = [p for p in pieces if p.area_mm2 >= LEAST_PIECE_MM2 and _darkness(slip, p) <= PALE]
    for piece in sorted(pale, key=lambda p: -p.area_mm2)[:MOST_TRIED]:
        if piece.label in gone:
            continue
        seen = seen or _pale_lines(slip)
        ring = _ring_at(slip, piece, *seen)
        if ring is not None:
            gone |= {p.label for p in pieces if _lies_on(slip, p, *ring)}
    return gone


def _pale_lines(slip: SlipImage) -> tuple[FloatImage, Mask]:
    """How much darker each place is than what lies around it, on the picture shrunk by four, and where it is seen."""
    small = cv2.GaussianBlur(quartered(slip.raw), (0, 0), 1.0)
    side = 2 * round(BROAD_MM * slip.px_per_mm / SHRINK / 2) + 1
    around = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    hidden = quartered((slip.near_print | slip.outside).view(np.uint8) * np.uint8(255))
    return np.asarray(cv2.subtract(small, around), np.float32), np.asarray(hidden == 0, bool)


def _ring_at(slip: SlipImage, piece: Piece, lines: FloatImage, seen: Mask) -> tuple[float, float, float, float] | None:
    """The ring through a piece: its middle and radius in pixels of the slip, and how dark it usually is."""
    scale = slip.px_per_mm / SHRINK
    cutout = cut_out(slip, (piece,))
    rows, columns = np.nonzero(cutout.mask)
    points = np.stack([columns + cutout.column, rows + cutout.row], axis=1) / SHRINK
    middle = points.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(points.T))
    off = TURN_DEG if piece.elongation >= SLIM else 90.0
    turns = np.arctan2(axes[1, 0], axes[0, 0]) + np.radians(np.arange(-off, off + 0.1, STEP_DEG))
    radii = np.arange(*RADIUS_MM, STEP_MM) * scale
    angle, radius, side = (v.ravel() for v in np.meshgrid(turns, radii, [-1.0, 1.0]))
    circles = np.stack(
        [middle[0] + side * radius * np.cos(angle), middle[1] + side * radius * np.sin(angle), radius], axis=1
    )
    best = circles[int(_darker(circles, lines, seen, COARSE)[0].argmax())]
    steps = np.array(np.meshgrid([-1, 0, 1], [-1, 0, 1], [-1, 0, 1])).reshape(3, -1).T * 0.7
    near = best + steps
    share, usual, octants, count = _darker(near, lines, seen, FINE)
    first = int(share.argmax())
    if count[first] < FEWEST_SEEN or share[first] < SHARE or octants[first] < OCTANTS:
        return None
    x, y, r = near[first] * SHRINK
    return float(x), float(y), float(r), float(usual[first])


def _darker(
    circles: npt.NDArray[np.float64], lines: FloatImage, seen: Mask, places: int
) -> tuple[npt.NDArray[np.float64], ...]:
    """Of circles (x, y, radius), shape (n, 3): on which share they are dark, how dark there, in how many eighths, and
    how many of their places are seen.
    """
    turn = np.arange(places) * (2 * np.pi / places)
    column = np.rint(circles[:, :1] + circles[:, 2:] * np.cos(turn)).astype(int)
    row = np.rint(circles[:, 1:2] + circles[:, 2:] * np.sin(turn)).astype(int)
    height, width = lines.shape
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    row, column = np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)
    free = inside & seen[row, column]
    value = lines[row, column]
    dark = free & (value > DARKER)
    count = free.sum(axis=1)
    share = dark.sum(axis=1) / np.maximum(count, places / 3)
    usual = np.where(dark, value, 0).sum(axis=1) / np.maximum(dark.sum(axis=1), 1)
    eighths = (dark.reshape(len(circles), 8, -1).any(axis=2)).sum(axis=1)
    return share, usual, eighths, count


def _lies_on(  # noqa: PLR0917 - a piece and a ring
    slip: SlipImage, piece: Piece, x: float, y: float, radius: float, usual: float
) -> bool:
    cutout = cut_out(slip, (piece,))
    rows, columns = np.nonzero(cutout.mask)
    off = np.abs(np.hypot(columns + cutout.column - x, rows + cutout.row - y) - radius)
    return bool(off.max() <= ON_RING_MM * slip.px_per_mm and _darkness(slip, piece) <= DARKEST * usual)


def _darkness(slip: SlipImage, piece: Piece) -> float:
    """How dark a piece usually is."""
    cutout = cut_out(slip, (piece,))
    rows, columns = np.nonzero(cutout.mask)
    return float(np.median(slip.raw[rows + cutout.row, columns + cutout.column]))
